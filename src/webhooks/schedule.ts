import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/clock.ts'

/** The wait after the first attempt, the second, … Together 68.7 hours: a receiver has about three days to come back. */
const WAITS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
  24 * HOUR_MS,
] as const

/** Spread, so that what failed together does not come back together. */
const JITTER = 0.2
const MAX_RETRY_AFTER_MS = DAY_MS

/**
 * When a delivery is tried again after `attempts` attempts have failed; null when it is given up, after eleven attempts
 * in about three days. `retryAfterSeconds` is what the receiver asked for (with 429 or 503): a later time than the
 * schedule's is honoured, up to a day, an earlier one is not. `random` gives 0 to 1.
 */
export function nextAttemptAt(
  attempts: number,
  now: number,
  random: () => number,
  retryAfterSeconds: number | null = null,
): number | null {
  const waitMs = WAITS_MS[attempts - 1]
  if (waitMs === undefined) return null
  const scheduledMs = waitMs * (1 - JITTER + 2 * JITTER * random())
  const askedMs = Math.min((retryAfterSeconds ?? 0) * SECOND_MS, MAX_RETRY_AFTER_MS)
  return now + Math.round(Math.max(scheduledMs, askedMs))
}
