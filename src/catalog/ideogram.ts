import { type Static, type TObject, type TProperties, Type } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, requiredText, sizeOf } from './fields.ts'
import { ideogram45 } from './ideogram-45.ts'
import { ideogramPrompts } from './ideogram-prompts.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Ideogram pictures, with legible text in them: the older API, whose task types have its paths' names, and those of
 * Ideogram 3 and 4. Fields are those of its API. Prices are estimates from its list; other estimates are marked "inferred".
 */

export const IDEOGRAM = 'ideogram'
const PIXELS = 2 ** 20
const MAX_SEED = 2 ** 31 - 1

const prompt = requiredText(10_000, 'What the picture shows, or how the given one is changed.') // limit inferred
const optionalPrompt = optionalText(10_000, 'What the picture shows.') // limit inferred
const negative_prompt = optionalText(10_000, 'What the picture must not show.') // limit inferred
const seed = Type.Optional(
  Type.Integer({ minimum: 0, maximum: MAX_SEED, description: 'The same seed gives the same picture.' }),
)
const num_images = Type.Integer({ minimum: 1, maximum: 8, default: 1, description: 'How many pictures.' })
const magic = Type.Optional(
  Type.Enum(['AUTO', 'ON', 'OFF'], { description: 'Whether the service writes the prompt out.' }),
)
const color_palette = Type.Optional(
  Type.Object(
    {
      name: optionalText(64, 'A palette of the service.'),
      members: Type.Optional(
        Type.Array(
          Type.Object({
            color_hex: Type.String({
              pattern: '^#(?:[0-9a-fA-F]{3}){1,2}$',
              description: 'The colour.',
              'x-rule': 'must be a colour such as "#a0c4ff"',
            }),
            color_weight: Type.Optional(
              Type.Number({ minimum: 0.05, maximum: 1, description: 'How much of it there is to be.' }),
            ),
          }),
          { maxItems: 100, description: 'Colours of your own.' }, // limit inferred
        ),
      ),
    },
    { description: 'The colours, by a name or one by one.' },
  ),
)
const image_weight = Type.Integer({
  minimum: 1,
  maximum: 100,
  default: 50,
  description: 'How much of the given picture stays, in percent.',
})

const square = { widthPx: 1_024, heightPx: 1_024 }

/** Of "ASPECT_16_9", "16x9", "RESOLUTION_1024_576": the two numbers. */
function pairIn(text: string): [wide: number, high: number] {
  const [wide = 1, high = 1] = (text.match(/\d+/g) ?? []).map(Number)
  return [wide, high]
}

interface Shaped {
  aspect_ratio?: string
  resolution?: string
}

function sizeFor({ aspect_ratio, resolution }: Shaped): { widthPx: number; heightPx: number } {
  if (resolution !== undefined) {
    const [widthPx, heightPx] = pairIn(resolution)
    return { widthPx, heightPx }
  }
  return aspect_ratio === undefined ? square : sizeOf(pairIn(aspect_ratio).join(':'), PIXELS)
}

function shapedTwice({ aspect_ratio, resolution }: Shaped): BrokenRule | undefined {
  if (aspect_ratio === undefined || resolution === undefined) return undefined
  return { field: 'resolution', rule: 'cannot be set together with aspect_ratio' }
}

// The older API.

const MODELS = ['V_1', 'V_1_TURBO', 'V_2', 'V_2_TURBO', 'V_2A', 'V_2A_TURBO', 'V_3', 'AUTO']
const ASPECTS = ['10_16', '16_10', '9_16', '16_9', '3_2', '2_3', '4_3', '3_4', '1_1', '1_3', '3_1']
const STYLES = ['AUTO', 'GENERAL', 'FICTION', 'REALISTIC', 'DESIGN', 'RENDER_3D', 'ANIME', 'CUSTOM', 'STYLIZED']
/** USD a picture. */
const MODEL_PRICES: Record<string, number> = {
  V_1: 0.06,
  V_1_TURBO: 0.02,
  V_2: 0.08,
  V_2_TURBO: 0.05,
  V_2A: 0.04,
  V_2A_TURBO: 0.025,
  V_3: 0.06,
  AUTO: 0.08,
}

const model = Type.Enum(MODELS, { default: 'V_2', description: 'The model.' })
const style_type = Type.Optional(Type.Enum(STYLES, { description: 'The kind of picture.' }))
const aspect_ratio = Type.Optional(
  Type.Enum(
    ASPECTS.map((one) => `ASPECT_${one}`),
    { description: 'Width to height; 1:1 if left out.' },
  ),
)
const RESOLUTION = {
  pattern: '^RESOLUTION_[1-9][0-9]{2,3}_[1-9][0-9]{2,3}$',
  description: 'Width and height in pixels.',
  'x-rule': 'must be a size such as "RESOLUTION_1024_1024"',
}
const image_file = mediaFile('image', 'The picture.')
const requestFields = {
  prompt,
  model,
  aspect_ratio,
  resolution: Type.Optional(Type.String(RESOLUTION)),
  magic_prompt_option: magic,
  style_type,
  negative_prompt,
  num_images,
  seed,
  color_palette,
}

