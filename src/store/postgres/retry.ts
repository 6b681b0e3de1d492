import { setTimeout as delay } from 'node:timers/promises'
import { PolyphonyError } from '../../core/errors.ts'
import { asPolyphonyError, isCollision, isLost, NoAnswer } from './errors.ts'
import type { Pool } from './pool.ts'

type RetryRules = Pick<Pool, 'limits' | 'outageMs'>

const MAX_COLLISIONS = 5
const COLLISION_PAUSE_MS = 20
/**
 * No retry begins later than this after the first try, or after the beginning of an outage. So a restart goes unnoticed, and
 * an outage is reported soon, and later at once.
 */
const TRY_UNTIL_MS = 4_000
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 250

/**
 * Calls `attempt` until it succeeds, fails in a way that a retry cannot help, or the pool's limit for a verb has
 * passed. Rejects with a PolyphonyError.
 *
 * An attempt is repeated only if nothing of it can be stored: after a collision, and after a lost connection. A transaction
 * that lost its connection after the commit was sent rejects with OutcomeUnknown, and is not repeated.
 */
export async function retrying<T>(pool: RetryRules, attempt: () => Promise<T>): Promise<T> {
  // No AbortController: aborting makes an error with a stack, for every verb.
  let isOver = false
  try {
    return await within(
      pool.limits.verbMs,
      repeat(pool, attempt, () => isOver),
    )
  } catch (error) {
    throw asPolyphonyError(error)
  } finally {
    isOver = true
  }
}

async function repeat<T>(pool: RetryRules, attempt: () => Promise<T>, isOver: () => boolean): Promise<T> {
  const startedAt = performance.now()
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      const elapsedMs = Math.max(performance.now() - startedAt, pool.outageMs())
      const pauseMs = pauseAfter(error, tries)
      if (pauseMs === undefined || isOver() || elapsedMs + pauseMs > TRY_UNTIL_MS) throw error
      await delay(pauseMs)
    }
  }
}

/** How long to wait before the next try, in milliseconds. Undefined: no further try. */
function pauseAfter(error: unknown, tries: number): number | undefined {
  if (error instanceof PolyphonyError) return undefined
  // At random times, so that the two transactions do not collide again.
  if (isCollision(error)) return tries < MAX_COLLISIONS ? Math.random() * COLLISION_PAUSE_MS * tries : undefined
  if (isLost(error)) return Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS)
  return undefined
}

/** Rejects at the limit. The work that is still under way ends by the limits of its connection. */
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
