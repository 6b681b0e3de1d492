import { accountEventOf } from '../../accounts/health.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { TaskParts } from '../parts.ts'
import { isFileError } from './file-errors.ts'

/** Awaits a call of the provider; a failure is recorded for the account, unless it was a file that failed. */
export async function reportFailure<Answer>(parts: TaskParts, task: Task, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call
  } catch (thrown) {
    if (thrown instanceof PolyphonyError && !isFileError(thrown)) await recordFailure(parts, task, thrown)
    throw thrown
  }
}

/** Records what a failed call says about the task's account, if anything. */
export async function recordFailure(parts: TaskParts, task: Task, error: PolyphonyError): Promise<void> {
  const event = accountEventOf(error)
  if (event && task.account !== null) await parts.accounts.recordEvent(task.account, event)
}

/** Records that the task's account took work, answered about it, or delivered it. */
export async function recordSuccess(
  parts: TaskParts,
  task: Task,
  kind: 'worked' | 'answered' | 'delivered',
): Promise<void> {
  if (task.account !== null) await parts.accounts.recordEvent(task.account, { kind })
}
