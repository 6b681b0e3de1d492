import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile, sizeByShortSide } from './fields.ts'
import {
  aspect_ratio,
  brokenShots,
  isVersion4,
  LEAST_SECONDS,
  LONGEST_SECONDS,
  makesSide,
  multi_shots,
  negative_prompt,
  prompt,
  secondsOf,
  usdPerSecond,
  VERSIONS_4,
  VIDEO_TIMEOUT_MS,
} from './kling-fields.ts'
import { type BrokenRule, operation } from './operation.ts'

/** Kling Omni, which takes pictures, videos and sounds as references, and Kling Turbo, a model of its own. */

const MAX_PICTURES = 10
/** Before version 4; inferred from Kling's own product. */
const MAX_EARLIER_PICTURES = 7
const MAX_VIDEOS = 5
const MAX_SOUNDS = 3

const shortSide = (resolution: string) => (resolution === '1080p' ? 1080 : 720)

const OmniInput = Type.Object({
  version: Type.Enum(['3.0', 'o1', ...VERSIONS_4], { default: '3.0', description: 'Model version.' }), // default inferred: clients name it
  prompt,
  resolution: Type.Enum(['720p', '1080p'], { default: '720p', description: 'The shorter side; 4.0-flash makes 720p.' }),
  duration: Type.Integer({
    minimum: LEAST_SECONDS,
    maximum: LONGEST_SECONDS,
    default: 5,
    description: 'Seconds: up to 15, with 4.0-flash up to 20, with 4.0 up to 30.',
  }),
  aspect_ratio,
  enable_audio: Type.Boolean({ default: false, description: 'Make sound, too.' }),
  multi_shots,
  images: Type.Optional(
    Type.Array(mediaFile('image', 'A picture.'), {
      maxItems: MAX_PICTURES,
      description: `Pictures that the prompt calls @image_1, @image_2 and so on; ${MAX_EARLIER_PICTURES} before version 4.`,
    }),
  ),
  video: optionalFile('video', 'A video that the prompt calls @video.'),
  // The number of files of version 4 is stated, the name of the second field is not: that of the first is inferred, too.
  videos: Type.Optional(
    Type.Array(mediaFile('video', 'A video.'), {
      maxItems: MAX_VIDEOS,
      description: 'Videos that the prompt calls @video_1, @video_2 and so on (version 4).',
    }),
  ),
  audio_urls: Type.Optional(
    Type.Array(mediaFile('audio', 'A sound.'), {
      maxItems: MAX_SOUNDS,
      description: 'Sounds to refer to (version 4.0).',
    }),
  ),
})
type OmniInput = Static<typeof OmniInput>

function brokenReferences({
  version,
  resolution,
  images,
  video,
  videos,
  audio_urls,
}: OmniInput): BrokenRule | undefined {
  const with4 = (field: string, versions: string): BrokenRule => ({
    field,
    rule: `is read with version ${versions} only`,
  })
  if (audio_urls?.length && version !== '4.0') return with4('audio_urls', '4.0')
  if (isVersion4(version)) {
    if (video && videos?.length) return { field: 'video', rule: 'does not go together with videos' }
    return makesSide(version, shortSide(resolution))
      ? undefined
      : { field: 'resolution', rule: `must be 720p with version ${version}` }
  }
  if (videos?.length) return with4('videos', VERSIONS_4.join(' and '))
  if ((images?.length ?? 0) <= MAX_EARLIER_PICTURES) return undefined
  return { field: 'images', rule: `has at most ${MAX_EARLIER_PICTURES} elements with version ${version}` }
}

export const klingOmni = operation({
  model: 'kling',
  taskType: 'omni_video_generation',
  title: 'Make a video from a description that refers to pictures, videos and sounds',
  input: OmniInput,
  produces: {
    kind: 'videos',
    of: (input) => ({
      ...sizeByShortSide(input.aspect_ratio, shortSide(input.resolution)),
      seconds: secondsOf(input),
      hasSound: input.enable_audio,
    }),
  },
  rules: (input) => brokenReferences(input) ?? brokenShots(input),
  price: ({ version, resolution, enable_audio, ...input }) =>
    usdToPoints(usdPerSecond(version, shortSide(resolution), enable_audio) * secondsOf({ version, ...input })),
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
