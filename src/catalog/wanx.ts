import { type TProperties, type TSchemaOptions, Type } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile, optionalText, requiredText, sizeByShortSide, sizeOf } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Wan: 2.1 and 2.2 as `Qubico/wanx`, whose size and length are fixed, and 2.6 as `Wan`. Where a comment says "inferred",
 * no document states the value.
 */

const MAX_PROMPT = 5_000 // inferred
const timeoutMs = 1_800_000

const prompt = requiredText(MAX_PROMPT, 'What the video shows.')
const optionalPrompt = optionalText(MAX_PROMPT, 'What happens in the video.')
const negative_prompt = optionalText(MAX_PROMPT, 'What the video must not show.')
const image = mediaFile('image', 'The first frame, by URL or as base64.')
const frame = (which: string, options: TSchemaOptions = {}) =>
  Type.Optional(mediaFile('image', `The ${which} frame, by URL or as base64.`, options))

/** 85 frames at 16 a second, of about 848 by 480 pixels. */
const SECONDS = 5.3
const PIXELS = 848 * 480

const RATIO = {
  // The MCP server offers 1:1, too.
  aspect_ratio: Type.Enum(['16:9', '9:16', '1:1'], { default: '16:9', description: 'Width to height.' }),
}

/** The LoRAs that PiAPI's page and the node of n8n list; the page grows, so that another name is taken, too. */
const LORAS = [
  ...['ghibli', 'flat-color', 'rotation-effect', 'live-wallpaper', 'passionate-kissing', 'squish-effect'],
  ...['cakeify-effect', 'singularunity-motioncraft', 'pixel-art', 'super-saiyan-effect', 'inflate-effect'],
  ...['deflate-effect', 'crush-effect', 'particalize-effect', 'nsfw-general', 'nsfw-bouncing-boobs', 'nsfw-undress'],
  ...['nsfw-pov-blowjob', 'nsfw-pov-titfuck', 'nsfw-pov-missionary', 'nsfw-pov-cowgirl', 'nsfw-pov-doggy'],
]
const lora_settings = Type.Array(
  Type.Object({
    lora_type: requiredText(100, `The LoRA: ${LORAS.join(', ')} or another.`),
    lora_strength: Type.Number({ minimum: 0, maximum: 1, default: 1, description: 'How strongly it counts.' }),
  }),
  { minItems: 1, description: 'The LoRAs that shape the video.' },
)

const move = (name: string) => Type.Optional(Type.Number({ description: `How far the camera moves: ${name}.` }))
const control_camera_settings = Type.Array(
  Type.Object({
    type: requiredText(100, 'The kind of movement, such as static.'), // the list was not found
    config: Type.Optional(
      Type.Object(
        {
          horizontal: move('sideways'),
          vertical: move('up and down'),
          pan: move('panning'),
          tilt: move('tilting'),
          roll: move('rolling'),
          zoom: move('zooming'),
        },
        { description: 'The movement.' },
      ),
    ),
  }),
  { minItems: 1, description: 'How the camera moves.' },
)

interface Kind {
  taskType: string
  title: string
  usd: number
  fields: TProperties
  rules?: (input: JsonObject) => BrokenRule | undefined
  example: JsonObject
}

/** n8n's node calls `first_frame` and `last_frame` what the pages call `start_image` and `end_image`. */
function missingFrame(input: JsonObject): BrokenRule | undefined {
  if (!input.start_image && !input.first_frame) return { field: 'start_image', rule: 'is required' }
  return input.end_image || input.last_frame ? undefined : { field: 'end_image', rule: 'is required' }
}

const FOX = 'a fox crosses a frozen lake'
const IMAGE = 'https://example.com/fox.png'

