/** How long operations take, as far as this process has seen: what a place in the line is worth in seconds. */
export interface Pace {
  /** A task of this operation took so long, from its call to its end. */
  took(operation: string, ms: number): void
  /** Undefined until one has ended. */
  of(operation: string): number | undefined
}

/** The last ones count most. */
const WEIGHT = 0.2

export function openPace(): Pace {
  const means = new Map<string, number>()
  return {
    took(operation, ms) {
      const mean = means.get(operation)
      means.set(operation, mean === undefined ? ms : mean + WEIGHT * (ms - mean))
    },
    of: (operation) => means.get(operation),
  }
}
