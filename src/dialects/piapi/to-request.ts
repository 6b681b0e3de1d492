import type { RequestWriter } from '../kit/written-requests.ts'
import { toTask } from './to-task.ts'

export const requestsFor: RequestWriter = ({ model, taskType }, input) => {
  const body = { model, task_type: taskType, input }
  const later = { id: 'data.task_id', read: '/api/v1/task/{id}?wait=60' }
  return [{ path: '/api/v1/task', body, later, read: () => toTask(body) }]
}
