import type { Caller } from '../../core/caller.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'

/** Cancels what waits, and what runs where its provider can end it. A repetition gets the same answer. */
export async function cancelled(id: string, caller: Caller, { tasks }: Pick<DialectContext, 'tasks'>): Promise<Task> {
  try {
    return await tasks.cancel(id, caller)
  } catch (error) {
    const isRefused = error instanceof PolyphonyError && error.code === 'not_cancellable'
    const task = isRefused ? await tasks.get(id, caller) : undefined
    if (task?.status === 'cancelled') return task
    throw error
  }
}
