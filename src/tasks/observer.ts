import type { NewTask } from '../core/new-task.ts'
import type { Task } from '../core/task.ts'
import type { Transition } from '../core/transitions.ts'

/** Is told what happens to tasks in this process, once it is on disk; for metrics and traces. It must not throw. */
export interface TaskObserver {
  submitted(task: NewTask): void
  /** An attempt begins. */
  claimed(task: Task): void
  moved(step: Transition): void
}

/** Several that are told the same. */
export function observers(...all: readonly TaskObserver[]): TaskObserver {
  return {
    submitted(task) {
      for (const one of all) one.submitted(task)
    },
    claimed(task) {
      for (const one of all) one.claimed(task)
    },
    moved(step) {
      for (const one of all) one.moved(step)
    },
  }
}
