import type { Logger } from 'pino'

/** A step that runs again and again while it finds work, and rests until it is woken. */
export interface Loop {
  /** Runs the step, or once more if it is running. Without effect while the loop may not run. */
  wake(): void
  /** Resolves when the run under way, if any, has ended. */
  settled(): Promise<void>
}

export interface LoopOptions {
  /** For the log. */
  name: string
  /** Whether there may be more work. */
  step: () => Promise<boolean>
  /** False once nothing more is to be begun. */
  isRunning: () => boolean
  /** False while there is no room for more work: the loop then rests until it is woken. */
  hasRoom: () => boolean
  log: Logger
}

/** A burst of submissions wakes the loop once for each; one step finds all that came in this time. */
const GAP_MS = 5
const AFTER_ERROR_MS = 1_000

export function openLoop({ name, step, isRunning, hasRoom, log }: LoopOptions): Loop {
  const runs = new Set<Promise<void>>()
  let isActive = false
  let isWoken = false
  let ranAt = Number.NEGATIVE_INFINITY

  async function run(): Promise<void> {
    isActive = true
    do {
      const restMs = ranAt + GAP_MS - performance.now()
      if (restMs > 0) await sleep(restMs)
      isWoken = false
      try {
        while (isRunning() && hasRoom() && (await step())) isWoken = false
      } catch (error) {
        log.error({ err: error, loop: name }, 'a step of the dispatcher failed; continuing')
        await sleep(AFTER_ERROR_MS)
      }
      ranAt = performance.now()
    } while (isWoken && isRunning())
    // In the same turn as the last look at `isWoken`, or a call between the two would be lost.
    isActive = false
  }

  return {
    wake() {
      isWoken = true
      if (isActive || !isRunning()) return
      const one = run().finally(() => runs.delete(one))
      runs.add(one)
    },
    async settled() {
      await Promise.all(runs)
    },
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
