import { LRUCache } from 'lru-cache'
import { type Clock, MINUTE_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'

interface Bucket {
  /** The level in microseconds of filling time: whole numbers, since sums of fractions fall short of a whole request. */
  levelUs: number
  filledAt: number
}

const FULL_US = MINUTE_MS * 1_000

/**
 * A token bucket for each key, as large as a minute's worth of requests. Throws `rate_limited`, with `retryAfterSeconds`,
 * when it is empty. Kept in this process: with several nodes, a key has this rate at each of them.
 */
export function openRateLimit(clock: Clock): (keyId: string, perMinute: number) => void {
  const buckets = new LRUCache<string, Bucket>({ max: 10_000 })
  return (keyId, perMinute) => {
    const now = clock.now()
    const bucket = buckets.get(keyId) ?? { levelUs: FULL_US, filledAt: now }
    // A clock that was set back fills nothing.
    const gainedUs = Math.max(0, now - bucket.filledAt) * 1_000
    const levelUs = Math.min(FULL_US, bucket.levelUs + gainedUs)
    const costUs = Math.floor(FULL_US / perMinute)
    if (levelUs < costUs) {
      buckets.set(keyId, { levelUs, filledAt: now })
      const seconds = Math.ceil((costUs - levelUs) / 1_000_000)
      throw new PolyphonyError(
        'rate_limited',
        `The key may send ${perMinute} requests a minute; try again in ${seconds} s.`,
        { retryAfterSeconds: seconds },
      )
    }
    buckets.set(keyId, { levelUs: levelUs - costUs, filledAt: now })
  }
}
