import fc from 'fast-check'
import { expect, it } from 'vitest'
import { editDistance } from './edit-distance.ts'

/** By its definition. */
function distance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const [rest, restOf] = [a.slice(1), b.slice(1)]
  if (a[0] === b[0]) return distance(rest, restOf)
  return 1 + Math.min(distance(rest, b), distance(a, restOf), distance(rest, restOf))
}

it('a distance within the bound is exact, and any other is more than the bound', () => {
  const word = fc.stringMatching(/^[ab_]{0,7}$/)
  fc.assert(
    fc.property(word, word, fc.nat(4), (a, b, most) => {
      const [found, exact] = [editDistance(a, b, most), distance(a, b)]
      if (exact <= most) expect(found).toBe(exact)
      else expect(found).toBeGreaterThan(most)
    }),
    { numRuns: 1_000 },
  )
})
