import { type TProperties, Type } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile, requiredText, sizeByShortSide, sizeOf } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Flux as Black Forest Labs sells it: a task type for each of its models. Fields and limits are those of its API. Prices
 * are estimates from its list; other values that are estimates are marked "inferred".
 */

export const BFL = 'bfl'
/** A megapixel as the API counts it. */
const MEGAPIXEL = 2 ** 20
const MINUTE_MS = 60_000

const given = requiredText(20_000, 'What the picture shows, or how the given one is changed.') // limit inferred
const prompt = Type.String({ maxLength: 20_000, default: '', description: 'What the picture shows.' }) // limit inferred
/** Without an upper limit: some clients send seeds of 64 bits. */
const seed = Type.Optional(Type.Integer({ minimum: 0, description: 'The same seed gives the same picture.' }))
const prompt_upsampling = Type.Boolean({ default: false, description: 'Let the service write the prompt out.' })
const safety_tolerance = (maximum: number) =>
  Type.Integer({
    minimum: 0,
    maximum,
    default: 2,
    description: 'How much the content filter allows; 0 is the strictest.',
  })
const output_format = (byDefault: string) =>
  Type.Enum(['jpeg', 'png', 'webp'], { default: byDefault, description: 'Format of the picture.' })
const steps = (minimum: number, byDefault: number) =>
  Type.Integer({ minimum, maximum: 50, default: byDefault, description: 'Steps of the sampler.' })
const guidance = (minimum: number, maximum: number, byDefault: number) =>
  Type.Number({ minimum, maximum, default: byDefault, description: 'How closely the picture follows the prompt.' })
const common = { seed, prompt_upsampling, safety_tolerance: safety_tolerance(6) }

type MediaType = 'image/jpeg' | 'image/png' | 'image/webp'
const mediaTypeOf = (format: string): MediaType =>
  format === 'png' ? 'image/png' : format === 'webp' ? 'image/webp' : 'image/jpeg'

/** As large as the input picture, whose size is not known yet. */
const asInput = ({ output_format: format }: { output_format: string }) => ({
  widthPx: 1_024,
  heightPx: 1_024,
  mediaType: mediaTypeOf(format),
})

const SIDE_STEP = 32
const side = (name: string, byDefault: number) =>
  Type.Integer({
    minimum: 256,
    maximum: 1_440,
    default: byDefault,
    description: `${name} in pixels, a multiple of ${SIDE_STEP}.`,
  })
const sized = { width: side('Width', 1_024), height: side('Height', 768) }

/** Names the first side that is not a multiple of `step`. */
function offStep(sides: { width?: number; height?: number }, step: number): BrokenRule | undefined {
  const off = (['width', 'height'] as const).find((name) => (sides[name] ?? 0) % step !== 0)
  return off && { field: off, rule: `must be a multiple of ${step}, not ${sides[off]}` }
}

/** A text-to-image model with a width and a height in pixels. */
function fromText(taskType: string, title: string, usd: number, own: TProperties = {}): Operation {
  return operation({
    model: BFL,
    taskType,
    title,
    input: Type.Object({
      prompt,
      image_prompt: optionalFile('image', 'A picture to take up.'),
      ...sized,
      ...common,
      output_format: output_format('jpeg'),
      ...own,
    }),
    produces: {
      kind: 'pictures',
      of: ({ width, height, output_format: format }) => ({
        widthPx: width,
        heightPx: height,
        mediaType: mediaTypeOf(format),
      }),
    },
    rules: (input) => offStep(input, SIDE_STEP),
    price: () => usdToPoints(usd),
    example: { prompt: 'a heron in the morning mist', width: 1_024, height: 768, output_format: 'png' },
  })
}

const RATIO = {
  pattern: '^[1-9][0-9]{0,2}:[1-9][0-9]{0,2}$',
  description: 'Width to height, from 21:9 to 9:21.',
  'x-rule': 'must be a ratio such as "16:9"',
}
const WIDEST = 21 / 9

function unusualRatio({ aspect_ratio }: { aspect_ratio?: string }): BrokenRule | undefined {
  const [wide = 1, high = 1] = (aspect_ratio ?? '1:1').split(':').map(Number)
  if (Math.max(wide / high, high / wide) <= WIDEST) return undefined
  return { field: 'aspect_ratio', rule: `must be from 21:9 to 9:21, not ${aspect_ratio}` }
}

