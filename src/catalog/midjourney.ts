import { Type } from 'typebox'
import type { Json, JsonObject } from '../core/json.ts'
import { points, usdToPoints } from '../core/points.ts'
import { isPlaceholder, numeralIn } from '../core/sent-values.ts'
import { mediaFile, optionalFile, optionalText, requiredText, sizeByShortSide, sizeOf } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Midjourney: a grid of four pictures from a prompt, and its follow-ups. Fields are those of PiAPI's pages and MCP
 * server, and those that relays accept; where a comment says "inferred", no document states the value.
 */

const MODEL = 'midjourney'
/** The size of one picture of a grid. */
const PIXELS = 1_048_576
/** The most extreme ratio of a picture, 14:1. Inferred. */
const LONGEST = 14

const prompt = requiredText(6_000, 'What the pictures show, with parameters such as --v 7 or --ar 16:9.') // limit inferred
const nextPrompt = optionalText(6_000, 'What the pictures show; the prompt of the followed task if left out.') // limit inferred
const RATIO = {
  pattern: '^(?:\\d{1,4}:\\d{1,4})?$',
  description: 'Width to height; --ar in the prompt wins over it.',
  'x-rule': 'must be a ratio such as "16:9"',
}
const aspect_ratio = Type.String({ ...RATIO, default: '1:1' })
const skip_prompt_check = Type.Boolean({
  default: false,
  description: 'Send the prompt on without checking its words.',
})
const process_mode = Type.Enum(['relax', 'fast', 'turbo', ''], {
  default: 'fast', // inferred: it is what clients send, and the price needs one
  description: 'Speed; it decides the price. Empty is fast.',
})
const next_process_mode = Type.Optional(
  Type.Enum(['relax', 'fast', 'turbo', ''], { description: 'Speed; it decides the price. Fast if left out or empty.' }),
)
const bot_type = Type.Optional(
  Type.Enum(['midjourney', 'niji'], { description: 'Which of the two bots draws; midjourney if left out.' }),
)
const bot_id = Type.Optional(
  Type.Integer({ minimum: 0, description: 'The connected account that does the work; 0 leaves the choice open.' }),
)
const origin_task_id = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'The finished task that this one follows.',
})
const follows = (input: { origin_task_id: string }): string => input.origin_task_id
const picture = (description: string) =>
  // PiAPI's page requires a URL here; n8n sends base64, too.
  mediaFile('image', description)

/** The fields that determine the ratio, if the operation has them: unknown fields may hold anything. */
interface Framed {
  prompt?: string | undefined
  aspect_ratio?: string | undefined
}

const ratioInPrompt = (input: Framed): string | undefined =>
  /(?:--|—)(?:ar|aspect)\s+(\d{1,4}:\d{1,4})/.exec(input.prompt ?? '')?.[1]

/** Width to height, from the prompt or from the field. */
export const ratioOf = (input: Framed): string => ratioInPrompt(input) ?? (input.aspect_ratio || '1:1')

function tooLong(input: Framed): BrokenRule | undefined {
  const [wide = 0, high = 0] = ratioOf(input).split(':').map(Number)
  if (wide > 0 && high > 0 && Math.max(wide / high, high / wide) <= LONGEST) return undefined
  return {
    field: ratioInPrompt(input) === undefined ? 'aspect_ratio' : 'prompt',
    rule: `asks for the ratio ${ratioOf(input)}; it must lie between 1:${LONGEST} and ${LONGEST}:1`,
  }
}

/** Four pictures, side by side in a fifth. */
const gridOf = (ratio: string) => ({ ...sizeOf(ratio, PIXELS), count: 4, hasGrid: true })

/**
 * In USD, by speed. The list that PiAPI published under its older name (https://www.goapi.ai/docs/pricing-plan), for V6;
 * an answer of May 2025 shows 700,000 points for a fast imagine.
 */
const IMAGINE: Record<string, number> = { relax: 0.03, fast: 0.07, turbo: 0.16 }
const GRID: Record<string, number> = { relax: 0.03, fast: 0.07, turbo: 0.14 }
const bySpeed = (prices: Record<string, number>, mode: string) => usdToPoints(prices[mode || 'fast'] ?? 0)
/** The price of a follow-up grid. Without a speed, as at PiAPI, it is that of fast. Inferred. */
const nextGridPrice = (input: { process_mode?: string | undefined }) => bySpeed(GRID, input.process_mode ?? '')

