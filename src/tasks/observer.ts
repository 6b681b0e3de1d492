import type { Logger } from 'pino'
import type { NewTask } from '../core/new-task.ts'
import type { Task } from '../core/task.ts'
import type { Transition } from '../core/transitions.ts'

/** Is told what happens to tasks in this process, once it is on disk; for metrics and traces. */
export interface TaskObserver {
  submitted(task: NewTask): void
  /** An attempt begins. */
  claimed(task: Task): void
  moved(step: Transition): void
}

/**
 * Several that are told the same. What one throws is logged: what they are told of is stored and paid, so no caller may
 * hear that it failed.
 */
export function observers(log: Logger, ...all: readonly TaskObserver[]): TaskObserver {
  function tell(say: (one: TaskObserver) => void): void {
    for (const one of all) {
      try {
        say(one)
      } catch (error) {
        log.error({ err: error }, 'a metric or a trace of a task was not recorded')
      }
    }
  }
  return {
    submitted: (task) => tell((one) => one.submitted(task)),
    claimed: (task) => tell((one) => one.claimed(task)),
    moved: (step) => tell((one) => one.moved(step)),
  }
}
