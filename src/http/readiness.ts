import { SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'

/** Resolves to 'ready', or to the reason why not, in a few words for the operator. */
export type Readiness = () => Promise<string>

export interface ReadinessOptions {
  /** Rejects when the database does not answer. */
  read: () => Promise<unknown>
  /** Rejects when nothing can be written: `storage_full` where there is no room. */
  write: () => Promise<void>
  now?: () => number
}

const WITHIN_MS = 2 * SECOND_MS
/** How long a result is reused: a load balancer may ask every second, and each check writes to the disk. */
const KEPT_MS = 3 * SECOND_MS
/** How long the disk counts as full after a 507. It may be another machine's disk, so that only such an answer shows it. */
const FULL_FOR_MS = 10 * SECOND_MS

/** Call `noteFull` when a request could not be stored because the disk is full. */
export function openReadiness({ read, write, now = Date.now }: ReadinessOptions): {
  readiness: Readiness
  noteFull: () => void
} {
  let fullAt = Number.NEGATIVE_INFINITY
  let last: { at: number; writes: Promise<string> } | undefined

  const writing = (): Promise<string> => {
    if (!last || Math.abs(now() - last.at) >= KEPT_MS) {
      last = {
        at: now(),
        writes: within(
          write().then(() => 'ready', writeProblem),
          'the disk does not answer',
        ),
      }
    }
    return last.writes
  }

  return {
    noteFull() {
      fullAt = now()
    },
    async readiness() {
      const [reads, writes] = await Promise.all([
        within(
          read().then(
            () => 'ready',
            () => NO_DATABASE,
          ),
          NO_DATABASE,
        ),
        writing(),
      ])
      if (reads !== 'ready') return reads
      return writes === 'ready' && now() - fullAt < FULL_FOR_MS ? FULL : writes
    },
  }
}

const NO_DATABASE = 'the database does not answer'
const FULL = 'the disk is full'

function writeProblem(error: unknown): string {
  return error instanceof PolyphonyError && error.code === 'storage_full' ? FULL : 'files cannot be written'
}

async function within(work: Promise<string>, late: string): Promise<string> {
  const timedOut = Promise.withResolvers<string>()
  const timer = setTimeout(timedOut.resolve, WITHIN_MS, late)
  timer.unref()
  try {
    return await Promise.race([work, timedOut.promise])
  } finally {
    clearTimeout(timer)
  }
}
