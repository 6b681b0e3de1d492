import { LRUCache } from 'lru-cache'
import { type Clock, MINUTE_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'

interface Bucket {
  /** The level in microseconds of filling time: whole numbers, since sums of fractions fall short of a whole request. */
  levelUs: number
  filledAt: number
}

const FULL_US = MINUTE_MS * 1_000

/** How much of its limit a key has left. */
export interface RateState {
  perMinute: number
  /** Requests that would be accepted now. */
  remaining: number
  /** Until the limit is whole again. */
  resetSeconds: number
}

export interface RateLimiter {
  (keyId: string, perMinute: number): void
  stateOf(keyId: string, perMinute: number): RateState
}

/**
 * A token bucket for each key, as large as a minute's worth of requests. Throws `rate_limited`, with `retryAfterSeconds`,
 * when it is empty. Kept in this process: with several nodes, a key has this rate at each of them.
 */
export function openRateLimit(clock: Clock): RateLimiter {
  const buckets = new LRUCache<string, Bucket>({ max: 10_000 })
  function levelOf(keyId: string): number {
    const bucket = buckets.get(keyId)
    if (!bucket) return FULL_US
    // A clock that was set back fills nothing.
    const gainedUs = Math.max(0, clock.now() - bucket.filledAt) * 1_000
    return Math.min(FULL_US, bucket.levelUs + gainedUs)
  }

  function take(keyId: string, perMinute: number): void {
    const now = clock.now()
    const levelUs = levelOf(keyId)
    const costUs = Math.floor(FULL_US / perMinute)
    if (levelUs < costUs) {
      buckets.set(keyId, { levelUs, filledAt: now })
      const seconds = Math.ceil((costUs - levelUs) / 1_000_000)
      throw new PolyphonyError('rate_limited', messageOf(perMinute, seconds), {
        retryAfterSeconds: seconds,
        requestsPerMinute: perMinute,
      })
    }
    buckets.set(keyId, { levelUs: levelUs - costUs, filledAt: now })
  }

  function stateOf(keyId: string, perMinute: number): RateState {
    const levelUs = levelOf(keyId)
    const remaining = Math.floor(levelUs / Math.floor(FULL_US / perMinute))
    return { perMinute, remaining, resetSeconds: Math.ceil((FULL_US - levelUs) / 1_000_000) }
  }

  return Object.assign(take, { stateOf })
}

function messageOf(perMinute: number, seconds: number): string {
  return `The key may send ${perMinute} requests a minute; try again in ${seconds} s.`
}