const ultra = operation({
  model: BFL,
  taskType: 'flux-pro-1.1-ultra',
  title: 'Make a picture of four megapixels with FLUX 1.1 [pro] Ultra',
  input: Type.Object({
    prompt,
    ...common,
    aspect_ratio: Type.String({ ...RATIO, default: '16:9' }),
    output_format: output_format('jpeg'),
    raw: Type.Boolean({ default: false, description: 'Less processed, closer to a photograph.' }),
    image_prompt: optionalFile('image', 'A picture to take up.'),
    image_prompt_strength: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.1,
      description: 'How much of that picture stays.',
    }),
  }),
  produces: {
    kind: 'pictures',
    of: ({ aspect_ratio, output_format: format }) => ({
      ...sizeOf(aspect_ratio, 4 * MEGAPIXEL),
      mediaType: mediaTypeOf(format),
    }),
  },
  rules: unusualRatio,
  price: () => usdToPoints(0.06),
  example: { prompt: 'a market hall at noon', aspect_ratio: '21:9', raw: true },
})

/** The fields `input_image`, `input_image_2` and so on. */
function inputImages(count: number) {
  const names = Array.from({ length: count }, (_, index) => (index === 0 ? 'input_image' : `input_image_${index + 1}`))
  return Object.fromEntries(names.map((name) => [name, optionalFile('image', 'A picture to edit or to draw on.')]))
}

function kontext(taskType: string, title: string, usd: number): Operation {
  return operation({
    model: BFL,
    taskType,
    title,
    input: Type.Object({
      prompt: given,
      ...inputImages(4),
      ...common,
      aspect_ratio: Type.Optional(Type.String(RATIO)), // no default: an edit keeps that of its input
      output_format: output_format('png'),
    }),
    produces: {
      kind: 'pictures',
      of: ({ aspect_ratio = '1:1', output_format: format }) => ({
        ...sizeOf(aspect_ratio, MEGAPIXEL),
        mediaType: mediaTypeOf(format),
      }),
    },
    rules: unusualRatio,
    price: () => usdToPoints(usd),
    example: { prompt: 'put a red scarf on the dog', input_image: 'https://example.com/dog.jpg', aspect_ratio: '4:3' },
  })
}

const sampled = { steps: steps(15, 50), ...common, output_format: output_format('jpeg') }

const fill = operation({
  model: BFL,
  taskType: 'flux-pro-1.0-fill',
  title: 'Fill the masked area of a picture with FLUX.1 Fill [pro]',
  input: Type.Object({
    prompt,
    image: mediaFile('image', 'The picture; without a mask, its transparent area is filled.'),
    mask: optionalFile('image', 'White where the picture is filled.'),
    guidance: guidance(1.5, 100, 60),
    ...sampled,
  }),
  produces: { kind: 'pictures', of: asInput },
  price: () => usdToPoints(0.05),
  example: { prompt: 'a bowl of lemons', image: 'https://example.com/table.png', mask: 'https://example.com/mask.png' },
})

const EDGES = ['top', 'bottom', 'left', 'right'] as const
const edge = (name: string) =>
  Type.Integer({ minimum: 0, maximum: 2_048, default: 0, description: `Pixels to add at the ${name}.` })

const expand = operation({
  model: BFL,
  taskType: 'flux-pro-1.0-expand',
  title: 'Grow a picture beyond its edges with FLUX.1 Expand [pro]',
  input: Type.Object({
    prompt,
    image: mediaFile('image', 'The picture.'),
    top: edge(EDGES[0]),
    bottom: edge(EDGES[1]),
    left: edge(EDGES[2]),
    right: edge(EDGES[3]),
    guidance: guidance(1.5, 100, 60),
    ...sampled,
  }),
  produces: {
    kind: 'pictures',
    of: ({ top, bottom, left, right, ...input }) => {
      const { widthPx, heightPx, mediaType } = asInput(input)
      return { widthPx: widthPx + left + right, heightPx: heightPx + top + bottom, mediaType }
    },
  },
  price: () => usdToPoints(0.05),
  example: { prompt: 'a wide beach', image: 'https://example.com/beach.jpg', left: 256, right: 256 },
})

