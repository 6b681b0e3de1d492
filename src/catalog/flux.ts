import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, requiredText } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Flux.1 pictures: from text, from a picture, with LoRA and ControlNet, variations, fills and edits. Fields and limits
 * are those of PiAPI's pages; where a comment says "inferred", no document states the value.
 */

export const MAX_PIXELS = 1_048_576
const DEV_ADVANCED = 'Qubico/flux1-dev-advanced'
const MODELS = ['Qubico/flux1-schnell', 'Qubico/flux1-dev', DEV_ADVANCED] as const

const LORA_TYPES = [
  'anime',
  'art',
  'disney',
  'furry',
  'mjv6',
  'realism',
  'scenery',
  'collage-artstyle',
  'creepcute',
  'cyberpunk-anime-style',
  'deco-pulse',
  'deep-sea-particle-enhencer',
  'faetastic-details',
  'fractal-geometry',
  'galactixy-illustrations-style',
  'geometric-woman',
  'graphic-portrait',
  'mat-miller-art',
  'moebius-style',
  'ob3d-isometric-3d-room',
  'paper-quilling-and-layering-style',
  'mystic-realism',
  'remes-abstract-poster-style',
]

const prompt = requiredText(5_000, 'What the picture shows.') // limit inferred
const negative_prompt = optionalText(5_000, 'What the picture must not show.') // limit inferred
const image = mediaFile('image', 'The picture to start from, by URL or as base64.')
const side = (name: string, byDefault: number) =>
  Type.Integer({
    minimum: 128, // PiAPI's MCP server offers 128 to 1,024
    maximum: 8_192, // inferred: the product is what is limited
    default: byDefault,
    description: `${name} in pixels; width times height is at most ${MAX_PIXELS}.`,
  })
const steps = (byDefault: number) =>
  Type.Integer({ minimum: 1, maximum: 40, default: byDefault, description: 'Steps of the sampler.' })
const guidance_scale = Type.Number({
  minimum: 1.5,
  maximum: 5,
  default: 3,
  description: 'How closely the picture follows the prompt.',
})
const denoise = Type.Number({
  exclusiveMinimum: 0,
  maximum: 1,
  default: 0.7,
  description: 'How far the result may go from the picture.',
})
const seed = Type.Integer({ minimum: -1, maximum: 2 ** 32 - 1, default: -1, description: '-1 draws one.' })

const Lora = Type.Object({
  lora_type: Type.Enum(LORA_TYPES, { description: 'The LoRA.' }),
  lora_image: Type.Optional(mediaFile('image', 'A picture for the LoRAs that want one.')),
  lora_strength: Type.Optional(Type.Number({ minimum: 0, maximum: 2, description: 'How strongly it counts.' })), // limits inferred
})
const lora_settings = Type.Array(Lora, { minItems: 1, maxItems: 1, description: 'One LoRA.' })
const control_net_settings = Type.Array(
  Type.Object({
    // PiAPI's MCP server calls `hed` what its pages call `soft_edge`.
    control_type: Type.Enum(['depth', 'canny', 'soft_edge', 'openpose', 'hed'], {
      description: 'What of the control picture counts.',
    }),
    control_image: Type.Optional(mediaFile('image', 'The control picture.')),
    control_strength: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'How strongly it counts; 0.45 to 0.7 is advised.' }), // limits inferred
    ),
    return_preprocessed_image: Type.Optional(
      Type.Boolean({ description: 'Deliver what was read out of the control picture, too.' }),
    ),
  }),
  { minItems: 1, maxItems: 1, description: 'One ControlNet.' },
)

const sized = { width: side('Width', 1_024), height: side('Height', 1_024) }

interface Sized {
  width: number
  height: number
}

function tooLarge({ width, height }: Sized): BrokenRule | undefined {
  if (width * height <= MAX_PIXELS) return undefined
  return { field: 'width', rule: `times height must be at most ${MAX_PIXELS}, not ${width * height}` }
}

/** The sampler's default count; schnell is distilled to four. */
function stepsOf(model: string) {
  return steps(model === 'Qubico/flux1-schnell' ? 4 : 28)
}

