/** The time in integer milliseconds UTC. Handed in, so that tests own the time. */
export interface Clock {
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** A moment, to measure from. */
export interface Mark {
  clock: number
  wall: number
}

export function markOf(clock: Clock): Mark {
  return { clock: clock.now(), wall: Date.now() }
}

/**
 * How long ago the moment was, by whichever clock says more: a clock that stands still while the machine is suspended, or
 * that was set back, must not make a lease look younger than it is.
 */
export function elapsedMs(since: Mark, clock: Clock): number {
  return Math.max(clock.now() - since.clock, Date.now() - since.wall)
}
