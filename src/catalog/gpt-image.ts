import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile, optionalText, requiredText } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'
import type { Tokens } from './outputs.ts'

/**
 * OpenAI's pictures: the GPT image models, and DALL·E before them. Prices of gpt-image-1 are those that PiAPI notes; where
 * a comment says "inferred", no document states the value.
 */

export const GPT_IMAGE_MODELS = [
  'gpt-image-1',
  'gpt-image-1-mini',
  'gpt-image-1.5',
  'gpt-image-2',
  'gpt-image-2-preview',
  'gpt-image-2.5-sunburst',
  'gpt-image-2.5-flare',
  'gpt-image-2.6-sunburst',
  'gpt-image-2.6-flare',
  'chatgpt-image-latest',
  'dall-e-2',
  'dall-e-3',
] as const

/** What OpenAI names in place of gpt-image-1, which it retired on 2026-10-23. */
export const DEFAULT_GPT_IMAGE = 'gpt-image-1.5'

/** Older than the GPT image models, with other fields and answers. */
export function isDallE(model: string): boolean {
  return model.startsWith('dall-e-')
}

const QUALITIES = ['auto', 'low', 'medium', 'high', 'xhigh', 'max', 'standard', 'hd']
const SQUARE = { widthPx: 1_024, heightPx: 1_024 }

const shared = {
  model: Type.Enum([...GPT_IMAGE_MODELS], { default: DEFAULT_GPT_IMAGE, description: 'The model.' }),
  n: Type.Integer({ minimum: 1, maximum: 10, default: 1, description: 'How many pictures.' }),
  size: Type.String({
    pattern: '^(?:auto|[1-9][0-9]{2,3}x[1-9][0-9]{2,3})$',
    default: 'auto',
    description: 'Width and height, such as 1536x1024, or "auto".',
    'x-rule': 'must be "auto" or a size such as "1024x1024"',
  }),
  quality: Type.Enum(QUALITIES, { default: 'auto', description: 'How much care is taken; "hd" with DALL·E 3 only.' }),
  output_format: Type.Enum(['png', 'jpeg', 'webp'], { default: 'png', description: 'Format of the picture.' }),
  output_compression: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 100, description: 'How far a JPEG or WebP is compressed, in percent.' }),
  ),
  background: Type.Enum(['auto', 'transparent', 'opaque'], { default: 'auto', description: 'What lies behind.' }),
  moderation: Type.Optional(Type.Enum(['auto', 'low'], { description: 'How strictly the content is judged.' })),
  user: optionalText(512, 'Your id of the user who sends the request.'), // limit inferred
}
const prompt = requiredText(32_000, 'What the picture shows, or how the given ones are changed.')

const GenerateInput = Type.Object({
  prompt,
  ...shared,
  style: Type.Optional(Type.Enum(['vivid', 'natural'], { description: 'With DALL·E 3 only.' })),
})
const EditInput = Type.Object({
  prompt,
  image: Type.Array(mediaFile('image', 'A picture.'), {
    minItems: 1,
    maxItems: 16,
    description: 'The pictures to change or to combine.',
  }),
  mask: optionalFile('image', 'Transparent where the first picture is changed.'),
  input_fidelity: Type.Optional(Type.Enum(['high', 'low'], { description: 'How closely faces and details are kept.' })),
  ...shared,
})
type Asked = Static<typeof GenerateInput> | Static<typeof EditInput>

function picturesOf(input: Asked) {
  const { size, n, output_format, background } = input
  const [widthPx = 0, heightPx = 0] = size === 'auto' ? [] : size.split('x').map(Number)
  return {
    ...(widthPx > 0 && heightPx > 0 ? { widthPx, heightPx } : SQUARE),
    count: n,
    mediaType: `image/${output_format}` as 'image/png' | 'image/jpeg' | 'image/webp', // the schema allows these alone
    isTransparent: background === 'transparent',
    ...(isDallE(input.model) ? {} : { tokens: tokensOf(input) }),
  }
}

