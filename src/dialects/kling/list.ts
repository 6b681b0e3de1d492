import type { Caller } from '../../core/caller.ts'
import type { Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { isListed, operationsAt } from './from-task.ts'
import type { Path } from './to-task.ts'

export interface Page {
  offset: number
  limit: number
}

const MOST_AT_ONCE = 500
/**
 * How far back the list of a path goes that shares its operations with other paths: about so many of their tasks are read
 * for its last page. What lies further back is found by its own id. The other lists have no such bound.
 */
const MOST_TASKS = 10_000

/**
 * The caller's tasks of a path, newest first. The store picks them by their operations, and that is all for most paths. An
 * operation of several paths needs a look into each task, as the input decides, and that the store does not know.
 */
export async function listAt(
  path: Path,
  { offset, limit }: Page,
  { tasks }: DialectContext,
  caller: Caller,
): Promise<Task[]> {
  const { operations, isAll } = operationsAt(path)
  if (isAll) return tasks.list({ operation: operations, offset, limit }, caller)
  const found: Task[] = []
  let last: string | undefined
  // The first look is at so many as are wanted, since they may all be of this path; each further one is at twice as many.
  let size = Math.min(MOST_AT_ONCE, offset + limit)
  for (let seen = 0; seen < MOST_TASKS && found.length < offset + limit; seen += size) {
    if (seen > 0) size = Math.min(MOST_AT_ONCE, 2 * size)
    const from = last === undefined ? {} : { beforeId: last }
    const some = await tasks.list({ operation: operations, limit: size, ...from }, caller)
    found.push(...some.filter((task) => isListed(task, path)))
    last = some.at(-1)?.id
    if (some.length < size) break
  }
  return found.slice(offset, offset + limit)
}
