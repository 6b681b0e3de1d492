import type { Logger } from 'pino'
import { PolyphonyError } from '../core/errors.ts'

export interface AdmissionOptions {
  /** Tasks that may be on their way into the store at once; a batch that comes alone may be larger. */
  maxQueued: number
  /** How long a submission may have to wait; what would wait longer is refused. */
  maxWaitMs: number
  /** How long a call may wait to be read, if that is longer. */
  maxCallWaitMs?: number
  log: Logger
  /** A clock that only runs forward, in milliseconds. */
  nowMs?: () => number
  /** Runs a function when the requests that are there now have been read. */
  afterTurn?: (done: () => void) => void
}

/** Lets in what can be stored in time, and refuses the rest before it costs much. */
export interface Admission {
  /**
   * Throws `overloaded` when requests wait too long to be read: calls, whose vendors take seconds, may wait longer than
   * tasks. Costs a look at the clock, so it can come before everything else that is done for a request.
   */
  checkTurn(kind?: 'task' | 'call'): void
  /** Counts a submission until the returned function is called. Throws `overloaded`, with a time to come back. */
  enter(tasks: number): () => void
  /** Runs a write of so many tasks, and learns from it how fast the store is. */
  measured<Result>(tasks: number, write: () => Promise<Result>): Promise<Result>
}

/** A queue that is shorter says nothing of the load: one slow disk access or one long computation makes it. */
const TELLING_QUEUE = 32
/** What is written together is done at one moment, so the speed is that over some time. */
const WINDOW_MS = 100
/** What was learned long ago, under another load, is no measure. */
const FORGET_MS = 10_000
/** The weight of the newest measurement. */
const SHARE = 0.2
/**
 * The part of the longest wait that one turn of the event loop may spend on letting in. A request waits for the turn before
 * it is read, for the rest of the turn that reads it, and for the turn that sends its answer.
 */
const TURN_PART = 0.25
/** A thousand streams that are opened at once take most of a second to read. */
const CALL_WAIT_MS = 10_000
const LOG_EVERY_MS = 10_000
const MAX_RETRY_SECONDS = 30

/**
 * There are two queues before a task is on disk, and both are bounded: requests that the process has not read yet, seen by
 * how long one turn of the event loop takes, and writes that the store has not done yet, seen by the age of the oldest, or
 * by their number and what a task took lately. Refusing early is the only way to keep them short: a client in a long
 * queue has often given up before it is served.
 */
export function openAdmission(options: AdmissionOptions): Admission {
  const {
    maxQueued,
    maxWaitMs,
    maxCallWaitMs = CALL_WAIT_MS,
    log,
    nowMs = () => performance.now(),
    afterTurn = setImmediate,
  } = options
  /** In the order in which they began. */
  const writes = new Set<{ startedAt: number }>()
  let entered = 0
  let queued = 0
  let msPerTask = 0
  /** What was written since a moment, with a telling queue all the time. */
  let window: { since: number; tasks: number } | undefined
  let learnedAt = Number.NEGATIVE_INFINITY
  let turn: { startedAt: number; requests: number } | undefined
  const errors = new Map<string, PolyphonyError>()
  let refused = 0
  let loggedAt = Number.NEGATIVE_INFINITY

  /** How long this turn has been reading requests; 0 for few of them, when it was something else that took the time. */
  function turnMs(now: number): number {
    if (turn === undefined) {
      turn = { startedAt: now, requests: 0 }
      afterTurn(() => {
        turn = undefined
      })
    }
    turn.requests += 1
    return turn.requests < TELLING_QUEUE ? 0 : now - turn.startedAt
  }

  function storeMs(now: number): number {
    const [oldest] = writes
    const ageMs = oldest === undefined ? 0 : now - oldest.startedAt
    return Math.max(ageMs, now - learnedAt < FORGET_MS ? queued * msPerTask : 0)
  }

  /** Called when so many tasks have left a queue that is as long as `queued` without them. */
  function learn(tasks: number): void {
    const now = nowMs()
    if (queued < TELLING_QUEUE) {
      window = undefined
      return
    }
    window ??= { since: now, tasks: -tasks } // what was written until now began before the window
    window.tasks += tasks
    if (now - window.since < WINDOW_MS || window.tasks === 0) return
    const sample = (now - window.since) / window.tasks
    window = { since: now, tasks: 0 }
    msPerTask = now - learnedAt < FORGET_MS ? (1 - SHARE) * msPerTask + SHARE * sample : sample
    learnedAt = now
  }

  /** One line for many refusals: a line each would cost more than the refusals themselves. */
  function noteRefusal(now: number): void {
    refused += 1
    if (now - loggedAt < LOG_EVERY_MS) return
    log.warn(
      { refused, queued, msPerTask },
      'more is sent than can be read or stored in time; some requests are refused',
    )
    refused = 0
    loggedAt = now
  }

  function refuse(now: number, waitMs: number, what: keyof typeof REASONS): never {
    noteRefusal(now)
    const seconds = Math.min(MAX_RETRY_SECONDS, Math.max(1, Math.ceil(waitMs / 1_000)))
    // One error for many refusals: most of what an error costs is its stack.
    const name = `${what} ${seconds}`
    const error = errors.get(name) ?? overloaded(REASONS[what], seconds)
    errors.set(name, error)
    throw error
  }

  return {
    checkTurn(kind = 'task') {
      const now = nowMs()
      const waitMs = turnMs(now) / TURN_PART
      const atMost = kind === 'call' ? Math.max(maxWaitMs, maxCallWaitMs) : maxWaitMs
      if (waitMs > atMost) refuse(now, waitMs, 'turn')
    },
    enter(tasks) {
      const now = nowMs()
      const waitMs = storeMs(now)
      // A batch larger than the queue must be able to come in some time: when nothing else is there.
      if (entered > 0 && (entered + tasks > maxQueued || waitMs > maxWaitMs)) refuse(now, waitMs, 'store')
      entered += tasks
      return () => {
        entered -= tasks
      }
    },
    async measured(tasks, write) {
      queued += tasks
      const one = { startedAt: nowMs() }
      writes.add(one)
      try {
        return await write()
      } finally {
        writes.delete(one)
        queued -= tasks
        learn(tasks)
      }
    },
  }
}

const REASONS = {
  turn: 'More requests are sent than can be read in time; nothing was done.',
  store: 'More tasks are sent than can be stored in time; nothing was stored.',
} as const

function overloaded(reason: string, seconds: number): PolyphonyError {
  return new PolyphonyError('overloaded', `${reason} Send this again in ${seconds} s.`, { retryAfterSeconds: seconds })
}
