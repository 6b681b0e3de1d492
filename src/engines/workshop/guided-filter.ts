import { boxMean } from './box-mean.ts'
import type { Size } from './limits.ts'

/** Differences of brightness below its root (1 %) are no edge. */
const EVEN = 1e-4

/**
 * Fits the edges of a mask to those of a picture: in each window the mask becomes a linear function of the picture (He,
 * Sun and Tang, "Guided Image Filtering", 2010). Both are values from 0 to 1.
 */
export function guidedFilter(guide: Float32Array, mask: Float32Array, size: Size): Float32Array {
  const radius = Math.max(2, Math.round(Math.max(size.widthPx, size.heightPx) / 160))
  const mean = (values: Float32Array): Float32Array => boxMean(values, size, radius)
  const meanGuide = mean(guide)
  const meanMask = mean(mask)
  const correlation = mean(product(guide, mask))
  const square = mean(product(guide, guide))
  const slope = new Float32Array(guide.length)
  const shift = new Float32Array(guide.length)
  for (let at = 0; at < guide.length; at++) {
    const [g, m] = [meanGuide[at] as number, meanMask[at] as number]
    const inclination = ((correlation[at] as number) - g * m) / ((square[at] as number) - g * g + EVEN)
    slope[at] = inclination
    shift[at] = m - inclination * g
  }
  const meanSlope = mean(slope)
  const meanShift = mean(shift)
  return guide.map((value, at) => (meanSlope[at] as number) * value + (meanShift[at] as number))
}

function product(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, at) => value * (b[at] as number))
}
