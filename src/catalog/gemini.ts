import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, requiredText, sizeOf } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/**
 * Gemini pictures: 2.5 Flash Image, Nano Banana Pro, Nano Banana 2 and 2.1, from text or as edits. Fields are those of PiAPI's
 * pages; where a comment says "inferred", no document states the value.
 */

const RATIOS = ['21:9', '1:1', '4:3', '3:2', '2:3', '5:4', '4:5', '3:4', '16:9', '9:16']
/** Nano Banana 2 and what follows it have narrower ones, too. */
const NARROW_RATIOS = [...RATIOS, '1:4', '4:1', '1:8', '8:1']
/** The side of a square picture. */
const SIDES_PX = { '1K': 1_024, '2K': 2_048, '4K': 4_096 } as const
type Resolution = keyof typeof SIDES_PX

const prompt = requiredText(20_000, 'What the picture shows, or how the given ones are edited.') // limit inferred
const image_urls = Type.Optional(
  Type.Array(mediaFile('image', 'A picture.'), {
    maxItems: 14, // what clients of Nano Banana Pro note; inferred for the others
    description: 'Pictures to edit or to combine; without any the picture is made from the text alone.',
  }),
)
/** No default: an edit keeps the ratio of its input. */
const aspectRatio = (ratios: string[]) =>
  Type.Optional(Type.Enum(ratios, { description: 'Width to height; 1:1 if left out, in edits that of the input.' }))
const aspect_ratio = aspectRatio(RATIOS)
const output_format = (formats: string[]) =>
  Type.Enum(formats, { default: 'jpeg', description: 'Format of the picture.' })
const resolution = Type.Enum(['1K', '2K', '4K'], { default: '1K', description: 'Size of the picture.' })

function picture(input: { aspect_ratio?: string; output_format: string }, size: Resolution) {
  return {
    ...sizeOf(input.aspect_ratio ?? '1:1', SIDES_PX[size] ** 2),
    mediaType: input.output_format === 'png' ? ('image/png' as const) : ('image/jpeg' as const),
  }
}

const flashImage = operation({
  model: 'gemini',
  taskType: 'gemini-2.5-flash-image',
  title: 'Make or edit a picture with Gemini 2.5 Flash Image',
  input: Type.Object({ prompt, image_urls, output_format: output_format(['jpeg', 'png']), aspect_ratio }),
  produces: { kind: 'pictures', of: (input) => picture(input, '1K') },
  price: () => usdToPoints(0.03),
  example: { prompt: 'a banana-shaped boat on a calm lake', output_format: 'png', aspect_ratio: '16:9' },
})

/** Clients of both newer models send `jpg`, too. */
const NanoBananaInput = Type.Object({
  prompt,
  image_urls,
  output_format: output_format(['jpeg', 'png', 'jpg']), // the default is inferred from 2.5 Flash Image
  aspect_ratio,
  resolution, // the default is what clients of Nano Banana Pro note
})

const NarrowInput = Type.Object({ ...NanoBananaInput.properties, aspect_ratio: aspectRatio(NARROW_RATIOS) })

const nanoBanana = ({ resolution: size, ...input }: Static<typeof NanoBananaInput>) =>
  picture(input, size as Resolution) // the schema allows these values alone

/** In USD. 1K is what clients of PiAPI note; 2K and 4K are inferred from Google's list, in its proportions. */
const PRO_PRICES: Record<string, number> = { '1K': 0.105, '2K': 0.105, '4K': 0.19 }
const BANANA_2_PRICES: Record<string, number> = { '1K': 0.06, '2K': 0.09, '4K': 0.135 }
/** PiAPI's page of autumn 2026. */
const BANANA_21_PRICES: Record<string, number> = { '1K': 0.03, '2K': 0.04, '4K': 0.09 }

const nanoBananaPro = operation({
  model: 'gemini',
  taskType: 'nano-banana-pro',
  title: 'Make or edit a picture with Nano Banana Pro, up to 4K',
  input: Type.Object({
    ...NanoBananaInput.properties,
    // Clients send "low" and "high"; no document lists the values.
    safety_level: Type.Optional(Type.String({ maxLength: 32, description: 'How strictly content is filtered.' })),
  }),
  produces: { kind: 'pictures', of: nanoBanana },
  price: (input) => usdToPoints(PRO_PRICES[input.resolution] ?? 0),
  example: { prompt: 'a poster that says "Open late" in gold letters', aspect_ratio: '3:4', resolution: '2K' },
})

const nanoBanana2 = operation({
  model: 'gemini',
  taskType: 'nano-banana-2',
  title: 'Make or edit a picture with Nano Banana 2, up to 4K',
  input: NarrowInput,
  produces: { kind: 'pictures', of: nanoBanana },
  price: (input) => usdToPoints(BANANA_2_PRICES[input.resolution] ?? 0),
  example: {
    prompt: 'the same dog in a space suit',
    image_urls: ['https://example.com/dog.jpg'],
    output_format: 'png',
    resolution: '1K',
  },
})

/** The task type is inferred from the names of the others. */
const nanoBanana21 = operation({
  model: 'gemini',
  taskType: 'nano-banana-2.1',
  title: 'Make or edit a picture with Nano Banana 2.1, up to 4K',
  input: NarrowInput,
  produces: { kind: 'pictures', of: nanoBanana },
  price: (input) => usdToPoints(BANANA_21_PRICES[input.resolution] ?? 0),
  example: { prompt: 'a row of lighthouses, one for each month', aspect_ratio: '4:1', resolution: '2K' },
})

export const gemini: Operation[] = [flashImage, nanoBananaPro, nanoBanana2, nanoBanana21]
