import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { optionalText, requiredText } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** Z-Image: fast, cheap pictures from text. Fields are those of PiAPI's page; "inferred" marks what it does not state. */

const side = (name: string) =>
  Type.Integer({ minimum: 64, maximum: 2_048, default: 1_024, description: `${name} in pixels.` }) // all inferred

/** 1024 by 1024 counts as one: PiAPI's example consumed 40,000 points for it. */
const MEGAPIXEL = 1_048_576

function usdPerPicture(pixels: number): number {
  if (pixels <= 0.5 * MEGAPIXEL) return 0.002
  if (pixels <= MEGAPIXEL) return 0.004
  return pixels <= 1.5 * MEGAPIXEL ? 0.006 : 0.008
}

const txt2img = operation({
  model: 'Qubico/z-image',
  taskType: 'txt2img',
  title: 'Make a picture from a description in a moment',
  input: Type.Object({
    prompt: requiredText(5_000, 'What the picture shows.'), // limit inferred
    negative_prompt: optionalText(5_000, 'What the picture must not show.'), // limit inferred
    width: side('Width'),
    height: side('Height'),
    batch_size: Type.Integer({ minimum: 1, maximum: 4, default: 1, description: 'How many pictures.' }), // maximum inferred
    flow_shift: Type.Number({
      minimum: 0, // limits inferred
      maximum: 100,
      default: 3,
      description: 'How the steps are spread over the noise.',
    }),
    seed: Type.Integer({ minimum: -1, maximum: 2 ** 32 - 1, default: -1, description: '-1 draws one.' }), // limits inferred
  }),
  produces: {
    kind: 'pictures',
    of: ({ width, height, batch_size }) => ({ widthPx: width, heightPx: height, count: batch_size }),
  },
  price: ({ width, height, batch_size }) => usdToPoints(usdPerPicture(width * height) * batch_size),
  example: { prompt: 'a red lighthouse in a snowstorm', width: 1_024, height: 1_024 },
})

export const zImage: Operation[] = [txt2img]
