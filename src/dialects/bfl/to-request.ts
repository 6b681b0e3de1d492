import type { RequestWriter } from '../kit/written-requests.ts'
import { MODELS } from './places.ts'
import { toTask } from './to-task.ts'

export const requestsFor: RequestWriter = (operation, body) => {
  if (!MODELS.some(({ id }) => id === operation.id)) return []
  const later = { id: 'id', read: '/bfl/v1/get_result?id={id}' }
  return [{ path: `/bfl/v1/${operation.taskType}`, body, later, read: () => toTask(operation, body) }]
}
