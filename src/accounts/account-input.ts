import type { AccountRecord } from '../core/account.ts'
import { invalidInput } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { PoolPolicy } from '../core/tenant.ts'

/**
 * Reads what callers send to set up accounts, in the words of the API (`daily_cap`). Every function throws
 * `invalid_input`, naming the field as the caller wrote it.
 */

/** What can be set of an account beside its credential. */
export type AccountSettings = Partial<
  Pick<AccountRecord, 'name' | 'slots' | 'weight' | 'priority' | 'dailyCap' | 'serves' | 'priceFactor'>
>

/** The bounds of the numbers; `/openapi.json` shows them. */
export const BOUNDS = {
  slots: { minimum: 1, maximum: 100_000 },
  weight: { minimum: 1, maximum: 1_000 },
  priority: { minimum: -100, maximum: 100 },
  daily_cap: { minimum: 1, maximum: 1_000_000_000 },
  price_factor: { minimum: 0, maximum: 1 },
} as const

export const MAX_NAME_LENGTH = 100
const MAX_SERVED = 500

/** What the owner of an account may set. */
const OWNER_FIELDS = ['name', 'slots', 'weight', 'priority', 'daily_cap', 'serves'] as const
/** What only the operator may set, since it decides what the operator earns. */
const OPERATOR_FIELDS = ['price_factor'] as const

/** `isServable` says whether there is an operation or a model of that name. Unknown fields are refused. */
export function readSettings(
  body: JsonObject,
  by: 'operator' | 'owner',
  isServable: (name: string) => boolean,
): AccountSettings {
  checkFields(body, by)
  const { name, slots, weight, priority, daily_cap, serves, price_factor } = body
  return {
    ...(name === undefined ? {} : { name: readName(name) }),
    ...(slots === undefined ? {} : { slots: readInteger('slots', slots) }),
    ...(weight === undefined ? {} : { weight: readInteger('weight', weight) }),
    ...(priority === undefined ? {} : { priority: readInteger('priority', priority) }),
    ...(daily_cap === undefined ? {} : { dailyCap: daily_cap === null ? null : readInteger('daily_cap', daily_cap) }),
    ...(serves === undefined ? {} : { serves: readServes(serves, isServable) }),
    ...(price_factor === undefined ? {} : { priceFactor: readNumber('price_factor', price_factor) }),
  }
}

/** The changes of a tenant's pool policy. */
export function readPoolPolicy({
  default_pool: pool,
  falls_back: fallsBack,
  ...rest
}: JsonObject): Partial<PoolPolicy> {
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw unknownField(unknown, ['default_pool', 'falls_back'])
  if (pool !== undefined && pool !== 'private' && pool !== 'public') {
    throw invalidInput('default_pool', 'must be private or public')
  }
  if (fallsBack !== undefined && typeof fallsBack !== 'boolean') {
    throw invalidInput('falls_back', 'must be true or false')
  }
  return {
    ...(pool === undefined ? {} : { defaultPool: pool }),
    ...(fallsBack === undefined ? {} : { fallsBack }),
  }
}

function checkFields(body: JsonObject, by: 'operator' | 'owner'): void {
  const allowed: readonly string[] = by === 'operator' ? [...OWNER_FIELDS, ...OPERATOR_FIELDS] : OWNER_FIELDS
  for (const name of Object.keys(body)) {
    if (allowed.includes(name)) continue
    const isOperators = OPERATOR_FIELDS.some((one) => one === name)
    throw isOperators ? invalidInput(name, 'can only be set by the operator') : unknownField(name, allowed)
  }
}

function unknownField(name: string, allowed: readonly string[]): Error {
  return invalidInput(name, `is not a known field; allowed: ${allowed.join(', ')}`)
}

function readName(value: Json): string {
  if (typeof value !== 'string' || value.trim() !== value || value === '' || value.length > MAX_NAME_LENGTH) {
    throw invalidInput(
      'name',
      `must be a string of 1 to ${MAX_NAME_LENGTH} characters without leading or trailing spaces`,
    )
  }
  return value
}

function readNumber(field: keyof typeof BOUNDS, value: Json): number {
  const { minimum, maximum } = BOUNDS[field]
  if (typeof value !== 'number' || !(value >= minimum && value <= maximum)) {
    throw invalidInput(field, `must be a number from ${minimum} to ${maximum}, not ${JSON.stringify(value)}`)
  }
  return value
}

function readInteger(field: keyof typeof BOUNDS, value: Json): number {
  const number = readNumber(field, value)
  if (!Number.isInteger(number)) throw invalidInput(field, `must be a whole number, not ${number}`)
  return number
}

function readServes(value: Json, isServable: (name: string) => boolean): string[] | null {
  if (value === null) return null
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_SERVED) {
    throw invalidInput(
      'serves',
      `must be null (everything that the account performs) or a list of 1 to ${MAX_SERVED} names`,
    )
  }
  const names = value.map((name, index) => {
    if (typeof name === 'string' && isServable(name)) return name
    throw invalidInput(
      `serves.${index}`,
      `must be an operation or a model of the catalogue, not ${JSON.stringify(name)}`,
    )
  })
  return [...new Set(names)]
}
