import { Type } from 'typebox'
import type { Json } from '../../../core/json.ts'
import type { Task } from '../../../core/task.ts'
import { closed, url, videosOf } from './common.ts'
import type { Form } from './form.ts'

/** Hailuo at PiAPI: the object of 2025 whole, and `video` beside it, which is all that there is since 2026. */

/** What Hailuo calls a video that is done. */
const DONE = 2

const modelOf = ({ input }: Task): Json => input.model ?? ''

export const hailuo: Form = {
  serviceMode: 'public',
  isPublicOnly: true,
  output(task, at) {
    const video = videosOf(task)[0]
    const file = at.file(video?.file ?? '')
    return {
      percent: 100,
      cover_url: at.file(video?.cover ?? ''),
      video_url: file,
      download_url: file,
      desc: '',
      prompt_img_url: '',
      status: DONE,
      user_origin_prompt: false,
      width: video?.widthPx ?? 0,
      height: video?.heightPx ?? 0,
      model_id: modelOf(task),
      message: '',
      video: file,
    }
  },
  pending: () => ({
    percent: 0,
    cover_url: '',
    video_url: '',
    download_url: '',
    desc: '',
    prompt_img_url: '',
    status: 0,
    user_origin_prompt: false,
    width: 0,
    height: 0,
    model_id: '',
    message: '',
    video: '',
  }),
  schema: closed({
    percent: Type.Integer(),
    cover_url: url,
    video_url: url,
    download_url: url,
    desc: Type.String(),
    prompt_img_url: Type.String(),
    status: Type.Integer(),
    user_origin_prompt: Type.Boolean(),
    width: Type.Integer(),
    height: Type.Integer(),
    model_id: Type.String(),
    message: Type.String(),
    video: url,
  }),
}
