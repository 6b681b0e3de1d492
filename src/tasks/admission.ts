import { PolyphonyError } from '../core/errors.ts'

export interface AdmissionLimits {
  /** Tasks that may be on their way into the store at once; a batch that comes alone may be larger. */
  maxQueued: number
  /** How long a submission may have to wait for the store; what would wait longer is refused. */
  maxWaitMs: number
}

/** Lets in what the store can take in time, and refuses the rest before it costs anything. */
export interface Admission {
  /** Counts a submission until the returned function is called. Throws `overloaded`, with a time to come back. */
  enter(tasks: number): () => void
  /** Runs a write of so many tasks, and learns from it how fast the store is. */
  measured<Result>(tasks: number, write: () => Promise<Result>): Promise<Result>
}

interface Write {
  startedAt: number
  tasks: number
  /** Tasks that were to be written before it was done, its own included. */
  queued: number
}

/** Below this, a write's time is that of the disk and not that of the queue. */
const TELLING_QUEUE = 32
/** What was learned long ago, under other loads, is no measure. */
const FORGET_MS = 10_000
/** The weight of the newest measurement. */
const SHARE = 0.2

/**
 * The queue before the store is bounded by its length and by the time that the last of it would wait: the age of the oldest
 * write under way, or the queue's length times what a task took lately. Refusing is the only way to keep that time short:
 * whoever is queued beyond it has often given up, and is served in vain.
 */
export function openAdmission({ maxQueued, maxWaitMs }: AdmissionLimits, nowMs = () => performance.now()): Admission {
  /** In the order in which they began. */
  const writes = new Set<Write>()
  let entered = 0
  let queued = 0
  let msPerTask = 0
  let learnedAt = 0

  function expectedWaitMs(): number {
    const now = nowMs()
    const [oldest] = writes
    const ageMs = oldest === undefined ? 0 : now - oldest.startedAt
    const queueMs = now - learnedAt < FORGET_MS ? queued * msPerTask : 0
    return Math.max(ageMs, queueMs)
  }

  function learn({ startedAt, queued: before }: Write): void {
    if (before < TELLING_QUEUE) return
    const now = nowMs()
    const sample = (now - startedAt) / before
    msPerTask = now - learnedAt < FORGET_MS ? (1 - SHARE) * msPerTask + SHARE * sample : sample
    learnedAt = now
  }

  return {
    enter(tasks) {
      const waitMs = expectedWaitMs()
      // A batch larger than the queue must be able to come in some time: when nothing else is there.
      if (entered > 0 && (entered + tasks > maxQueued || waitMs > maxWaitMs)) throw overloaded(waitMs)
      entered += tasks
      return () => {
        entered -= tasks
      }
    },
    async measured(tasks, write) {
      queued += tasks
      const one: Write = { startedAt: nowMs(), tasks, queued }
      writes.add(one)
      try {
        return await write()
      } finally {
        writes.delete(one)
        queued -= tasks
        learn(one)
      }
    },
  }
}

function overloaded(waitMs: number): PolyphonyError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000))
  return new PolyphonyError(
    'overloaded',
    `More tasks are sent than can be stored in time; nothing was stored. Send this again in ${seconds} s.`,
    { retryAfterSeconds: seconds },
  )
}
