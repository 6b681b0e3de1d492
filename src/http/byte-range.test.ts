import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRange } from './byte-range.ts'

describe('a Range header', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=0-', { start: 0, end: 9 }],
    ['bytes=2-5', { start: 2, end: 5 }],
    ['Bytes=2-5 ', { start: 2, end: 5 }],
    ['bytes=5-99', { start: 5, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-99', { start: 0, end: 9 }],
    [`bytes=0-${'9'.repeat(400)}`, { start: 0, end: 9 }],
    ['bytes=10-', 'unsatisfiable'],
    [`bytes=${'9'.repeat(400)}-`, 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-2', undefined],
    ['bytes=0-1,4-5', undefined],
    ['bytes=-', undefined],
    ['bytes=a-b', undefined],
    ['bytes=1.5-2', undefined],
    ['items=0-1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('the Range header %s of a file of ten bytes is parsed correctly', (header, range) =>
    expect(parseRange(header, 10)).toEqual(range),
  )

  it('a Range header always gives a part inside the file', () => {
    const number = fc.oneof(fc.constant(''), fc.nat({ max: 300 }).map(String))
    fc.assert(
      fc.property(number, number, fc.nat({ max: 200 }), (first, last, sizeBytes) => {
        const range = parseRange(`bytes=${first}-${last}`, sizeBytes)
        if (range === undefined || range === 'unsatisfiable') return
        expect(range.start).toBeGreaterThanOrEqual(0)
        expect(range.end).toBeGreaterThanOrEqual(range.start)
        expect(range.end).toBeLessThan(sizeBytes)
        if (first !== '') expect(range.start).toBe(Number(first))
      }),
    )
  })

  it('parsing a Range header never throws, whatever its text', () => {
    fc.assert(fc.property(fc.string(), fc.nat(), (header, sizeBytes) => void parseRange(header, sizeBytes)))
  })
})
