import { Type } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, requiredText } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/**
 * What Ideogram makes beside pictures: prompts from words and from pictures, and a picture without its texts, which are told
 * apart (a third party's copy of its description of 2026, and its pages of that year).
 */

const MODEL = 'ideogram'
const NOTE = 'Sandbox: not a real result.'
const RATIOS = [
  ...['AUTO', '1x4', '1x3', '1x2', '9x16', '10x16', '2x3', '3x4', '4x5', '1x1'],
  ...['5x4', '4x3', '3x2', '16x10', '16x9', '2x1', '3x1', '4x1'],
]
const seed = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, description: 'The same seed gives the same.' }),
)
const flag = (description: string) => Type.Optional(Type.Boolean({ description }))

/** A prompt in the structure of Ideogram 4. */
function structured(about: string): JsonObject {
  return {
    high_level_description: about,
    compositional_deconstruction: { background: NOTE, elements: [{ type: 'obj', desc: NOTE }] },
  }
}

const magicPrompt = operation({
  model: MODEL,
  taskType: 'v4-magic-prompt',
  title: 'Write a structured prompt of Ideogram 4 from words',
  input: Type.Object({
    text_prompt: requiredText(10_000, 'What the picture is to show.'), // limit inferred
    aspect_ratio: Type.Enum(RATIOS, { default: 'AUTO', description: 'Width to height; AUTO chooses it.' }),
  }),
  produces: {
    kind: 'data',
    of: ({ text_prompt, aspect_ratio }) => ({
      sample: {
        json_prompt: structured(`${NOTE} ${text_prompt.slice(0, 200)}`),
        aspect_ratio: aspect_ratio === 'AUTO' ? '1x1' : aspect_ratio,
      },
    }),
  },
  price: () => usdToPoints(0.001), // inferred: Ideogram's own is free of charge
  example: { text_prompt: 'a diner at night, neon sign', aspect_ratio: '16x9' },
})

const describe = operation({
  model: MODEL,
  taskType: 'v4-describe',
  title: 'Describe a picture as a structured prompt of Ideogram 4',
  input: Type.Object({
    image_file: mediaFile('image', 'The picture.'),
    include_bbox: flag('Say where what it shows is; true if left out.'),
    include_style_descriptions: flag('Describe its style.'),
    include_tags: flag('Add tags.'),
  }),
  produces: { kind: 'data', of: () => ({ sample: { json_prompt: structured(NOTE) } }) },
  price: () => usdToPoints(0.01), // inferred: that of the older route
  example: { image_file: 'https://example.com/poster.png', include_bbox: false },
})

const layerize = operation({
  model: MODEL,
  taskType: 'v3-layerize-text',
  title: 'Take the texts out of a picture, and tell them apart',
  input: Type.Object({
    image: mediaFile('image', 'The picture.'),
    prompt: optionalText(10_000, 'What it shows; described by the service if left out.'), // limit inferred
    seed,
  }),
  produces: {
    kind: 'pictures',
    of: () => ({
      widthPx: 1_024,
      heightPx: 1_024, // as the picture, which is not opened yet
      textBlocks: [{ text: NOTE, role: 'heading', x: 64, y: 64, width: 896, height: 128, angle: 0, alignment: 'left' }],
    }),
  },
  price: () => usdToPoints(0.09),
  example: { image: 'https://example.com/poster.png' },
})

export const ideogramPrompts: Operation[] = [magicPrompt, describe, layerize]
