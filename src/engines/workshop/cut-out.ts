import { guidedFilter } from './guided-filter.ts'
import { loadNetwork } from './models.ts'
import { type Picture, resized } from './picture.ts'
import type { Watch } from './watch.ts'

/** The side of the square in which U2-Net was trained. */
const SIDE_PX = 320
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
  const network = await loadNetwork('u2netp')
  watch(0)
  const small = await resized(picture, { widthPx: SIDE_PX, heightPx: SIDE_PX }, { channels: 3 })
  const { data } = await network.run({ data: normalised(small), widthPx: SIDE_PX, heightPx: SIDE_PX, channels: 3 })
  watch(NETWORK_SHARE)
  const mask = await resized({ data: stretched(data), widthPx: SIDE_PX, heightPx: SIDE_PX }, picture, {
    channels: 1,
    kernel: 'cubic',
  })
  const soft = Float32Array.from(mask, (value) => smoothStep(value / 255, BACKGROUND, SUBJECT))
  const fitted = guidedFilter(brightness(picture), soft, picture)
  const alpha = new Uint8Array(fitted.length)
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const share = ramp(fitted[pixel] as number, FITTED.background, FITTED.subject)
    alpha[pixel] = Math.round(share * (picture.alpha?.[pixel] ?? 255))
  }
  return { ...picture, alpha }
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

function brightness({ data, widthPx, heightPx }: Picture): Float32Array {
  const result = new Float32Array(widthPx * heightPx)
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
