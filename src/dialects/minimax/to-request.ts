import { hailuoVideo } from '../../catalog/hailuo.ts'
import { minimaxMusic, minimaxSpeech } from '../../catalog/minimax-audio.ts'
import { minimaxImage } from '../../catalog/minimax-image.ts'
import type { JsonObject } from '../../core/json.ts'
import { bodyOfInput, nameFor, type RequestWriter, type WriteField } from '../kit/written-requests.ts'
import { toMusic, toPictures, toSpeech } from './at-once.ts'
import { MODELS, toTask } from './to-task.ts'

/** 02 is one model at MiniMax, which begins with text or with a frame. */
const model: WriteField = (own) => (own === 't2v-02' || own === 'i2v-02' ? 'MiniMax-Hailuo-02' : nameFor(MODELS)(own))
const resolution: WriteField = (px) => `${String(px)}P`

function videoBody(input: JsonObject): JsonObject {
  const { image_url: image, ...fields } = input
  const body = bodyOfInput(fields, { expand_prompt: 'prompt_optimizer' }, { model, resolution })
  if (image === undefined) return body
  if (input.model !== 's2v-01') return { ...body, first_frame_image: image }
  return { ...body, subject_reference: [{ type: 'character', image: [image] }] }
}

export const requestsFor: RequestWriter = ({ id }, input) => {
  switch (id) {
    case hailuoVideo.id: {
      const body = videoBody(input)
      const later = { id: 'task_id', read: '/minimax/v1/query/video_generation?task_id={id}&wait=60' }
      return [{ path: '/minimax/v1/video_generation', body, later, read: () => toTask(body) }]
    }
    case minimaxSpeech.id:
      return [{ path: '/minimax/v1/t2a_v2', body: input, read: () => toSpeech(input).submission }]
    case minimaxMusic.id:
      return [{ path: '/minimax/v1/music_generation', body: input, read: () => toMusic(input).submission }]
    case minimaxImage.id:
      return [{ path: '/minimax/v1/image_generation', body: input, read: () => toPictures(input).submission }]
    default:
      return []
  }
}
