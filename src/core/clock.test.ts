import { beforeEach, describe, expect, it } from 'vitest'
import { type Clock, HOUR_MS, monotonicClock } from './clock.ts'

const START = Date.UTC(2026, 0, 1)

describe('monotonicClock', () => {
  let steady: number
  let wall: number
  let uptime: number
  let clock: Clock

  beforeEach(() => {
    steady = 5_000
    wall = START
    uptime = 90_000
    clock = monotonicClock({ steadyMs: () => steady, wallMs: () => wall, uptimeMs: () => uptime })
  })

  const pass = (ms: number) => {
    steady += ms
    wall += ms
    uptime += ms
  }

  it('the monotonic clock begins with the wall clock and goes on with it, in whole milliseconds', () => {
    expect(clock.now()).toBe(START)
    pass(1_234.6)
    expect(clock.now()).toBe(START + 1_234)
  })

  it.each([HOUR_MS, -HOUR_MS])('the monotonic clock does not follow a step of the wall clock by %i ms', (step) => {
    wall += step
    pass(10_000)
    expect(clock.now()).toBe(START + 10_000)
    pass(10_000)
    expect(clock.now()).toBe(START + 20_000)
  })

  it('the monotonic clock counts the time for which the machine was suspended, once', () => {
    pass(1_000)
    wall += HOUR_MS
    uptime += HOUR_MS
    pass(1_000)
    expect(clock.now()).toBe(START + 2_000 + HOUR_MS)
    pass(1_000)
    expect(clock.now()).toBe(START + 3_000 + HOUR_MS)
  })

  it('the monotonic clock tells a suspension from a step that comes with it', () => {
    wall += 3 * HOUR_MS // suspended for one, and set by two
    uptime += HOUR_MS
    expect(clock.now()).toBe(START + HOUR_MS)
    wall -= 2 * HOUR_MS
    expect(clock.now()).toBe(START + HOUR_MS)
  })
})
