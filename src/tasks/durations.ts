/** How long the tasks of each operation take in this process: moving averages, from which waits in a queue are estimated. */
export interface Durations {
  /** A task of this operation took so long, from its start to its end. */
  record(operation: string, ms: number): void
  /** In milliseconds; undefined until a task of this operation has completed. */
  estimate(operation: string): number | undefined
}

/** The weight of the newest duration in the average. */
const WEIGHT = 0.2

export function openDurations(): Durations {
  const averages = new Map<string, number>()
  return {
    record(operation, ms) {
      const average = averages.get(operation)
      averages.set(operation, average === undefined ? ms : average + WEIGHT * (ms - average))
    },
    estimate: (operation) => averages.get(operation),
  }
}
