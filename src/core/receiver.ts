import { DAY_MS, MINUTE_MS, SECOND_MS } from './clock.ts'

/**
 * The state of a receiver (a tenant's webhooks to one host), as its last attempts show it:
 *
 * - new:     no attempt has ended yet
 * - quick:   the last attempt was answered within a second
 * - slow:    the last attempt was answered, later than that
 * - failing: the last attempt had no answer: refused, broken off, or timed out
 */
export const STANDINGS = ['new', 'quick', 'slow', 'failing'] as const
export type Standing = (typeof STANDINGS)[number]

/**
 * Identifies a receiver of webhooks: a host, for one tenant. Tenants that share a host have a receiver each, so that a path which
 * hangs for one of them does not stop the others' deliveries.
 */
export interface ReceiverKey {
  tenantId: string
  /** Host and port of the URL, as `URL.host` gives them: a standard port is left out. */
  host: string
}

/** The circuit breaker of a receiver. */
export interface Circuit {
  standing: Standing
  /** Rounds of attempts without an answer, one after another. */
  failures: number
  /** When the first and the last of these rounds ended. */
  failingSince: number | null
  failedAt: number | null
  /** Open until then: nothing is sent. Then one delivery is sent, and its outcome decides. Null = closed. */
  retryAt: number | null
}

export const NEW_CIRCUIT: Circuit = {
  standing: 'new',
  failures: 0,
  failingSince: null,
  failedAt: null,
  retryAt: null,
}

/** An answer that takes longer occupies a slot for so long that other receivers would notice. */
export const QUICK_MS = SECOND_MS
/** Two failures in a row can be an accident, such as a restart. */
const FAILURES_UNTIL_OPEN = 3
const FIRST_PAUSE_MS = 5 * SECOND_MS
/** The longest time for which a receiver that is back waits for due deliveries. */
const LONGEST_PAUSE_MS = 5 * MINUTE_MS
/** How long deliveries wait at a receiver that never answers, as long as the schedule of retries runs. */
export const GIVE_UP_AFTER_MS = 3 * DAY_MS

/** A receiver with due deliveries that does not answer has failed again after this time at most. */
export const LONGEST_SILENCE_MS = 2 * LONGEST_PAUSE_MS

/** The circuit after an attempt that began at `at`. Any HTTP answer is one, whatever its status. */
export function afterAttempt(
  circuit: Circuit,
  attempt: { at: number; durationMs: number; answered: boolean },
): Circuit {
  const { at, durationMs, answered } = attempt
  if (answered) return { ...NEW_CIRCUIT, standing: durationMs <= QUICK_MS ? 'quick' : 'slow' }
  // An attempt that was under way when the last failure was counted fails for the same reason, so it does not count again.
  if (circuit.failedAt !== null && at < circuit.failedAt) return { ...circuit, standing: 'failing' }
  const failures = circuit.failures + 1
  const endedAt = at + durationMs
  return {
    standing: 'failing',
    failures,
    failingSince: circuit.failingSince ?? endedAt,
    failedAt: endedAt,
    retryAt: failures < FAILURES_UNTIL_OPEN ? null : endedAt + pauseMs(failures),
  }
}

/** 5 s, doubled with every failure, up to 5 min: less than the schedule of retries waits, so a lone delivery keeps it. */
function pauseMs(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - FAILURES_UNTIL_OPEN), LONGEST_PAUSE_MS)
}

export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url
}
