import { pino } from 'pino'
import { expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import type { Task } from '../core/task.ts'
import { failOverdue } from './fail-overdue.ts'
import type { TaskParts } from './parts.ts'

/** Tasks `0` to `249` that are overdue in this order; `fails` says which cannot be failed. */
function parts(fails: (id: number) => Error | undefined) {
  const ended: number[] = []
  const logged: string[] = []
  const listOverdue: TaskParts['store']['listOverdue'] = async ({ after, limit }) =>
    Array.from({ length: 250 }, (_, id) => ({ id: String(id), deadlineAt: id }) as Task)
      .filter(({ id, deadlineAt }) => !ended.includes(Number(id)) && (!after || deadlineAt > after.deadlineAt))
      .slice(0, limit)
  const move: TaskParts['moves']['move'] = async (task) => {
    const error = fails(Number(task.id))
    if (error) throw error
    ended.push(Number(task.id))
    return task
  }
  const log = pino({ level: 'error' }, { write: (line) => logged.push(line) })
  return {
    ended,
    logged,
    parts: { store: { listOverdue }, moves: { move }, clock: { now: () => 9 }, log } as unknown as TaskParts,
  }
}

it('tasks that cannot be failed are logged and keep no other from its refund, however many are in front', async () => {
  const {
    ended,
    logged,
    parts: given,
  } = parts((id) => (id < 120 ? new Error('The webhook cannot be written.') : undefined))
  while (await failOverdue(given));
  expect(ended).toEqual(Array.from({ length: 130 }, (_, index) => 120 + index))
  expect(logged.length).toBeGreaterThanOrEqual(120)
})

it('a database that does not answer ends the look for overdue tasks at once', async () => {
  const outage = new PolyphonyError('store_unavailable', 'The database does not answer.')
  await expect(failOverdue(parts(() => outage).parts)).rejects.toBe(outage)
})
