/**
 * What another process announced, that process does itself, if it can: the others look after this time, once for all that
 * came in it. Looking at once, all would ask the database for each submission and each end, and most find nothing.
 */
export const OTHERS_FIRST_MS = 100

export interface Delayed {
  /** Runs it once, the delay after the first call since it ran last. */
  (): void
  /** What waits does not run any more. */
  cancel(): void
}

/** `run`, as often as it is called, no more than once each `ms`. */
export function delayed(ms: number, run: () => void): Delayed {
  let timer: NodeJS.Timeout | undefined
  const call = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      run()
    }, ms)
  }
  return Object.assign(call, {
    cancel() {
      clearTimeout(timer)
      timer = undefined
    },
  })
}
