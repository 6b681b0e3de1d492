import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, requiredText } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/**
 * Qwen Image: pictures from text, and edits of up to three pictures. Fields are those that client integrations list; where a
 * comment says "inferred", no document states the value.
 */

const MODEL = 'Qubico/qwen-image'

const prompt = requiredText(5_000, 'What the picture shows, or how the given ones are edited.') // limit inferred
const negative_prompt = optionalText(5_000, 'What the picture must not show.') // limit inferred
const side = (name: string) =>
  Type.Integer({ minimum: 64, maximum: 2_048, default: 1_024, description: `${name} in pixels.` }) // all inferred
const steps = Type.Optional(Type.Integer({ minimum: 1, maximum: 50, description: 'Steps of the sampler.' })) // limits inferred
const seed = Type.Optional(Type.Integer({ minimum: -1, maximum: 2 ** 32 - 1, description: '-1 draws one.' })) // limits inferred
const flow_shift = Type.Optional(
  Type.Number({ minimum: 0, maximum: 100, description: 'How the steps are spread over the noise; 3 is typical.' }), // limits inferred
)

const PRICE = usdToPoints(0.015)

const txt2img = operation({
  model: MODEL,
  taskType: 'txt2img',
  title: 'Make a picture from a description, with legible text in it',
  input: Type.Object({
    prompt,
    negative_prompt,
    width: side('Width'),
    height: side('Height'),
    steps,
    seed,
    flow_shift,
  }),
  produces: { kind: 'pictures', of: ({ width, height }) => ({ widthPx: width, heightPx: height }) },
  price: () => PRICE,
  example: { prompt: 'a shop window with the words "Fresh bread"', width: 1_024, height: 768, steps: 8, flow_shift: 3 },
})

const imageEdit = operation({
  model: MODEL,
  taskType: 'image-edit',
  title: 'Edit a picture by an instruction, with up to two more as reference',
  input: Type.Object({
    prompt,
    negative_prompt,
    image1: mediaFile('image', 'The picture to edit.'),
    image2: Type.Optional(mediaFile('image', 'A second picture to draw on.')),
    image3: Type.Optional(mediaFile('image', 'A third picture to draw on.')),
    steps,
    seed,
    flow_shift,
  }),
  // As large as the input picture, whose size is not known yet.
  produces: { kind: 'pictures', of: () => ({ widthPx: 1_024, heightPx: 1_024 }) },
  price: () => PRICE,
  example: {
    prompt: 'put the bag of the second picture on the chair',
    image1: 'https://example.com/chair.jpg',
    image2: 'https://example.com/bag.png',
  },
})

export const qwenImage: Operation[] = [txt2img, imageEdit]
