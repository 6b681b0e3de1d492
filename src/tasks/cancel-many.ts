import { type Caller, scopeOf } from '../core/caller.ts'
import { ZERO_POINTS } from '../core/points.ts'
import type { Status, Task } from '../core/task.ts'
import type { Store } from '../store/store.ts'
import type { Moves } from './moves.ts'

export interface CancelManyFilter {
  createdBefore: number
  /** null = all. */
  models: string[] | null
  batchId?: string
}

export interface CancelManyParts {
  store: Pick<Store, 'listUnstarted' | 'listTasks'>
  moves: Moves
  /** As `Work.cancel`. */
  cancel(task: Task): Promise<Task | undefined>
  /** Whether a cancel of this task was taken: it has ended by it, or will when its call has an outcome. */
  isTaken(task: Task): boolean
}

const WAITING_BATCH = 500
/** Each may be a call of a vendor. */
const RUNNING_BATCH = 20
const RUNNING: readonly Status[] = ['submitting', 'uncertain', 'processing']

/** Cancels what waits, then what its provider can end, each task on its own: what is not ended goes on. Returns how many. */
export async function cancelMany(parts: CancelManyParts, filter: CancelManyFilter, caller: Caller): Promise<number> {
  return (await cancelWaiting(parts, filter, caller)) + (await cancelRunning(parts, filter, caller))
}

async function cancelWaiting({ store, moves }: CancelManyParts, filter: CancelManyFilter, caller: Caller) {
  const end = { output: null, error: null, consumedPoints: ZERO_POINTS, logs: [] }
  const from = ['staged', 'pending'] as const
  let count = 0
  for (;;) {
    const tasks = await store.listUnstarted({ ...filter, ...scopeOf(caller), limit: WAITING_BATCH })
    const done = await Promise.all(
      tasks.map((task) => moves.move(task, { kind: 'ended', to: 'cancelled', from, ...end }, { fromAnyClaim: true })),
    )
    count += done.filter(Boolean).length
    // What was begun meanwhile is not listed again, so the loop ends.
    if (tasks.length < WAITING_BATCH) return count
  }
}

async function cancelRunning(parts: CancelManyParts, filter: CancelManyFilter, caller: Caller): Promise<number> {
  const { createdBefore, models, batchId } = filter
  const which = {
    ...scopeOf(caller),
    status: RUNNING,
    ...(models === null ? {} : { model: models }),
    ...(batchId === undefined ? {} : { batchId }),
  }
  let count = 0
  let beforeId: string | undefined
  for (;;) {
    const page = { limit: RUNNING_BATCH, ...(beforeId === undefined ? {} : { beforeId }) }
    const tasks = await parts.store.listTasks({ ...which, ...page })
    const asked = tasks.filter(({ createdAt }) => createdAt < createdBefore)
    const outcomes = await Promise.all(asked.map((task) => parts.cancel(task)))
    count += outcomes.filter((task) => task && parts.isTaken(task)).length
    beforeId = tasks.at(-1)?.id
    if (tasks.length < RUNNING_BATCH) return count
  }
}
