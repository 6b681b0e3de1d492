import type { Key } from '../harmony.ts'

/** How much each note belongs to a key, counted from its tonic: C. L. Krumhansl, "Cognitive Foundations of Musical Pitch" (1990). */
const PROFILES = {
  major: [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
  minor: [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
} as const

export interface FittingKey extends Key {
  mode: keyof typeof PROFILES
  /** -1 … 1 */
  fit: number
}

/** All keys, by how well they fit how much is heard of each pitch class. */
export function keysFor(notes: ArrayLike<number>): FittingKey[] {
  const keys = (['major', 'minor'] as const).flatMap((mode) =>
    Array.from(
      { length: 12 },
      (_, tonic): FittingKey => ({
        tonic,
        mode,
        fit: correlation(
          PROFILES[mode],
          PROFILES[mode].map((_, degree) => notes[(tonic + degree) % 12] ?? 0),
        ),
      }),
    ),
  )
  return keys.sort((a, b) => b.fit - a.fit)
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [a, b] = [meanOf(one), meanOf(other)]
  let [both, first, second] = [0, 0, 0]
  for (const [index, value] of one.entries()) {
    const [x, y] = [value - a, (other[index] ?? 0) - b]
    both += x * y
    first += x * x
    second += y * y
  }
  return both / Math.sqrt(first * second + 1e-12)
}