const byModel = (input: { model: string; num_images: number }) =>
  usdToPoints((MODEL_PRICES[input.model] ?? 0) * input.num_images)

const generate = operation({
  model: IDEOGRAM,
  taskType: 'generate',
  title: 'Make a picture with Ideogram 1 or 2',
  input: Type.Object(requestFields),
  produces: { kind: 'pictures', of: (input) => ({ ...sizeFor(input), count: input.num_images }) },
  rules: shapedTwice,
  price: byModel,
  example: { prompt: 'a poster that says "Harbour Jazz"', model: 'V_2_TURBO', aspect_ratio: 'ASPECT_3_4' },
})

const remix = operation({
  model: IDEOGRAM,
  taskType: 'remix',
  title: 'Make a picture from a picture with Ideogram 1 or 2',
  input: Type.Object({ ...requestFields, image_file, image_weight }),
  produces: { kind: 'pictures', of: (input) => ({ ...sizeFor(input), count: input.num_images }) },
  rules: shapedTwice,
  price: byModel,
  example: { prompt: 'the same poster in blue', image_file: 'https://example.com/poster.png', image_weight: 70 },
})

const edit = operation({
  model: IDEOGRAM,
  taskType: 'edit',
  title: 'Change the masked area of a picture with Ideogram 2',
  input: Type.Object({
    prompt,
    image_file,
    mask: mediaFile('image', 'Black where the picture is changed.'),
    model,
    magic_prompt_option: magic,
    style_type,
    num_images,
    seed,
  }),
  produces: { kind: 'pictures', of: (input) => ({ ...square, count: input.num_images }) },
  price: byModel,
  example: {
    prompt: 'a sign that says "Closed"',
    image_file: 'https://example.com/shop.png',
    mask: 'https://example.com/mask.png',
  },
})

const percent = (description: string) => Type.Integer({ minimum: 1, maximum: 100, default: 50, description })

const upscale = operation({
  model: IDEOGRAM,
  taskType: 'upscale',
  title: 'Enlarge a picture with Ideogram',
  input: Type.Object({
    prompt: optionalPrompt,
    image_file,
    resemblance: percent('How close to the picture the result stays.'),
    detail: percent('How much detail is added.'),
    magic_prompt_option: magic,
    num_images,
    seed,
  }),
  // Twice the default size: the picture is not opened yet.
  produces: { kind: 'pictures', of: (input) => ({ widthPx: 2_048, heightPx: 2_048, count: input.num_images }) },
  price: (input) => usdToPoints(0.06 * input.num_images),
  example: { image_file: 'https://example.com/poster.png', resemblance: 80, detail: 40 },
})

const describe = operation({
  model: IDEOGRAM,
  taskType: 'describe',
  title: 'Describe a picture',
  input: Type.Object({
    image_file,
    describe_model_version: Type.Enum(['V_2', 'V_3', 'CUSTOM'], { default: 'V_3', description: 'The model.' }),
  }),
  produces: { kind: 'texts', of: () => ({ count: 1 }) }, // the service returns several; the number is inferred
  price: () => usdToPoints(0.01),
  example: { image_file: 'https://example.com/poster.png' },
})

const reframe = operation({
  model: IDEOGRAM,
  taskType: 'reframe',
  title: 'Grow a square picture into another shape with Ideogram 2',
  input: Type.Object({
    image_file,
    resolution: Type.String(RESOLUTION),
    model,
    style_type,
    num_images,
    seed,
  }),
  produces: {
    kind: 'pictures',
    of: ({ resolution, num_images: count }) => ({ ...sizeFor({ resolution }), count }),
  },
  price: byModel,
  example: { image_file: 'https://example.com/poster.png', resolution: 'RESOLUTION_1280_704' },
})

// Ideogram 3.

