import { SECOND_MS } from '../../core/clock.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { WaitPlace } from '../../tasks/wait-places.ts'
import type { Run } from './tool.ts'

/** Clients that end a call without news, after a minute by default, wait on at each report. */
const HEARTBEAT_MS = 5 * SECOND_MS
/** What a report without news adds to the percents, as each must be more than the one before. */
const STEP = 0.01

/**
 * The task when it ends, or as it is after `timeoutMs`; reports its progress meanwhile. A call that is cancelled ends the
 * wait, and the task goes on. Throws `task_not_found` and `too_many_waiting`.
 */
export async function followTask(id: string, timeoutMs: number, run: Run, place?: WaitPlace): Promise<Task> {
  const { context, caller } = run
  const limit = AbortSignal.any([run.signal, AbortSignal.timeout(Math.ceil(timeoutMs))])
  let task = await context.tasks.get(id, caller)
  if (isTerminal(task.status) || limit.aborted) return task
  let last = -STEP
  const report = (): void => {
    last = Math.max(last + STEP, task.progress)
    run.report({ progress: last, message: `Task ${id}: ${task.status}, ${task.progress} %` })
  }
  report()
  const heartbeat = setInterval(report, HEARTBEAT_MS)
  try {
    for await (const state of await context.tasks.watch(id, caller, limit, place)) {
      const isNews = state.status !== task.status || state.progress !== task.progress
      task = state
      if (isNews && !isTerminal(state.status)) report()
    }
  } finally {
    clearInterval(heartbeat)
  }
  return task
}
