import { type Static, Type } from 'typebox'
import { isJsonObject, type Json } from '../core/json.ts'
import { usdToPoints } from '../core/points.ts'
import { isPlaceholder } from '../core/sent-values.ts'
import { optionalFile, optionalPictureOrUrl, optionalText, requiredText, sizeByShortSide, sizeOf } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Luma Dream Machine: videos. Frames come in two spellings, `key_frames` of 2025 and `start_image` and `end_image` of 2026,
 * and so does the model, which has yet another name in Luma's own API. Where a comment says "inferred", no document states
 * the value.
 */

const frameUrl = optionalPictureOrUrl('The picture, or the video to extend by its URL.')

const frame = (which: string) =>
  Type.Optional(
    Type.Object(
      {
        // The MCP server sends an empty type and no URL for no frame; n8n's node extends a video by its URL.
        type: Type.Enum(['image', 'video', 'generation', ''], {
          default: 'image',
          description: 'What the URL leads to; `generation` goes on from a task of Luma’s.',
        }),
        url: frameUrl,
        id: optionalText(64, 'The task to go on from, with the type `generation`.'),
      },
      { description: `The ${which} frame.` },
    ),
  )

/** The models in the spellings of PiAPI, of relays, and of Luma's own API. */
const MODELS = ['ray-v1', 'ray-v2', 'ray-v3', 'ray-2', 'ray-flash-2']
export const LUMA_RATIOS = ['9:16', '3:4', '1:1', '4:3', '16:9', '21:9', '9:21']
/** The shorter side. */
export const LUMA_RESOLUTIONS: Record<string, number> = { '540p': 540, '720p': 720, '1080p': 1_080, '4k': 2_160 }
export const LUMA_TIMEOUT_MS = 1_800_000

const fields = {
  key_frames: Type.Optional(
    Type.Object({ frame0: frame('first'), frame1: frame('last') }, { description: 'First and last frame.' }),
  ),
  start_image: optionalFile('image', 'The first frame, in the newer spelling.'),
  end_image: optionalFile('image', 'The last frame, in the newer spelling.'),
  model_name: Type.Optional(Type.Enum(MODELS, { description: 'The model, in the older spelling.' })),
  model: Type.Optional(Type.Enum(MODELS, { description: 'The model, in the newer spelling.' })),
  loop: Type.Optional(Type.Boolean({ description: 'Let the end lead back to the beginning.' })),
  duration: Type.Enum([5, 9, 10], { default: 5, description: 'Seconds; 10 without frames only.' }),
  // Default inferred from Luma's own API.
  aspect_ratio: Type.Enum(LUMA_RATIOS, { default: '16:9', description: 'Width to height.' }),
  resolution: Type.Optional(Type.Enum(Object.keys(LUMA_RESOLUTIONS), { description: 'The shorter side.' })),
  concepts: Type.Optional(
    Type.Array(Type.Object({ key: requiredText(200, 'Its name.') }), {
      description: 'Movements of the camera and other concepts that Luma knows by name.',
    }),
  ),
  expand_prompt: Type.Optional(Type.Boolean({ description: 'Let the prompt be written out further.' })),
}

const MAX_PROMPT = 5_000 // inferred
const VideoInput = Type.Object({ prompt: optionalText(MAX_PROMPT, 'What the video shows.'), ...fields })
const ExtendInput = Type.Object({ prompt: requiredText(MAX_PROMPT, 'What the video shows.'), ...fields })

type LumaInput = Static<typeof VideoInput>

function hasFrame({ key_frames: frames, start_image, end_image }: LumaInput): boolean {
  return Boolean([frames?.frame0, frames?.frame1].some((one) => one?.url || one?.id) || start_image || end_image)
}

function tooLong(input: LumaInput): BrokenRule | undefined {
  return input.duration === 10 && hasFrame(input)
    ? { field: 'duration', rule: 'must be 5 with key frames, not 10' }
    : undefined
}

/** A frame without what it shows: one that says nothing at all is left out before (`withoutEmptyFrames`). */
function nameless({ key_frames: frames }: LumaInput): BrokenRule | undefined {
  for (const name of ['frame0', 'frame1'] as const) {
    const frame = frames?.[name]
    if (frame?.type === 'generation' && !frame.id) {
      return { field: `key_frames.${name}.id`, rule: 'is needed with type generation' }
    }
    if (frame && !frame.url && !frame.id) return { field: `key_frames.${name}.url`, rule: 'is needed for a frame' }
  }
  return undefined
}

/** Members that we do not read say something: they are refused or passed on like others. */
function saysNothing(frame: Json | undefined): boolean {
  if (!isJsonObject(frame)) return isPlaceholder(frame)
  const { type, ...rest } = frame
  return type !== 'generation' && Object.values(rest).every(isPlaceholder)
}

/** A frame of neither a picture nor a task says nothing: a struct of Go has its type all the same. */
function withoutEmptyFrames<Input extends Partial<LumaInput>>({ key_frames: frames, ...input }: Input): Input {
  const kept = Object.entries(frames ?? {}).filter(([, frame]) => !saysNothing(frame))
  return (kept.length === 0 ? input : { ...input, key_frames: Object.fromEntries(kept) }) as Input // frames are optional
}

/** The tasks that a video builds on. A task has one parent, which is the first of them. */
export function lumaParents({ key_frames: frames }: Partial<LumaInput>): { frame: string; id: string }[] {
  return (['frame0', 'frame1'] as const).flatMap((frame) => {
    const { id } = frames?.[frame] ?? {}
    return id ? [{ frame, id }] : []
  })
}

/** The price of a resolution as a multiple of the default one. Inferred. */
const DEARER: Record<string, number> = { '1080p': 2, '4k': 4 }

function spec({ aspect_ratio: ratio, resolution, duration: seconds }: LumaInput) {
  const shortPx = LUMA_RESOLUTIONS[resolution ?? '']
  return { ...(shortPx === undefined ? sizeOf(ratio, 1_152 * 864) : sizeByShortSide(ratio, shortPx)), seconds }
}

// Other than 5 seconds inferred.
const price = ({ duration, resolution }: LumaInput) =>
  usdToPoints(((0.2 * duration) / 5) * (DEARER[resolution ?? ''] ?? 1))
const follows = (input: LumaInput) => lumaParents(input)[0]?.id

export const lumaVideo = operation({
  model: 'luma',
  taskType: 'video_generation',
  title: 'Make a video from a description and, if wanted, its first or last frame',
  input: VideoInput,
  meant: withoutEmptyFrames,
  produces: { kind: 'videos', of: spec },
  // Luma's own API makes a video from frames alone.
  rules: (input) =>
    input.prompt || hasFrame(input)
      ? (nameless(input) ?? tooLong(input))
      : { field: 'prompt', rule: 'is needed without a frame' },
  price,
  timeoutMs: LUMA_TIMEOUT_MS,
  follows,
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
  input: ExtendInput,
  meant: withoutEmptyFrames,
  produces: { kind: 'videos', of: spec },
  rules: (input) =>
    nameless(input) ??
    (hasFrame(input) ? tooLong(input) : { field: 'key_frames', rule: 'must name a frame to go on from' }),
  price,
  timeoutMs: LUMA_TIMEOUT_MS,
  follows,
  example: {
    prompt: 'the balloon drifts into the clouds',
    start_image: 'https://example.com/last-frame.png',
    model: 'ray-v2',
    loop: false,
    duration: 5,
  },
})

export const luma: Operation[] = [lumaVideo, lumaExtend]
