import { type TInteger, type TNumber, type TSchema, Type } from 'typebox'
import { invalidInput } from '../core/errors.ts'
import { type Points, pointsToUsd, points as toPoints, usdToPoints } from '../core/points.ts'
import { MODES } from '../core/task.ts'

/** Fields that several verbs have, in the spelling of the API: snake_case, RFC 3339, money in points and in USD. */

export const TEXT = Type.String()
export const ID = Type.String({ minLength: 1, maxLength: 200 })
export const TIME = Type.String({ format: 'date-time' })
export const COUNT = Type.Integer({ minimum: 0 })
export const MODE = Type.Enum([...MODES], { description: '`live` tasks are paid; `test` tasks run on the sandbox.' })
export const TENANT = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'The name or the id of a tenant. Default: the first tenant.',
})

/** A name that people give and read in lists and on terminals, where a control character could hide or forge a line. */
export function nameOf(description: string) {
  return Type.String({
    minLength: 1,
    maxLength: 100,
    pattern:
      '^[^\\u0000-\\u0020\\u007f-\\u00a0]([^\\u0000-\\u001f\\u007f-\\u009f]*[^\\u0000-\\u0020\\u007f-\\u00a0])?$',
    'x-rule': 'must be one line, and must not begin or end with a space',
    description,
  })
}

export function orNull<Schema extends TSchema>(schema: Schema, description?: string) {
  return Type.Union([schema, Type.Null()], description === undefined ? {} : { description })
}

const DEFAULT_LIMIT = 50
export const MAX_LIMIT = 1_000

export const PAGE = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_LIMIT, description: `How many at most. Default: ${DEFAULT_LIMIT}.` }),
  ),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'The `next_cursor` of the page before.' }),
  ),
}

/** What is looked for in a list. */
export function searchIn(fields: string) {
  return {
    search: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: `A part of ${fields}, in upper or lower case.` }),
    ),
  }
}

export const PERIOD = {
  from: Type.Optional(Type.String({ maxLength: 40, description: 'An RFC 3339 time, or a UTC day as 2026-01-31.' })),
  to: Type.Optional(Type.String({ maxLength: 40, description: 'Likewise; times before it.' })),
}

export function listOf<Schema extends TSchema>(item: Schema) {
  return Type.Object({
    items: Type.Array(item),
    next_cursor: orNull(TEXT, 'For the next page; null = this is the last one.'),
  })
}

/** How many rows to read for a page: one more shows whether there is another page. */
export function limitOf({ limit = DEFAULT_LIMIT }: { limit?: number }): number {
  return limit
}

/** A page out of rows of which there may be one too many. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  item: (row: Row) => Item,
): { items: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(item), next_cursor: rows.length > limit && last ? cursorOf(last) : null }
}

/** A cursor that is the number of a row. */
export function seqIn(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined
  const seq = Number(cursor)
  if (!/^\d{1,15}$/.test(cursor)) throw invalidInput('cursor', 'must be the next_cursor of the page before')
  return seq
}

type MoneyFields<Name extends string> = { [Field in `${Name}_points`]: TInteger } & {
  [Field in `${Name}_usd`]: TNumber
}

/** The fields of an amount in an answer. */
export function money<Name extends string>(name: Name, description: string): MoneyFields<Name> {
  return {
    [`${name}_points`]: Type.Integer({ description }),
    [`${name}_usd`]: Type.Number({ description: 'The same in USD; 10,000,000 points are 1 USD.' }),
  } as MoneyFields<Name> // as they were just named
}

type Amount<Name extends string> = Record<`${Name}_points` | `${Name}_usd`, number>

export function amountOf<Name extends string>(name: Name, value: Points): Amount<Name> {
  return { [`${name}_points`]: value, [`${name}_usd`]: pointsToUsd(value) } as Amount<Name> // likewise
}

export function amountOrNull<Name extends string>(
  name: Name,
  value: Points | null,
): Record<`${Name}_points` | `${Name}_usd`, number | null> {
  if (value !== null) return amountOf(name, value)
  return { [`${name}_points`]: null, [`${name}_usd`]: null } as Record<`${Name}_points` | `${Name}_usd`, null> // likewise
}

/** An amount that an input names in points or in USD. Undefined where it names neither. */
export function pointsIn(input: Record<string, unknown>, name: string): Points | null | undefined {
  const inPoints = input[`${name}_points`]
  const inUsd = input[`${name}_usd`]
  if (inPoints !== undefined && inUsd !== undefined) {
    throw invalidInput(`${name}_points`, `must not be together with ${name}_usd`)
  }
  const value = inPoints ?? inUsd
  if (value === undefined) return inPoints === undefined && inUsd === undefined ? undefined : null
  if (typeof value !== 'number') return null
  return inPoints === undefined ? usdToPoints(value) : toPoints(value)
}

export function timeOf(at: number): string
export function timeOf(at: number | null): string | null
export function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

const RFC_3339 = /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d))?$/

/** An instant that a field names. Throws `invalid_input`. */
export function timeIn(field: string, text: string): number {
  const at = RFC_3339.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw invalidInput(field, 'must be an RFC 3339 time such as 2026-01-31T12:00:00Z, or a day')
  return at
}

/** The period of an input, where it names one. */
export function periodIn({ from, to }: { from?: string; to?: string }): { from?: number; to?: number } {
  return {
    ...(from === undefined ? {} : { from: timeIn('from', from) }),
    ...(to === undefined ? {} : { to: timeIn('to', to) }),
  }
}
