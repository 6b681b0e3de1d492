import { falRequest } from '../../catalog/hosted.ts'
import { isJsonObject } from '../../core/json.ts'
import type { RequestWriter } from '../kit/written-requests.ts'
import { appOf, PREFIX } from './target.ts'
import { toTask } from './to-task.ts'

export const requestsFor: RequestWriter = ({ id }, { model, input: body }) => {
  if (id !== falRequest.id || typeof model !== 'string' || !isJsonObject(body)) return []
  const later = { id: 'request_id', read: `${PREFIX}/queue/${appOf(model)}/requests/{id}/status` }
  return [{ path: `${PREFIX}/queue/${model}`, body, later, read: () => toTask(model, body) }]
}
