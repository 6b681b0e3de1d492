import { type TProperties, Type } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, requiredText, sizeOf } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** Hunyuan Video: 85 frames from text or a picture. No document states a price: all are inferred from Wan's. */

const MAX_PROMPT = 1_000
const SECONDS = 3.5 // 85 frames at 24 a second

const image = mediaFile('image', 'The picture (JPEG, PNG, WebP), by URL or as base64.')
const lora_settings = Type.Array(
  Type.Object({
    lora_type: requiredText(100, 'The LoRA, such as anime.'), // the one name that clients show: any other is taken
    lora_strength: Type.Number({ minimum: 0, maximum: 2, default: 1, description: 'How strongly it counts.' }), // default inferred
  }),
  { minItems: 1, description: 'The LoRAs that shape the video.' },
)

interface Kind {
  taskType: string
  title: string
  usd: number
  pixels: number
  fields: TProperties
  example: JsonObject
}

const TEXT_PIXELS = 848 * 480
const IMAGE_PIXELS = 960 * 544
const PROMPT = 'a tram climbs a steep street at night'
const IMAGE = 'https://example.com/tram.jpg'

const KINDS: Kind[] = [
  {
    taskType: 'txt2video',
    title: 'Make a short video from a description',
    usd: 0.12,
    pixels: TEXT_PIXELS,
    fields: {},
    example: { prompt: PROMPT, aspect_ratio: '16:9' },
  },
  {
    taskType: 'fast-txt2video',
    title: 'Make a short video from a description in six steps',
    usd: 0.04,
    pixels: TEXT_PIXELS,
    fields: {},
    example: { prompt: PROMPT, aspect_ratio: '9:16' },
  },
  {
    taskType: 'txt2video-lora',
    title: 'Make a short video in the style of a LoRA',
    usd: 0.12,
    pixels: TEXT_PIXELS,
    fields: { lora_settings },
    example: { prompt: PROMPT, lora_settings: [{ lora_type: 'anime', lora_strength: 1 }] },
  },
  {
    taskType: 'img2video-concat',
    title: 'Make a short video from a picture, moving freely',
    usd: 0.16,
    pixels: IMAGE_PIXELS,
    fields: { image },
    example: { prompt: PROMPT, image: IMAGE },
  },
  {
    taskType: 'img2video-replace',
    title: 'Make a short video from a picture, staying close to it',
    usd: 0.16,
    pixels: IMAGE_PIXELS,
    fields: { image },
    example: { prompt: PROMPT, image: IMAGE, aspect_ratio: '1:1' },
  },
]

function hunyuanOf({ taskType, title, usd, pixels, fields, example }: Kind): Operation {
  return operation({
    model: 'Qubico/hunyuan',
    taskType,
    title,
    input: Type.Object({
      ...fields,
      prompt: requiredText(MAX_PROMPT, 'What the video shows.'),
      negative_prompt: optionalText(MAX_PROMPT, 'What the video must not show.'),
      // Default as in clients.
      aspect_ratio: Type.Enum(['16:9', '9:16', '1:1', '4:3'], { default: '16:9', description: 'Width to height.' }),
    }),
    produces: { kind: 'videos', of: (input) => ({ ...sizeOf(input.aspect_ratio, pixels), seconds: SECONDS }) },
    price: () => usdToPoints(usd),
    timeoutMs: 1_800_000,
    example,
  })
}

export const hunyuan: Operation[] = KINDS.map(hunyuanOf)
