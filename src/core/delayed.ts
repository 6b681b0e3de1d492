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
