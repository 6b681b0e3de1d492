import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { POINTS_PER_USD, points, pointsToUsd, usdDigits, usdToPoints } from './points.ts'

describe('points', () => {
  it('accepts every safe integer as points', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => points(value) === value))
  })

  it('refuses points that are not a whole number within 2^53, and names them', () => {
    const fraction = fc.double({ noDefaultInfinity: true, noNaN: true }).filter((value) => !Number.isSafeInteger(value))
    fc.assert(
      fc.property(fraction, (value) => {
        expect(() => points(value)).toThrow(RangeError)
        expect(() => points(value)).toThrow(String(value))
      }),
    )
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53)]) {
      expect(() => points(value)).toThrow(RangeError)
    }
  })

  it('turns whole points into dollars and back without a loss', () => {
    const upToAMillionUsd = fc.integer({ min: -1_000_000 * POINTS_PER_USD, max: 1_000_000 * POINTS_PER_USD })
    fc.assert(fc.property(upToAMillionUsd, (value) => usdToPoints(pointsToUsd(points(value))) === value))
  })

  it('rounds a fraction of a point to the nearest point', () => {
    expect(usdToPoints(0.1 + 0.2)).toBe(3_000_000)
    expect(usdToPoints(0.000_000_04)).toBe(0)
    expect(usdToPoints(0.000_000_06)).toBe(1)
    expect(() => usdToPoints(Number.NaN)).toThrow(RangeError)
  })
})

describe('the digits of an amount in USD', () => {
  it.each([
    [0, '0'],
    [1, '1'],
    [0.05, '0.05'],
    [0.000_000_7, '0.0000007'],
    [1_234.5, '1234.5'],
    [100, '100'],
  ])('%d is written as %s', (usd, text) => {
    expect(usdDigits(usd)).toBe(text)
  })
})
