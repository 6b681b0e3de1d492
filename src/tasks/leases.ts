import type { Logger } from 'pino'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import type { Task } from '../core/task.ts'
import type { Store } from '../store/store.ts'
import type { Announce } from './announce.ts'

/** A lease on a task, for as long as this process works on it. */
export interface Lease {
  /** Aborts when the task's time is over, or the lease is lost. */
  readonly signal: AbortSignal
  /** The task is not ours any more; whatever we know of it must not be written. */
  readonly lost: boolean
  readonly timedOut: boolean
  release(): void
}

export interface Leases {
  hold(task: Task): Lease
  /** Progress of work that runs in this process; the first report says that it has begun. */
  report(task: Task, percent: number): void
  /** Ends the work on a task that is over, if it is done here. */
  abort(id: string): void
  /** How many tasks this process has in hand. */
  count(): number
  /** Drops every lease and says which: work in this process is aborted, and the rows say how to go on. */
  dropAll(): { id: string; claim: number }[]
  close(): void
}

interface Held {
  task: Task
  controller: AbortController
  deadline: NodeJS.Timeout
  lost: boolean
  timedOut: boolean
  begun: boolean
  reportedAt: number
}

const REPORT_EVERY_MS = SECOND_MS
const MAX_TIMER_MS = 2 ** 31 - 1

export function openLeases(options: {
  store: Store
  announce: Announce
  clock: Clock
  log: Logger
  leaseMs: number
}): Leases {
  const { store, announce, clock, log, leaseMs } = options
  const held = new Map<string, Held>()

  function lose(one: Held): void {
    one.lost = true
    one.controller.abort(new Error('The lease was lost.'))
  }

  // One timer for all, so that a task in hand costs none of its own; three beats fit in a lease.
  const heartbeat = setInterval(() => {
    if (held.size === 0) return
    const leases = [...held.values()].map(({ task }) => ({ id: task.id, claim: task.claim }))
    store.renewLeases({ leases, leaseMs, now: clock.now() }).then(
      (kept) => {
        const ours = new Set(kept)
        for (const { id, claim } of leases) {
          const one = held.get(id)
          if (one && one.task.claim === claim && !ours.has(id)) lose(one)
        }
      },
      (error: unknown) => log.warn({ err: error }, 'leases could not be renewed; trying again'),
    )
  }, leaseMs / 3)
  heartbeat.unref()

  return {
    hold(task) {
      const controller = new AbortController()
      const one: Held = {
        task,
        controller,
        deadline: setTimeout(
          () => {
            one.timedOut = true
            controller.abort(new Error('The task was not done in time.'))
          },
          Math.min(MAX_TIMER_MS, Math.max(0, task.deadlineAt - clock.now())),
        ),
        lost: false,
        timedOut: false,
        begun: task.status === 'processing',
        reportedAt: 0,
      }
      held.set(task.id, one)
      return {
        signal: controller.signal,
        get lost() {
          return one.lost
        },
        get timedOut() {
          return one.timedOut
        },
        release() {
          clearTimeout(one.deadline)
          if (held.get(task.id) === one) held.delete(task.id)
        },
      }
    },
    report(task, percent) {
      const one = held.get(task.id)
      const now = clock.now()
      if (!one || one.lost || (one.begun && now - one.reportedAt < REPORT_EVERY_MS)) return
      const { id, claim } = task
      const dueAt = now + leaseMs
      const writing = one.begun
        ? store.recordProgress({ id, claim, progress: percent, dueAt, deliveries: [], now })
        : store.recordHandle({
            id,
            claim,
            handle: null,
            dueAt,
            deliveries: announce({ ...task, status: 'processing', startedAt: now }),
            now,
          })
      one.begun = true
      one.reportedAt = now
      writing.catch((error: unknown) => log.warn({ err: error, taskId: id }, 'progress could not be stored'))
    },
    abort(id) {
      const one = held.get(id)
      if (one) lose(one)
    },
    count: () => held.size,
    dropAll() {
      for (const one of held.values()) lose(one)
      return [...held.values()].map(({ task }) => ({ id: task.id, claim: task.claim }))
    },
    close() {
      clearInterval(heartbeat)
    },
  }
}
