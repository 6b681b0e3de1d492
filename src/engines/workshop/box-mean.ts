import type { Size } from './limits.ts'

/** The mean of the square around each pixel; beyond an edge its last pixel goes on. */
export function boxMean(values: Float32Array, { widthPx, heightPx }: Size, radius: number): Float32Array {
  const rows = new Float32Array(values.length)
  for (let y = 0; y < heightPx; y++) rowMean(values, rows, { start: y * widthPx, count: widthPx }, radius)
  return columnMeans(rows, { widthPx, heightPx }, radius)
}

interface Row {
  start: number
  count: number
}

function rowMean(from: Float32Array, to: Float32Array, { start, count }: Row, radius: number): void {
  const valueAt = (place: number): number => from[start + Math.max(0, Math.min(count - 1, place))] as number
  let sum = 0
  for (let place = -radius; place <= radius; place++) sum += valueAt(place)
  for (let place = 0; place < count; place++) {
    to[start + place] = sum / (2 * radius + 1)
    sum += valueAt(place + radius + 1) - valueAt(place - radius)
  }
}

/** All columns at once, row by row: memory is read in its order. */
function columnMeans(from: Float32Array, { widthPx, heightPx }: Size, radius: number): Float32Array {
  const result = new Float32Array(from.length)
  const sums = new Float64Array(widthPx)
  const rowAt = (y: number): number => widthPx * Math.max(0, Math.min(heightPx - 1, y))
  for (let y = -radius; y <= radius; y++) {
    const row = rowAt(y)
    for (let x = 0; x < widthPx; x++) sums[x] = (sums[x] as number) + (from[row + x] as number)
  }
  for (let y = 0; y < heightPx; y++) {
    const [row, next, last] = [y * widthPx, rowAt(y + radius + 1), rowAt(y - radius)]
    for (let x = 0; x < widthPx; x++) {
      const sum = sums[x] as number
      result[row + x] = sum / (2 * radius + 1)
      sums[x] = sum + ((from[next + x] as number) - (from[last + x] as number))
    }
  }
  return result
}
