import type { Caller } from '../../core/caller.ts'
import type { DialectContext } from '../dialect.ts'
import { nextCursor } from '../kit/cursors.ts'
import { fromTask } from './from-task.ts'
import type { Listing } from './query.ts'

/** A page of the caller's tasks, newest first. */
export async function pageOf(
  { limit, ...filter }: Listing,
  caller: Caller,
  { tasks, urls }: Pick<DialectContext, 'tasks' | 'urls'>,
) {
  // One more than requested: it shows whether there is a next page.
  const found = await tasks.list({ ...filter, limit: limit + 1 }, caller)
  const page = found.slice(0, limit)
  const next = nextCursor('tasks', caller, found.length > limit ? page.at(-1)?.id : null)
  return { tasks: page.map((task) => fromTask(task, urls)), next_cursor: next }
}
