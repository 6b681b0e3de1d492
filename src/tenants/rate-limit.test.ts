import { describe, expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import { openRateLimit } from './rate-limit.ts'

function limitAt(clock: { nowMs: number }): (keyId: string, perMinute: number) => number | undefined {
  const limit = openRateLimit({ now: () => clock.nowMs })
  return (keyId, perMinute) => {
    try {
      limit(keyId, perMinute)
      return undefined
    } catch (error) {
      if (!(error instanceof PolyphonyError) || error.code !== 'rate_limited') throw error
      return error.details.retryAfterSeconds
    }
  }
}

describe('a rate limit', () => {
  it('a rate limit allows a minute’s worth at once, and says when to come back', () => {
    const ask = limitAt({ nowMs: 0 })
    expect(Array.from({ length: 6 }, () => ask('k', 6))).toEqual(Array(6).fill(undefined))
    expect(ask('k', 6)).toBe(10)
  })

  it('a rate limit allows one request when the caller comes back at the stated time', () => {
    const clock = { nowMs: 0 }
    const ask = limitAt(clock)
    for (let number = 0; number < 6; number++) ask('k', 6)
    clock.nowMs = 9_999
    expect(ask('k', 6)).toBe(1)
    clock.nowMs = 10_000
    expect(ask('k', 6)).toBeUndefined()
    expect(ask('k', 6)).toBe(10)
  })

  it('a rate limit does not punish a request that comes too early', () => {
    const clock = { nowMs: 0 }
    const ask = limitAt(clock)
    ask('k', 1)
    for (let second = 1; second < 60; second++) {
      clock.nowMs = second * 1_000
      expect(ask('k', 1)).toBe(60 - second)
    }
    clock.nowMs = 60_000
    expect(ask('k', 1)).toBeUndefined()
  })

  it('a rate limit saves up a minute’s worth and no more', () => {
    const clock = { nowMs: 0 }
    const ask = limitAt(clock)
    ask('k', 2)
    clock.nowMs = 86_400_000
    expect([ask('k', 2), ask('k', 2)]).toEqual([undefined, undefined])
    expect(ask('k', 2)).toBe(30)
  })

  it('each key has a rate limit of its own', () => {
    const ask = limitAt({ nowMs: 0 })
    expect([ask('a', 1), ask('b', 1)]).toEqual([undefined, undefined])
    expect(ask('a', 1)).toBe(60)
  })

  it('a rate limit works on when the clock is set back', () => {
    const clock = { nowMs: 60_000 }
    const ask = limitAt(clock)
    ask('k', 1)
    clock.nowMs = 0
    expect(ask('k', 1)).toBeGreaterThan(0)
    clock.nowMs = 121_000
    expect(ask('k', 1)).toBeUndefined()
  })
})