const imagine = operation({
  model: MODEL,
  taskType: 'imagine',
  title: 'Make four pictures from a prompt',
  input: Type.Object({
    prompt,
    image_urls: Type.Optional(
      Type.Array(picture('A picture to follow.'), {
        maxItems: 10, // inferred
        description: 'Reference pictures, besides those whose URLs are in the prompt.',
      }),
    ),
    aspect_ratio,
    process_mode,
    skip_prompt_check,
    bot_type,
    bot_id,
  }),
  produces: { kind: 'pictures', of: (input) => gridOf(ratioOf(input)) },
  rules: tooLong,
  price: (input) => bySpeed(IMAGINE, input.process_mode),
  example: { prompt: 'a cute puppy in a field of poppies --v 7', aspect_ratio: '16:9', process_mode: 'fast' },
})

/** What an upscale costs in USD as fast, and how large it comes out. Sizes are inferred, and square: the parent's ratio is not known. */
const UPSCALES: Record<string, { usd: number; sidePx: number }> = {
  '1': { usd: 0.01, sidePx: 1_024 },
  '2': { usd: 0.01, sidePx: 1_024 },
  '3': { usd: 0.01, sidePx: 1_024 },
  '4': { usd: 0.01, sidePx: 1_024 },
  light: { usd: 0.045, sidePx: 1_024 },
  beta: { usd: 0.045, sidePx: 2_048 },
  '2x': { usd: 0.09, sidePx: 2_048 },
  '4x': { usd: 0.27, sidePx: 4_096 },
  subtle: { usd: 0.07, sidePx: 2_048 },
  creative: { usd: 0.07, sidePx: 2_048 },
}

const upscale = operation({
  model: MODEL,
  taskType: 'upscale',
  title: 'Take one picture out of the four, or enlarge one that was taken out',
  input: Type.Object({
    origin_task_id,
    index: Type.Enum(Object.keys(UPSCALES), {
      description: '1 to 4 takes that picture out of a grid; the other words enlarge a picture that was taken out.',
    }),
  }),
  produces: {
    kind: 'pictures',
    of: ({ index }) => {
      const sidePx = UPSCALES[index]?.sidePx ?? 1_024
      return { widthPx: sidePx, heightPx: sidePx }
    },
  },
  price: ({ index }) => usdToPoints(UPSCALES[index]?.usd ?? 0),
  follows,
  example: { origin_task_id: '01234567-89ab-4cde-8f01-23456789ab00', index: '1' },
})

const variation = operation({
  model: MODEL,
  taskType: 'variation',
  title: 'Make four variations of a picture',
  input: Type.Object({
    origin_task_id,
    index: Type.Enum(['1', '2', '3', '4', 'high_variation', 'low_variation'], {
      description: '1 to 4 varies that picture of a grid; the other words vary a picture that was taken out.',
    }),
    prompt: nextPrompt, // PiAPI's page requires it; clients leave it out
    aspect_ratio,
    process_mode: next_process_mode,
    skip_prompt_check,
  }),
  produces: { kind: 'pictures', of: (input) => gridOf(ratioOf(input)) },
  rules: tooLong,
  price: nextGridPrice,
  follows,
  example: {
    origin_task_id: '01234567-89ab-4cde-8f01-23456789ab00',
    index: '2',
    prompt: 'a cute puppy in a field of tulips',
  },
})

const reroll = operation({
  model: MODEL,
  taskType: 'reroll',
  title: 'Make the four pictures of a task again',
  input: Type.Object({
    origin_task_id,
    prompt: nextPrompt,
    aspect_ratio,
    process_mode: next_process_mode,
    skip_prompt_check,
  }),
  produces: { kind: 'pictures', of: (input) => gridOf(ratioOf(input)) },
  rules: tooLong,
  price: nextGridPrice,
  follows,
  example: { origin_task_id: '01234567-89ab-4cde-8f01-23456789ab00' },
})

const describe = operation({
  model: MODEL,
  taskType: 'describe',
  title: 'Write four prompts that describe a picture',
  input: Type.Object({ image_url: picture('The picture to describe.'), process_mode, bot_type, bot_id }),
  produces: { kind: 'texts', of: () => ({ count: 4 }) },
  price: () => usdToPoints(0.01),
  example: { image_url: 'https://example.com/puppy.jpg', process_mode: 'fast' },
})

const seed = operation({
  model: MODEL,
  taskType: 'seed',
  title: 'Tell the seed of a task',
  input: Type.Object({ origin_task_id }),
  produces: { kind: 'texts', of: () => ({ count: 1, sample: '1234567890' }) },
  price: () => usdToPoints(0.005),
  follows,
  example: { origin_task_id: '01234567-89ab-4cde-8f01-23456789ab00' },
})

/** The ratios that Midjourney's bot calls by a word. */
const DIMENSIONS: Record<string, string> = { square: '1:1', portrait: '2:3', landscape: '3:2' }

