import { setTimeout as delay } from 'node:timers/promises'
import { PolyphonyError } from '../../core/errors.ts'
import { asPolyphonyError, isCollision, isLost, NoAnswer } from './errors.ts'
import type { Pool } from './pool.ts'

type RetryRules = Pick<Pool, 'limits' | 'outageMs'>

const MAX_COLLISIONS = 5
const COLLISION_PAUSE_MS = 20
/**
 * No further try begins later than this after the first, or after the beginning of an outage: a restart goes unnoticed, and
 * an outage is reported soon, later on at once.
 */
const TRY_UNTIL_MS = 4_000
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 250

/**
 * Calls `attempt` until it succeeds, fails in a way that is no better the next time, or the pool's limit for a verb has
 * passed. Rejects with a PolyphonyError.
 *
 * An attempt is repeated only when nothing of it can be stored: after a collision, and after a connection was lost, which
 * an attempt in a transaction rejects with as OutcomeUnknown once it has sent its commit. That one is not repeated.
 */
export async function retrying<T>(pool: RetryRules, attempt: () => Promise<T>): Promise<T> {
  const stopped = new AbortController()
  try {
    return await within(pool.limits.verbMs, repeat(pool, attempt, stopped.signal))
  } catch (error) {
    throw asPolyphonyError(error)
  } finally {
    stopped.abort()
  }
}

async function repeat<T>(pool: RetryRules, attempt: () => Promise<T>, stopped: AbortSignal): Promise<T> {
  const startedAt = performance.now()
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      const elapsedMs = Math.max(performance.now() - startedAt, pool.outageMs())
      const pauseMs = pauseAfter(error, tries)
      if (pauseMs === undefined || stopped.aborted || elapsedMs + pauseMs > TRY_UNTIL_MS) throw error
      await delay(pauseMs)
    }
  }
}

/** How long to wait before another try. Undefined: no other try. */
function pauseAfter(error: unknown, tries: number): number | undefined {
  if (error instanceof PolyphonyError) return undefined
  // Apart from one another, so that the two that met do not meet again.
  if (isCollision(error)) return tries < MAX_COLLISIONS ? Math.random() * COLLISION_PAUSE_MS * tries : undefined
  if (isLost(error)) return Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS)
  return undefined
}

/** What is still under way at the limit ends by the limits of its connection. */
async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  if (limitMs === 0) return work
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`No answer within ${limitMs} ms.`)), limitMs)
  })
  try {
    return await Promise.race([work, expired])
  } finally {
    clearTimeout(timer)
  }
}