/** Per picture. The pages' price tables could not be read; these are the prices that third parties report, the lower of two. */
function priceOf(model: string): number {
  return model === 'Qubico/flux1-schnell' ? 0.002 : 0.02
}

const picture = ({ width, height }: Sized) => ({ widthPx: width, heightPx: height })
/** As large as the input picture, whose size is not known yet. */
const asInput = () => ({ widthPx: 1_024, heightPx: 1_024 })

function txt2img(model: string): Operation {
  const isSchnell = model === 'Qubico/flux1-schnell'
  return operation({
    model,
    taskType: 'txt2img',
    title: 'Make a picture from a description',
    input: Type.Object({
      prompt,
      negative_prompt,
      ...sized,
      steps: stepsOf(model),
      guidance_scale,
      seed,
      batch_size: Type.Integer({
        minimum: 1,
        maximum: 4,
        default: 1,
        description: 'How many pictures; more than one with schnell only.',
      }),
    }),
    produces: { kind: 'pictures', of: (input) => ({ ...picture(input), count: input.batch_size }) },
    rules: (input) =>
      tooLarge(input) ??
      (input.batch_size > 1 && !isSchnell
        ? { field: 'batch_size', rule: `must be 1 with ${model}; Qubico/flux1-schnell makes up to 4` }
        : undefined),
    price: ({ batch_size }) => usdToPoints(priceOf(model) * batch_size),
    example: { prompt: 'a little cat sits by a window in the rain', width: 1_024, height: 768 },
  })
}

function img2img(model: string): Operation {
  return operation({
    model,
    taskType: 'img2img',
    title: 'Make a picture from a picture and a description',
    input: Type.Object({ prompt, negative_prompt, image, steps: stepsOf(model), guidance_scale, denoise, seed }),
    produces: { kind: 'pictures', of: asInput },
    price: () => usdToPoints(priceOf(model)),
    example: { prompt: 'the same scene as a watercolour', image: 'https://example.com/cat.png', denoise: 0.6 },
  })
}

const txt2imgLora = operation({
  model: DEV_ADVANCED,
  taskType: 'txt2img-lora',
  title: 'Make a picture in the style of a LoRA',
  input: Type.Object({ prompt, negative_prompt, ...sized, steps: steps(28), guidance_scale, seed, lora_settings }),
  produces: { kind: 'pictures', of: picture },
  rules: tooLarge,
  price: () => usdToPoints(priceOf(DEV_ADVANCED)),
  example: {
    prompt: 'a lighthouse on a cliff',
    width: 768,
    height: 1_024,
    lora_settings: [{ lora_type: 'moebius-style', lora_strength: 0.8 }],
  },
})

const img2imgLora = operation({
  model: DEV_ADVANCED,
  taskType: 'img2img-lora',
  title: 'Make a picture from a picture, in the style of a LoRA',
  input: Type.Object({
    prompt,
    negative_prompt,
    image,
    steps: steps(28),
    guidance_scale,
    denoise,
    seed,
    lora_settings,
  }),
  produces: { kind: 'pictures', of: asInput },
  price: () => usdToPoints(priceOf(DEV_ADVANCED)),
  example: {
    prompt: 'a lighthouse on a cliff',
    image: 'https://example.com/lighthouse.jpg',
    lora_settings: [{ lora_type: 'anime' }],
  },
})

const controlnetLora = operation({
  model: DEV_ADVANCED,
  taskType: 'controlnet-lora',
  title: 'Make a picture that follows the outline, depth or pose of another',
  input: Type.Object({
    prompt,
    negative_prompt,
    ...sized,
    steps: steps(28),
    guidance_scale,
    seed,
    control_net_settings,
    // PiAPI's MCP server and n8n's node send an empty list for no LoRA.
    lora_settings: Type.Optional(Type.Array(Lora, { maxItems: 1, description: 'One LoRA, or none.' })),
  }),
  produces: { kind: 'pictures', of: picture },
  rules: tooLarge,
  price: () => usdToPoints(priceOf(DEV_ADVANCED)),
  example: {
    prompt: 'a knight in a moonlit wood',
    control_net_settings: [
      { control_type: 'depth', control_image: 'https://example.com/knight.png', control_strength: 0.5 },
    ],
  },
})

