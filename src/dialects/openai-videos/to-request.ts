import type { RequestWriter } from '../kit/written-requests.ts'
import { MODELS, SIZES, videoTask } from './to-task.ts'

/** A resolution of the smaller model, which has but one. */
const ONLY = '720p'

export const requestsFor: RequestWriter = ({ id }, { image_url, duration, aspect_ratio, resolution, ...fields }) => {
  const model = Object.keys(MODELS).find((name) => MODELS[name]?.id === id)
  if (model === undefined) return []
  const size = Object.keys(SIZES).find(
    (name) => SIZES[name]?.aspect_ratio === aspect_ratio && SIZES[name]?.resolution === (resolution ?? ONLY),
  )
  const body = {
    model,
    ...fields,
    ...(size === undefined ? {} : { size }),
    ...(duration === undefined ? {} : { seconds: String(duration) }),
    ...(image_url === undefined ? {} : { input_reference: { image_url } }),
  }
  const later = { id: 'id', read: '/v1/videos/{id}' }
  return [{ path: '/v1/videos', body, later, read: () => videoTask(body) }]
}