const V3_RATIOS = [
  ...['1x3', '3x1', '1x2', '2x1', '9x16', '16x9', '10x16', '16x10'],
  ...['2x3', '3x2', '3x4', '4x3', '4x5', '5x4', '1x1'],
]
const V3_RESOLUTION = {
  pattern: '^[1-9][0-9]{2,3}x[1-9][0-9]{2,3}$',
  description: 'Width and height in pixels.',
  'x-rule': 'must be a size such as "1024x1024"',
}
const V3_STYLES = ['AUTO', 'GENERAL', 'REALISTIC', 'DESIGN', 'CUSTOM', 'FICTION', 'STYLIZED']
/** USD per picture, without and with a character reference. */
const SPEED_PRICES: Record<string, readonly [number, number]> = {
  FLASH: [0.03, 0.1],
  TURBO: [0.03, 0.1],
  BALANCED: [0.06, 0.15],
  DEFAULT: [0.06, 0.15],
  QUALITY: [0.09, 0.2],
}

const image = mediaFile('image', 'The picture.')
const pictures = (description: string) =>
  Type.Optional(Type.Array(mediaFile('image', 'A picture.'), { maxItems: 10, description })) // limit inferred
const v3Ratio = Type.Optional(Type.Enum(V3_RATIOS, { description: 'Width to height; 1x1 if left out.' }))
const v3Shape = { aspect_ratio: v3Ratio, resolution: Type.Optional(Type.String(V3_RESOLUTION)) }
const rendering_speed = Type.Enum(Object.keys(SPEED_PRICES), {
  default: 'DEFAULT',
  description: 'Faster and cheaper, or better.',
})
const drawn = { rendering_speed, num_images, seed }
const styled = {
  style_codes: Type.Optional(
    Type.Array(
      Type.String({
        pattern: '^[0-9A-Fa-f]{8}$',
        'x-rule': 'must be eight hexadecimal digits',
        description: 'A style.',
      }),
      { maxItems: 10, description: 'Styles by their codes.' }, // limit inferred
    ),
  ),
  style_preset: optionalText(64, 'A style by its name, such as "ART_DECO".'),
  style_reference_images: pictures('Pictures whose style is taken over.'),
  color_palette,
}
const inCharacter = {
  style_type: Type.Optional(Type.Enum(V3_STYLES, { description: 'The kind of picture.' })),
  custom_model_uri: optionalText(1_024, 'A model of your own.'),
  character_reference_images: pictures('Pictures of a person who is to appear.'),
  character_reference_images_mask: pictures('What of those pictures counts, one each.'),
}

interface Drawn {
  rendering_speed: string
  num_images: number
  character_reference_images?: string[]
}

function bySpeed({ rendering_speed: speed, num_images: count, character_reference_images: characters }: Drawn) {
  return usdToPoints((SPEED_PRICES[speed]?.[characters?.length ? 1 : 0] ?? 0) * count)
}

function v3(taskType: string, title: string, own: TProperties, example: Operation['example']): Operation {
  /** Only the fields of this task type: those of another one have no effect. */
  const known = <Fields extends object>(input: Fields): Fields & Shaped =>
    Object.fromEntries(Object.entries(input).filter(([name]) => name in own || name in drawn)) as Fields & Shaped
  return operation({
    model: IDEOGRAM,
    taskType: `v3-${taskType}`,
    title,
    input: Type.Object({ ...own, ...drawn }),
    produces: { kind: 'pictures', of: (input) => ({ ...sizeFor(known(input)), count: input.num_images }) },
    rules: (input) => shapedTwice(known(input)),
    price: (input) => bySpeed(known(input)),
    example,
  })
}

const UPSCALES: Record<string, number> = { X1: 1, X2: 2, X4: 4 }

const generateTransparent = operation({
  model: IDEOGRAM,
  taskType: 'v3-generate-transparent',
  title: 'Make a picture without a background with Ideogram 3',
  input: Type.Object({
    prompt,
    negative_prompt,
    magic_prompt: magic,
    aspect_ratio: v3Ratio,
    upscale_factor: Type.Enum(Object.keys(UPSCALES), { default: 'X1', description: 'By how much it is enlarged.' }),
    custom_model_uri: inCharacter.custom_model_uri,
    ...drawn,
  }),
  produces: {
    kind: 'pictures',
    of({ upscale_factor, num_images: count, aspect_ratio: ratio }) {
      const { widthPx, heightPx } = sizeFor(ratio === undefined ? {} : { aspect_ratio: ratio })
      const factor = UPSCALES[upscale_factor] ?? 1
      return { widthPx: widthPx * factor, heightPx: heightPx * factor, count, isTransparent: true }
    },
  },
  price: ({ rendering_speed: speed, num_images: count }) => bySpeed({ rendering_speed: speed, num_images: count }),
  example: { prompt: 'a sticker of a smiling radish', aspect_ratio: '1x1', rendering_speed: 'TURBO' },
})

// Ideogram 4. Fields are those of its pages and of clients of 2026.