function controlled(taskType: string, title: string, own: TProperties): Operation {
  return operation({
    model: BFL,
    taskType,
    title,
    input: Type.Object({
      prompt: given,
      control_image: optionalFile('image', 'The picture whose form is kept.'),
      preprocessed_image: optionalFile('image', 'Its outline or depth, read out of it beforehand.'),
      ...sampled,
      ...own,
    }),
    produces: { kind: 'pictures', of: asInput },
    rules: ({ control_image, preprocessed_image }) =>
      control_image || preprocessed_image
        ? undefined
        : { field: 'control_image', rule: 'is needed without preprocessed_image' },
    price: () => usdToPoints(0.05),
    example: { prompt: 'the same street in snow', control_image: 'https://example.com/street.jpg' },
  })
}

const threshold = (name: string, byDefault: number) =>
  Type.Integer({ minimum: 0, maximum: 500, default: byDefault, description: `${name} threshold of the outline.` })
const canny = controlled('flux-pro-1.0-canny', 'Make a picture that follows the outline of another', {
  canny_low_threshold: threshold('Lower', 50),
  canny_high_threshold: threshold('Upper', 200),
  guidance: guidance(1, 100, 30),
})
const depth = controlled('flux-pro-1.0-depth', 'Make a picture that follows the depth of another', {
  guidance: guidance(1, 100, 15),
})

export const MAX_FLUX_2_PIXELS = 4 * MEGAPIXEL
const FLUX_2_STEP = 16
const flux2Side = (name: string) =>
  Type.Optional(
    Type.Integer({
      minimum: 64,
      maximum: 8_192, // inferred: the product is what is limited
      description: `${name} in pixels, a multiple of ${FLUX_2_STEP}; by default that of the first input.`,
    }),
  )

/** USD for the first megapixel, and for each further one, of input or output. */
interface Flux2Price {
  first: number
  further: number
}

interface Flux2Model {
  taskType: string
  title: string
  images: number
  usd: Flux2Price
  own?: TProperties
}

function flux2({ taskType, title, images, usd, own = {} }: Flux2Model): Operation {
  const pictures = inputImages(images)
  return operation({
    model: BFL,
    taskType,
    title,
    input: Type.Object({
      prompt: given,
      ...pictures,
      seed,
      width: flux2Side('Width'),
      height: flux2Side('Height'),
      safety_tolerance: safety_tolerance(5),
      output_format: output_format('jpeg'),
      ...own,
    }),
    produces: {
      kind: 'pictures',
      of: ({ width = 1_024, height = 1_024, output_format: format }) => ({
        widthPx: width,
        heightPx: height,
        mediaType: mediaTypeOf(format),
      }),
    },
    rules({ width, height }) {
      const off = offStep({ ...(width ? { width } : {}), ...(height ? { height } : {}) }, FLUX_2_STEP)
      const pixels = (width ?? 64) * (height ?? 64)
      if (off || pixels <= MAX_FLUX_2_PIXELS) return off
      return { field: 'width', rule: `times height must be at most ${MAX_FLUX_2_PIXELS}, not ${pixels}` }
    },
    price({ width = 1_024, height = 1_024, ...input }) {
      const sent: Record<string, unknown> = input
      const made = Math.ceil((width * height) / MEGAPIXEL)
      const brought = Object.keys(pictures).filter((name) => sent[name]).length
      return usdToPoints(usd.first + usd.further * (made - 1 + brought))
    },
    example: { prompt: 'a tin robot waters a fern', width: 1_024, height: 1_536 },
  })
}

const flexOwn = {
  prompt_upsampling: Type.Boolean({ default: true, description: 'Let the service write the prompt out.' }),
  guidance: guidance(1.5, 10, 5),
  steps: steps(1, 50),
}

const RATIOS = ['auto', '21:9', '2:1', '16:9', '4:3', '1:1', '3:4', '9:16']
const AUTO_SECONDS = 5

/** USD a second, in HD and in FHD. */
const VIDEO_PRICES = { draft: [0.06, 0.06], whole: [0.17, 0.29], continued: [0.41, 0.53] } as const

