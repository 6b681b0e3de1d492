import { invalidInput } from '../../core/errors.ts'
import { isOwnId } from '../../core/ids.ts'
import { unprefixed } from '../kit/prefixed-ids.ts'

/** The query of a list, as it came: a name that is there twice is a list. */
export interface PageQuery {
  limit?: unknown
  after?: unknown
  order?: unknown
}

/** Throws `invalid_input`. */
export function wholeOfQuery(
  value: unknown,
  field: string,
  { from, to }: { from: number; to: number },
): number | undefined {
  if (value === undefined || value === '') return undefined
  if (typeof value === 'string' && /^\d{1,9}$/.test(value) && Number(value) >= from && Number(value) <= to) {
    return Number(value)
  }
  throw invalidInput(field, `must be a whole number from ${from} to ${to}`)
}

/** Throws `invalid_input`. */
export function oneOfQuery<Value extends string>(
  value: unknown,
  field: string,
  values: readonly Value[],
): Value | undefined {
  if (value === undefined || value === '') return undefined
  const known = values.find((one) => one === value)
  if (known === undefined) throw invalidInput(field, `must be one of ${values.join(', ')}`)
  return known
}

/**
 * Where a page begins. An id of this form is a place in time and is not looked up: the caller's own may be gone meanwhile, and
 * whether others have one is theirs to know. Throws `invalid_input`.
 */
export function pageOf(after: unknown, prefix: string): { after?: string } {
  if (after === undefined || after === '') return {}
  const id = typeof after === 'string' ? unprefixed(prefix, after) : undefined
  if (id === undefined || !isOwnId(id)) throw invalidInput('after', `must be an id of this list, as ${prefix}…`)
  return { after: id }
}
