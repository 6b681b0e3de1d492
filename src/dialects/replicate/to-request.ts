import { replicatePrediction } from '../../catalog/hosted.ts'
import type { JsonObject } from '../../core/json.ts'
import type { RequestDraft, RequestWriter } from '../kit/written-requests.ts'
import { PREFIX } from './from-task.ts'
import { type Named, toTask } from './to-task.ts'

export const requestsFor: RequestWriter = ({ id }, { model, deployment, version, ...rest }) => {
  if (id !== replicatePrediction.id) return []
  const draft = (path: string, body: JsonObject, named?: Named): RequestDraft => ({
    path: `${PREFIX}${path}`,
    body,
    later: { id: 'id', read: `${PREFIX}/predictions/{id}` },
    read: () => toTask(body, named),
  })
  if (typeof deployment === 'string') return [draft(`/deployments/${deployment}/predictions`, rest, { deployment })]
  if (typeof version === 'string' && version !== '') {
    const named = typeof model === 'string' && model !== '' ? `${model}:${version}` : version
    return [draft('/predictions', { version: named, ...rest })]
  }
  return typeof model === 'string' ? [draft(`/models/${model}/predictions`, rest, { model })] : []
}