const video = operation({
  model: BFL,
  taskType: 'flux-3-video',
  title: 'Make a video with sound with FLUX.3 Video',
  input: Type.Object({
    prompt: Type.String({ maxLength: 20_000, default: '', description: 'What the video shows.' }), // limit inferred
    // The default is inferred.
    mode: Type.Enum(['t2v', 'i2v', 'v2v', 'draft_enhance'], {
      default: 't2v',
      description: 'From text, from pictures, from a video, or from an earlier draft.',
    }),
    resolution: Type.Enum(['hd', 'fhd'], { default: 'hd', description: 'The shorter side has 720 or 1,080 pixels.' }),
    aspect_ratio: Type.Enum(RATIOS, { default: 'auto', description: 'Width to height.' }),
    duration: Type.Union([Type.Integer({ minimum: 5, maximum: 20 }), Type.Enum(['auto'])], {
      default: 'auto', // inferred
      description: 'Seconds, 5 to 20, or "auto".',
      'x-rule': 'must be a whole number from 5 to 20, or "auto"',
    }),
    keyframes: Type.Optional(
      Type.Array(
        Type.Object({
          image: mediaFile('image', 'The picture.'),
          time: Type.Optional(Type.Number({ minimum: 0, maximum: 20, description: 'The second at which it stands.' })),
        }),
        { maxItems: 10, description: 'Pictures that the video passes through.' },
      ),
    ),
    start_video: optionalFile('video', 'The video that is continued.'),
    draft: Type.Boolean({ default: false, description: 'A fast preview.' }),
    seed,
    safety_tolerance: safety_tolerance(4),
  }),
  produces: {
    kind: 'videos',
    of: ({ aspect_ratio, resolution, duration }) => ({
      ...sizeByShortSide(aspect_ratio === 'auto' ? '16:9' : aspect_ratio, resolution === 'fhd' ? 1_080 : 720),
      seconds: duration === 'auto' ? AUTO_SECONDS : duration,
      hasSound: true,
    }),
  },
  price({ mode, draft, resolution, duration }) {
    const usd = VIDEO_PRICES[draft ? 'draft' : mode === 'v2v' ? 'continued' : 'whole']
    return usdToPoints(usd[resolution === 'fhd' ? 1 : 0] * (duration === 'auto' ? AUTO_SECONDS : duration))
  },
  timeoutMs: 30 * MINUTE_MS,
  example: { prompt: 'a kite climbs over a harbour', mode: 't2v', duration: 5, aspect_ratio: '16:9' },
})

/** An archive. Uploads accept no other `application/…` type. */
const archive = (description: string) => mediaFile('application', description)

/** USD by the number of iterations, from the price list. */
const trainingUsd = (iterations: number) => (iterations < 150 ? 2 : iterations <= 500 ? 4 : 6)

/** The id of the finished task is the `finetune_id`. Fields are those of the API's own schema. */
export const bflFinetune = operation({
  model: BFL,
  taskType: 'finetune',
  title: 'Train FLUX [pro] on pictures of your own',
  input: Type.Object({
    finetune_comment: requiredText(1_000, 'Name of the finetune, or a note on it.'), // limit inferred
    file_data: archive('A zip of 1 to 20 pictures and, if wanted, a text of the same name for each that describes it.'),
    mode: Type.Enum(['general', 'character', 'style', 'product'], {
      description: 'What is learnt of the pictures; it guides how they are described.',
    }),
    trigger_word: Type.String({
      minLength: 1,
      maxLength: 100, // limit inferred
      default: 'TOK',
      description: 'The word that refers to it in a prompt.',
    }),
    iterations: Type.Integer({ minimum: 100, maximum: 1_000, default: 300, description: 'How long it is trained.' }),
    captioning: Type.Boolean({ default: true, description: 'Let the service describe the pictures.' }),
    priority: Type.Enum(['speed', 'quality', 'high_res_only'], {
      default: 'quality',
      description: 'Whether training and drawing shall rather be fast or good.',
    }),
    finetune_type: Type.Enum(['full', 'lora'], {
      default: 'full',
      description: 'Train the whole model and keep the difference, or train a LoRA.',
    }),
    lora_rank: Type.Enum([16, 32], { default: 32, description: 'Rank of the LoRA; 16 is trained and loaded faster.' }),
    learning_rate: Type.Optional(
      Type.Number({
        minimum: 0.000_001,
        maximum: 0.005,
        description: 'By default 0.00001 for "full", 0.0001 for "lora".',
      }),
    ),
  }),
  produces: { kind: 'data', of: (input) => ({ sample: finetuneOf(input) }) },
  price: ({ iterations }) => usdToPoints(trainingUsd(iterations)),
  timeoutMs: 120 * MINUTE_MS, // inferred: it is known to take from minutes to more than half an hour
  example: {
    finetune_comment: 'our heron',
    file_data: 'https://example.com/heron.zip',
    mode: 'character',
    trigger_word: 'HRN',
    iterations: 100,
  },
})

