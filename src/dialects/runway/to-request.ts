import { runway as operations } from '../../catalog/runway.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { bodyOfInput, type RequestWriter, type WriteField } from '../kit/written-requests.ts'
import { officialTask } from './to-task.ts'

/** `{ video: uri }` as `{ type: 'video', uri }`. */
const byKind: WriteField = (given: Json) => {
  if (!isJsonObject(given)) return given
  const { image, video, audio, ...rest } = given
  const [type, uri] = Object.entries({ image, video, audio }).find(([, one]) => one !== undefined) ?? []
  return type === undefined || uri === undefined ? given : { type, uri, ...rest }
}

const FORMS: Readonly<Record<string, Readonly<Record<string, WriteField>>>> = {
  character_performance: { character: byKind, reference: byKind },
  speech_to_speech: { media: byKind },
}

export const requestsFor: RequestWriter = ({ id, taskType }, input) => {
  if (!operations.some((one) => one.id === id)) return []
  const body = bodyOfInput(input, {}, FORMS[taskType])
  const later = { id: 'id', read: '/runwayml/v1/tasks/{id}?wait=60' }
  return [{ path: `/runwayml/v1/${taskType}`, body, later, read: () => officialTask(taskType, body) }]
}