const V4_RATIOS = ['1x4', '4x1', ...V3_RATIOS]
/** USD a picture. FLASH is refused there. */
const V4_PRICES: Record<string, number> = { TURBO: 0.03, DEFAULT: 0.06, QUALITY: 0.1 }
const v4Fields = {
  text_prompt: optionalText(10_000, 'What the picture shows.'), // limit inferred
  json_prompt: Type.Optional(
    Type.Unsafe<JsonObject>({
      type: 'object',
      description: 'The picture part by part, in place of text: objects, their places, text in it.',
    }),
  ),
  aspect_ratio: Type.Optional(Type.Enum(V4_RATIOS, { description: 'Width to height; 1x1 if left out.' })),
  resolution: Type.Optional(Type.String(V3_RESOLUTION)),
  magic_prompt: magic,
  rendering_speed: Type.Enum(Object.keys(V4_PRICES), {
    default: 'DEFAULT',
    description: 'Faster and cheaper, or better.',
  }),
  num_images,
  seed,
  enable_copyright_detection: Type.Optional(
    Type.Boolean({ description: 'Look for likenesses and logos, and hold back what has them.' }),
  ),
}
type V4 = Static<TObject<typeof v4Fields>>

function brokenPrompt({ text_prompt, json_prompt }: V4): BrokenRule | undefined {
  if (text_prompt && json_prompt) return { field: 'json_prompt', rule: 'does not go together with text_prompt' }
  return text_prompt || json_prompt ? undefined : { field: 'text_prompt', rule: 'is needed without json_prompt' }
}

function v4(taskType: string, title: string, own: TProperties, example: Operation['example']): Operation {
  return operation({
    model: IDEOGRAM,
    taskType: `v4-${taskType}`,
    title,
    input: Type.Object({ ...own, ...v4Fields }) as TObject<typeof v4Fields>, // its picture is read by name
    produces: {
      kind: 'pictures',
      of: (input) => ({
        ...sizeFor(input),
        count: input.num_images,
        isTransparent: taskType === 'generate-transparent',
      }),
    },
    rules: (input) => brokenPrompt(input) ?? shapedTwice(input),
    price: ({ rendering_speed: speed, num_images: count }) => usdToPoints((V4_PRICES[speed] ?? 0) * count),
    example,
  })
}

const IDEOGRAM_4: Operation[] = [
  v4(
    'generate',
    'Make a picture with Ideogram 4',
    {},
    { text_prompt: 'a shop sign that says "Open late"', aspect_ratio: '16x9', rendering_speed: 'TURBO' },
  ),
  v4(
    'generate-transparent',
    'Make a picture without a background with Ideogram 4',
    {},
    { text_prompt: 'a logo of a smiling radish', aspect_ratio: '1x1', rendering_speed: 'TURBO' },
  ),
  v4(
    'remix',
    'Make a picture from a picture with Ideogram 4',
    { image, image_weight },
    { text_prompt: 'the same sign at night', image: 'https://example.com/sign.png', image_weight: 60 },
  ),
]

export const ideogram: Operation[] = [
  generate,
  remix,
  edit,
  upscale,
  describe,
  reframe,
  v3(
    'generate',
    'Make a picture with Ideogram 3',
    { prompt, negative_prompt, magic_prompt: magic, ...v3Shape, ...styled, ...inCharacter },
    { prompt: 'a book cover that says "Low Tide"', aspect_ratio: '2x3', rendering_speed: 'TURBO', num_images: 2 },
  ),
  v3(
    'remix',
    'Make a picture from a picture with Ideogram 3',
    { prompt, negative_prompt, image, image_weight, magic_prompt: magic, ...v3Shape, ...styled, ...inCharacter },
    { prompt: 'the same cover at night', image: 'https://example.com/cover.png', image_weight: 60 },
  ),
  v3(
    'edit',
    'Change the masked area of a picture with Ideogram 3',
    {
      prompt,
      image,
      mask: mediaFile('image', 'Black where it is changed.'),
      magic_prompt: magic,
      ...styled,
      ...inCharacter,
    },
    { prompt: 'a lighthouse', image: 'https://example.com/coast.png', mask: 'https://example.com/mask.png' },
  ),
  v3(
    'reframe',
    'Grow a picture into another shape with Ideogram 3',
    { image, resolution: Type.String(V3_RESOLUTION), ...styled },
    { image: 'https://example.com/coast.png', resolution: '1536x512' },
  ),
  v3(
    'replace-background',
    'Put another background behind what a picture shows',
    { prompt, image, magic_prompt: magic, ...styled },
    { prompt: 'a sunlit kitchen', image: 'https://example.com/mug.png' },
  ),
  generateTransparent,
  ...IDEOGRAM_4,
  ...ideogram45,
  ...ideogramPrompts,
]