/** The public description of a finetune: the parameters of its request, without the pictures. */
export function finetuneOf(input: {
  finetune_comment: string
  mode: string
  trigger_word: string
  iterations: number
  captioning: boolean
  priority: string
  finetune_type: string
  lora_rank: number
  learning_rate?: number
}): JsonObject {
  const { learning_rate = input.finetune_type === 'lora' ? 0.000_1 : 0.000_01 } = input
  return {
    finetune_comment: input.finetune_comment,
    mode: input.mode,
    trigger_word: input.trigger_word,
    iterations: input.iterations,
    captioning: input.captioning,
    priority: input.priority,
    finetune_type: input.finetune_type,
    lora_rank: input.lora_rank,
    learning_rate,
  }
}

const finetune_id = Type.String({ minLength: 1, maxLength: 64, description: 'The finetune: the id of its training.' })

/** A model with a finetune: accepts the fields of its base model, by the same rules, and those of the finetune. */
function finetuned(base: Operation, usd: number, strength: number): Operation {
  const taskType = `${base.taskType}-finetuned`
  const finetune_strength = Type.Number({
    minimum: 0,
    maximum: 2,
    default: strength,
    description: 'How much of the finetune shows: 0 is nothing, 1 is all.',
  })
  return {
    ...base,
    id: `${base.model}/${taskType}`,
    taskType,
    title: `${base.title}, with a finetune`,
    input: Type.Object({ ...base.input.properties, finetune_id, finetune_strength }),
    price: () => usdToPoints(usd),
    followsModels: [bflFinetune.id],
    follows: ({ finetune_id: id }) => (typeof id === 'string' ? id : undefined),
    example: { ...base.example, finetune_id: '01234567-89ab-4cde-8f01-23456789ab00', finetune_strength: strength },
  }
}

const pro = fromText('flux-pro', 'Make a picture with FLUX.1 [pro]', 0.05, {
  steps: steps(1, 40),
  guidance: guidance(1.5, 5, 2.5),
  interval: Type.Integer({ minimum: 1, maximum: 4, default: 2, description: 'How far the guidance may swing.' }),
})

export const bfl: Operation[] = [
  fromText('flux-pro-1.1', 'Make a picture with FLUX 1.1 [pro]', 0.04),
  ultra,
  pro,
  fromText('flux-dev', 'Make a picture with FLUX.1 [dev]', 0.025, {
    steps: steps(1, 28),
    guidance: guidance(1.5, 5, 3),
  }),
  kontext('flux-kontext-pro', 'Edit or make a picture with FLUX.1 Kontext [pro]', 0.04),
  kontext('flux-kontext-max', 'Edit or make a picture with FLUX.1 Kontext [max]', 0.08),
  fill,
  expand,
  canny,
  depth,
  flux2({
    taskType: 'flux-2-pro',
    title: 'Make or edit a picture with FLUX.2 [pro]',
    images: 8,
    usd: { first: 0.03, further: 0.015 },
  }),
  flux2({
    taskType: 'flux-2-max',
    title: 'Make or edit a picture with FLUX.2 [max]',
    images: 8,
    usd: { first: 0.07, further: 0.03 },
  }),
  flux2({
    taskType: 'flux-2-flex',
    title: 'Make or edit a picture with FLUX.2 [flex], its sampler in your hands',
    images: 8,
    usd: { first: 0.05, further: 0.05 },
    own: flexOwn,
  }),
  // The API's own schema has four pictures here; clients note eight for the whole of FLUX.2.
  flux2({
    taskType: 'flux-2-klein-4b',
    title: 'Make or edit a picture with FLUX.2 [klein] 4B',
    images: 8,
    usd: { first: 0.014, further: 0.001 },
  }),
  flux2({
    taskType: 'flux-2-klein-9b',
    title: 'Make or edit a picture with FLUX.2 [klein] 9B',
    images: 8,
    usd: { first: 0.015, further: 0.002 },
  }),
  video,
  bflFinetune,
  finetuned(pro, 0.06, 1.1),
  finetuned(ultra, 0.07, 1.2),
  finetuned(fill, 0.06, 1.1),
  finetuned(canny, 0.06, 1.1), // price inferred: the list has no line for it
  finetuned(depth, 0.06, 1.1), // likewise
]
