import { type TProperties, Type } from 'typebox'
import type { Output, Picture, Video } from '../../../catalog/outputs.ts'
import type { Json, JsonObject } from '../../../core/json.ts'
import type { Task } from '../../../core/task.ts'
import { picturesOf } from '../../kit/pictures.ts'
import type { Urls } from '../../kit/urls.ts'
import { video as byName, closed, url, urls, videosOf } from './common.ts'
import type { Form } from './form.ts'

/** Kling at PiAPI: the works of Kling's own product up to version 2.6, a plain URL from 3.0 on. */

/** What Kling calls a work that is done. */
const DONE = 99

const serviceMode = 'public'

const Resource = closed({
  resource: url,
  resource_without_watermark: url,
  height: Type.Integer(),
  width: Type.Integer(),
  duration: Type.Integer({ description: 'Milliseconds; 0 for a picture.' }),
})

const worksSchema = (parts: TProperties) =>
  Type.Array(closed({ content_type: Type.String(), status: Type.Integer(), type: Type.String(), ...parts }))

function resource(file: string, { widthPx, heightPx }: { widthPx: number; heightPx: number }, seconds = 0): JsonObject {
  return {
    resource: file,
    resource_without_watermark: file,
    height: heightPx,
    width: widthPx,
    duration: Math.round(seconds * 1_000),
  }
}

/** Kling's own word for the kind of work. Seen are m2v_txt2video_hq and m2v_motion_control; the rest is inferred. */
function typeOf({ operation, input }: Task): string {
  const taskType = operation.slice(operation.indexOf('/') + 1)
  if (taskType !== 'video_generation') return `m2v_${taskType}`
  const isFromPicture = Boolean(input.image_url || input.image_tail_url)
  return `m2v_${isFromPicture ? 'img2video' : 'txt2video'}${input.mode === 'pro' ? '_hq' : ''}`
}

function videoWork(video: Video, type: string, at: Urls): JsonObject {
  return {
    content_type: 'video',
    status: DONE,
    type,
    cover: resource(at.file(video.cover), video),
    video: resource(at.file(video.file), video, video.seconds),
  }
}

function pictureWork(picture: Picture, type: string, at: Urls): JsonObject {
  return { content_type: 'image', status: DONE, type, image: resource(at.file(picture.file), picture) }
}

function classicOutput(task: Task, at: Urls): Json {
  const type = typeOf(task)
  const videos = videosOf(task)
  return {
    video_url: at.file(videos[0]?.file ?? ''),
    type,
    status: DONE,
    works: videos.map((one) => videoWork(one, type, at)),
  }
}

/** Everything that makes videos up to version 2.6: extending, lip sync, effects, avatars. */
export const klingClassic: Form = {
  serviceMode,
  output: classicOutput,
  pending: () => ({ video_url: '' }),
  schema: closed({
    video_url: url,
    type: Type.String(),
    status: Type.Integer(),
    works: worksSchema({ cover: Resource, video: Resource }),
  }),
}

/** Version 3.0, Omni and Turbo. */
export const klingFile: Form = { ...byName, serviceMode, pending: () => ({ video: '' }) }

function versioned({ input }: Task): Form {
  return Number.parseFloat(String(input.version)) >= 3 ? klingFile : klingClassic
}

/** One operation for all versions, and a form for each half of them. */
export const klingVideoGeneration: Form = {
  serviceMode,
  output: (task, at) => versioned(task).output(task, at),
  pending: (task) => versioned(task).pending?.(task) ?? null,
  schema: Type.Union([klingClassic.schema, klingFile.schema]),
}

const unstarted = (): JsonObject => ({ type: '', status: 0, works: null })

export const klingMotionControl: Form = { ...klingClassic, usage: 'unreserved', pending: unstarted }

/** No document shows it: works with a picture each, as several clients read them, and the addresses by themselves. */
export const klingTryOn: Form = {
  serviceMode,
  output(task, at) {
    const pictures = picturesOf(task)
    return {
      image_url: at.file(pictures[0]?.file ?? ''),
      image_urls: pictures.map((one) => at.file(one.file)),
      type: 'ai_try_on',
      status: DONE,
      works: pictures.map((one) => pictureWork(one, 'ai_try_on', at)),
    }
  },
  pending: unstarted,
  schema: closed({
    image_url: url,
    image_urls: urls,
    type: Type.String(),
    status: Type.Integer(),
    works: worksSchema({ image: Resource }),
  }),
}

/** Likewise, with a sound each. */
export const klingSound: Form = {
  serviceMode,
  output(task, at) {
    const { sounds } = task.output as Output['sounds'] // stored in the catalogue's shape
    return {
      audio_url: at.file(sounds[0]?.file ?? ''),
      audio_urls: sounds.map((one) => at.file(one.file)),
      type: 'sound',
      status: DONE,
      works: sounds.map((one) => ({
        content_type: 'audio',
        status: DONE,
        type: 'sound',
        audio: resource(at.file(one.file), { widthPx: 0, heightPx: 0 }, one.seconds),
      })),
    }
  },
  pending: unstarted,
  schema: closed({
    audio_url: url,
    audio_urls: urls,
    type: Type.String(),
    status: Type.Integer(),
    works: worksSchema({ audio: Resource }),
  }),
}
