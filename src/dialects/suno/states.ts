import type { Task } from '../../core/task.ts'
import { type RelayStatus, relayStatusOf } from '../shared/relay-task.ts'

/** The state of a task in the words of this protocol: for the task, its clips, and the flat clips' `state`. */
export interface Standing {
  task: RelayStatus
  clip: 'submitted' | 'queued' | 'streaming' | 'complete' | 'error'
  state: 'pending' | 'running' | 'succeeded' | 'failed'
}

const STANDINGS: Record<RelayStatus, Omit<Standing, 'task'>> = {
  NOT_START: { clip: 'submitted', state: 'pending' },
  SUBMITTED: { clip: 'queued', state: 'pending' },
  IN_PROGRESS: { clip: 'streaming', state: 'running' },
  SUCCESS: { clip: 'complete', state: 'succeeded' },
  FAILURE: { clip: 'error', state: 'failed' },
}

export function standingOf(task: Pick<Task, 'status' | 'attempts' | 'startedAt'>): Standing {
  const status = relayStatusOf(task)
  return { task: status, ...STANDINGS[status] }
}
