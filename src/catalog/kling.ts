import { type Static, Type } from 'typebox'
import type { Json } from '../core/json.ts'
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
import { klingOmni, klingTurbo } from './kling-omni.ts'
import { klingAvatar, klingEffects, klingExtend, klingLipSync, klingMotionControl } from './kling-scenes.ts'
import { klingImageToVideo, klingTextToVideo } from './kling-video-4.ts'
import { klingSound, klingTryOn } from './kling-works.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Kling: videos of every version from 1.0 to 4.0, and Kling's other operations. Fields, limits and prices are those
 * of PiAPI's pages; where a comment says "inferred", no document states the value.
 */

const VERSIONS = ['1.0', '1.5', '1.6', '2.0', '2.1', '2.1-master', '2.5', '2.6', '3.0', '3.0-turbo', ...VERSIONS_4]
const MAX_ELEMENTS = 4 // what Kling's own product takes

const turn = (name: string) =>
  // Limits and default of Kling's own API.
  Type.Integer({ minimum: -10, maximum: 10, default: 0, description: `How far the camera moves: ${name}.` })
const camera_control = Type.Object(
  {
    type: Type.Enum(['simple'], { description: 'The kind of movement.' }),
    config: Type.Object(
      {
        horizontal: turn('sideways'),
        vertical: turn('up and down'),
        pan: turn('panning'),
        tilt: turn('tilting'),
        roll: turn('rolling'),
        zoom: turn('zooming'),
      },
      { description: 'The movement; one value differs from 0.', 'x-beside': 'type' },
    ),
  },
  { description: 'How the camera moves.' },
)

const static_masks = Type.Array(
  Type.Object({
    points: Type.Array(Type.Unsafe<Json>(Type.Unknown()), { description: 'Empty: the mask itself says where.' }),
  }),
  { description: 'What must stay where it is; the array is needed even when empty.' },
)
const dynamic_masks = Type.Array(
  Type.Object({
    points: Type.Array(
      Type.Object({
        x: Type.Number({ description: 'Pixels from the left.' }),
        y: Type.Number({ description: 'Pixels from the top.' }),
      }),
      { description: 'Control points of the path, from its beginning to its end.' },
    ),
  }),
  { description: 'What moves, and along which path.' },
)
const motion_brush = Type.Object(
  {
    mask_url: mediaFile('image', 'A PNG as large as the picture, with the masks painted in colours.'),
    static_masks,
    dynamic_masks,
  },
  { description: 'Parts of the picture that move along a path.' },
)

/** The motion brush as Kling's own API has it, with its limits: a mask for every path. */
const ownMasks = {
  static_mask: optionalFile('image', 'What must stay where it is, painted in a picture of the same shape.'),
  dynamic_masks: Type.Optional(
    Type.Array(
      Type.Object({
        mask: mediaFile('image', 'What moves, painted in a picture of the same shape.'),
        trajectories: Type.Array(
          Type.Object({
            x: Type.Number({ description: 'Pixels from the left.' }),
            y: Type.Number({ description: 'Pixels from the bottom.' }),
          }),
          { minItems: 2, maxItems: 77, description: 'Points of the path, from its beginning to its end.' },
        ),
      }),
      { maxItems: 6, description: 'What moves, each along a path of its own.' },
    ),
  ),
}

const VideoInput = Type.Object({
  prompt,
  negative_prompt,
  cfg_scale: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description:
        'How closely the video follows the prompt; 0.5 is advised. From version 2.0 on it counts for nothing.',
    }),
  ),
  duration: Type.Integer({
    minimum: LEAST_SECONDS,
    maximum: LONGEST_SECONDS,
    default: 5,
    description: 'Seconds: 5 or 10; from 3 to 15 with version 3.0, to 20 with 4.0-flash, to 30 with 4.0.',
  }),
  aspect_ratio,
  // One client says `standard` and `turbo`.
  mode: Type.Enum(['std', 'pro', 'standard', 'turbo'], {
    default: 'std',
    description: 'std, or pro for a better picture: 720p or 1080p from version 3.0 on.',
  }),
  resolution: Type.Optional(
    Type.Enum(['720p', '1080p'], {
      description: 'The shorter side, in place of a mode (versions 3.0-turbo, 4.0 and 4.0-flash).',
    }),
  ),
  version: Type.Enum(VERSIONS, { default: '1.0', description: 'Model version.' }), // default of older pages; clients name a version
  image_url: optionalFile('image', 'The first frame. Without one the video is made from text.'),
  image_tail_url: optionalFile('image', 'The last frame.'),
  reference_video_url: optionalFile('video', 'A video to refer to.'),
  camera_control: Type.Optional(camera_control),
  motion_brush: Type.Optional(motion_brush),
  ...ownMasks,
  elements: Type.Optional(
    Type.Array(Type.Object({ image_url: mediaFile('image', 'A person or thing that appears.') }), {
      maxItems: MAX_ELEMENTS,
      description: `Up to ${MAX_ELEMENTS} pictures of what appears, in place of a first frame (version 1.6).`,
    }),
  ),
  enable_audio: Type.Optional(Type.Boolean({ description: 'Make sound, too (versions 2.6 and 3.0).' })),
  prefer_multi_shots: Type.Optional(Type.Boolean({ description: 'Cut the prompt into shots (version 3.0).' })),
  multi_shots,
})

