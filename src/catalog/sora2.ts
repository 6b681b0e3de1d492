import { Type } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile, requiredText, sizeByShortSide } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** OpenAI's Sora 2 and Sora 2 Pro, new versions of their videos, and removing the watermark. */

/** The sizes of a video that is wide; 1024p is the larger one of OpenAI's own API, and no 16:9. */
const WIDE_PX = { '720p': [1_280, 720], '1024p': [1_792, 1_024], '1080p': [1_920, 1_080] } as const
const RESOLUTIONS = Object.keys(WIDE_PX) as (keyof typeof WIDE_PX)[] // as they were just written
const PRO_RESOLUTION = Type.Enum(RESOLUTIONS, {
  default: '720p', // inferred
  description: 'The shorter side; 1024p is 1792 by 1024 pixels.',
})

function sizeIn({ aspect_ratio, resolution }: { aspect_ratio: string; resolution: keyof typeof WIDE_PX }) {
  const [longPx, shortPx] = WIDE_PX[resolution]
  return aspect_ratio === '9:16' ? { widthPx: shortPx, heightPx: longPx } : { widthPx: longPx, heightPx: shortPx }
}

/** In USD for a second. 1080p inferred from the ratio of OpenAI's own prices. */
const STANDARD_USD = 0.08
const proUsd = (resolution: string) => (resolution === '720p' ? 0.24 : 0.4)

const shared = {
  prompt: requiredText(5_000, 'What the video shows, and what is heard.'), // limit inferred
  image_url: optionalFile('image', 'The first frame.'),
  aspect_ratio: Type.Enum(['16:9', '9:16'], { default: '16:9', description: 'Width to height.' }), // 9:16 inferred
  duration: Type.Enum([4, 8, 12], { default: 4, description: 'Seconds.' }), // 8 and 12 inferred from OpenAI's own API
}
const timeoutMs = 1_800_000

export const sora2Video = operation({
  model: 'sora2',
  taskType: 'sora2-video',
  title: 'Make a video with sound with Sora 2',
  input: Type.Object(shared),
  produces: {
    kind: 'videos',
    of: (input) => ({ ...sizeByShortSide(input.aspect_ratio, 720), seconds: input.duration, hasSound: true }),
  },
  price: ({ duration }) => usdToPoints(STANDARD_USD * duration),
  timeoutMs,
  example: { prompt: 'a paper crane unfolds and flies out of the window', aspect_ratio: '16:9', duration: 4 },
})

export const sora2ProVideo = operation({
  model: 'sora2',
  taskType: 'sora2-pro-video',
  title: 'Make a video with sound with Sora 2 Pro',
  input: Type.Object({
    ...shared,
    resolution: PRO_RESOLUTION,
  }),
  produces: { kind: 'videos', of: (input) => ({ ...sizeIn(input), seconds: input.duration, hasSound: true }) },
  price: ({ duration, resolution }) => usdToPoints(proUsd(resolution) * duration),
  timeoutMs,
  example: {
    prompt: 'a lighthouse in a storm, seen from the sea',
    aspect_ratio: '16:9',
    duration: 4,
    resolution: '1080p',
  },
})

const REMIX = 'sora2-remix'

/**
 * A new version of a finished video, by OpenAI's `POST /v1/videos/{id}/remix`. It costs what the video did, whose form the
 * input repeats: a price follows from the input alone.
 */
export const sora2Remix = operation({
  model: 'sora2',
  taskType: REMIX,
  title: 'Change a finished video of Sora 2',
  input: Type.Object({
    origin_task_id: Type.String({ minLength: 1, maxLength: 64, description: 'The task of the video to change.' }),
    prompt: requiredText(5_000, 'What is to be different.'),
    quality: Type.Enum(['standard', 'pro'], { default: 'standard', description: 'That of the video: Sora 2 or Pro.' }),
    aspect_ratio: Type.Enum(['16:9', '9:16'], { default: '16:9', description: 'That of the video.' }),
    duration: Type.Enum([4, 8, 12], { default: 4, description: 'That of the video, in seconds.' }),
    resolution: PRO_RESOLUTION,
  }),
  produces: { kind: 'videos', of: (input) => ({ ...sizeIn(input), seconds: input.duration, hasSound: true }) },
  price: ({ quality, duration, resolution }) =>
    usdToPoints((quality === 'pro' ? proUsd(resolution) : STANDARD_USD) * duration),
  follows: (input) => input.origin_task_id,
  followsModels: [sora2Video.id, sora2ProVideo.id, `sora2/${REMIX}`],
  fits(input, parent) {
    const of = formOfSora(parent)
    const names = ['quality', 'aspect_ratio', 'duration', 'resolution'] as const
    const field = names.find((name) => input[name] !== of[name])
    return field && { field, rule: `must be that of the video, ${of[field]}, not ${input[field]}` }
  },
  timeoutMs,
  example: { origin_task_id: '01234567-89ab-4cde-8f01-23456789ab00', prompt: 'the same crane, at night' },
})

/** The form of a task's video, in the terms of `sora2-remix`. */
export function formOfSora({ operation: id, input }: { operation: string; input: JsonObject }) {
  const { quality = id === sora2ProVideo.id ? 'pro' : 'standard', aspect_ratio, duration } = input
  return { quality, aspect_ratio, duration, resolution: quality === 'pro' ? input.resolution : '720p' }
}

const removeWatermark = operation({
  model: 'sora2',
  taskType: 'remove-watermark',
  title: 'Take the mark out of a Sora 2 video',
  input: Type.Object({ video_url: mediaFile('video', 'The video.') }),
  produces: { kind: 'videos', of: () => ({ ...sizeByShortSide('16:9', 720), seconds: 4, hasSound: true }) }, // the assumed input
  price: () => usdToPoints(0.03), // from a client's price table
  timeoutMs,
  example: { video_url: 'https://example.com/crane.mp4' },
})

export const sora2: Operation[] = [sora2Video, sora2ProVideo, sora2Remix, removeWatermark]
