interface Size {
  widthPx: number
  heightPx: number
}

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

/** The mean of the square around each pixel; beyond an edge its last pixel goes on. */
function boxMean(values: Float32Array, { widthPx, heightPx }: Size, radius: number): Float32Array {
  const rows = new Float32Array(values.length)
  for (let y = 0; y < heightPx; y++) lineMean(values, rows, { start: y * widthPx, step: 1, count: widthPx }, radius)
  const result = new Float32Array(values.length)
  for (let x = 0; x < widthPx; x++) lineMean(rows, result, { start: x, step: widthPx, count: heightPx }, radius)
  return result
}

interface Line {
  start: number
  step: number
  count: number
}

function lineMean(from: Float32Array, to: Float32Array, { start, step, count }: Line, radius: number): void {
  const valueAt = (place: number): number => from[start + step * Math.max(0, Math.min(count - 1, place))] as number
  let sum = 0
  for (let place = -radius; place <= radius; place++) sum += valueAt(place)
  for (let place = 0; place < count; place++) {
    to[start + step * place] = sum / (2 * radius + 1)
    sum += valueAt(place + radius + 1) - valueAt(place - radius)
  }
}
