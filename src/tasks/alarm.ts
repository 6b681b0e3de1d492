import type { Clock } from '../core/clock.ts'

/** Rings when the earliest of the instants that it was set for has come. */
export interface Alarm {
  /** Sets it for an instant; one that has passed rings at once. Without effect before `start` and after `stop`. */
  at(instant: number): void
  /** From now on it may be set, and calls `ring`, once for each time that it was set. */
  start(ring: () => void): void
  stop(): void
}

/** A timer for longer rings at once. Rung early, the alarm finds nothing due and is set again. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** One timer for all instants: what becomes due after the earliest one is known to the store, and set again after it. */
export function openAlarm(clock: Clock): Alarm {
  let ring: (() => void) | undefined
  let pending: { instant: number; timer: NodeJS.Timeout } | undefined
  return {
    at(instant) {
      if (!ring || (pending && pending.instant <= instant)) return
      clearTimeout(pending?.timer)
      const timer = setTimeout(
        () => {
          pending = undefined
          ring?.()
        },
        Math.min(MAX_TIMER_MS, Math.max(0, instant - clock.now())),
      )
      pending = { instant, timer }
    },
    start(listener) {
      ring = listener
    },
    stop() {
      ring = undefined
      clearTimeout(pending?.timer)
      pending = undefined
    },
  }
}
