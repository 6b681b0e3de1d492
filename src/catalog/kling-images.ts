import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile, optionalText, sizeOf } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/** Kling's pictures, as its own API has them. Fields and limits are those of its documents; prices are inferred. */

const MAX_PROMPT = 2_500
const MAX_PICTURES = 9
const MAX_SUBJECTS = 4 // the same limit as for videos
/** How many times as large as before a picture may become. */
const MAX_GROWTH = 3
const MINUTE_MS = 60_000
const RATIOS = ['16:9', '9:16', '1:1', '4:3', '3:4', '3:2', '2:3', '21:9']

const share = (value: number, description: string, maximum = 1) =>
  Type.Number({ minimum: 0, maximum, default: value, description })
const n = Type.Integer({ minimum: 1, maximum: MAX_PICTURES, default: 1, description: 'How many pictures.' })

const ImageInput = Type.Object({
  prompt: optionalText(MAX_PROMPT, 'What the picture shows.'),
  negative_prompt: optionalText(MAX_PROMPT, 'What it must not show.'),
  // 3.0 and Omni inferred: their names are those of the videos' models.
  version: Type.Enum(['1.0', '1.5', '2.0', '2.1', '3.0', 'o1'], { default: '1.0', description: 'Model version.' }),
  aspect_ratio: Type.Enum(RATIOS, { default: '16:9', description: 'Width to height.' }),
  resolution: Type.Enum(['1k', '2k'], { default: '1k', description: 'About one or two thousand pixels a side.' }),
  n,
  image_url: optionalFile('image', 'A picture to refer to.'),
  image_reference: Type.Optional(
    Type.Enum(['', 'subject', 'face'], { description: 'What of that picture is used: what it shows, or the face.' }),
  ),
  image_fidelity: share(0.5, 'How closely the picture is followed.'),
  human_fidelity: share(0.45, 'How closely the face is followed, with image_reference "subject".'),
  subject_images: Type.Optional(
    Type.Array(mediaFile('image', 'A person or thing.'), {
      maxItems: MAX_SUBJECTS,
      description: `Up to ${MAX_SUBJECTS} pictures of what is shown together.`,
    }),
  ),
  scene_image_url: optionalFile('image', 'Where it is shown.'),
  style_image_url: optionalFile('image', 'How it is drawn.'),
})

type ImageInput = Static<typeof ImageInput>

function brokenImage({
  prompt,
  image_url,
  subject_images,
  image_reference,
  version,
}: ImageInput): BrokenRule | undefined {
  if (!prompt && !image_url && !subject_images?.length)
    return { field: 'prompt', rule: (nameOf) => `is needed without ${nameOf('image_url')}` }
  if (image_reference && !image_url) return { field: 'image_url', rule: 'is needed with image_reference' }
  if (version === '1.5' && image_url && !image_reference) {
    return { field: 'image_reference', rule: (nameOf) => `is needed with ${nameOf('image_url')} and version 1.5` }
  }
  return undefined
}

/** USD per picture, computed from Kling's own prices and units. */
const USD = { plain: 0.0035, later: 0.014, referring: 0.028 }

function usdOf({ version, image_url, subject_images, resolution }: ImageInput): number {
  const usd = subject_images?.length || image_url ? USD.referring : version === '1.0' ? USD.plain : USD.later
  return resolution === '2k' ? 2 * usd : usd
}

export const klingImage = operation({
  model: 'kling',
  taskType: 'image_generation',
  title: 'Make pictures from a description, or from pictures of what they show',
  input: ImageInput,
  produces: {
    kind: 'pictures',
    of: ({ aspect_ratio, resolution, n: count }) => ({
      ...sizeOf(aspect_ratio, resolution === '2k' ? 2_048 ** 2 : 1_024 ** 2),
      count,
    }),
  },
  rules: brokenImage,
  price: (input) => usdToPoints(usdOf(input) * input.n),
  timeoutMs: 10 * MINUTE_MS,
  example: { prompt: 'a lighthouse in a storm, woodcut', version: '2.0', aspect_ratio: '3:2', n: 2 },
})

const side = (where: string) => share(0, `How far the picture grows ${where}, as a part of its own size.`, 2)

export const klingExpand = operation({
  model: 'kling',
  taskType: 'image_expansion',
  title: 'Go on with a picture beyond its edges',
  input: Type.Object({
    image_url: mediaFile('image', 'The picture.'),
    up_expansion_ratio: side('upwards'),
    down_expansion_ratio: side('downwards'),
    left_expansion_ratio: side('to the left'),
    right_expansion_ratio: side('to the right'),
    prompt: optionalText(MAX_PROMPT, 'What is seen there.'),
    n,
  }),
  produces: {
    kind: 'pictures',
    // Assumes an input picture of 1,024 pixels.
    of: (input) => ({
      widthPx: grown(input.left_expansion_ratio + input.right_expansion_ratio),
      heightPx: grown(input.up_expansion_ratio + input.down_expansion_ratio),
      count: input.n,
    }),
  },
  rules: (input) => {
    const { up_expansion_ratio: up, down_expansion_ratio: down } = input
    const { left_expansion_ratio: left, right_expansion_ratio: right } = input
    if (up + down + left + right === 0)
      return { field: 'up_expansion_ratio', rule: 'or another side must be more than 0' }
    const times = (1 + up + down) * (1 + left + right)
    return times <= MAX_GROWTH
      ? undefined
      : {
          field: 'up_expansion_ratio',
          rule: `and the others make the picture ${times} times as large; at most ${MAX_GROWTH}`,
        }
  },
  price: (input) => usdToPoints(USD.referring * input.n),
  timeoutMs: 10 * MINUTE_MS,
  example: { image_url: 'https://example.com/room.jpg', left_expansion_ratio: 0.5, right_expansion_ratio: 0.5, n: 1 },
})

function grown(by: number): number {
  return Math.round(1_024 * (1 + by))
}

export const klingImages: Operation[] = [klingImage, klingExpand]
