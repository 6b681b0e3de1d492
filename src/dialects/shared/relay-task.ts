import { SECOND_MS } from '../../core/clock.ts'
import { isTerminal, type Task } from '../../core/task.ts'

/**
 * How relays of the one-api kind write a task of any family: the same words for its state, whole percents, unix seconds,
 * and an envelope whose `code` is a word.
 */

export type RelayStatus = 'NOT_START' | 'SUBMITTED' | 'IN_PROGRESS' | 'SUCCESS' | 'FAILURE'

/**
 * Clients are promised that no status goes back, while a task may: into the line after an attempt that never arrived, or
 * into reconciliation after an interruption. So what has been reached holds until the end.
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
  const { notify_hook: hook } = task.echo
  return {
    task_id: task.id,
    notify_hook: typeof hook === 'string' ? hook : '',
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

/** Every answer that is no error has this envelope; `code` is a string. */
export function envelope<Data>(data: Data): { code: 'success'; message: ''; data: Data } {
  return { code: 'success', message: '', data }
}
