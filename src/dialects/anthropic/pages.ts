import { invalidInput } from '../../core/errors.ts'
import { unprefixed } from '../kit/prefixed-ids.ts'

/** What lists of this API have in their queries: https://docs.anthropic.com/en/api/pagination. */

const DEFAULT_PAGE = 20
const MAX_PAGE = 1_000

/** Throws `invalid_input`. */
export function limitIn(value: unknown): number {
  if (value === undefined || value === '') return DEFAULT_PAGE
  if (typeof value === 'string' && /^\d{1,4}$/.test(value) && Number(value) >= 1 && Number(value) <= MAX_PAGE) {
    return Number(value)
  }
  throw invalidInput('limit', `must be a whole number from 1 to ${MAX_PAGE}`)
}

/** Where a page begins. Throws `invalid_input`. */
export function idIn(value: unknown, field: string, prefix: string): string | undefined {
  if (value === undefined || value === '') return undefined
  const id = typeof value === 'string' ? unprefixed(prefix, value) : undefined
  if (id === undefined) throw invalidInput(field, `must be an id of this list, as ${prefix}…`)
  return id
}
