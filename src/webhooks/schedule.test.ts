import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextAttemptAt } from './schedule.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')
const middle = () => 0.5
const ATTEMPTS = Array.from({ length: 10 }, (_, index) => index + 1)

describe('nextAttemptAt', () => {
  it('the schedule waits longer and longer', () => {
    const waits = ATTEMPTS.map((attempts) => ((nextAttemptAt(attempts, NOW, middle) ?? Number.NaN) - NOW) / 1_000)
    expect(waits).toEqual([5, 30, 120, 600, 1_800, 7_200, 21_600, 43_200, 86_400, 86_400])
  })

  it('the schedule gives up after eleven attempts, in about three days', () => {
    const total = ATTEMPTS.reduce((at, attempts) => nextAttemptAt(attempts, at, middle) ?? at, NOW) - NOW
    expect(total / 3_600_000).toBeCloseTo(68.7, 1)
    expect(nextAttemptAt(11, NOW, middle)).toBeNull()
    expect(nextAttemptAt(12, NOW, middle)).toBeNull()
    expect(nextAttemptAt(11, NOW, middle, 60)).toBeNull()
  })

  it('the schedule spreads by a fifth to either side', () => {
    expect(nextAttemptAt(1, NOW, () => 0)).toBe(NOW + 4_000)
    expect(nextAttemptAt(1, NOW, () => 1)).toBe(NOW + 6_000)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
        const exact = (nextAttemptAt(attempts, 0, middle) ?? 0) as number
        const at = nextAttemptAt(attempts, 0, () => random) ?? 0
        expect(Number.isInteger(at)).toBe(true)
        expect(Math.abs(at - exact)).toBeLessThanOrEqual(exact * 0.2 + 1)
      }),
    )
  })

  it('the schedule honours a later time that the receiver asks for, up to a day', () => {
    expect(nextAttemptAt(1, NOW, middle, 600)).toBe(NOW + 600_000)
    expect(nextAttemptAt(1, NOW, middle, 1)).toBe(NOW + 5_000)
    expect(nextAttemptAt(1, NOW, middle, 0)).toBe(NOW + 5_000)
    expect(nextAttemptAt(1, NOW, middle, Number.MAX_SAFE_INTEGER)).toBe(NOW + 86_400_000)
  })
})
