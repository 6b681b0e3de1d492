import type { Asset } from '../core/asset.ts'
import { elapsedMs, type Mark, markOf, SECOND_MS } from '../core/clock.ts'
import type { Task } from '../core/task.ts'
import type { TaskEvent } from '../core/transitions.ts'
import type { TaskParts } from './parts.ts'

/** A lease on a task, for as long as this process works on it. */
export interface Lease {
  /** The task as this process last wrote or read it. */
  readonly task: Task
  /** Aborts when the task's time is over, or the lease is lost. */
  readonly signal: AbortSignal
  /** The task is not ours any more; whatever we know of it must not be written. */
  readonly lost: boolean
  readonly timedOut: boolean
  /** Whether the lease certainly still runs: looked at right before a paid request leaves. */
  isHeld(): boolean
  /** Writes what happened. Undefined when the task is not ours any more, or the event does not apply to it. */
  move(event: TaskEvent, assets?: readonly Asset[]): Promise<Task | undefined>
  release(): void
}

export interface Leases {
  /** Who this process is to the store. */
  readonly holder: string
  readonly leaseMs: number
  /** `since` is the moment before the claim was sent; `until` is when the work is ended, by default the deadline. */
  hold(task: Task, since: Mark, until?: number): Lease
  /** Progress of work that runs in this process; the first report says that it has begun. */
  report(task: Task, percent: number): void
  /** Aborts this process's work on a task that has already ended. */
  abort(id: string): void
  /** A task that this process has in hand, as it last wrote or read it; undefined for one that is another's. */
  inHand(id: string): Task | undefined
  /** How many tasks this process has in hand. */
  count(): number
  /** Extends what is held; by itself it does so three times a lease. */
  renew(): Promise<void>
  /** Drops every lease: work in this process is aborted, and the tasks become due at once. */
  dropAll(): Promise<void>
  close(): void
}

interface Held {
  task: Task
  claim: number
  since: Mark
  controller: AbortController
  deadline: NodeJS.Timeout
  lost: boolean
  timedOut: boolean
  begun: boolean
  reportedAt: number
}

const REPORT_EVERY_MS = SECOND_MS
const MAX_TIMER_MS = 2 ** 31 - 1
/** What is left of a lease at least when a paid request leaves: the way to the vendor takes time, too. */
const MARGIN_MS = SECOND_MS

export function openLeases(parts: TaskParts, { leaseMs, holder }: Pick<Leases, 'leaseMs' | 'holder'>): Leases {
  const { store, moves, clock, log } = parts
  const held = new Map<string, Held>()

  function lose(one: Held): void {
    one.lost = true
    one.controller.abort(new Error('The lease was lost.'))
  }

  async function renew(): Promise<void> {
    const leases = [...held.values()].map(({ task, claim }) => ({ id: task.id, claim }))
    const since = markOf(clock)
    const kept = new Set(await store.renewLeases({ leases, leaseMs, holder, now: clock.now() }))
    for (const { id, claim } of leases) {
      const one = held.get(id)
      if (!one || one.claim !== claim) continue
      if (kept.has(id)) one.since = since
      else lose(one)
    }
  }

  // One timer for all, so that a task in hand costs none of its own; three beats fit in a lease.
  let renewing = false
  const heartbeat = setInterval(() => {
    if (renewing) return
    renewing = true
    renew()
      .catch((error: unknown) => log.warn({ err: error }, 'leases could not be renewed; trying again'))
      .finally(() => {
        renewing = false
      })
  }, leaseMs / 3)
  heartbeat.unref()

  async function move(one: Held, event: TaskEvent, assets: readonly Asset[] = []): Promise<Task | undefined> {
    const since = markOf(clock)
    // Not when only the time of the task is over: its end is still to be written.
    const after = await moves.move(one.task, event, { assets, isGivenUp: () => one.lost })
    if (!after) return undefined
    if (after.version > one.task.version) one.task = after
    if (event.kind === 'called') one.since = since
    return after
  }

  return {
    holder,
    leaseMs,
    hold(task, since, until = task.deadlineAt) {
      const controller = new AbortController()
      const expire = () => {
        one.timedOut = true
        controller.abort(new Error('The task was not done in time.'))
      }
      const one: Held = {
        task,
        claim: task.claim,
        since,
        controller,
        deadline: setTimeout(expire, Math.min(MAX_TIMER_MS, Math.max(0, until - clock.now()))),
        lost: false,
        timedOut: false,
        begun: task.status === 'processing',
        reportedAt: 0,
      }
      held.set(task.id, one)
      return leaseOf(one, {
        isHeld: () => !one.lost && elapsedMs(one.since, clock) < leaseMs - MARGIN_MS,
        move: (event, assets) => move(one, event, assets),
        release() {
          clearTimeout(one.deadline)
          if (held.get(one.task.id) === one) held.delete(one.task.id)
        },
      })
    },
    report({ id }, percent) {
      const one = held.get(id)
      const now = clock.now()
      if (!one || one.lost || (one.begun && now - one.reportedAt < REPORT_EVERY_MS)) return
      const event: TaskEvent = one.begun
        ? { kind: 'progressed', progress: percent, dueAt: null }
        : { kind: 'started', progress: percent }
      one.begun = true
      one.reportedAt = now
      move(one, event).catch((error: unknown) => log.warn({ err: error, taskId: id }, 'progress could not be stored'))
    },
    abort(id) {
      const one = held.get(id)
      if (one) lose(one)
    },
    inHand(id) {
      const one = held.get(id)
      return one?.lost === false ? one.task : undefined
    },
    count: () => held.size,
    renew,
    async dropAll() {
      const dropped = [...held.values()]
      for (const one of dropped) lose(one)
      // Due at once: another process, or the next start, need not wait until these leases run out.
      const isGivenUp = () => true // a database that does not answer is not waited for: the leases run out then
      const released = dropped.map(({ task }) => moves.move(task, { kind: 'released' }, { isGivenUp }))
      const faults = (await Promise.allSettled(released)).flatMap((one) =>
        one.status === 'rejected' ? [one.reason] : [],
      )
      if (faults.length > 0) log.warn({ err: faults[0], tasks: faults.length }, 'leases could not be given back')
    },
    close() {
      clearInterval(heartbeat)
    },
  }
}

/** The lease on what is held, as it is at each moment. */
function leaseOf(one: Held, verbs: Pick<Lease, 'isHeld' | 'move' | 'release'>): Lease {
  return {
    signal: one.controller.signal,
    get task() {
      return one.task
    },
    get lost() {
      return one.lost
    },
    get timedOut() {
      return one.timedOut
    },
    ...verbs,
  }
}
