import type { AccountRecord } from '../core/account.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'

/**
 * What is asked for an account beside its credential. It comes in the words of the API (`daily_cap`), so that an error
 * names the field that the caller wrote; a field that we do not know is refused, since nothing would come of it.
 */
export type AccountWishes = Partial<
  Pick<AccountRecord, 'name' | 'slots' | 'weight' | 'priority' | 'dailyCap' | 'serves' | 'priceFactor'>
>

/** The bounds of the numbers; `/openapi.json` tells them. */
export const BOUNDS = {
  slots: { minimum: 1, maximum: 100_000 },
  weight: { minimum: 1, maximum: 1_000 },
  priority: { minimum: -100, maximum: 100 },
  daily_cap: { minimum: 1, maximum: 1_000_000_000 },
  price_factor: { minimum: 0, maximum: 1 },
} as const

export const MAX_NAME_LENGTH = 100
const MAX_SERVED = 500

/** What an account's owner may set. */
export const OWN_WISHES = ['name', 'slots', 'weight', 'priority', 'daily_cap', 'serves'] as const
/** What only the operator may set: it says what the house earns. */
export const OPERATOR_WISHES = ['price_factor'] as const

/** Throws `invalid_input`, naming the field. `isServable` says whether there is an operation or a model of that name. */
export function readWishes(
  body: JsonObject,
  allowed: readonly string[],
  isServable: (name: string) => boolean,
): AccountWishes {
  for (const name of Object.keys(body)) {
    if (allowed.includes(name)) continue
    const isOperators = OPERATOR_WISHES.some((one) => one === name)
    throw wrong(name, isOperators ? 'is set by the operator' : `is no field here; there are ${allowed.join(', ')}`)
  }
  const { name, slots, weight, priority, daily_cap, serves, price_factor } = body
  return {
    ...(name === undefined ? {} : { name: nameIn(name) }),
    ...(slots === undefined ? {} : { slots: wholeIn('slots', slots) }),
    ...(weight === undefined ? {} : { weight: wholeIn('weight', weight) }),
    ...(priority === undefined ? {} : { priority: wholeIn('priority', priority) }),
    ...(daily_cap === undefined ? {} : { dailyCap: daily_cap === null ? null : wholeIn('daily_cap', daily_cap) }),
    ...(serves === undefined ? {} : { serves: servesIn(serves, isServable) }),
    ...(price_factor === undefined ? {} : { priceFactor: numberIn('price_factor', price_factor) }),
  }
}

export function wrong(field: string, rule: string): PolyphonyError {
  return new PolyphonyError('invalid_input', `${field} ${rule}.`, { field })
}

function nameIn(value: Json): string {
  if (typeof value !== 'string' || value.trim() !== value || value === '' || value.length > MAX_NAME_LENGTH) {
    throw wrong('name', `must be a text of 1 to ${MAX_NAME_LENGTH} characters, without blanks at its ends`)
  }
  return value
}

function numberIn(field: keyof typeof BOUNDS, value: Json): number {
  const { minimum, maximum } = BOUNDS[field]
  if (typeof value !== 'number' || !(value >= minimum && value <= maximum)) {
    throw wrong(field, `must be a number from ${minimum} to ${maximum}, not ${JSON.stringify(value)}`)
  }
  return value
}

function wholeIn(field: keyof typeof BOUNDS, value: Json): number {
  const number = numberIn(field, value)
  if (!Number.isInteger(number)) throw wrong(field, `must be a whole number, not ${number}`)
  return number
}

function servesIn(value: Json, isServable: (name: string) => boolean): string[] | null {
  if (value === null) return null
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_SERVED) {
    throw wrong('serves', `must be null (all that the account performs) or a list of 1 to ${MAX_SERVED} names`)
  }
  const names = value.map((name, index) => {
    if (typeof name === 'string' && isServable(name)) return name
    throw wrong(`serves.${index}`, `must be an operation or a model of the catalogue, not ${JSON.stringify(name)}`)
  })
  return [...new Set(names)]
}
