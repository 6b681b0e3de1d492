import { boxMean } from './box-mean.ts'
import type { Size } from './limits.ts'

/** Differences of brightness below its root (1 %) are no edge. */
const EVEN = 1e-4

/** Half the side of a window in a picture of this size, in pixels. */
export const radiusFor = ({ widthPx, heightPx }: Size): number =>
  Math.max(2, Math.round(Math.max(widthPx, heightPx) / 160))

/**
 * Fits the edges of a mask to those of a picture: in each window the mask becomes a linear function of the picture (He,
 * Sun and Tang, "Guided Image Filtering", 2010). Both are values from 0 to 1. A pixel depends on those at most two radii
 * away.
 */
export function guidedFilter(guide: Float32Array, mask: Float32Array, size: Size, radius: number): Float32Array {
  const mean = (values: Float32Array): Float32Array => boxMean(values, size, radius)
  const meanGuide = mean(guide)
  const meanMask = mean(mask)
  // Later planes take the place of those that are needed no more: a pixel is read before it is written.
  const slope = mean(product(guide, mask))
  const shift = mean(product(guide, guide))
  for (let at = 0; at < guide.length; at++) {
    const [g, m] = [meanGuide[at] as number, meanMask[at] as number]
    const inclination = ((slope[at] as number) - g * m) / ((shift[at] as number) - g * g + EVEN)
    slope[at] = inclination
    shift[at] = m - inclination * g
  }
  const meanSlope = mean(slope)
  const meanShift = mean(shift)
  for (let at = 0; at < guide.length; at++)
    meanSlope[at] = (meanSlope[at] as number) * (guide[at] as number) + (meanShift[at] as number)
  return meanSlope
}

function product(a: Float32Array, b: Float32Array): Float32Array {
  const result = new Float32Array(a.length)
  for (let at = 0; at < a.length; at++) result[at] = (a[at] as number) * (b[at] as number)
  return result
}
