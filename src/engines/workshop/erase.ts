import { faultOfMask } from './limits.ts'
import { fillHole } from './patch-match.ts'
import { type Picture, Refused } from './picture.ts'
import type { Watch } from './watch.ts'

/** A mask is white where the picture is erased; from here on, a grey counts as white. */
const WHITE = 128
/** Most pixels that are erased: they take some ten seconds for each hundred thousand. */
export const MAX_ERASED_PIXELS = 1_048_576
/** Pixels around the erased area at least, from which it is filled. */
const LEAST_SURROUNDINGS_PX = 64

interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** Fills the white area of the mask from its surroundings. The same pictures give the same bytes. Throws `Refused`. */
export function erase(picture: Picture, mask: Picture, watch: Watch): Picture {
  const { widthPx } = picture
  const fault = faultOfMask(mask, picture)
  if (fault !== undefined) throw new Refused(`The mask in mask_url ${fault}.`)
  const hole = holeOf(mask)
  const count = hole.reduce((sum, value) => sum + value, 0)
  if (count === 0) throw new Refused('The mask in mask_url has no white area: nothing is to be erased.')
  if (count > MAX_ERASED_PIXELS) {
    const most = MAX_ERASED_PIXELS.toLocaleString('en')
    throw new Refused(
      `The mask in mask_url is white in ${count.toLocaleString('en')} pixels; at most ${most} are erased.`,
    )
  }
  const box = surroundings(boundsOf(hole, widthPx), picture)
  const part = cropped(picture, hole, box)
  if (!fillHole(part, watch)) {
    throw new Refused('The mask in mask_url leaves too little of the picture to fill its white area from.')
  }
  return pasted(picture, hole, part, box)
}

/** What is transparent in the mask is not white. */
function holeOf({ data, alpha, widthPx, heightPx }: Picture): Uint8Array {
  const hole = new Uint8Array(widthPx * heightPx)
  for (let pixel = 0; pixel < hole.length; pixel++) {
    const [red, green, blue] = [data[3 * pixel] as number, data[3 * pixel + 1] as number, data[3 * pixel + 2] as number]
    const isOpaque = (alpha?.[pixel] ?? 255) >= WHITE
    hole[pixel] = isOpaque && (red + green + blue) / 3 >= WHITE ? 1 : 0
  }
  return hole
}

function boundsOf(hole: Uint8Array, widthPx: number): Box {
  const bounds: Box = { left: widthPx, top: Number.POSITIVE_INFINITY, right: 0, bottom: 0 }
  for (let pixel = 0; pixel < hole.length; pixel++) {
    if (hole[pixel] !== 1) continue
    const [x, y] = [pixel % widthPx, Math.floor(pixel / widthPx)]
    bounds.left = Math.min(bounds.left, x)
    bounds.right = Math.max(bounds.right, x + 1)
    bounds.top = Math.min(bounds.top, y)
    bounds.bottom = Math.max(bounds.bottom, y + 1)
  }
  return bounds
}

/** As much on each side as the area is wide or high: what is farther away fits less often, and takes memory. */
function surroundings({ left, top, right, bottom }: Box, { widthPx, heightPx }: Picture): Box {
  const more = Math.max(LEAST_SURROUNDINGS_PX, right - left, bottom - top)
  return {
    left: Math.max(0, left - more),
    top: Math.max(0, top - more),
    right: Math.min(widthPx, right + more),
    bottom: Math.min(heightPx, bottom + more),
  }
}

function cropped({ data, widthPx }: Picture, hole: Uint8Array, { left, top, right, bottom }: Box) {
  const size = { widthPx: right - left, heightPx: bottom - top }
  const part = {
    ...size,
    colours: new Float32Array(3 * size.widthPx * size.heightPx),
    hole: new Uint8Array(size.widthPx * size.heightPx),
  }
  for (let y = 0; y < size.heightPx; y++) {
    const from = (top + y) * widthPx + left
    part.hole.set(hole.subarray(from, from + size.widthPx), y * size.widthPx)
    part.colours.set(data.subarray(3 * from, 3 * (from + size.widthPx)), 3 * y * size.widthPx)
  }
  return part
}

/** The picture with the filled pixels; all others keep their bytes. */
function pasted(picture: Picture, hole: Uint8Array, part: ReturnType<typeof cropped>, { left, top }: Box): Picture {
  const data = Uint8Array.from(picture.data)
  const alpha = picture.alpha && Uint8Array.from(picture.alpha)
  for (let y = 0; y < part.heightPx; y++)
    for (let x = 0; x < part.widthPx; x++) {
      const to = (top + y) * picture.widthPx + left + x
      if (hole[to] !== 1) continue
      const from = 3 * (y * part.widthPx + x)
      for (let channel = 0; channel < 3; channel++)
        data[3 * to + channel] = Math.max(0, Math.min(255, Math.round(part.colours[from + channel] as number)))
      if (alpha) alpha[to] = 255
    }
  return { ...picture, data, ...(alpha ? { alpha } : {}) }
}
