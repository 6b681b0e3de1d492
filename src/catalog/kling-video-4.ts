import { type Static, type TObject, type TProperties, Type } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile, sizeByShortSide } from './fields.ts'
import {
  aspect_ratio,
  brokenShots,
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
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Kling 4.0 by the task types of its own: from text, and from frames. Versions, lengths and prices are those of PiAPI's
 * pages of autumn 2026; the names of the fields are those of Kling's other task types there (inferred).
 */

const shared = {
  version: Type.Enum(VERSIONS_4, { default: '4.0', description: 'Model version.' }),
  prompt,
  negative_prompt,
  resolution: Type.Enum(['720p', '1080p'], { default: '720p', description: 'The shorter side; 4.0-flash makes 720p.' }),
  duration: Type.Integer({
    minimum: LEAST_SECONDS,
    maximum: LONGEST_SECONDS,
    default: 5,
    description: 'Seconds: up to 30, with 4.0-flash up to 20.',
  }),
  aspect_ratio,
  enable_audio: Type.Optional(Type.Boolean({ description: 'Make sound, too.' })),
  multi_shots,
}
type Shared = Static<TObject<typeof shared>>

const shortSide = ({ resolution }: Shared): 720 | 1080 => (resolution === '1080p' ? 1080 : 720)

function brokenRule(input: Shared): BrokenRule | undefined {
  return makesSide(input.version, shortSide(input))
    ? brokenShots(input)
    : { field: 'resolution', rule: `must be 720p with version ${input.version}` }
}

function klingFrom(taskType: string, title: string, frames: TProperties, example: JsonObject): Operation {
  return operation({
    model: 'kling',
    taskType,
    title,
    input: Type.Object({ ...frames, ...shared }) as TObject<typeof shared>, // the frames are read by name
    produces: {
      kind: 'videos',
      of: (input) => ({
        ...sizeByShortSide(input.aspect_ratio, shortSide(input)),
        seconds: secondsOf(input),
        hasSound: input.enable_audio === true,
      }),
    },
    rules: brokenRule,
    price: (input) => usdToPoints(usdPerSecond(input.version, shortSide(input), false) * secondsOf(input)),
    timeoutMs: VIDEO_TIMEOUT_MS,
    example: { version: '4.0', resolution: '720p', duration: 5, aspect_ratio: '16:9', ...example },
  })
}

export const klingTextToVideo = klingFrom(
  'text_to_video',
  'Make a video from a description with Kling 4.0',
  {},
  { prompt: 'a fox crosses a frozen lake at dawn, seen from a low angle' },
)

export const klingImageToVideo = klingFrom(
  'image_to_video',
  'Make a video from its first frame, and its last, with Kling 4.0',
  {
    image_url: mediaFile('image', 'The first frame.'),
    image_tail_url: optionalFile('image', 'The last frame.'),
  },
  { prompt: 'the boat drifts away', image_url: 'https://example.com/boat.png' },
)
