import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile, sizeByShortSide } from './fields.ts'
import {
  aspect_ratio,
  brokenShots,
  MAX_SECONDS,
  multi_shots,
  negative_prompt,
  prompt,
  secondsOf,
  usdPerSecond,
  VIDEO_TIMEOUT_MS,
} from './kling-fields.ts'
import { operation } from './operation.ts'

/** Kling Omni, which takes pictures and a video as references, and Kling Turbo, a model of its own. */

const MAX_PICTURES = 7 // inferred from Kling's own product

const shortSide = (resolution: string) => (resolution === '1080p' ? 1080 : 720)

export const klingOmni = operation({
  model: 'kling',
  taskType: 'omni_video_generation',
  title: 'Make a video from a description that refers to pictures and a video',
  input: Type.Object({
    version: Type.Enum(['3.0', 'o1'], { default: '3.0', description: 'Model version.' }), // default inferred: clients name it
    prompt,
    resolution: Type.Enum(['720p', '1080p'], { default: '720p', description: 'The shorter side.' }),
    duration: Type.Integer({ minimum: 3, maximum: MAX_SECONDS, default: 5, description: 'Seconds.' }),
    aspect_ratio,
    enable_audio: Type.Boolean({ default: false, description: 'Make sound, too.' }),
    multi_shots,
    images: Type.Optional(
      Type.Array(mediaFile('image', 'A picture.'), {
        maxItems: MAX_PICTURES,
        description: 'Pictures that the prompt calls @image_1, @image_2 and so on.',
      }),
    ),
    video: optionalFile('video', 'A video that the prompt calls @video.'),
  }),
  produces: {
    kind: 'videos',
    of: (input) => ({
      ...sizeByShortSide(input.aspect_ratio, shortSide(input.resolution)),
      seconds: secondsOf(input),
      hasSound: input.enable_audio,
    }),
  },
  rules: brokenShots,
  price: (input) => usdToPoints(usdPerSecond(shortSide(input.resolution), input.enable_audio) * secondsOf(input)),
  timeoutMs: VIDEO_TIMEOUT_MS,
  example: {
    version: '3.0',
    prompt: '@image_1 walks along the harbour and waves',
    resolution: '720p',
    duration: 5,
    aspect_ratio: '16:9',
    enable_audio: false,
    images: ['https://example.com/sailor.png'],
  },
})

export const klingTurbo = operation({
  model: 'kling-turbo',
  taskType: 'video_generation',
  title: 'Make a video quickly, from a description or from its first and last frame',
  input: Type.Object({
    prompt,
    negative_prompt,
    start_image_url: optionalFile('image', 'The first frame.'),
    end_image_url: optionalFile('image', 'The last frame.'),
    duration: Type.Enum([5, 10], { default: 5, description: 'Seconds.' }), // default inferred from Kling's
    aspect_ratio,
    mode: Type.Enum(['pro', 'std'], { default: 'pro', description: 'Quality.' }), // only pro is named, std inferred
    version: Type.Enum(['2.5-turbo', '2.5'], { default: '2.5-turbo', description: 'Model version.' }),
  }),
  produces: {
    kind: 'videos',
    of: ({ aspect_ratio: ratio, mode, duration }) => ({
      ...sizeByShortSide(ratio, mode === 'pro' ? 1080 : 720), // inferred
      seconds: duration,
    }),
  },
  rules: (input) =>
    input.prompt || input.start_image_url || input.end_image_url
      ? undefined
      : { field: 'prompt', rule: 'is needed without start_image_url' },
  price: ({ duration }) => usdToPoints((0.28 * duration) / 5), // ten seconds inferred
  timeoutMs: VIDEO_TIMEOUT_MS,
  example: {
    prompt: 'the paper boat drifts down the gutter in the rain',
    start_image_url: 'https://example.com/boat.png',
    duration: 5,
    mode: 'pro',
    version: '2.5-turbo',
  },
})
