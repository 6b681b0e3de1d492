import { describe, expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import { openTokenLimit } from './token-limit.ts'

const KEY = { keyId: 'k1', tokensPerMinute: 600 }

function aLimit() {
  const clock = { nowMs: 1_000_000, now: () => clock.nowMs }
  return { clock, limit: openTokenLimit(clock) }
}

function refusalOf(take: () => unknown): PolyphonyError {
  try {
    take()
  } catch (error) {
    if (error instanceof PolyphonyError) return error
  }
  throw new Error('It was not refused.')
}

describe('the tokens a minute of a key', () => {
  it('are set aside by what a call may use, and given back as far as it did not use them', () => {
    const { limit } = aLimit()
    const settle = limit.take(KEY, 500)
    expect(limit.stateOf(KEY)).toEqual({ perMinute: 600, remaining: 100, resetSeconds: 50 })
    expect(refusalOf(() => limit.take(KEY, 101))).toMatchObject({
      code: 'rate_limited',
      details: { retryAfterSeconds: 1 },
    })
    settle(20)
    settle(20) // a second time changes nothing
    expect(limit.stateOf(KEY)).toMatchObject({ remaining: 580 })
  })

  it('come back with the time, up to a minute’s worth', () => {
    const { limit, clock } = aLimit()
    limit.take(KEY, 600)(600)
    expect(refusalOf(() => limit.take(KEY, 100)).details.retryAfterSeconds).toBe(10)
    clock.nowMs += 10_000
    limit.take(KEY, 100)
    clock.nowMs += 10 * 60_000
    expect(limit.stateOf(KEY)).toEqual({ perMinute: 600, remaining: 600, resetSeconds: 0 })
  })

  it('let a call through that may use more than a minute’s worth, and wait afterwards for what it used', () => {
    const { limit, clock } = aLimit()
    limit.take(KEY, 50_000)(1_800)
    expect(limit.stateOf(KEY)).toEqual({ perMinute: 600, remaining: 0, resetSeconds: 180 })
    clock.nowMs += 60_000
    expect(() => limit.take(KEY, 1)).toThrow(PolyphonyError)
  })

  it('may be counted afterwards, also where none are left', () => {
    const { limit } = aLimit()
    for (let count = 0; count < 2; count++) limit.take(KEY, 0)(500)
    expect(limit.stateOf(KEY)).toMatchObject({ remaining: 0, resetSeconds: 100 })
    expect(() => limit.take(KEY, 1)).toThrow(PolyphonyError)
  })

  it('are each key’s own, and not counted for a key without a limit', () => {
    const { limit } = aLimit()
    limit.take(KEY, 600)
    limit.take({ ...KEY, keyId: 'k2' }, 600)
    const free = { keyId: 'k3', tokensPerMinute: null }
    limit.take(free, 1e9)
    expect(limit.stateOf(free)).toBeUndefined()
  })
})
