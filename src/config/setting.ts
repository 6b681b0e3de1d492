import type { Json, JsonObject } from '../core/json.ts'
import { ConfigError } from './config-error.ts'

/** One setting: what it means, what a file may hold for it, and how its text is read. */
export interface Setting<Value> {
  /** For the JSON schema and `polyphony config show`. */
  what: string
  /** What holds when it is not set, as it is shown. */
  shownDefault: string
  fallback: Value
  isSecret: boolean
  /** Every character counts, also spaces and quotes around it. */
  isVerbatim?: boolean
  /** The JSON schema of its value in a configuration file. */
  schema: JsonObject
  /** Throws a ConfigError that names the setting and gives the rule. */
  parse(text: string, name: string): Value
}

interface Range<Default> {
  from: number
  to: number
  default: Default
}

export function whole(what: string, { from, to, default: fallback }: Range<number>): Setting<number> {
  return {
    ...plain(what, fallback, { type: 'integer', minimum: from, maximum: to }),
    parse(text, name) {
      const value = numberIn(text, name, from, to)
      if (!Number.isInteger(value)) throw new ConfigError(`${name} must be a whole number, not ${value}.`)
      return value
    },
  }
}

export function number(what: string, { from, to, default: fallback }: Range<number>): Setting<number> {
  return {
    ...plain(what, fallback, { type: 'number', minimum: from, maximum: to }),
    parse: (text, name) => numberIn(text, name, from, to),
  }
}

function numberIn(text: string, name: string, from: number, to: number): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= from && value <= to)) {
    throw new ConfigError(`${name} must be a number from ${from} to ${to}, not "${text}".`)
  }
  return value
}

export function words(
  what: string,
  fallback: string,
  read: (text: string, name: string) => string = (text) => text,
): Setting<string> {
  return { ...plain(what, fallback, { type: 'string' }), parse: read }
}

export function oneOf(what: string, allowed: readonly string[], fallback: string): Setting<string> {
  return {
    ...plain(what, fallback, { enum: [...allowed] }),
    parse(text, name) {
      if (allowed.includes(text)) return text
      throw new ConfigError(`${name} must be one of ${allowed.join(', ')}, not "${text}".`)
    },
  }
}

/** Words of a form that `read` checks; nothing when it is not set. */
export function optional<Value = string>(
  what: string,
  read: (text: string, name: string) => Value,
  { shownDefault = 'none', isSecret = false, isVerbatim = false } = {},
): Setting<Value | undefined> {
  return { what, shownDefault, fallback: undefined, isSecret, isVerbatim, schema: { type: 'string' }, parse: read }
}

interface ListOptions<Value> {
  shownDefault?: string
  isSecret?: boolean
  isVerbatim?: boolean
  fallback?: readonly Value[]
}

/** Values separated by commas, or a list in a file. */
export function list<Value = string>(
  what: string,
  readOne: (text: string, name: string) => Value,
  { shownDefault = 'none', isSecret = false, isVerbatim = false, fallback = [] }: ListOptions<Value> = {},
): Setting<readonly Value[]> {
  return {
    what,
    shownDefault,
    fallback,
    isSecret,
    isVerbatim,
    schema: { type: ['string', 'array'], items: { type: 'string' } },
    parse: (text, name) => collect(itemsOf(text), (one) => readOne(one, name)),
  }
}

/** Reads each item, and throws one ConfigError with the faults of all. */
export function collect<Item, Value>(items: readonly Item[], read: (item: Item) => Value): Value[] {
  const faults: string[] = []
  const values = items.flatMap((item) => {
    try {
      return [read(item)]
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      faults.push(...error.faults)
      return []
    }
  })
  if (faults.length > 0) throw new ConfigError(faults)
  return values
}

function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
}

function plain<Value extends Json>(what: string, fallback: Value, schema: JsonObject) {
  return { what, shownDefault: String(fallback), fallback, isSecret: false, schema: { ...schema, default: fallback } }
}
