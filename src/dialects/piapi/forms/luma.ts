import { Type } from 'typebox'
import type { Video } from '../../../catalog/outputs.ts'
import type { JsonObject } from '../../../core/json.ts'
import type { Task } from '../../../core/task.ts'
import { closed, url, videosOf } from './common.ts'
import type { Form } from './form.ts'

/** Luma at PiAPI: the object of Luma's own app. There is no watermark, so that `video` and `video_raw` are one file. */

/** Go's zero time, which means "not yet". */
const ZERO_TIME = '0001-01-01T00:00:00Z'

const Sized = Type.Union([closed({ url, width: Type.Integer(), height: Type.Integer() }), Type.Null()])

function sized(file: string, video: Video | undefined): JsonObject {
  return { url: file, width: video?.widthPx ?? 0, height: video?.heightPx ?? 0 }
}

export const luma: Form = {
  output(task: Task, at) {
    const video = videosOf(task)[0]
    const file = at.file(video?.file ?? '')
    return {
      prompt: task.input.prompt ?? '',
      internal_state: 'completed',
      created_at: new Date(task.createdAt).toISOString(),
      video: sized(file, video),
      video_raw: sized(file, video),
      thumbnail: sized(at.file(video?.cover ?? ''), video),
      last_frame: sized(at.file(video?.lastFrame ?? ''), video),
    }
  },
  pending: () => ({
    prompt: '',
    internal_state: '',
    created_at: ZERO_TIME,
    video: null,
    video_raw: null,
    thumbnail: null,
    last_frame: null,
  }),
  meta: () => ({ failover_triggered: false }),
  schema: closed({
    prompt: Type.String(),
    internal_state: Type.String(),
    created_at: Type.String(),
    video: Sized,
    video_raw: Sized,
    thumbnail: Sized,
    last_frame: Sized,
  }),
}
