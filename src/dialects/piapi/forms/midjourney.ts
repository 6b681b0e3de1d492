import { Type } from 'typebox'
import type { Output } from '../../../catalog/outputs.ts'
import type { JsonObject } from '../../../core/json.ts'
import type { Task } from '../../../core/task.ts'
import { closed, url, urls, videosOf } from './common.ts'
import type { Form } from './form.ts'

/** Midjourney at PiAPI: grids and single pictures with the follow-ups that they allow, descriptions, seeds. */

/** What may follow on a grid, in the words and the order of PiAPI's answers. */
const AFTER_GRID = [
  'reroll',
  'upscale1',
  'upscale2',
  'upscale3',
  'upscale4',
  'variation1',
  'variation2',
  'variation3',
  'variation4',
]

/** What may follow on one picture. No answer shows these words; inferred from the follow-ups' fields. */
const AFTER_PICTURE = [
  'high_variation',
  'low_variation',
  'inpaint',
  'upscale_subtle',
  'upscale_creative',
  'upscale_2x',
  'upscale_4x',
  'outpaint_1.5x',
  'outpaint_2x',
  'outpaint_custom',
  'outpaint_1x',
  'pan_up',
  'pan_down',
  'pan_left',
  'pan_right',
]

function textsOf(task: Task): string[] {
  return (task.output as Output['texts']).texts // stored in the catalogue's shape
}

/** A version is known only where the prompt names it; PiAPI says "unknown" otherwise. */
function meta(task: Task): JsonObject {
  const { prompt, process_mode } = task.input
  const version = typeof prompt === 'string' ? /(?:--|—)v(?:ersion)?\s+(\d+(?:\.\d+)?)/.exec(prompt)?.[1] : undefined
  return { model_version: version === undefined ? 'unknown' : `v${version}`, process_mode: process_mode || 'fast' }
}

const COMMON = { meta, serviceMode: 'public', tellsProgress: true } as const

/** Everything that makes pictures. */
export const midjourneyPictures: Form = {
  ...COMMON,
  output(task, at) {
    const { pictures, grid } = task.output as Output['pictures'] // likewise
    return {
      image_url: at.file((grid ?? pictures[0])?.file ?? ''),
      image_urls: null,
      temporary_image_urls: grid ? pictures.map((one) => at.file(one.file)) : null,
      discord_image_url: '',
      progress: 100,
      intermediate_image_urls: null,
      actions: grid ? AFTER_GRID : AFTER_PICTURE,
    }
  },
  pending: (task) => ({
    image_url: '',
    image_urls: null,
    temporary_image_urls: null,
    discord_image_url: '',
    progress: task.progress,
    intermediate_image_urls: null,
    actions: [],
  }),
  schema: closed({
    image_url: url,
    image_urls: Type.Null(),
    temporary_image_urls: Type.Union([urls, Type.Null()]),
    discord_image_url: Type.String(),
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    intermediate_image_urls: Type.Null(),
    actions: Type.Array(Type.String()),
  }),
}

/** The pages show one text, a client reads an array. */
export const midjourneyDescriptions: Form = {
  ...COMMON,
  output: (task) => ({ description: textsOf(task).join('\n\n'), descriptions: textsOf(task) }),
  schema: closed({ description: Type.String(), descriptions: Type.Array(Type.String()) }),
}

export const midjourneySeed: Form = {
  ...COMMON,
  output: (task) => ({ seed: textsOf(task)[0] ?? '' }),
  schema: closed({ seed: Type.String() }),
}

/** PiAPI does not have these operations: the output is named like that of its descriptions. */
export const midjourneyPrompts: Form = {
  ...COMMON,
  output: (task) => ({ prompts: textsOf(task) }),
  schema: closed({ prompts: Type.Array(Type.String()) }),
}

/** PiAPI does not have this operation: the first video is named as in its other families, with all of them beside it. */
export const midjourneyVideos: Form = {
  ...COMMON,
  output(task, at) {
    const all = videosOf(task).map(({ file }) => at.file(file))
    return { video_url: all[0] ?? '', video_urls: all }
  },
  schema: closed({ video_url: url, video_urls: urls }),
}
