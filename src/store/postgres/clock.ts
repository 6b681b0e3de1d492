import { type Clock, SECOND_MS, stopwatch } from '../../core/clock.ts'

/** Readings of the last seconds; the one with the shortest round trip is the most exact. */
const KEPT_READINGS = 10
/** A larger step back is followed: the database's clock was set, or another server has taken over. */
const LARGE_STEP_MS = 5 * SECOND_MS

export interface DatabaseClock extends Clock {
  /** Adds a reading of the database's clock by a round trip that ends now. */
  read(reading: { roundTripMs: number; databaseAtMs: number }): void
}

/**
 * The database's time, which all nodes share, without a round trip for each reading: it counts on from the best of the last
 * readings. Before the first reading it is this machine's time. It does not go back, but pauses when it was ahead, unless it
 * was ahead by more than five seconds.
 *
 * The error is at most half of the shortest round trip.
 */
export function databaseClock(elapsedMs: () => number = stopwatch(), wallMs: () => number = Date.now): DatabaseClock {
  let readings: { offsetMs: number; roundTripMs: number }[] = []
  let offsetMs = wallMs() - elapsedMs()
  let last = Number.NEGATIVE_INFINITY

  return {
    read({ roundTripMs, databaseAtMs }) {
      const reading = { offsetMs: databaseAtMs + roundTripMs / 2 - elapsedMs(), roundTripMs }
      // A reading that differs from the earlier ones by more than its own error makes them invalid.
      readings = readings.filter((one) => Math.abs(one.offsetMs - reading.offsetMs) < roundTripMs + SECOND_MS)
      readings = [...readings, reading].slice(-KEPT_READINGS)
      offsetMs = readings.reduce((best, one) => (one.roundTripMs < best.roundTripMs ? one : best)).offsetMs
    },
    now() {
      const now = Math.floor(elapsedMs() + offsetMs)
      if (now > last || last - now > LARGE_STEP_MS) last = now
      return last
    },
  }
}