/** Of a square picture, an upright and a wide one: OpenAI's table for gpt-image-1, inferred for newer models. */
const OUTPUT_TOKENS = { low: [272, 408, 400], medium: [1_056, 1_584, 1_568], high: [4_160, 6_240, 6_208] } as const
/** Of a picture in the input: inferred, since it follows from sizes that are not known here. */
const INPUT_PICTURE_TOKENS = 323
const CHARACTERS_PER_TOKEN = 4

/** Roughly what the service would count. */
function tokensOf(input: Asked): Tokens {
  const { prompt, size, n, quality } = input
  const [widthPx = 0, heightPx = 0] = size === 'auto' ? [] : size.split('x').map(Number)
  const level = quality === 'low' || quality === 'medium' ? quality : quality === 'standard' ? 'medium' : 'high'
  return {
    text: Math.ceil(prompt.length / CHARACTERS_PER_TOKEN),
    image: 'image' in input ? INPUT_PICTURE_TOKENS * input.image.length : 0,
    output: n * OUTPUT_TOKENS[level][widthPx === heightPx ? 0 : widthPx < heightPx ? 1 : 2],
  }
}

function brokenRule({ model, n, background, output_format }: Asked): BrokenRule | undefined {
  if (model === 'dall-e-3' && n > 1) return { field: 'n', rule: `must be 1 with dall-e-3, not ${n}` }
  if (background === 'transparent' && output_format === 'jpeg') {
    return { field: 'background', rule: 'must not be "transparent" with output_format "jpeg"' }
  }
  return undefined
}

/** USD for a square picture and for an oblong one. */
type Prices = readonly [square: number, oblong: number]
const GPT_IMAGE_1 = { low: [0.011, 0.016], medium: [0.042, 0.063], high: [0.167, 0.25] } as const
/** All inferred: OpenAI's list, and for the newest the price of gpt-image-1. */
const OTHERS: Record<string, Record<'low' | 'medium' | 'high', Prices>> = {
  'gpt-image-1-mini': { low: [0.005, 0.006], medium: [0.011, 0.015], high: [0.036, 0.052] },
  'gpt-image-1.5': { low: [0.009, 0.013], medium: [0.034, 0.05], high: [0.133, 0.2] },
}
/** Above "high" no price is stated; inferred. */
const ABOVE_HIGH: Record<string, number> = { xhigh: 1.5, max: 2 }

function priceOf(input: Asked): number {
  const { model, quality, size, n } = input
  const { widthPx, heightPx } = picturesOf(input)
  // For a choice that is left to the service, the highest price is held; the provider reports the actual one.
  const shape = size === 'auto' || widthPx !== heightPx ? 1 : 0
  if (model === 'dall-e-2') return 0.02 * n // inferred from OpenAI's list, as is the next
  if (model === 'dall-e-3') return (quality === 'hd' || quality === 'auto' ? [0.08, 0.12] : [0.04, 0.08])[shape] ?? 0
  const prices = OTHERS[model] ?? GPT_IMAGE_1
  const level = quality === 'standard' ? 'medium' : quality
  const base = level === 'low' || level === 'medium' ? prices[level] : prices.high
  return base[shape] * (ABOVE_HIGH[quality] ?? 1) * n
}

export const gptImageGenerate = operation({
  model: 'gpt-image',
  taskType: 'generate',
  title: 'Make a picture with a GPT image model or DALL·E',
  input: GenerateInput,
  produces: { kind: 'pictures', of: picturesOf },
  rules: brokenRule,
  price: (input) => usdToPoints(priceOf(input)),
  example: { prompt: 'a paper boat on a puddle', model: DEFAULT_GPT_IMAGE, size: '1536x1024', quality: 'low' },
})

export const gptImageEdit = operation({
  model: 'gpt-image',
  taskType: 'edit',
  title: 'Change or combine pictures with a GPT image model',
  input: EditInput,
  produces: { kind: 'pictures', of: picturesOf },
  rules: brokenRule,
  price: (input) => usdToPoints(priceOf(input)),
  example: {
    prompt: 'put the flower into the vase',
    model: DEFAULT_GPT_IMAGE,
    image: ['https://example.com/flower.png', 'https://example.com/vase.png'],
    size: '1024x1024',
    quality: 'medium',
  },
})

export const gptImage: Operation[] = [gptImageGenerate, gptImageEdit]
