import type { TObject } from 'typebox'
import type { Json, JsonObject } from '../core/json.ts'
import { isPlaceholder } from '../core/sent-values.ts'

/**
 * Clients state a shape as a ratio or as one text where an operation has a width and a height: `aspect_ratio: "16:9"`,
 * `size: "1280x720"`. That is what they want made, so it becomes the two sides. Pixels say more than a ratio, and count
 * where both are there. A statement that fits the sides stays as an unknown field; another is refused (`unread-fields.ts`).
 */

interface Side {
  default?: number
}

interface Stated {
  width: number
  height: number
  isInPixels: boolean
}

const NAMES = ['aspect_ratio', 'aspectRatio', 'size', 'image_size']
const PAIR = /^(\d{1,5}) ?([:x×*]) ?(\d{1,5})$/i
/** A square megapixel, as most of these models draw. */
const USUAL_AREA = 1_024 * 1_024
/** Of the models whose sides are multiples of some pixels, the most. */
const STEP = 32

/** The input with the sides that a field of another name states; the input itself where there is none, or they are given. */
export function withStatedSides({ properties }: TObject, input: JsonObject): JsonObject {
  const { width, height } = properties as { width?: Side; height?: Side }
  if (!width || !height || !isPlaceholder(input.width) || !isPlaceholder(input.height)) return input
  const stated = NAMES.filter((name) => !Object.hasOwn(properties, name) && Object.hasOwn(input, name)).flatMap(
    (name) => {
      const sides = sidesIn(input[name], { width, height })
      return sides ? [{ name, ...sides }] : []
    },
  )
  const chosen = stated.find(({ isInPixels }) => isInPixels) ?? stated[0]
  if (!chosen) return input
  const { [chosen.name]: _stated, width: _width, height: _height, ...others } = input
  return { ...others, width: chosen.width, height: chosen.height } as JsonObject // what is left of an object of JSON
}

function sidesIn(value: Json | undefined, known: { width: Side; height: Side }): Stated | undefined {
  const [, wide = '', sign = '', high = ''] = (typeof value === 'string' && PAIR.exec(value.trim())) || []
  const [first, second] = [Number(wide), Number(high)]
  if (first === 0 || second === 0) return undefined
  // "1024:768" and "1024x768" are pixels; no ratio has parts as large.
  if (sign !== ':' || Math.min(first, second) >= 100) return { width: first, height: second, isInPixels: true }
  const area = (known.width.default ?? 0) * (known.height.default ?? 0) || USUAL_AREA
  const width = Math.sqrt((area * first) / second)
  return { width: floored(width), height: floored((width * second) / first), isInPixels: false }
}

function floored(pixels: number): number {
  return Math.max(STEP, Math.floor(pixels / STEP) * STEP)
}