const reduxVariation = operation({
  model: DEV_ADVANCED,
  taskType: 'redux-variation',
  title: 'Make a variation of a picture',
  input: Type.Object({ prompt, image, steps: steps(28), guidance_scale, seed }),
  produces: { kind: 'pictures', of: asInput },
  price: () => usdToPoints(priceOf(DEV_ADVANCED)),
  example: { prompt: 'the same room at dusk', image: 'https://example.com/room.jpg' },
})

const fillInpaint = operation({
  model: DEV_ADVANCED,
  taskType: 'fill-inpaint',
  title: 'Fill the masked area of a picture',
  input: Type.Object({
    prompt,
    image: mediaFile('image', 'The picture; the area to fill is painted white in its mask.'),
    steps: steps(28),
    guidance_scale,
    seed,
  }),
  produces: { kind: 'pictures', of: asInput },
  price: () => usdToPoints(priceOf(DEV_ADVANCED)),
  example: { prompt: 'a vase of tulips', image: 'https://example.com/masked.png' },
})

const MAX_EDGE = 1_024
const edge = (name: string) =>
  Type.Integer({ minimum: 0, maximum: MAX_EDGE, default: 0, description: `Pixels to add ${name}.` })

const OutpaintInput = Type.Object({
  prompt,
  image,
  steps: steps(28),
  guidance_scale,
  seed,
  custom_settings: Type.Array(
    Type.Object({
      setting_type: Type.Enum(['outpaint'], { description: 'The kind of these settings.' }),
      outpaint_left: edge('at the left'),
      outpaint_right: edge('at the right'),
      outpaint_top: edge('above'),
      outpaint_bottom: edge('below'),
    }),
    { minItems: 1, maxItems: 1, description: 'How far the picture grows on each side.' },
  ),
})

function edgesOf({ custom_settings: [setting] }: Static<typeof OutpaintInput>) {
  return {
    wide: (setting?.outpaint_left ?? 0) + (setting?.outpaint_right ?? 0),
    high: (setting?.outpaint_top ?? 0) + (setting?.outpaint_bottom ?? 0),
  }
}

const fillOutpaint = operation({
  model: DEV_ADVANCED,
  taskType: 'fill-outpaint',
  title: 'Grow a picture beyond its edges',
  input: OutpaintInput,
  produces: {
    kind: 'pictures',
    of: (input) => ({ widthPx: MAX_EDGE + edgesOf(input).wide, heightPx: MAX_EDGE + edgesOf(input).high }),
  },
  rules: (input) => {
    const { wide, high } = edgesOf(input)
    const field = 'custom_settings.0'
    if (wide + high === 0) return { field, rule: 'must add pixels on at least one side' }
    // The added area "must stay below 1024 by 1024"; for a picture of unknown size, only the corners' part is known.
    return wide >= MAX_EDGE || high >= MAX_EDGE
      ? { field, rule: `must add less than ${MAX_EDGE} pixels in width and in height` }
      : undefined
  },
  price: () => usdToPoints(priceOf(DEV_ADVANCED)),
  example: {
    prompt: 'a wide beach',
    image: 'https://example.com/beach.jpg',
    custom_settings: [
      { setting_type: 'outpaint', outpaint_left: 128, outpaint_right: 128, outpaint_top: 0, outpaint_bottom: 0 },
    ],
  },
})

const kontext = operation({
  model: DEV_ADVANCED,
  taskType: 'kontext',
  title: 'Edit a picture by an instruction',
  input: Type.Object({ prompt, image, ...sized, steps: steps(28), guidance_scale, seed }),
  produces: { kind: 'pictures', of: picture },
  rules: tooLarge,
  price: () => usdToPoints(0.02),
  example: { prompt: 'put a hat on the cat', image: 'https://example.com/cat.png', steps: 10 },
})

export const flux: Operation[] = [
  ...MODELS.map(txt2img),
  ...MODELS.map(img2img),
  txt2imgLora,
  img2imgLora,
  controlnetLora,
  reduxVariation,
  fillInpaint,
  fillOutpaint,
  kontext,
]
