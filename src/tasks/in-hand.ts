import type { Logger } from 'pino'
import type { Clock } from '../core/clock.ts'

/** The tasks that this process moves on at this moment. */
export interface InHand {
  hasRoom(): boolean
  /** Waits for no step: what goes wrong with one is logged. */
  add(step: Promise<void>, taskId: string): void
  /** Resolves when every step has ended, or after `graceMs`. */
  drain(graceMs: number): Promise<void>
  /** Resolves when every step has ended. */
  settled(): Promise<void>
}

export function openInHand(options: {
  max: number
  clock: Clock
  log: Logger
  /** Called when there is room again. */
  onRoom: () => void
}): InHand {
  const { max, clock, log, onRoom } = options
  const steps = new Set<Promise<void>>()
  return {
    hasRoom: () => steps.size < max,
    add(step, taskId) {
      const guarded = step
        // What could not be written down (a full disk, a lost database) is found again when the lease runs out.
        .catch((error: unknown) => log.error({ err: error, taskId }, 'a task could not be moved on'))
        .finally(() => {
          steps.delete(guarded)
          if (steps.size === max - 1) onRoom()
        })
      steps.add(guarded)
    },
    async drain(graceMs) {
      const end = clock.now() + graceMs
      while (steps.size > 0 && clock.now() < end) {
        await Promise.race([...steps, new Promise((resolve) => setTimeout(resolve, Math.max(1, end - clock.now())))])
      }
    },
    async settled() {
      await Promise.all(steps)
    },
  }
}
