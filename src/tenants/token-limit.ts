import { LRUCache } from 'lru-cache'
import type { Caller } from '../core/caller.ts'
import { type Clock, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { RateState } from './rate-limit.ts'

/** Ends what was set aside, with the tokens that were used in the end. Only its first call counts. */
export type SettleTokens = (used: number) => void

export interface TokenLimit {
  /**
   * Sets aside what a call may use, at most a whole minute's worth: a call that may use more waits for a full minute.
   * Throws `rate_limited`, with `retryAfterSeconds`; not where it is nothing, by which what was used is counted afterwards.
   */
  take(caller: Pick<Caller, 'keyId' | 'tokensPerMinute'>, tokens: number): SettleTokens
  /** Undefined for a key without a limit. */
  stateOf(caller: Pick<Caller, 'keyId' | 'tokensPerMinute'>): RateState | undefined
}

interface Bucket {
  /** Tokens that may be used now; below 0 after calls that used more than they had set aside. */
  level: number
  filledAt: number
}

const UNLIMITED: SettleTokens = () => {}

/**
 * The tokens that the calls of a key use in a minute: a bucket for each key that fills all the time. Kept in this process: with
 * several nodes, a key has this rate at each of them.
 */
export function openTokenLimit(clock: Clock): TokenLimit {
  const buckets = new LRUCache<string, Bucket>({ max: 10_000 })

  function bucketOf(keyId: string, perMinute: number): Bucket {
    const now = clock.now()
    const bucket = buckets.get(keyId) ?? { level: perMinute, filledAt: now }
    // A clock that was set back fills nothing.
    const gained = (Math.max(0, now - bucket.filledAt) * perMinute) / MINUTE_MS
    bucket.level = Math.min(perMinute, bucket.level + gained)
    bucket.filledAt = now
    buckets.set(keyId, bucket)
    return bucket
  }

  return {
    take({ keyId, tokensPerMinute }, tokens) {
      if (tokensPerMinute === null) return UNLIMITED
      const bucket = bucketOf(keyId, tokensPerMinute)
      const taken = Math.min(tokens, tokensPerMinute)
      if (taken > 0 && bucket.level < taken) throw exceeded(tokensPerMinute, tokens, bucket.level, taken)
      bucket.level -= taken
      let isSettled = false
      return (used) => {
        if (isSettled) return
        isSettled = true
        bucketOf(keyId, tokensPerMinute).level += taken - used
      }
    },
    stateOf({ keyId, tokensPerMinute }) {
      if (tokensPerMinute === null) return undefined
      const { level } = bucketOf(keyId, tokensPerMinute)
      return {
        perMinute: tokensPerMinute,
        remaining: Math.max(0, Math.floor(level)),
        resetSeconds: secondsFor(tokensPerMinute - level, tokensPerMinute),
      }
    },
  }
}

function secondsFor(tokens: number, perMinute: number): number {
  return Math.ceil((tokens * MINUTE_MS) / perMinute / SECOND_MS)
}

function exceeded(perMinute: number, tokens: number, level: number, needed: number): PolyphonyError {
  const seconds = Math.max(1, secondsFor(needed - level, perMinute))
  return new PolyphonyError(
    'rate_limited',
    `The key may use ${perMinute} tokens a minute; ${Math.max(0, Math.floor(level))} are left, and this call may use ${tokens}. Try again in ${seconds} s, or ask for fewer tokens of output.`,
    { retryAfterSeconds: seconds },
  )
}
