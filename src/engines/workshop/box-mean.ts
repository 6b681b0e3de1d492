import type { Size } from './limits.ts'

/** The mean of the square around each pixel; beyond an edge its last pixel goes on. */
export function boxMean(values: Float32Array, { widthPx, heightPx }: Size, radius: number): Float32Array {
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
