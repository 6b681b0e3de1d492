import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, requiredText } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Ideogram 4.5, in the fields of the second version of Ideogram's API (developer.ideogram.ai, October 2026). Prices are those
 * of its guide of November 2026; where a comment says "inferred", none states the value.
 */

/** USD a picture, from words. */
const GENERATE_USD: Record<string, number> = { low: 0.03, medium: 0.06, high: 0.1 }
/** USD a picture, of an edit. */
const EDIT_USD: Record<string, number> = { very_low: 0.008, low: 0.03, medium: 0.06, high: 0.22 }

const PRESETS = new Set([
  ...['1024x1024', '2048x2048', '896x1120', '1792x2240', '1120x896', '2240x1792', '864x1152', '1728x2304'],
  ...['1152x864', '2304x1728', '832x1248', '1664x2496', '1248x832', '2496x1664', '800x1280', '1600x2560'],
  ...['1280x800', '2560x1600', '720x1280', '1440x2560', '1280x720', '2560x1440', '720x1440', '1440x2880'],
  ...['1440x720', '2880x1440', '512x1536', '1024x3072', '1536x512', '3072x1024', '1296x3168', '3168x1296'],
  ...['1152x2944', '2944x1152', '1248x3328', '3328x1248', '1280x3072', '3072x1280'],
])
const MOST_PIXELS = 2_048 * 2_048
const MOST_RATIO = 6
const STEP_PX = 32
/** What is made where the size is left to the service, or is that of a picture that is not opened yet. */
const ASSUMED = { widthPx: 2_048, heightPx: 2_048 }

const shared = {
  prompt: requiredText(10_000, 'What the picture shows, or how it is changed; also a structured prompt as JSON.'),
  quality: Type.Optional(Type.Enum(Object.keys(EDIT_USD), { description: 'Faster and cheaper, or better.' })),
  seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, description: 'The same seed gives the same.' })),
  num_images: Type.Integer({ minimum: 1, maximum: 8, default: 1, description: 'How many pictures.' }),
  enable_copyright_detection: Type.Optional(
    Type.Boolean({ description: 'Look for likenesses and logos, and hold back what has them.' }),
  ),
}
const mask = Type.Optional(mediaFile('image', 'Black where the picture is changed.'))
const references = (maxItems: number, description: string) =>
  Type.Optional(Type.Array(mediaFile('image', 'A picture.'), { maxItems, description }))

const GenerateInput = Type.Object({
  ...shared,
  magic_prompt: Type.Optional(
    Type.Enum(['auto', 'on', 'off'], { description: 'Whether the service writes the prompt out.' }),
  ),
  images: references(5, 'The picture that is changed, and others to refer to.'),
  mask,
  size: Type.Optional(
    Type.String({
      pattern: '^(?:auto|source|[1-9][0-9]{2,3}x[1-9][0-9]{2,3})$',
      description: 'Width and height, "source" for those of the first picture, or "auto".',
      'x-rule': 'must be auto, source or a size such as "1024x1024"',
    }),
  ),
})
type GenerateInput = Static<typeof GenerateInput>

const EditInput = Type.Object({
  ...shared,
  image: mediaFile('image', 'The picture that is changed.'),
  reference_images: references(4, 'Pictures that guide the change.'),
  mask,
})
type EditInput = Static<typeof EditInput>

function brokenGenerate({ images = [], mask: area, size = 'auto', quality }: GenerateInput): BrokenRule | undefined {
  if (images.length === 0) {
    if (area) return { field: 'mask', rule: (nameOf) => `is read with ${nameOf('images')} only` }
    if (quality === 'very_low') return { field: 'quality', rule: (nameOf) => `very_low needs ${nameOf('images')}` }
    if (size === 'auto' || PRESETS.has(size)) return undefined
    return { field: 'size', rule: size === 'source' ? 'source needs a picture' : `${size} is none of the sizes` }
  }
  if (!area) return brokenSize(size)
  if (images.length > 4) return { field: 'images', rule: (nameOf) => `has at most 4 elements with ${nameOf('mask')}` }
  return size === 'auto' ? undefined : { field: 'size', rule: (nameOf) => `is not set with ${nameOf('mask')}` }
}

function brokenSize(size: string): BrokenRule | undefined {
  const sides = sidesIn(size)
  if (!sides) return undefined
  const [wide, high] = sides
  const broken = (rule: string): BrokenRule => ({ field: 'size', rule })
  if (wide % STEP_PX !== 0 || high % STEP_PX !== 0) return broken(`must have sides that are multiples of ${STEP_PX}`)
  if (Math.min(wide, high) < 256) return broken('must have sides of at least 256')
  if (wide * high > MOST_PIXELS) return broken('must have at most 2048x2048 pixels')
  return Math.max(wide, high) > MOST_RATIO * Math.min(wide, high) ? broken('must be at most 6:1') : undefined
}

function sidesIn(size: string): [wide: number, high: number] | undefined {
  const [wide, high] = size.split('x').map(Number)
  return wide && high ? [wide, high] : undefined
}

function brokenEdit({ reference_images = [], mask: area }: EditInput): BrokenRule | undefined {
  if (!area || reference_images.length <= 3) return undefined
  return { field: 'reference_images', rule: (nameOf) => `has at most 3 elements with ${nameOf('mask')}` }
}

function usdOf(prices: Record<string, number>, quality: string): number {
  return prices[quality] ?? 0
}

export const ideogram45: Operation[] = [
  operation({
    model: 'ideogram',
    taskType: 'v45-generate',
    title: 'Make a picture with Ideogram 4.5, or change one',
    input: GenerateInput,
    produces: {
      kind: 'pictures',
      of: ({ size = 'auto', num_images: count }) => {
        const [widthPx, heightPx] = sidesIn(size) ?? [ASSUMED.widthPx, ASSUMED.heightPx]
        return { widthPx, heightPx, count }
      },
    },
    rules: brokenGenerate,
    // With pictures it is an edit: inferred that it costs as much as a precise one.
    price: ({ images, quality, num_images: count }) =>
      usdToPoints(
        count * (images?.length ? usdOf(EDIT_USD, quality ?? 'medium') : usdOf(GENERATE_USD, quality ?? 'high')),
      ),
    example: { prompt: 'a shop sign that says "Open late"', size: '1024x1024', quality: 'low' },
  }),
  operation({
    model: 'ideogram',
    taskType: 'v45-precise-edit',
    title: 'Change a picture with Ideogram 4.5, and leave the rest as it is',
    input: EditInput,
    produces: { kind: 'pictures', of: ({ num_images: count }) => ({ ...ASSUMED, count }) },
    rules: brokenEdit,
    price: ({ quality = 'medium', num_images: count }) => usdToPoints(count * usdOf(EDIT_USD, quality)),
    example: { prompt: 'make the shoes blue', image: 'https://example.com/shoes.png', quality: 'low' },
  }),
]
