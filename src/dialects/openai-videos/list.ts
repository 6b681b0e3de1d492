import type { Caller } from '../../core/caller.ts'
import { invalidInput } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { wholeNumberIn } from '../kit/fields.ts'
import { isDeleted } from '../shared/deleted-tasks.ts'
import { isVideo, VIDEO_OPERATIONS } from './from-task.ts'

export interface Page {
  tasks: Task[]
  hasMore: boolean
}

interface Query {
  after: Task | undefined
  limit: number
  order: 'asc' | 'desc'
}

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100

/** The caller's videos, without those that were deleted: https://platform.openai.com/docs/api-reference/videos/list. */
export async function listVideos(query: unknown, caller: Caller, context: DialectContext): Promise<Page> {
  const { after, limit, order } = await queryOf(query, caller, context)
  const read = order === 'desc' ? newestFirst(context, caller) : oldestFirst(context, caller)
  const found: Task[] = []
  let last = after
  // One more than is shown tells whether there are more.
  while (found.length <= limit) {
    const size = limit + 1
    const some = await read(last, size)
    const deleted = await Promise.all(some.map((task) => isDeleted(task, context)))
    found.push(...some.filter((_task, index) => !deleted[index]))
    last = some.at(-1)
    if (some.length < size) break
  }
  return { tasks: found.slice(0, limit), hasMore: found.length > limit }
}

type Read = (after: Task | undefined, size: number) => Promise<Task[]>

function newestFirst({ tasks }: DialectContext, caller: Caller): Read {
  return (after, limit) =>
    tasks.list({ operation: VIDEO_OPERATIONS, limit, ...(after ? { beforeId: after.id } : {}) }, caller)
}

/** Tasks of the millisecond of `after` are read again: so many are more than a client makes in one. */
const SAME_INSTANT = 50

/** The store lists the newest first, so the oldest are counted off its end; what comes meanwhile is left out by its time. */
function oldestFirst({ tasks, clock }: DialectContext, caller: Caller): Read {
  const createdTo = clock.now()
  return async (after, size) => {
    const filter = {
      operation: VIDEO_OPERATIONS,
      createdTo,
      ...(after ? { createdFrom: after.createdAt } : {}),
    }
    const count = await tasks.count(filter, caller)
    const wanted = size + (after ? SAME_INSTANT : 0)
    const page = await tasks.list({ ...filter, limit: wanted, offset: Math.max(0, count - wanted) }, caller)
    const rising = page.reverse().filter(({ id }) => !after || id > after.id)
    return rising.slice(0, size)
  }
}

async function queryOf(query: unknown, caller: Caller, { tasks }: DialectContext): Promise<Query> {
  const { after, order: named } = query as Record<string, unknown> // as Fastify parses it
  const order = named === undefined || named === '' ? 'desc' : named
  if (order !== 'asc' && order !== 'desc') throw invalidInput('order', 'must be "asc" or "desc"')
  const limit = wholeNumberIn(query, 'limit', { minimum: 1, maximum: MAX_LIMIT, fallback: DEFAULT_LIMIT })
  if (after === undefined || after === '') return { after: undefined, limit, order }
  if (typeof after !== 'string') throw invalidInput('after', 'must be the id of one video')
  const [task] = await tasks.getMany([after], caller)
  if (!task || !isVideo(task)) throw invalidInput('after', 'names no video of this key')
  return { after: task, limit, order }
}