const KINDS: Kind[] = [
  {
    taskType: 'txt2video-1.3b',
    title: 'Make a short video from a description, with the small model',
    usd: 0.12,
    fields: { prompt },
    example: { prompt: FOX },
  },
  {
    taskType: 'txt2video-14b',
    title: 'Make a short video from a description',
    usd: 0.28,
    fields: { prompt },
    example: { prompt: FOX, aspect_ratio: '9:16' },
  },
  {
    taskType: 'img2video-14b',
    title: 'Make a short video from its first frame',
    usd: 0.28,
    fields: { prompt: optionalPrompt, image },
    example: { prompt: FOX, image: IMAGE },
  },
  {
    taskType: 'txt2video-14b-lora',
    title: 'Make a short video in the style of a LoRA',
    usd: 0.28,
    fields: { prompt, lora_settings },
    example: { prompt: FOX, lora_settings: [{ lora_type: 'ghibli', lora_strength: 1 }] },
  },
  {
    taskType: 'img2video-14b-lora',
    title: 'Make a short video from its first frame, shaped by a LoRA',
    usd: 0.28,
    fields: { prompt: optionalPrompt, image, lora_settings },
    example: { prompt: FOX, image: IMAGE, lora_settings: [{ lora_type: 'squish-effect' }] },
  },
  {
    taskType: 'img2video-14b-keyframe',
    title: 'Make a short video between two frames',
    usd: 0.28,
    fields: {
      prompt: optionalPrompt,
      start_image: frame('first'),
      end_image: frame('last'),
      first_frame: frame('first', { description: 'Another name for start_image.' }),
      last_frame: frame('last', { description: 'Another name for end_image.' }),
    },
    rules: missingFrame,
    example: { prompt: FOX, start_image: IMAGE, end_image: 'https://example.com/shore.png' },
  },
  {
    taskType: 'img2video-14b-control-camera',
    title: 'Make a short video from its first frame, with a moving camera',
    usd: 0.28, // inferred: that of the other kinds
    fields: { prompt: optionalPrompt, image, control_camera_settings },
    example: {
      image: IMAGE,
      control_camera_settings: [
        { type: 'static', config: { horizontal: 0, vertical: 0, pan: 0, tilt: 0, roll: 0, zoom: 0.5 } },
      ],
    },
  },
  {
    taskType: 'wan22-txt2video-14b',
    title: 'Make a short video from a description with Wan 2.2',
    usd: 0.28, // inferred
    fields: { prompt },
    example: { prompt: FOX },
  },
  {
    taskType: 'wan22-img2video-14b',
    title: 'Make a short video from its first frame with Wan 2.2',
    usd: 0.28, // inferred
    fields: { prompt: optionalPrompt, image },
    example: { image: IMAGE },
  },
]

function wanxOf({ taskType, title, usd, fields, rules = () => undefined, example }: Kind): Operation {
  return operation({
    model: 'Qubico/wanx',
    taskType,
    title,
    input: Type.Object({ ...fields, negative_prompt, ...RATIO }),
    produces: { kind: 'videos', of: (input) => ({ ...sizeOf(input.aspect_ratio, PIXELS), seconds: SECONDS }) },
    rules: (input) => rules(input as JsonObject), // a valid input is JSON
    price: () => usdToPoints(usd),
    timeoutMs,
    example,
  })
}

const wan26 = {
  prompt,
  negative_prompt,
  duration: Type.Enum([5, 10, 15], { default: 5, description: 'Seconds.' }), // default inferred
  resolution: Type.Enum(['720P', '1080P'], { default: '720P', description: 'The shorter side.' }), // default inferred
  audio: Type.Boolean({ default: true, description: 'Make sound, too.' }),
  audio_url: optionalFile('audio', 'The sound track; generated unless sent.'),
  watermark: Type.Optional(Type.Boolean({ description: 'Mark the video as made by a machine.' })),
}

interface Wan26 {
  duration: number
  resolution: string
  audio: boolean
}

const wan26Price = ({ duration, resolution }: Wan26) => usdToPoints((resolution === '1080P' ? 0.12 : 0.08) * duration)
const wan26Spec = ({ duration, resolution, audio }: Wan26, ratio: string) => ({
  ...sizeByShortSide(ratio, resolution === '1080P' ? 1080 : 720),
  seconds: duration,
  hasSound: audio,
})

const wan26Text = operation({
  model: 'Wan',
  taskType: 'wan26-txt2video',
  title: 'Make a video from a description with Wan 2.6',
  input: Type.Object({
    ...wan26,
    // Inferred from what a client offers.
    aspect_ratio: Type.Enum(['16:9', '9:16', '1:1', '4:3', '3:4'], {
      default: '16:9',
      description: 'Width to height.',
    }),
  }),
  produces: { kind: 'videos', of: (input) => wan26Spec(input, input.aspect_ratio) },
  price: wan26Price,
  timeoutMs,
  example: { prompt: FOX, duration: 5, resolution: '720P', aspect_ratio: '16:9', audio: true },
})

const wan26Image = operation({
  model: 'Wan',
  taskType: 'wan26-img2video',
  title: 'Make a video from its first frame with Wan 2.6',
  input: Type.Object({ ...wan26, image }),
  produces: { kind: 'videos', of: (input) => wan26Spec(input, '16:9') },
  price: wan26Price,
  timeoutMs,
  example: { prompt: FOX, image: IMAGE, duration: 10, resolution: '1080P' },
})

export const wanx: Operation[] = [...KINDS.map(wanxOf), wan26Text, wan26Image]
