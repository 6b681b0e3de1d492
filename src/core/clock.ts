import { uptime } from 'node:os'

/** The time in integer milliseconds UTC. Passed in, so that tests control the time. */
export interface Clock {
  now(): number
}

/**
 * For instants that others compare with their own clocks, such as the time of a signature: the machine's clock, also after it was
 * set. What is stored, and compared here, has the store's.
 */
export const systemClock: Clock = { now: () => Date.now() }

export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** A moment from which time is measured. */
export interface Mark {
  clock: number
  wall: number
}

export function markOf(clock: Clock): Mark {
  return { clock: clock.now(), wall: Date.now() }
}

/**
 * Milliseconds since the moment, by whichever clock shows more: a clock that stops while the machine is suspended, or that
 * was set back, must not make a lease look younger than it is.
 */
export function elapsedMs(since: Mark, clock: Clock): number {
  return Math.max(clock.now() - since.clock, Date.now() - since.wall)
}

/** The clocks behind a stopwatch, in milliseconds, each with its own zero. */
export interface TimeSources {
  /** Not changed by setting the clock, but stops while the machine is suspended. */
  steadyMs: () => number
  /** Steps when the clock is set. */
  wallMs: () => number
  /** Goes on while the machine is suspended, and is not changed by setting the clock; coarse, and slow to read. */
  uptimeMs: () => number
}

const MACHINE: TimeSources = {
  steadyMs: () => performance.now(),
  wallMs: () => Date.now(),
  uptimeMs: () => uptime() * SECOND_MS,
}

/** If the wall clock and the steady one differ by this much more, the clock was set or the machine was suspended. */
const PARTED_MS = SECOND_MS

/** Milliseconds since it was made. Setting the clock does not change it; the time that the machine was suspended counts. */
export function stopwatch({ steadyMs, wallMs, uptimeMs }: TimeSources = MACHINE): () => number {
  const steadyAtStart = steadyMs()
  const uptimeAtStart = uptimeMs()
  let suspendedMs = 0
  let gapMs = wallMs() - steadyAtStart
  return () => {
    const steady = steadyMs()
    const gapNow = wallMs() - steady
    if (Math.abs(gapNow - gapMs) > PARTED_MS) {
      // Only now, since reading it costs a system call: which of the two was it?
      gapMs = gapNow
      const missing = uptimeMs() - uptimeAtStart - (steady - steadyAtStart) - suspendedMs
      if (missing > PARTED_MS) suspendedMs += missing
    }
    return steady - steadyAtStart + suspendedMs
  }
}

/**
 * The wall clock's time at this call, counted on from here: a later step of the wall clock (by an hour, by hand) does not
 * move leases and deadlines.
 */
export function monotonicClock(sources: TimeSources = MACHINE): Clock {
  const startedAt = sources.wallMs()
  const elapsedMs = stopwatch(sources)
  return { now: () => Math.floor(startedAt + elapsedMs()) }
}
