import { type TProperties, Type } from 'typebox'
import type { Output, Video } from '../../../catalog/outputs.ts'
import type { JsonObject } from '../../../core/json.ts'
import type { Task } from '../../../core/task.ts'
import { picturesOf } from '../../kit/pictures.ts'
import type { Urls } from '../../kit/urls.ts'
import type { Form } from './form.ts'

/** The forms that most families share. What a task has stored is in the catalogue's shape, so its output is read as that. */

export const url = Type.String({ description: 'Address of the file.' })
export const urls = Type.Array(url)
export const closed = (properties: TProperties) => Type.Object(properties, { additionalProperties: false })

export function videosOf(task: Task): Video[] {
  return (task.output as Output['videos']).videos
}

function firstPicture(task: Task, at: Urls): string {
  return at.file(picturesOf(task)[0]?.file ?? '')
}

function firstVideo(task: Task, at: Urls): string {
  return at.file(videosOf(task)[0]?.file ?? '')
}

/** `image_url`, and `image_urls` when there are several: Flux. */
export const fluxPictures: Form = {
  output(task, at) {
    const all = picturesOf(task)
    if (all.length > 1) return { image_urls: all.map((one) => at.file(one.file)) }
    return { image_url: firstPicture(task, at), image_base64: '' }
  },
  schema: Type.Union([closed({ image_url: url, image_base64: Type.String() }), closed({ image_urls: urls })]),
}

/** `image_url` alone: face swap and the image tools. */
export const imageUrl: Form = {
  output: (task, at) => ({ image_url: firstPicture(task, at) }),
  schema: closed({ image_url: url }),
}

/** `image_urls` alone: Gemini. */
export const imageUrls: Form = {
  output: (task, at) => ({ image_urls: picturesOf(task).map((one) => at.file(one.file)) }),
  schema: closed({ image_urls: urls }),
}

/** Both keys, since the shape is not documented: a client finds the one that it reads. */
export const anyPicture: Form = {
  output: (task, at) => ({
    image_url: firstPicture(task, at),
    image_urls: picturesOf(task).map((one) => at.file(one.file)),
  }),
  schema: closed({ image_url: url, image_urls: urls }),
}

/** `video_url` alone: most of Qubico's. */
export const videoUrl: Form = {
  output: (task, at) => ({ video_url: firstVideo(task, at) }),
  schema: closed({ video_url: url }),
}

/** `video` alone: Veo, Sora 2, Kling from 3.0 on. */
export const video: Form = {
  output: (task, at) => ({ video: firstVideo(task, at) }),
  schema: closed({ video: url }),
}

/** Both, where no document shows the shape. */
export const anyVideo: Form = {
  output: (task, at) => ({ video: firstVideo(task, at), video_url: firstVideo(task, at) }),
  schema: closed({ video: url, video_url: url }),
}

export const audioUrl: Form = {
  output: (task, at) => ({ audio_url: at.file((task.output as Output['sounds']).sounds[0]?.file ?? '') }),
  schema: closed({ audio_url: url }),
}

export const text: Form = {
  output: (task) => ({ text: (task.output as Output['texts']).texts[0] ?? '' }),
  schema: closed({ text: Type.String() }),
}

export const model: Form = {
  output: (task, at) => ({ model_file: at.file((task.output as Output['model']).model.file) }),
  schema: closed({ model_file: url }),
}

export const lyricsPairs: Form = {
  output: (task) => ({
    lyrics_pairs: (task.output as Output['lyrics']).lyrics.map(
      ({ title, text: words }): JsonObject => ({ title, text: words }),
    ),
  }),
  schema: closed({ lyrics_pairs: Type.Array(closed({ title: Type.String(), text: Type.String() })) }),
}

/** The operation's own members, whatever they are. */
export const data: Form = {
  output: (task, at) => at.expand((task.output as Output['data']).data),
  schema: Type.Unsafe<JsonObject>(Type.Object({}, { description: 'What the operation says, in its own members.' })),
}

/** What a hosted model gave, as its vendor writes it. */
export const anything: Form = {
  output: (task, at) => ({ value: at.expand((task.output as Output['anything']).value) }),
  schema: closed({ value: Type.Unknown({ description: 'What the model gave; every file by its address.' }) }),
}
