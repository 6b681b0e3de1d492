import type { RequestWriter } from '../kit/written-requests.ts'
import { toTask } from './to-task.ts'

export const requestsFor: RequestWriter = ({ id }, input) => {
  const body = { operation: id, input }
  const later = { id: 'id', read: '/polyphony/v1/tasks/{id}?wait=60' }
  return [{ path: '/polyphony/v1/tasks', body, later, read: () => toTask(body) }]
}
