import { boxMean } from '../box-mean.ts'
import type { Picture } from '../picture.ts'
import type { Part, Warped } from './warp.ts'

/** The edge of the face fades over so much of its width. */
const FEATHER = 0.035
/** What is coarser than this part of its width is light, which stays that of the picture. */
const LIGHT = 0.13
/** How far the contrast of the face may be brought to that of the picture: of brightness, and of colour. */
const CONTRAST = { least: 0.6, most: 1.6 }
const COLOUR = { least: 0.3, most: 1.3 }

/** Puts a warped face into the picture: the light is the picture's, the detail the face's. Changes `picture.data`. */
export function blend(picture: Picture, face: Warped, width: number): void {
  const opacity = featherOf(face, Math.max(2, Math.round(width * FEATHER)))
  const radius = Math.max(3, Math.round(width * LIGHT))
  const own = planesOf(face.colours)
  const light = planesOf(cropped(picture, face))
  const coverage = means(face.mask, face, radius)
  const planes = own.map((plane, channel) => {
    const wanted = light[channel] as Float32Array // three of both
    return relit(plane, wanted, { face, coverage, radius, limits: channel === 0 ? CONTRAST : COLOUR })
  })
  paste(picture, face, planes, opacity)
}

/** Three times a mean over squares, which is nearly a Gaussian one. */
function means(values: Float32Array, size: Part, radius: number): Float32Array {
  return [1, 2, 3].reduce((smooth) => boxMean(smooth, size, radius), values)
}

/** 0 at the edge of the face and beyond it. */
function featherOf(face: Warped, radius: number): Float32Array {
  return means(face.mask, face, radius).map((value) => {
    const share = Math.max(0, 2 * (value - 0.5))
    return share * share * (3 - 2 * share)
  })
}

interface Relighting {
  face: Warped
  coverage: Float32Array
  radius: number
  limits: { least: number; most: number }
}

/** The detail of the face above the light of the picture, with its contrast. */
function relit(own: Float32Array, picture: Float32Array, { face, coverage, radius, limits }: Relighting): Float32Array {
  const { mask } = face
  const smooth = (plane: Float32Array): Float32Array => {
    const sums = means(
      plane.map((value, at) => value * (mask[at] as number)),
      face,
      radius,
    )
    return sums.map((sum, at) => sum / Math.max(1e-6, coverage[at] as number))
  }
  const [ownLight, light] = [smooth(own), smooth(picture)]
  const detail = (plane: Float32Array, smoothed: Float32Array): number =>
    plane.reduce(
      (sum, value, at) => sum + (mask[at] as number) * (value - (smoothed[at] as number)) ** 2,
      Number.EPSILON,
    )
  const ratio = Math.sqrt(detail(picture, light) / detail(own, ownLight))
  const gain = Math.max(limits.least, Math.min(limits.most, ratio))
  return own.map((value, at) => (light[at] as number) + (value - (ownLight[at] as number)) * gain)
}

function cropped({ data, widthPx }: Picture, part: Part): Float32Array {
  const colours = new Float32Array(3 * part.widthPx * part.heightPx)
  for (let y = 0; y < part.heightPx; y++) {
    const from = 3 * ((part.top + y) * widthPx + part.left)
    colours.set(data.subarray(from, from + 3 * part.widthPx), 3 * y * part.widthPx)
  }
  return colours
}

/** Brightness, and the two differences of colour (JFIF, https://www.w3.org/Graphics/JPEG/jfif3.pdf). */
function planesOf(colours: Float32Array): Float32Array[] {
  const planes = [0, 1, 2].map(() => new Float32Array(colours.length / 3))
  const [brightness, blueness, redness] = planes as [Float32Array, Float32Array, Float32Array]
  for (let pixel = 0, at = 0; at < colours.length; pixel++, at += 3) {
    const [red, green, blue] = [colours[at] as number, colours[at + 1] as number, colours[at + 2] as number]
    brightness[pixel] = 0.299 * red + 0.587 * green + 0.114 * blue
    blueness[pixel] = -0.168736 * red - 0.331264 * green + 0.5 * blue
    redness[pixel] = 0.5 * red - 0.418688 * green - 0.081312 * blue
  }
  return planes
}

function paste({ data, widthPx }: Picture, part: Part, planes: Float32Array[], opacity: Float32Array): void {
  const [brightness, blueness, redness] = planes as [Float32Array, Float32Array, Float32Array]
  for (let y = 0, pixel = 0; y < part.heightPx; y++)
    for (let x = 0; x < part.widthPx; x++, pixel++) {
      const share = opacity[pixel] as number
      if (share <= 0) continue
      const [light, blue, red] = [brightness[pixel] as number, blueness[pixel] as number, redness[pixel] as number]
      const colour = [light + 1.402 * red, light - 0.344136 * blue - 0.714136 * red, light + 1.772 * blue]
      const to = 3 * ((part.top + y) * widthPx + part.left + x)
      for (let channel = 0; channel < 3; channel++) {
        const value = (data[to + channel] as number) * (1 - share) + (colour[channel] as number) * share
        data[to + channel] = Math.max(0, Math.min(255, Math.round(value)))
      }
    }
}
