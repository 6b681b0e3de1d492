import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaUrl, optionalFile, requiredText, sizeOf } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Luma Dream Machine. Frames come in two spellings, `key_frames` of 2025 and `start_image` and `end_image` of 2026, and
 * so does the model. Where a comment says "inferred", no document states the value.
 */

/** A picture, or a video to extend: by its URL only, since base64 is stored as the one or the other. */
const frameUrl = Type.Optional(
  mediaUrl('image', 'The picture, or the video to extend.', { pattern: '^(?:https?://[^\\s/?#]+[^\\s]*)?$' }),
)

const frame = (which: string) =>
  Type.Optional(
    Type.Object(
      {
        // The MCP server sends an empty type and no URL where there is no frame; n8n's node extends a video by its URL.
        type: Type.Enum(['image', 'video', ''], { default: 'image', description: 'What the URL leads to.' }),
        url: frameUrl,
      },
      { description: `The ${which} frame.` },
    ),
  )

const LumaInput = Type.Object({
  prompt: requiredText(5_000, 'What the video shows.'), // limit inferred
  key_frames: Type.Optional(
    Type.Object({ frame0: frame('first'), frame1: frame('last') }, { description: 'First and last frame.' }),
  ),
  start_image: optionalFile('image', 'The first frame, in the newer spelling.'),
  end_image: optionalFile('image', 'The last frame, in the newer spelling.'),
  model_name: Type.Optional(Type.Enum(['ray-v1', 'ray-v2'], { description: 'The model, in the older spelling.' })),
  model: Type.Optional(Type.Enum(['ray-v1', 'ray-v2'], { description: 'The model, in the newer spelling.' })),
  loop: Type.Optional(Type.Boolean({ description: 'Let the end lead back to the beginning.' })),
  duration: Type.Enum([5, 10], { default: 5, description: 'Seconds; 10 without frames only.' }),
  // Default inferred from Luma's own API.
  aspect_ratio: Type.Enum(['9:16', '3:4', '1:1', '4:3', '16:9', '21:9'], {
    default: '16:9',
    description: 'Width to height.',
  }),
})

type LumaInput = Static<typeof LumaInput>

function hasFrame({ key_frames, start_image, end_image }: LumaInput): boolean {
  return Boolean(key_frames?.frame0?.url || key_frames?.frame1?.url || start_image || end_image)
}

function tooLong(input: LumaInput): BrokenRule | undefined {
  return input.duration === 10 && hasFrame(input)
    ? { field: 'duration', rule: 'must be 5 with key frames, not 10' }
    : undefined
}

const wish = (input: LumaInput) => ({ ...sizeOf(input.aspect_ratio, 1_152 * 864), seconds: input.duration })
const price = ({ duration }: LumaInput) => usdToPoints((0.2 * duration) / 5) // other than 5 seconds inferred
const timeoutMs = 1_800_000

export const lumaVideo = operation({
  model: 'luma',
  taskType: 'video_generation',
  title: 'Make a video from a description and, if wanted, its first or last frame',
  input: LumaInput,
  produces: { kind: 'videos', of: wish },
  rules: tooLong,
  price,
  timeoutMs,
  example: {
    prompt: 'a hot-air balloon rises over terraced fields',
    key_frames: { frame0: { type: 'image', url: 'https://example.com/balloon.png' } },
    model_name: 'ray-v2',
    duration: 5,
    aspect_ratio: '4:3',
  },
})

export const lumaExtend = operation({
  model: 'luma',
  taskType: 'extend_video',
  title: 'Go on from a frame or a video',
  input: LumaInput,
  produces: { kind: 'videos', of: wish },
  rules: (input) =>
    hasFrame(input) ? tooLong(input) : { field: 'key_frames', rule: 'must name a frame to go on from' },
  price,
  timeoutMs,
  example: {
    prompt: 'the balloon drifts into the clouds',
    start_image: 'https://example.com/last-frame.png',
    model: 'ray-v2',
    loop: false,
    duration: 5,
  },
})

export const luma: Operation[] = [lumaVideo, lumaExtend]
