import { isTerminal, type Status, type Task } from '../../core/task.ts'

/** How a task stands, in the words of this protocol: of the task, of its clips, and of the flat clips' `state`. */
export interface Standing {
  task: 'NOT_START' | 'SUBMITTED' | 'IN_PROGRESS' | 'SUCCESS' | 'FAILURE'
  clip: 'submitted' | 'queued' | 'streaming' | 'complete' | 'error'
  state: 'pending' | 'running' | 'succeeded' | 'failed'
}

const NOT_START: Standing = { task: 'NOT_START', clip: 'submitted', state: 'pending' }
const SUBMITTED: Standing = { task: 'SUBMITTED', clip: 'queued', state: 'pending' }
const IN_PROGRESS: Standing = { task: 'IN_PROGRESS', clip: 'streaming', state: 'running' }
const FAILURE: Standing = { task: 'FAILURE', clip: 'error', state: 'failed' }

const STANDINGS: Record<Status, Standing> = {
  staged: NOT_START,
  pending: NOT_START,
  submitting: SUBMITTED,
  uncertain: SUBMITTED,
  processing: IN_PROGRESS,
  completed: { task: 'SUCCESS', clip: 'complete', state: 'succeeded' },
  failed: FAILURE,
  cancelled: FAILURE,
}

/**
 * Clients are promised that no status goes back, while a task may: into the line after an attempt that never arrived, or
 * into reconciliation after an interruption. So what has been reached holds until the end.
 */
export function standingOf({ status, attempts, startedAt }: Pick<Task, 'status' | 'attempts' | 'startedAt'>): Standing {
  if (isTerminal(status)) return STANDINGS[status]
  if (startedAt !== null) return IN_PROGRESS
  return attempts > 0 && status === 'pending' ? SUBMITTED : STANDINGS[status]
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
