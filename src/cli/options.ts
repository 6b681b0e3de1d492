import { type Command, InvalidArgumentError } from 'commander'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'

/** How options are read. Whether a value is allowed is decided by the verb. */

export interface Json {
  json?: boolean
}

/** A page of a list. */
export interface Page extends Json {
  limit?: number
  cursor?: string
}

export interface Search extends Page {
  search?: string
}

/** The options of a command that lists. */
export function paged(command: Command, { limit }: { limit?: number } = {}): Command {
  return command
    .option('--limit <n>', 'how many', readWhole, limit)
    .option('--cursor <text>', 'the next_cursor of the page before')
    .option('--json', 'print JSON')
}

/** The options of a command that lists, and can be asked for what has a text in its `fields`. */
export function searched(command: Command, fields: string): Command {
  return paged(command.option('--search <text>', `only those with it in their ${fields}`))
}

export function readNumber(argument: string): number {
  const value = Number(argument)
  if (argument.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.')
  return value
}

export function readWhole(argument: string): number {
  const value = Number(argument)
  if (argument.trim() === '' || !Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.')
  return value
}

/** A value, or that a limit is to be taken away. Commander would make an empty text of `null`. */
export type OrNone<Value> = Value | 'none'

export function orNone<Value>(read: (argument: string) => Value): (argument: string) => OrNone<Value> {
  return (argument) => (argument === 'none' ? argument : read(argument))
}

export function nullIfNone<Value>(value: OrNone<Value> | undefined): Value | null | undefined {
  return value === 'none' ? null : value
}

export function readList(argument: string): string[] {
  return argument.split(',').filter(Boolean)
}

/** An id, as lists show it. The text of a key is known to its holder alone, and would stay in the history of the shell. */
export function readKeyId(argument: string): string {
  if (!argument.startsWith('sk-')) return argument
  // Not commander's error, which repeats the value.
  throw new PolyphonyError('invalid_input', 'The id of a key is asked for, from "polyphony key list", not its text.')
}

/** Longer than anything lasts, and short of where dates end. */
const MOST_DAYS = 36_500
const UNITS: Record<string, number> = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS }

/** In milliseconds. */
export function readDuration(argument: string): number {
  const [, count, unit = ''] = /^(\d+)([dhm])$/.exec(argument) ?? []
  const unitMs = UNITS[unit]
  if (!count || !unitMs) throw new InvalidArgumentError('It must be a duration such as 30d, 12h or 45m.')
  const duration = Number(count) * unitMs
  if (duration > MOST_DAYS * DAY_MS) throw new InvalidArgumentError(`It must be at most ${MOST_DAYS}d.`)
  return duration
}

/** An end in the future, as the API names it. */
export function readEnd(argument: string): string {
  return new Date(Date.now() + readDuration(argument)).toISOString()
}

/** The fields of an input whose options were given. */
export function given<Fields extends Record<string, unknown>>(fields: Fields): Given<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<Fields> // those
}

type Given<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> }
