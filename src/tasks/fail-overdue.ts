import { ZERO_POINTS } from '../core/points.ts'
import type { TaskParts } from './parts.ts'

const LIMIT = 100

/** Fails tasks that were not begun in time. Whether there may be more of them. */
export async function failOverdue({ store, moves, clock, log }: TaskParts): Promise<boolean> {
  const tasks = await store.listOverdue({ now: clock.now(), limit: LIMIT })
  for (const task of tasks) {
    const error = { code: 'timed_out', message: 'The task waited too long to be begun.' } as const
    const end = { output: null, error, consumedPoints: ZERO_POINTS, logs: [error.message] }
    const ended = await moves.move(task, { kind: 'ended', to: 'failed', from: ['staged', 'pending'], ...end })
    if (ended) log.info({ taskId: task.id, code: error.code }, 'task failed')
  }
  return tasks.length === LIMIT
}
