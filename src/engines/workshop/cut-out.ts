import { guidedFilter, radiusFor } from './guided-filter.ts'
import { loadNetwork } from './models.ts'
import { type Picture, resized } from './picture.ts'
import type { Watch } from './watch.ts'

/** The side of the square in which U2-Net was trained. */
const SIDE_PX = 320
const SQUARE = { widthPx: SIDE_PX, heightPx: SIDE_PX }
/** Of ImageNet's pictures, with which U2-Net was trained. */
const MEAN = [0.485, 0.456, 0.406]
const DEVIATION = [0.229, 0.224, 0.225]

/** Below and above these shares of the mask a pixel is background, and subject. */
const BACKGROUND = 0.15
const SUBJECT = 0.85
/** The same after the edge has been fitted to the picture. */
const FITTED = { background: 0.08, subject: 0.92 }

const NETWORK_SHARE = 0.8

/** Makes transparent what U2-Net takes for the background. What was transparent stays so. */
export async function cutOut(picture: Picture, watch: Watch): Promise<Picture> {
  const { mask } = await subjectOf(picture, watch)
  watch(NETWORK_SHARE)
  const opacity = await fittedMask(picture, mask)
  return {
    ...picture,
    alpha: opacity.map((share, pixel) => Math.round((share * (picture.alpha?.[pixel] ?? 255)) / 255)),
  }
}

/** A picture in the square of the network, and what the network takes for the subject there: a byte a pixel, 255 is the subject. */
export interface Subject {
  small: Picture
  mask: Uint8Array
}

export async function subjectOf(picture: Picture, watch: Watch): Promise<Subject> {
  const network = await loadNetwork('u2netp')
  watch(0)
  const small = { data: await resized(picture, SQUARE, { channels: 3 }), ...SQUARE }
  const { data } = await network.run({ ...small, data: normalised(small.data), channels: 3 })
  return { small, mask: stretched(data) }
}

/** Of the rows that are fitted together, a multiple of the filter's radius: its planes of floats are as large as these rows. */
const BAND_RADII = 16

/** The mask as large as the picture, with its edge where the picture has one: a byte a pixel, 255 is the subject. */
export async function fittedMask(picture: Picture, mask: Uint8Array): Promise<Uint8Array> {
  const { widthPx, heightPx } = picture
  const fitted = await resized({ data: mask, ...SQUARE }, picture, { channels: 1, kernel: 'cubic' })
  const soft = fitted.slice()
  const radius = radiusFor(picture)
  const band = radius * BAND_RADII
  for (let top = 0; top < heightPx; top += band) {
    const bottom = Math.min(heightPx, top + band)
    // What the filter looks at: the mean of means.
    const from = Math.max(0, top - 2 * radius)
    const to = Math.min(heightPx, bottom + 2 * radius)
    const guide = brightness(picture.data.subarray(3 * from * widthPx, 3 * to * widthPx))
    const rows = new Float32Array(guide.length)
    for (let at = 0; at < rows.length; at++) rows[at] = SOFT[soft[at + from * widthPx] as number] as number
    const values = guidedFilter(guide, rows, { widthPx, heightPx: to - from }, radius)
    for (let at = top * widthPx; at < bottom * widthPx; at++)
      fitted[at] = Math.round(255 * ramp(values[at - from * widthPx] as number, FITTED.background, FITTED.subject))
  }
  return fitted
}

function normalised(rgb: Uint8Array): Float32Array {
  const brightest = Math.max(
    1,
    rgb.reduce((most, value) => Math.max(most, value), 0),
  )
  return Float32Array.from(rgb, (value, index) => {
    const channel = index % 3
    return (value / brightest - (MEAN[channel] as number)) / (DEVIATION[channel] as number)
  })
}

/** From the least value to the greatest, as bytes. */
function stretched(values: Float32Array): Uint8Array {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  const range = most - least || 1
  return Uint8Array.from(values, (value) => Math.round(((value - least) / range) * 255))
}

function brightness(data: Uint8Array): Float32Array {
  const result = new Float32Array(data.length / 3)
  for (let pixel = 0, at = 0; pixel < result.length; pixel++, at += 3)
    result[pixel] =
      (0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number)) / 255
  return result
}

const ramp = (value: number, from: number, to: number): number => Math.max(0, Math.min(1, (value - from) / (to - from)))

function smoothStep(value: number, from: number, to: number): number {
  const share = ramp(value, from, to)
  return share * share * (3 - 2 * share)
}

/** The share of the subject for each byte of a mask. */
const SOFT = Float32Array.from({ length: 256 }, (_, value) => smoothStep(value / 255, BACKGROUND, SUBJECT))
