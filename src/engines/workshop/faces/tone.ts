import { boxMean } from '../box-mean.ts'
import type { Size } from '../limits.ts'
import type { Warped } from './warp.ts'

/**
 * How a face is laid over a picture, at one size: of each plane the face's value is multiplied by a gain, and an offset is added
 * for each pixel. Except for its edge a tone has nothing fine, so it can be enlarged.
 */
export interface Tone extends Size {
  planes: readonly { gain: number; offset: Float32Array }[]
  /** 0 to 1. */
  opacity: Float32Array
}

/** The edge of the face fades over so much of its width. */
const FEATHER = 0.035
/** What is coarser than this share of its width is light, which stays that of the picture. */
const LIGHT = 0.13
/** How far the contrast of the face may be brought to that of the picture: of brightness, and of colour. */
const CONTRAST = { least: 0.6, most: 1.6 }
const COLOUR = { least: 0.3, most: 1.3 }

/** The tone with which the light is the picture's and the detail the face's. `colours`: the picture's, as large as the face. */
export function toneOf(face: Warped, colours: Float32Array, faceWidth: number, watch: () => void): Tone {
  const { widthPx, heightPx, mask } = face
  const radius = Math.max(3, Math.round(faceWidth * LIGHT))
  const covered: Covered = { face, coverage: means(mask, face, radius), radius }
  const planes = PLANES.map((plane, index) => {
    watch()
    return withLightOf(planeOf(colours, plane), planeOf(face.colours, plane), covered, index === 0 ? CONTRAST : COLOUR)
  })
  watch()
  return { widthPx, heightPx, planes, opacity: featherOf(face, Math.max(2, Math.round(faceWidth * FEATHER))) }
}

/** Brightness, and the two differences of colour (JFIF, https://www.w3.org/Graphics/JPEG/jfif3.pdf). */
export const PLANES = [
  [0.299, 0.587, 0.114],
  [-0.168736, -0.331264, 0.5],
  [0.5, -0.418688, -0.081312],
] as const

/** Of the colour that begins there. */
export function planeValue(colours: Float32Array, at: number, [red, green, blue]: (typeof PLANES)[number]): number {
  return red * (colours[at] as number) + green * (colours[at + 1] as number) + blue * (colours[at + 2] as number)
}

const planeOf = (colours: Float32Array, plane: (typeof PLANES)[number]): Float32Array =>
  new Float32Array(colours.length / 3).map((_, pixel) => planeValue(colours, 3 * pixel, plane))

/** Three times a mean over squares, which is nearly a Gaussian one. */
function means(values: Float32Array, size: Size, radius: number): Float32Array {
  return [1, 2, 3].reduce((smooth) => boxMean(smooth, size, radius), values)
}

/** 0 at the edge of the face and beyond it. */
function featherOf(face: Warped, radius: number): Float32Array {
  return means(face.mask, face, radius).map((value) => {
    const share = Math.max(0, 2 * (value - 0.5))
    return share * share * (3 - 2 * share)
  })
}

interface Covered {
  face: Warped
  /** The mean of the mask around each pixel. */
  coverage: Float32Array
  radius: number
}

/** The detail of a face above the light of the picture, with its contrast. */
function withLightOf(
  picture: Float32Array,
  own: Float32Array,
  { face, coverage, radius }: Covered,
  limits: { least: number; most: number },
): Tone['planes'][number] {
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
  return { gain, offset: light.map((value, at) => value - gain * (ownLight[at] as number)) }
}
