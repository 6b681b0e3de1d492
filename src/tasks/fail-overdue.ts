import { PolyphonyError } from '../core/errors.ts'
import { ZERO_POINTS } from '../core/points.ts'
import type { Task } from '../core/task.ts'
import type { TaskParts } from './parts.ts'

const LIMIT = 100

/**
 * Fails tasks that were not begun in time. Whether there may be more of them. One that cannot be failed, such as one whose
 * webhook cannot be written, keeps no other from its refund.
 */
export async function failOverdue(parts: TaskParts): Promise<boolean> {
  const { store, clock } = parts
  let after: Pick<Task, 'id' | 'deadlineAt'> | undefined
  for (;;) {
    const tasks = await store.listOverdue({ now: clock.now(), limit: LIMIT, ...(after ? { after } : {}) })
    let ended = 0
    for (const task of tasks) if (await hasFailed(task, parts)) ended++
    if (tasks.length < LIMIT) return false
    if (ended > 0) return true
    const last = tasks.at(-1)
    if (last) after = { id: last.id, deadlineAt: last.deadlineAt }
  }
}

/** Rejects only while the database does not answer: then none of them can be failed. */
async function hasFailed(task: Task, { moves, log }: TaskParts): Promise<boolean> {
  const error = { code: 'timed_out', message: 'The task waited too long to be begun.' } as const
  const end = { output: null, error, consumedPoints: ZERO_POINTS, logs: [error.message] }
  try {
    const ended = await moves.move(task, { kind: 'ended', to: 'failed', from: ['staged', 'pending'], ...end })
    if (ended) log.info({ taskId: task.id, code: error.code }, 'task failed')
    return ended !== undefined
  } catch (thrown) {
    if (thrown instanceof PolyphonyError && thrown.retry === 'again') throw thrown
    log.error({ err: thrown, taskId: task.id }, 'a task that waited too long could not be failed; it is tried again')
    return false
  }
}
