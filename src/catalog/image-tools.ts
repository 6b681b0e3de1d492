import { Type } from 'typebox'
import type { PictureSize } from '../core/picture-sizes.ts'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, requiredText } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/**
 * Tools for pictures: background removal, cutting out by a prompt, upscaling. Fields are those of PiAPI's pages and MCP
 * server; where a comment says "inferred", no document states the value.
 */

const MODEL = 'Qubico/image-toolkit'
const image = mediaFile('image', 'The picture, at most 10 MB.')

/** The assumed side of the input picture, which is not opened yet. */
const ASSUMED_SIDE_PX = 1_024
/** The assumed side of a picture to be enlarged, where it is at a foreign URL. */
const SMALL_SIDE_PX = 400

const cutOut = () => ({ widthPx: ASSUMED_SIDE_PX, heightPx: ASSUMED_SIDE_PX, isTransparent: true })

export const backgroundRemove = operation({
  model: MODEL,
  taskType: 'background-remove',
  title: 'Remove the background of a picture',
  input: Type.Object({
    image,
    rmbg_model: Type.Optional(
      Type.Enum(['RMBG-1.4', 'RMBG-2.0', 'BEN2'], { description: 'The model that finds the background.' }),
    ),
  }),
  produces: { kind: 'pictures', of: cutOut },
  price: () => usdToPoints(0.001),
  example: { image: 'https://example.com/shoe.jpg', rmbg_model: 'RMBG-2.0' },
})

const segment = operation({
  model: MODEL,
  taskType: 'segment',
  title: 'Cut out of a picture what a prompt names',
  input: Type.Object({
    image,
    prompt: requiredText(1_000, 'What is cut out, separated by commas.'), // limit inferred
    // PiAPI's page requires the next two; its MCP server and n8n leave them out.
    negative_prompt: optionalText(1_000, 'What is not cut out, separated by commas.'), // limit inferred
    segment_factor: Type.Optional(
      Type.Integer({ minimum: -512, maximum: 512, description: 'Pixels by which the edge grows, or shrinks below 0.' }), // limits inferred
    ),
  }),
  produces: { kind: 'pictures', of: cutOut },
  price: () => usdToPoints(0.01), // for each started megapixel; one, as the picture's size is not known
  example: {
    image: 'https://example.com/model.jpg',
    prompt: 'clothes, shoes',
    negative_prompt: 'trousers',
    segment_factor: -15,
  },
})

const SMALL = { widthPx: SMALL_SIDE_PX, heightPx: SMALL_SIDE_PX }

const enlarged = (scale: number, { widthPx, heightPx }: PictureSize = SMALL): PictureSize => ({
  widthPx: Math.round(widthPx * scale),
  heightPx: Math.round(heightPx * scale),
})

const startedMegapixels = ({ widthPx, heightPx }: PictureSize): number => Math.ceil((widthPx * heightPx) / 1_000_000)

export const imageUpscale = operation({
  model: MODEL,
  taskType: 'upscale',
  title: 'Enlarge a picture and add detail',
  input: Type.Object({
    image,
    scale: Type.Number({ minimum: 2, maximum: 10, default: 2, description: 'By how much each side grows.' }),
    face_enhance: Type.Boolean({ default: false, description: 'Restore faces, too.' }),
  }),
  produces: {
    kind: 'pictures',
    of: ({ scale }) => enlarged(scale),
  },
  // For each started megapixel that comes out (that it is started ones is inferred, from cutting out).
  pricedBy: 'image',
  price: ({ scale }, sizes) => usdToPoints(0.001 * startedMegapixels(enlarged(scale, sizes?.get('image')))),
  example: { image: 'https://example.com/old-photo.jpg', scale: 4, face_enhance: true },
})

export const imageTools: Operation[] = [backgroundRemove, segment, imageUpscale]
