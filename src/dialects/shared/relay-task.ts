import { type TSchema, Type } from 'typebox'
import { SECOND_MS } from '../../core/clock.ts'
import { isTerminal, type Task } from '../../core/task.ts'

/**
 * How relays of the one-api kind write a task of any family: the same words for its state, whole percents, unix seconds,
 * and an envelope whose `code` is a word.
 */

const RELAY_STATUSES = ['NOT_START', 'SUBMITTED', 'IN_PROGRESS', 'SUCCESS', 'FAILURE'] as const

export type RelayStatus = (typeof RELAY_STATUSES)[number]

/**
 * Clients rely on a status that never goes back, while a task may: into the queue after an attempt that never arrived, or
 * into reconciliation after an interruption. So the status that was reached holds until the end.
 */
export function relayStatusOf({
  status,
  attempts,
  startedAt,
}: Pick<Task, 'status' | 'attempts' | 'startedAt'>): RelayStatus {
  if (isTerminal(status)) return status === 'completed' ? 'SUCCESS' : 'FAILURE'
  if (startedAt !== null || status === 'processing') return 'IN_PROGRESS'
  if (status === 'submitting' || status === 'uncertain') return 'SUBMITTED'
  return attempts > 0 && status === 'pending' ? 'SUBMITTED' : 'NOT_START'
}

/** Whole percent. Only an ended task says "100%": some clients take that alone for the end. */
export function progressOf({ status, progress }: Pick<Task, 'status' | 'progress'>): string {
  return isTerminal(status) ? '100%' : `${Math.min(99, Math.floor(progress))}%`
}

/** Why the task failed, never empty then; "" for every other task, since clients refund what carries a reason. */
export function failReasonOf({ status, error }: Pick<Task, 'status' | 'error'>): string {
  if (status === 'cancelled') return error?.message || 'The task was cancelled.'
  if (status === 'failed') return error?.message || 'The task failed; no reason is known.'
  return ''
}

/** Unix seconds. */
export function secondsOf(instant: number): number {
  return Math.floor(instant / SECOND_MS)
}

/** The task object of a fetch; `data` is what the family's own API would show. Times are unix seconds, 0 = not yet. */
export function relayTask<Data>(task: Task, action: string, data: Data) {
  return {
    task_id: task.id,
    notify_hook: task.webhookUrl ?? '',
    action,
    status: relayStatusOf(task),
    fail_reason: failReasonOf(task),
    submit_time: secondsOf(task.createdAt),
    start_time: secondsOf(task.startedAt ?? 0),
    finish_time: secondsOf(task.endedAt ?? 0),
    progress: progressOf(task),
    data,
  }
}

/** The members of what `relayTask` writes, for descriptions. */
export function relayTaskMembers<Data extends TSchema>(actions: string[], data: Data) {
  const reached = Type.Integer({ description: 'Unix seconds; 0 until then.' })
  return {
    task_id: Type.String(),
    notify_hook: Type.String(),
    action: Type.Enum(actions),
    status: Type.Enum([...RELAY_STATUSES]),
    fail_reason: Type.String(),
    submit_time: Type.Integer({ description: 'Unix seconds.' }),
    start_time: reached,
    finish_time: reached,
    progress: Type.String({ examples: ['0%', '100%'] }),
    data,
  } satisfies Record<keyof ReturnType<typeof relayTask>, TSchema>
}

/** Every answer that is not an error has this envelope; `code` is a string. */
export function envelope<Data>(data: Data): { code: 'success'; message: ''; data: Data } {
  return { code: 'success', message: '', data }
}

/** What stands around the elements of a list in that envelope. */
export const LIST_ENVELOPE = { before: '{"code":"success","message":"","data":[', after: ']}' }
