import { invalidInput } from '../../core/errors.ts'
import { isOwnId } from '../../core/ids.ts'
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

/** The page of a list that is newest first: what follows an id, or what comes before it. */
export interface PageQuery {
  before_id?: unknown
  after_id?: unknown
}

/** The ids of ours between which a page lies, one of them at most. */
interface Page {
  newer: string | undefined
  older: string | undefined
}

/**
 * Where a page begins. An id of this form is a place in time and is not looked up: the caller's own may be gone meanwhile, and
 * whether others have one is theirs to know. Throws `invalid_input`.
 */
export function pageOf(query: PageQuery, prefix: string): Page {
  const newer = idIn(query.before_id, 'before_id', prefix)
  const older = idIn(query.after_id, 'after_id', prefix)
  if (newer !== undefined && older !== undefined) throw invalidInput('after_id', 'excludes before_id')
  return { newer, older }
}

function idIn(value: unknown, field: string, prefix: string): string | undefined {
  if (value === undefined || value === '') return undefined
  const id = typeof value === 'string' ? unprefixed(prefix, value) : undefined
  if (id === undefined || !isOwnId(id)) throw invalidInput(field, `must be an id of this list, as ${prefix}…`)
  return id
}
