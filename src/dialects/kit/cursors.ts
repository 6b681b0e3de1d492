import type { Caller } from '../../core/caller.ts'
import { cursorAt, positionIn } from '../../core/cursors.ts'
import { invalidInput } from '../../core/errors.ts'
import { isOwnId } from '../../core/ids.ts'

/** What is listed newest first, page after page, by the id of its rows. */
export type ListName = 'tasks' | 'batches' | 'replicate-files' | 'assets' | 'gemini-files' | 'gemini-batches'

/** Whose list it is. */
export type ListReader = Pick<Caller, 'tenantId' | 'mode'>

/** The cursor of the page that follows one which ends with a row; null where no page follows. */
export function nextCursor(
  name: ListName,
  { tenantId, mode }: ListReader,
  lastId: string | null | undefined,
): string | null {
  return lastId === null || lastId === undefined ? null : cursorAt(`${name} ${tenantId} ${mode}`, lastId)
}

/**
 * Where the page of a query begins, as the store lists it. Former versions gave the id alone, which clients have stored, and
 * which their processes still give while a new version takes over: it shows nothing of others. Throws `invalid_input`.
 */
export function pageAfter(
  name: ListName,
  { tenantId, mode }: ListReader,
  query: Readonly<Record<string, unknown>>,
  field = 'cursor',
): { beforeId?: string } {
  const { [field]: cursor } = query
  if (cursor === undefined || cursor === '') return {}
  if (typeof cursor !== 'string') throw invalidInput(field, 'must be given once')
  if (isOwnId(cursor)) return { beforeId: cursor }
  return { beforeId: positionIn(`${name} ${tenantId} ${mode}`, cursor, field) }
}