const blend = operation({
  model: MODEL,
  taskType: 'blend',
  title: 'Blend two to five pictures into four new ones',
  input: Type.Object({
    image_urls: Type.Array(picture('A picture to blend.'), { minItems: 2, maxItems: 5, description: 'The pictures.' }),
    dimension: Type.Optional(
      Type.Enum(['', ...Object.keys(DIMENSIONS)], { description: 'Shape of the result; square if left out.' }), // words inferred
    ),
    aspect_ratio: Type.Optional(Type.String({ ...RATIO, description: 'Width to height, in place of a dimension.' })),
    process_mode,
    bot_type,
    bot_id,
  }),
  produces: {
    kind: 'pictures',
    of: (input) => gridOf(input.aspect_ratio || DIMENSIONS[input.dimension ?? ''] || '1:1'),
  },
  rules: ({ aspect_ratio: ratio }) => tooLong({ aspect_ratio: ratio }),
  price: (input) => bySpeed(GRID, input.process_mode),
  example: {
    image_urls: ['https://example.com/fox.png', 'https://example.com/forest.png'],
    dimension: 'landscape',
  },
})

const inpaint = operation({
  model: MODEL,
  taskType: 'inpaint',
  title: 'Replace the masked area of a picture',
  input: Type.Object({
    origin_task_id,
    mask: picture('The mask as base64: white where the picture is replaced.'), // its colours are inferred
    prompt: nextPrompt,
    process_mode: next_process_mode,
    skip_prompt_check,
  }),
  produces: { kind: 'pictures', of: ({ prompt: text }) => gridOf(ratioOf({ prompt: text })) },
  rules: ({ prompt: text }) => tooLong({ prompt: text }),
  price: nextGridPrice,
  follows,
  example: {
    origin_task_id: '01234567-89ab-4cde-8f01-23456789ab00',
    mask: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsrQDOwAAAABJRU5ErkJggg==',
    prompt: 'a red collar',
  },
})

/** Names of pixels on one side, which clients that paint with Flux as well send here, mostly with 0. */
const SIDE = /^(?:(?:outpaint|padding|pad|expand)_)?(?:left|right|top|bottom|up|down)$|^padding$/

/** Midjourney grows a picture on all sides alike: pixels of one side would count for nothing. */
function padded(input: JsonObject): BrokenRule | undefined {
  const name = Object.keys(input).find((one) => SIDE.test(one) && !isNoPadding(input[one]))
  return name === undefined ? undefined : { field: name, rule: 'must be 0; pan grows a picture to one side' }
}

function isNoPadding(value: Json | undefined): boolean {
  return isPlaceholder(value) || value === 0 || (typeof value === 'string' && numeralIn(value) === 0)
}

const outpaint = operation({
  model: MODEL,
  taskType: 'outpaint',
  title: 'Zoom out of a picture',
  input: Type.Object({
    origin_task_id,
    // The range is that of Midjourney's own zoom; PiAPI's catalogue has the field as text.
    zoom_ratio: Type.Union(
      [
        Type.Number({ minimum: 1, maximum: 2 }),
        Type.String({ pattern: '^(?:1(?:\\.\\d{1,6})?|2(?:\\.0{1,6})?)$', maxLength: 8 }),
      ],
      {
        default: '2', // inferred: the further of the two zooms of Midjourney's own buttons
        description: 'By how much, such as "1.5"; 1 changes the ratio alone.',
        'x-rule': 'must be a zoom from 1 to 2, such as "1.5"',
      },
    ),
    prompt: nextPrompt,
    aspect_ratio,
    process_mode: next_process_mode,
    skip_prompt_check,
  }),
  produces: { kind: 'pictures', of: (input) => gridOf(ratioOf(input)) },
  rules: (input) => padded(input as JsonObject) ?? tooLong(input), // a valid input is JSON
  price: nextGridPrice,
  follows,
  example: { origin_task_id: '01234567-89ab-4cde-8f01-23456789ab00', zoom_ratio: '1.5' },
})

const pan = operation({
  model: MODEL,
  taskType: 'pan',
  title: 'Grow a picture to one side',
  input: Type.Object({
    origin_task_id,
    direction: Type.Enum(['left', 'right', 'up', 'down'], { description: 'The side that grows.' }),
    prompt: nextPrompt,
    process_mode: next_process_mode,
    skip_prompt_check,
  }),
  // Half as long again as a square. Inferred.
  produces: {
    kind: 'pictures',
    of: ({ direction }) => gridOf(direction === 'left' || direction === 'right' ? '3:2' : '2:3'),
  },
  price: nextGridPrice,
  follows,
  example: { origin_task_id: '01234567-89ab-4cde-8f01-23456789ab00', direction: 'left' },
})

