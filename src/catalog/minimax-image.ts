import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, requiredText } from './fields.ts'
import { type BrokenRule, operation } from './operation.ts'

/** Pictures of MiniMax's own API (image-01), by its documents and clients of 2026. */

const USD_PER_PICTURE = 0.0035
const SIZES: Record<string, [widthPx: number, heightPx: number]> = {
  '1:1': [1_024, 1_024],
  '16:9': [1_280, 720],
  '4:3': [1_152, 864],
  '3:2': [1_248, 832],
  '2:3': [832, 1_248],
  '3:4': [864, 1_152],
  '9:16': [720, 1_280],
  '21:9': [1_344, 576],
}
const side = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 512, maximum: 2_048, multipleOf: 8, description }))

const Input = Type.Object({
  model: Type.Enum(['image-01', 'image-01-live'], { description: 'The model.' }),
  prompt: requiredText(1_500, 'What the picture shows.'),
  aspect_ratio: Type.Optional(Type.Enum(Object.keys(SIZES), { description: 'Width to height; 1:1 if left out.' })),
  width: side('Pixels, with height and in place of aspect_ratio.'),
  height: side('Pixels, with width and in place of aspect_ratio.'),
  n: Type.Integer({ minimum: 1, maximum: 9, default: 1, description: 'How many pictures.' }),
  seed: Type.Optional(Type.Integer({ description: 'The same seed gives the same picture.' })),
  prompt_optimizer: Type.Boolean({ default: false, description: 'Let the service write the prompt out.' }),
  subject_reference: Type.Optional(
    Type.Array(
      Type.Object({
        type: Type.Enum(['character'], { description: 'What it is.' }),
        image_file: mediaFile('image', 'A picture of the person.'),
      }),
      { maxItems: 1, description: 'A person who is to appear.' },
    ),
  ),
  style: Type.Optional(
    Type.Object(
      {
        style_type: Type.Enum(['漫画', '元气', '中世纪', '水彩'], { description: 'The style, of image-01-live.' }),
        style_weight: Type.Optional(
          Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'How much it counts.' }),
        ),
      },
      { description: 'The style.' },
    ),
  ),
  aigc_watermark: Type.Optional(Type.Boolean({ description: 'Mark the picture as generated.' })),
})
type Input = Static<typeof Input>

function brokenRule({ model, aspect_ratio, width, height, style }: Input): BrokenRule | undefined {
  if (style !== undefined && model !== 'image-01-live')
    return { field: 'style', rule: 'is read with image-01-live only' }
  if (width === undefined && height === undefined) return undefined
  if (width === undefined || height === undefined) {
    const [missing, given] = width === undefined ? ['width', 'height'] : ['height', 'width']
    return { field: missing, rule: (nameOf) => `is needed with ${nameOf(given)}` }
  }
  if (model !== 'image-01') return { field: 'width', rule: 'is read with image-01 only' }
  return aspect_ratio === undefined
    ? undefined
    : { field: 'aspect_ratio', rule: (nameOf) => `does not go together with ${nameOf('width')}` } // inferred: the vendor prefers the ratio
}

function sizeOf({ aspect_ratio = '1:1', width, height }: Input): { widthPx: number; heightPx: number } {
  if (width !== undefined && height !== undefined) return { widthPx: width, heightPx: height }
  const [widthPx, heightPx] = SIZES[aspect_ratio] ?? [1_024, 1_024]
  return { widthPx, heightPx }
}

export const minimaxImage = operation({
  model: 'minimax',
  taskType: 'image_generation',
  title: 'Make pictures with MiniMax image-01',
  input: Input,
  produces: { kind: 'pictures', of: (input) => ({ ...sizeOf(input), count: input.n, mediaType: 'image/jpeg' }) },
  rules: brokenRule,
  price: ({ n }) => usdToPoints(USD_PER_PICTURE * n),
  example: { model: 'image-01', prompt: 'a lighthouse in fog, film photograph', aspect_ratio: '16:9', n: 2 },
})
