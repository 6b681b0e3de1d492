import { ConfigError, faultsOf } from './config-error.ts'
import { nearest, nearMisses } from './near-misses.ts'
import type { Setting } from './setting.ts'
import { SETTINGS, type SettingName, type Values } from './settings.ts'
import { type Env, type Found, find, type Source } from './sources.ts'

/** A variable that another part of the program reads by its name, such as a vendor's key. */
export interface OtherName {
  name: string
  what: string
  isSecret: boolean
  /** It is an http or https URL. */
  isUrl?: boolean
}

/** What the rest of the program knows of settings: other names that are read, and rules that need its tables. */
export interface Knowledge {
  names: readonly OtherName[]
  /** Sentences about what is wrong with a value. */
  checks: { [Name in SettingName]?: (value: Values[Name], variable: Variable) => readonly string[] }
}

export const NO_KNOWLEDGE: Knowledge = { names: [], checks: {} }

/** Reads a setting, or the content of the file that `NAME_FILE` names. */
export type Variable = (name: string) => string | undefined

/** A setting as it is in force, as text. */
export interface EffectiveSetting {
  name: string
  what: string
  isSecret: boolean
  /** Undefined where nothing is set: the default holds. */
  found: Found | undefined
  shownDefault: string
}

export interface ReadSettings {
  /** Absent where there are faults. */
  values: Values | undefined
  faults: readonly string[]
  warnings: readonly string[]
  effective: readonly EffectiveSetting[]
  variable: Variable
}

/** Reads all settings and collects all faults. Touches nothing but the files that `NAME_FILE` names. */
export function readSettings(given: Env | readonly Source[], knowledge: Knowledge): ReadSettings {
  const sources = isList(given) ? given : [{ title: 'the environment', values: given }]
  const faults: string[] = []
  const variable: Variable = (name) => findTrimmed(sources, name)?.text
  const effective: EffectiveSetting[] = []

  function read(name: string, { what, isSecret, shownDefault }: Omit<EffectiveSetting, 'name' | 'found'>) {
    try {
      const found = findTrimmed(sources, name)
      effective.push({ name, what, isSecret, shownDefault, found })
      if (found) requireUnquoted(name, found.text)
      return found
    } catch (error) {
      faults.push(...faultsOf(error))
      return undefined
    }
  }

  function parsed(name: SettingName, setting: Setting<unknown>): unknown {
    const found = read(name, setting)
    if (found === undefined) return setting.fallback
    try {
      requireForm(name, setting, found)
      const value = setting.parse(found.text, name)
      // The table types each check by its name; a loop over the names loses that.
      const check = knowledge.checks[name] as ((value: unknown, variable: Variable) => readonly string[]) | undefined
      faults.push(...(check?.(value, variable) ?? []))
      return value
    } catch (error) {
      faults.push(...faultsOf(error))
      return setting.fallback
    }
  }

  const entries = Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]
  const values = Object.fromEntries(entries.map(([name, setting]) => [name, parsed(name, setting)])) as Values
  for (const { name, ...other } of knowledge.names) {
    const found = read(name, { ...other, shownDefault: 'none' })
    // A key that no header can carry would break every call.
    if (other.isSecret && found && !/^[\x20-\x7e]*$/.test(found.text)) {
      faults.push(`${name} must be one line of ASCII characters: copy it again.`)
    }
    if (other.isUrl && found && !isHttpUrl(found.text)) {
      faults.push(`${name} must be an http or https URL, such as https://api.example/v1.`)
    }
  }
  faults.push(...contradictions(values), ...unknownNames(sources, knowledge))
  return {
    values: faults.length > 0 ? undefined : values,
    faults,
    warnings: sources.flatMap(({ values, isComplete, warnings = [] }) => [
      ...warnings,
      ...(isComplete ? [] : nearMisses(values, namesOf(knowledge))),
    ]),
    effective,
    variable,
  }
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text)
}

/** Every name that is read. */
export function namesOf({ names }: Knowledge): string[] {
  return [...Object.keys(SETTINGS), ...names.map(({ name }) => name)]
}

/** Without the spaces and line ends that a copied value brings along. */
function findTrimmed(sources: readonly Source[], name: string): Found | undefined {
  const found = find(sources, name)
  if (found === undefined || isVerbatim(name)) return found
  const text = found.text.trim()
  return text === '' ? found : { ...found, text }
}

/** `- PORT="8080"` in a list of Docker Compose sets a value with quotes, of which most settings would make something odd. */
function requireUnquoted(name: string, text: string): void {
  if (isVerbatim(name) || !/^(["'`]).*\1$|^[“‘].*[”’]$/s.test(text)) return
  throw new ConfigError(`${name} is in quotes, which are a part of its value here: leave them out.`)
}

function isVerbatim(name: string): boolean {
  const setting: Setting<unknown> | undefined = Object.hasOwn(SETTINGS, name)
    ? SETTINGS[name as SettingName]
    : undefined
  return setting?.isVerbatim === true
}

/** A file may have a list or a map where its schema allows it, and nowhere else. */
function requireForm(name: string, { schema: { type } }: Setting<unknown>, { form }: Found): void {
  const taken = Array.isArray(type) ? type : [type]
  if (form === undefined || taken.includes(form === 'list' ? 'array' : 'object')) return
  const wanted = taken.includes('object') ? 'a map' : taken.includes('array') ? 'a list' : 'a single value'
  throw new ConfigError(`${name} must be ${wanted} in the file, not a ${form}.`)
}

function contradictions(values: Values): string[] {
  const { POLYPHONY_ADMIN_KEY: adminKey, POLYPHONY_TEST_KEY: testKey } = values
  return [
    ...(testKey !== undefined && testKey === adminKey
      ? ['POLYPHONY_TEST_KEY must be another key than POLYPHONY_ADMIN_KEY: its tasks cost nothing.']
      : []),
    ...(values.POLYPHONY_METRICS_PORT === values.PORT
      ? ['POLYPHONY_METRICS_PORT must be another port than PORT; leave it out for metrics at the port of the gateway.']
      : []),
  ]
}

/** Of what may be a misspelt setting where nothing but settings is written. */
const SHORTEST_NAME = 3

/** A source that is all ours may have no other names. */
function unknownNames(sources: readonly Source[], knowledge: Knowledge): string[] {
  const known = namesOf(knowledge)
  const names = new Set(known.flatMap((name) => [name, `${name}_FILE`]))
  return sources.flatMap(({ title, values, isComplete }) => {
    if (!isComplete) return []
    const unknown = Object.keys(values).filter((name) => !names.has(name))
    return unknown.map((name) => {
      const meant = nearest(name.toUpperCase(), known, SHORTEST_NAME)
      return `${title} has "${name}", which is not a setting${meant === undefined ? '.' : `; was ${meant} meant?`}`
    })
  })
}

function isList(given: Env | readonly Source[]): given is readonly Source[] {
  return Array.isArray(given)
}
