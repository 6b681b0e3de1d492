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
export interface Ends {
  before_id?: unknown
  after_id?: unknown
}

/** The ids of ours between which a page lies, one of them at most. */
interface Page {
  newer: string | undefined
  older: string | undefined
}

/** Where a page begins; `isPlace` says whether the caller's list may have had the id. Throws `invalid_input`. */
export async function pageOf(query: Ends, prefix: string, isPlace: (id: string) => Promise<boolean>): Promise<Page> {
  const newer = await idIn(query.before_id, 'before_id', prefix, isPlace)
  const older = await idIn(query.after_id, 'after_id', prefix, isPlace)
  if (newer !== undefined && older !== undefined) throw invalidInput('after_id', 'excludes before_id')
  return { newer, older }
}

async function idIn(
  value: unknown,
  field: string,
  prefix: string,
  isPlace: (id: string) => Promise<boolean>,
): Promise<string | undefined> {
  if (value === undefined || value === '') return undefined
  const id = typeof value === 'string' ? unprefixed(prefix, value) : undefined
  if (id === undefined || !isOwnId(id)) throw invalidInput(field, `must be an id of this list, as ${prefix}…`)
  if (!(await isPlace(id))) throw invalidInput(field, `must be an id of this list; there is no ${value}`)
  return id
}
