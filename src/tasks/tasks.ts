import type { Logger } from 'pino'
import type { Attempt } from '../core/attempt.ts'
import type { Batch } from '../core/batch.ts'
import { type Caller, isOwn, scopeOf } from '../core/caller.ts'
import { SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { isId } from '../core/ids.ts'
import { isTerminal, type Task } from '../core/task.ts'
import type { TaskFilter } from '../core/task-filter.ts'
import type { Balance } from '../core/tenant.ts'
import { type CancelManyFilter, cancelMany } from './cancel-many.ts'
import type { Durations } from './durations.ts'
import { type FeedEvent, openFeed } from './feed.ts'
import type { Moves } from './moves.ts'
import { RESTORABLE_MS } from './retention.ts'
import { openSubmit, type Submit } from './submit.ts'
import type { SubmitParts } from './submit-parts.ts'
import { openTaskReader } from './task-reader.ts'
import { openWaitPlaces, type WaitLimits, type WaitPlace } from './wait-places.ts'
import { openWatchers } from './watch.ts'

export type { BatchSubmission, Submission } from './submission.ts'

/** What dialects do with tasks. Every verb sees only the tasks of the caller's tenant and of its key's mode. */
export interface Tasks extends Submit {
  /** Throws `task_not_found`. */
  get(id: string, caller: Caller): Promise<Task>
  /** An ended task of the caller's, if it is in memory: the same object each time. */
  peek(id: string, caller: Caller): Task | undefined
  /** Of any tenant: for routes that carry no key, where the id is the secret. Undefined when there is no such task. */
  findOpenly(id: string): Promise<Task | undefined>
  /** As `findOpenly`, but as soon as `isOver` holds of it, whatever changed, or as it is when `signal` aborts. */
  awaitOpenly(id: string, isOver: (task: Task) => boolean, signal: AbortSignal): Promise<Task | undefined>
  /** Those of the ids that exist. */
  getMany(ids: string[], caller: Caller): Promise<Task[]>
  /** Newest first; `beforeId` pages on from a task, `offset` from a row. One at most was made under an `idempotencyKey`. */
  list(
    filter: OwnFilter & {
      limit: number
      offset?: number
      beforeId?: string
      idempotencyKey?: string
      /** A part of the input or of a title, in upper or lower case. */
      search?: string
    },
    caller: Caller,
  ): Promise<Task[]>
  count(filter: OwnFilter, caller: Caller): Promise<number>
  /**
   * Cancels a task that waits or that its provider can end; its hold is released. While a vendor is being called, nothing
   * is known of the work: the cancel is carried out when the call has an outcome, and the task is given back with
   * `cancelRequestedAt` if it has none after two seconds. What a vendor has and cannot end goes on and is charged, and so is a task of
   * which a whole song can be heard. Throws `not_cancellable`, `task_not_found`.
   */
  cancel(id: string, caller: Caller): Promise<Task>
  /**
   * Cancels the tasks that were created before `createdBefore`: those that wait, and those that their providers can end, as
   * `cancel` does. Returns how many.
   */
  cancelMany(filter: CancelManyFilter, caller: Caller): Promise<number>
  /** Throws `task_not_found`. */
  getBatch(id: string, caller: Caller): Promise<Batch>
  /**
   * A place to wait in, for a request that waits for a task which it submits first: taken before, so that nothing is
   * submitted when there is none. Throws `too_many_waiting`.
   */
  placeToWait(caller: Caller): WaitPlace
  /**
   * The task when it ends, or as it is after `timeoutMs`. Without a `place` it takes one for as long as it waits: throws
   * `too_many_waiting`.
   */
  wait(
    id: string,
    caller: Caller,
    options: { timeoutMs: number; signal: AbortSignal; place?: WaitPlace },
  ): Promise<Task>
  /** Every state from now on, to the end. Without a `place` it takes one: throws `too_many_waiting`. */
  watch(id: string, caller: Caller, signal: AbortSignal, place?: WaitPlace): Promise<AsyncGenerator<Task>>
  /** News of all of the caller's tasks, as `Feed.follow` gives them. Throws `too_many_waiting`. */
  follow(caller: Caller, lastId: string | undefined, signal: AbortSignal): AsyncGenerator<FeedEvent[]>
  /** Marks a task as a favourite, or no more. Throws `task_not_found`. */
  mark(id: string, isFavourite: boolean, caller: Caller): Promise<Task>
  /**
   * Deletes a task that has ended: it is hidden at once, and purged with its files after a minute; until `restorableUntil` it
   * can be restored. The ledger stays. Throws `task_not_found`, and `conflict` for one that has not ended.
   */
  remove(id: string, caller: Caller): Promise<{ restorableUntil: number }>
  /** Throws `task_not_found` for one that is gone. */
  restore(id: string, caller: Caller): Promise<Task>
  /** Newest first; `beforeId` pages on from a batch. */
  listBatches(page: { limit: number; beforeId?: string }, caller: Caller): Promise<Batch[]>
  balance(caller: Caller): Promise<Balance>
  /** Every call of a provider for a task, the first one first. Throws `task_not_found`. */
  attempts(id: string, caller: Caller): Promise<Attempt[]>
  /** How many tasks are before a waiting one, and how long that may take. Throws `task_not_found`. */
  queuePosition(id: string, caller: Caller): Promise<QueuePosition>
  close(): void
}

type OwnFilter = Omit<TaskFilter, 'tenantId' | 'mode'>

/** A waiting task's position in the queue for its operation. */
export interface QueuePosition {
  /** null = it does not wait. */
  ahead: number | null
  /** Until a provider begins, in milliseconds; null = unknown. */
  estimateMs: number | null
}

export interface TasksOptions extends Omit<SubmitParts, 'find' | 'get'> {
  moves: Moves
  /** As `Work.cancel`. */
  cancel: (task: Task) => Promise<Task | undefined>
  durations: Durations
  waits: WaitLimits
  log: Logger
}

/** Most calls of vendors have an outcome within this, and the client reads it at once. */
const CANCEL_WAIT_MS = 2 * SECOND_MS

export function openTasks(options: TasksOptions): Tasks {
  const { store } = options
  const watchers = openWatchers(store)
  const reader = openTaskReader(store)
  const takePlace = openWaitPlaces(options.waits)
  const { clock, log } = options
  const feed = openFeed({ store, clock, log })

  async function get(id: string, caller: Caller): Promise<Task> {
    const task = await reader.find(id)
    // Another tenant's task, or one of the other mode, is answered like one that does not exist.
    if (!task || !isOwn(caller, task)) return notFound(id)
    return task
  }

  /** The task as it is when its cancel is carried out or over, or after a while. */
  function outcomeOfCancel(id: string, caller: Caller): Promise<Task> {
    const isOver = ({ cancelRequestedAt }: Task) => cancelRequestedAt === null
    return watchers.until(id, () => get(id, caller), isOver, AbortSignal.timeout(CANCEL_WAIT_MS))
  }

  /** Whether the provider ends work at all, once it has it. */
  const mayBeEnded = ({ account }: Task) =>
    account !== null && options.accounts.find(account)?.provider.cancel !== undefined

  /** Whether a cancel of this task was taken. */
  const isTaken = (task: Task) => task.status === 'cancelled' || (task.cancelRequestedAt !== null && mayBeEnded(task))

  async function watch(
    id: string,
    caller: Caller,
    signal: AbortSignal,
    given?: WaitPlace,
  ): Promise<AsyncGenerator<Task>> {
    await get(id, caller)
    const states = watchers.watch(id, () => get(id, caller), signal)
    if (given) return states
    const place = takePlace(caller.keyId)
    // Also for a reader that goes before it reads anything.
    signal.addEventListener('abort', () => place[Symbol.dispose](), { once: true })
    return whileHeld(place, states)
  }

  return {
    ...openSubmit({ ...options, find: reader.find, get }),
    get,
    peek(id, caller) {
      const task = reader.peek(id)
      return task && isOwn(caller, task) ? task : undefined
    },
    watch,
    findOpenly: reader.find,
    async awaitOpenly(id, isOver, signal) {
      const task = await reader.find(id)
      if (!task || isOver(task)) return task
      return watchers.until(id, async () => (await reader.find(id)) ?? notFound(id), isOver, signal)
    },
    async getMany(ids, caller) {
      return (await reader.findMany(ids)).filter((task) => isOwn(caller, task))
    },
    list: (filter, caller) => store.listTasks({ ...filter, ...scopeOf(caller) }),
    count: (filter, caller) => store.countTasks({ ...filter, ...scopeOf(caller) }),
    async cancel(id, caller) {
      const asked = await options.cancel(await get(id, caller))
      const task = asked?.status === 'cancelled' ? asked : await outcomeOfCancel(id, caller)
      if (asked && isTaken(task)) return task
      throw new PolyphonyError('not_cancellable', refusalOf(task))
    },
    async getBatch(id, caller) {
      const batch = isId(id) ? await store.getBatch({ id }) : undefined
      if (!batch || !isOwn(caller, batch)) throw new PolyphonyError('task_not_found', `No batch ${id}.`)
      return batch
    },
    cancelMany: (filter, caller) => cancelMany({ ...options, isTaken }, filter, caller),
    follow(caller, lastId, signal) {
      const place = takePlace(caller.keyId)
      signal.addEventListener('abort', () => place[Symbol.dispose](), { once: true })
      return whileHeld(place, feed.follow(scopeOf(caller), lastId, signal))
    },
    async mark(id, isFavourite, caller) {
      await get(id, caller)
      const marked = await store.markTask({ id, favouriteAt: isFavourite ? clock.now() : null })
      return marked ?? notFound(id)
    },
    async remove(id, caller) {
      const { status } = await get(id, caller)
      if (!isTerminal(status)) {
        throw new PolyphonyError('conflict', `Task ${id} is ${status}; cancel it, or wait for its end, to delete it.`)
      }
      const hidden = await store.hideTask({ id, now: clock.now() })
      return { restorableUntil: (hidden?.deletedAt ?? notFound(id)) + RESTORABLE_MS }
    },
    async restore(id, caller) {
      const task = isId(id) ? await store.getTask({ id }) : undefined
      if (!task || !isOwn(caller, task)) return notFound(id)
      if (task.deletedAt === null) return task
      return (await store.restoreTask({ id, hiddenAfter: clock.now() - RESTORABLE_MS })) ?? notFound(id)
    },
    listBatches: (page, caller) => store.listBatches({ ...page, ...scopeOf(caller) }),
    placeToWait: ({ keyId }) => takePlace(keyId),
    async wait(id, caller, { timeoutMs, signal, place }) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeoutMs))])
      const placeOf = () => (place ? null : takePlace(caller.keyId))
      return watchers.end(id, () => get(id, caller), placeOf, limit)
    },
    async attempts(id, caller) {
      await get(id, caller)
      return store.listAttempts({ taskId: id })
    },
    async queuePosition(id, caller) {
      const { pool, operation } = await get(id, caller)
      const ahead = await store.countAhead({ id })
      if (ahead === null) return { ahead: null, estimateMs: null }
      const accountsOfIt = options.accounts.offers(pool, [operation]).flatMap((offer) => offer.accounts)
      const slots = accountsOfIt.reduce((sum, account) => sum + account.slots, 0)
      const taskMs = options.durations.estimate(operation)
      const isKnown = taskMs !== undefined && slots > 0
      return { ahead, estimateMs: isKnown ? Math.ceil((ahead + 1) / slots) * taskMs : null }
    },
    async balance(caller) {
      const balance = await store.getBalance({ tenantId: caller.tenantId })
      if (!balance) throw new PolyphonyError('internal', 'The tenant has no balance.')
      return balance
    },
    close() {
      reader.close()
      watchers.close()
      feed.close()
    },
  }
}

function refusalOf({ id, status, cancelRequestedAt }: Task): string {
  if (isTerminal(status)) return `Task ${id} is ${status}; it cannot be cancelled any more.`
  const rule = 'its provider does not end work that it has; only a waiting task can be cancelled.'
  if (cancelRequestedAt === null)
    return `Task ${id} is ${status}, and its provider has the work and does not end it any more.`
  return `Task ${id} is being handed over, and ${rule} If the provider turns it away, it is not tried again.`
}

function notFound(id: string): never {
  throw new PolyphonyError('task_not_found', `No task ${id}.`)
}

/** What comes; the place is given back when it ends or the reader stops. */
async function* whileHeld<Item>(place: WaitPlace, states: AsyncGenerator<Item>): AsyncGenerator<Item> {
  using _held = place
  yield* states
}
