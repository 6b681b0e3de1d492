import { LRUCache } from 'lru-cache'
import { type Clock, MINUTE_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'

interface Bucket {
  tokens: number
  filledAt: number
}

/**
 * A bucket of tokens a key, filled evenly, as large as a minute's worth. Kept in this process: on several nodes a key
 * has this rate at each.
 */
export function openRateLimit(clock: Clock): (keyId: string, perMinute: number) => void {
  const buckets = new LRUCache<string, Bucket>({ max: 10_000 })
  return (keyId, perMinute) => {
    const now = clock.now()
    const bucket = buckets.get(keyId) ?? { tokens: perMinute, filledAt: now }
    const gained = ((now - bucket.filledAt) * perMinute) / MINUTE_MS
    bucket.tokens = Math.min(perMinute, bucket.tokens + gained)
    bucket.filledAt = now
    buckets.set(keyId, bucket)
    if (bucket.tokens < 1) {
      const seconds = Math.ceil(((1 - bucket.tokens) * MINUTE_MS) / perMinute / 1_000)
      throw new PolyphonyError(
        'rate_limited',
        `The key may send ${perMinute} requests a minute; try again in ${seconds} s.`,
        { retryAfterSeconds: seconds },
      )
    }
    bucket.tokens -= 1
  }
}