const shorten = operation({
  model: MODEL,
  taskType: 'shorten',
  title: 'Write five shorter prompts that say the same',
  input: Type.Object({ prompt, process_mode, bot_type, bot_id }),
  produces: { kind: 'texts', of: () => ({ count: 5 }) },
  price: () => usdToPoints(0.01), // inferred: as a description
  example: { prompt: 'a very cute little puppy that sits in a wide green field of red poppies', process_mode: 'fast' },
})

const editing = { process_mode, skip_prompt_check, bot_type, bot_id }

const edits = operation({
  model: MODEL,
  taskType: 'edits',
  title: 'Change any picture by a prompt',
  input: Type.Object({
    image_url: picture('The picture to change.'),
    mask: optionalFile('image', 'Where the picture is replaced; all of it if left out.'),
    prompt,
    ...editing,
  }),
  produces: { kind: 'pictures', of: ({ prompt: text }) => gridOf(ratioOf({ prompt: text })) },
  rules: ({ prompt: text }) => tooLong({ prompt: text }),
  price: (input) => bySpeed(GRID, input.process_mode), // inferred: as every grid
  example: { image_url: 'https://example.com/puppy.jpg', prompt: 'the puppy wears a red collar', process_mode: 'fast' },
})

const retexture = operation({
  model: MODEL,
  taskType: 'retexture',
  title: 'Give a picture other materials, light and style, and keep its shapes',
  input: Type.Object({ image_url: picture('The picture whose shapes are kept.'), prompt, ...editing }),
  produces: { kind: 'pictures', of: ({ prompt: text }) => gridOf(ratioOf({ prompt: text })) },
  rules: ({ prompt: text }) => tooLong({ prompt: text }),
  price: (input) => bySpeed(GRID, input.process_mode), // inferred: as every grid
  example: { image_url: 'https://example.com/puppy.jpg', prompt: 'the puppy as a bronze statue', process_mode: 'fast' },
})

/** The shorter side in pixels, and the price of one video as a multiple of that of a grid. The prices are inferred. */
const VIDEOS: Record<string, { shortPx: number; grids: number }> = {
  'vid_1.1_i2v_480': { shortPx: 480, grids: 1 },
  'vid_1.1_i2v_720': { shortPx: 720, grids: 3 },
}

const video = operation({
  model: MODEL,
  taskType: 'video',
  title: 'Set a picture in motion, or make a video longer',
  input: Type.Object({
    prompt: optionalText(6_000, 'What happens in the video.'), // limit inferred
    image_url: optionalFile('image', 'The first picture of the video.'),
    image_tail_url: optionalFile('image', 'The last picture of the video.'),
    origin_task_id: Type.Optional(
      Type.String({ maxLength: 64, description: 'The finished task whose picture or video this one takes.' }),
    ),
    index: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 3,
        description: 'Which of the pictures or videos of that task, from 0.',
        'x-beside': 'origin_task_id',
      }),
    ),
    action: Type.Optional(Type.Enum(['extend', ''], { description: 'extend makes the video of that task longer.' })),
    motion: Type.Enum(['low', 'high'], { default: 'low', description: 'How much moves.' }),
    loop: Type.Boolean({ default: false, description: 'End with the first picture.' }),
    video_type: Type.Enum(Object.keys(VIDEOS), {
      default: 'vid_1.1_i2v_480',
      description: 'Model and height of the video.',
    }),
    batch_size: Type.Enum([1, 2, 4], { default: 4, description: 'How many videos.' }),
    process_mode,
    bot_id,
  }),
  produces: {
    kind: 'videos',
    // A picture's ratio is not known before it is opened, so wide is assumed. Midjourney's videos play five seconds.
    of: ({ prompt: text, video_type, batch_size }) => ({
      ...sizeByShortSide(ratioInPrompt({ prompt: text }) ?? '16:9', VIDEOS[video_type]?.shortPx ?? 480),
      count: Number(batch_size),
      seconds: 5,
    }),
  },
  rules(input) {
    if (input.action === 'extend' && !input.origin_task_id) {
      return { field: 'origin_task_id', rule: 'is needed with the action extend' }
    }
    if (!input.image_url && !input.origin_task_id) {
      return { field: 'image_url', rule: 'is needed where no task is named' }
    }
    return tooLong({ prompt: input.prompt })
  },
  price: ({ process_mode: mode, video_type, batch_size }) =>
    points(bySpeed(GRID, mode) * Number(batch_size) * (VIDEOS[video_type]?.grids ?? 1)),
  timeoutMs: 30 * 60_000,
  follows: (input) => input.origin_task_id || undefined,
  example: { image_url: 'https://example.com/puppy.jpg', prompt: 'the puppy runs off', motion: 'high', batch_size: 1 },
})

export const midjourney: Operation[] = [
  imagine,
  upscale,
  variation,
  reroll,
  describe,
  seed,
  blend,
  inpaint,
  outpaint,
  pan,
  shorten,
  edits,
  retexture,
  video,
]