type VideoInput = Static<typeof VideoInput>

/** USD for five seconds, standard and professional. Ten seconds cost twice as much: stated for 2.0, inferred for the rest. */
const CLASSIC_USD: Record<string, { std: number; pro: number }> = {
  '1.0': { std: 0.26, pro: 0.46 },
  '1.5': { std: 0.26, pro: 0.46 },
  '1.6': { std: 0.26, pro: 0.46 },
  // Professional only, although clients send their default mode.
  '2.0': { std: 0.96, pro: 0.96 },
  '2.1': { std: 0.26, pro: 0.46 },
  '2.1-master': { std: 0.96, pro: 0.96 },
  '2.5': { std: 0.2, pro: 0.33 },
  '2.6': { std: 0.2, pro: 0.33 },
}

/** The client that sends `turbo` with 2.5 means kling-turbo, which is professional and has a price of its own. */
const TURBO_USD = 0.28

function isPro({ mode, version, resolution }: VideoInput): boolean {
  if (hasResolution(version) && resolution !== undefined) return resolution === '1080p'
  return mode === 'pro' || mode === 'turbo' || version === '2.0' || version === '2.1-master'
}

/** The shorter side; before 3.0 inferred. */
const sideOf = (input: VideoInput): 720 | 1080 => (isPro(input) ? 1080 : 720)

function hasResolution(version: string): boolean {
  return version === '3.0-turbo' || isVersion4(version)
}

/** From 3.0 on, a video lasts as long as is said to the second, and may be made of shots. */
function isNewer(version: string): boolean {
  return version === '3.0' || hasResolution(version)
}

function hasSound({ version, enable_audio }: VideoInput): boolean {
  return enable_audio === true && (version === '2.6' || isNewer(version))
}

function usdOf(input: VideoInput): number {
  const pro = isPro(input)
  const sounds = hasSound(input)
  if (isNewer(input.version)) return usdPerSecond(input.version, sideOf(input), sounds) * secondsOf(input)
  if (input.version === '2.5' && input.mode === 'turbo') return TURBO_USD * (input.duration / 5)
  const { std = 0, pro: better = 0 } = CLASSIC_USD[input.version] ?? {}
  return (pro ? better : std) * (input.duration / 5) * (sounds ? 2 : 1) // twice with sound: inferred from Kling's own prices
}

/** The name of the field that selects the moving parts of the picture. */
function brushOf({ motion_brush: brush, static_mask, dynamic_masks }: VideoInput): string | undefined {
  if (brush) return 'motion_brush'
  if (static_mask) return 'static_mask'
  return dynamic_masks?.length ? 'dynamic_masks' : undefined
}

/** The mode says how large a video is, until 3.0-turbo, and not every version makes both sizes. */
function brokenSide(input: VideoInput): BrokenRule | undefined {
  const { version, resolution } = input
  if (!hasResolution(version)) {
    return resolution === '1080p' && !isPro(input)
      ? { field: 'resolution', rule: `must be 720p with version ${version} and mode ${input.mode}` }
      : undefined
  }
  if (makesSide(version, sideOf(input))) return undefined
  const [field, rule] = resolution === undefined ? ['mode', 'must be std'] : ['resolution', 'must be 720p']
  return { field: field ?? '', rule: `${rule} with version ${version}` }
}

function brokenVideo(input: VideoInput): BrokenRule | undefined {
  const brush = brushOf(input)
  if (brush && !input.image_url) return { field: 'image_url', rule: `is needed with ${brush}` }
  if (isNewer(input.version)) return brokenSide(input) ?? brokenShots(input)
  if (input.resolution === '1080p' && !isPro(input)) return brokenSide(input)
  if (input.duration !== 5 && input.duration !== 10) {
    return { field: 'duration', rule: `must be 5 or 10 with version ${input.version}, not ${input.duration}` }
  }
  const isSeen = input.image_url || input.image_tail_url || input.reference_video_url || input.elements?.length
  return input.prompt || isSeen
    ? undefined
    : { field: 'prompt', rule: (nameOf) => `is needed without ${nameOf('image_url')}` }
}

export const klingVideo = operation({
  model: 'kling',
  taskType: 'video_generation',
  title: 'Make a video from a description or from its first frame',
  input: VideoInput,
  produces: {
    kind: 'videos',
    of: (input) => ({
      ...sizeByShortSide(input.aspect_ratio, sideOf(input)),
      seconds: isNewer(input.version) ? secondsOf(input) : input.duration,
      hasSound: hasSound(input),
    }),
  },
  rules: brokenVideo,
  price: (input) => usdToPoints(usdOf(input)),
  timeoutMs: VIDEO_TIMEOUT_MS,
  example: {
    prompt: 'a fox crosses a frozen lake at dawn, seen from a low angle',
    negative_prompt: 'blurred, shaking',
    cfg_scale: 0.5,
    duration: 5,
    aspect_ratio: '16:9',
    mode: 'std',
    version: '2.6',
  },
})

export const kling: Operation[] = [
  klingVideo,
  klingExtend,
  klingLipSync,
  klingEffects,
  klingTryOn,
  klingSound,
  klingAvatar,
  klingMotionControl,
  klingOmni,
  klingTextToVideo,
  klingImageToVideo,
  klingTurbo,
]
