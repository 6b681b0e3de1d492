const LOBES = 3

/**
 * A picture enlarged by Lanczos' filter of three lobes. `sharp` enlarges by a cubic filter, whichever of the two it is asked for.
 * Samples are bytes, rows first, channels together.
 */
export function enlargedByLanczos(
  picture: { data: Uint8Array; width: number; height: number; channels: number },
  by: number,
): Uint8Array {
  const { width, height, channels } = picture
  const rows = stretched(Float64Array.from(picture.data), { count: height, length: width, step: channels, by })
  const turned = transposed(rows, height, width * by, channels)
  const columns = stretched(turned, { count: width * by, length: height, step: channels, by })
  const whole = transposed(columns, width * by, height * by, channels)
  return Uint8Array.from(whole, (value) => Math.max(0, Math.min(255, Math.round(value))))
}

/** Each of `count` lines of `length` pixels becomes `by` times as long. */
function stretched(
  data: Float64Array,
  { count, length, step, by }: { count: number; length: number; step: number; by: number },
): Float64Array {
  const result = new Float64Array(count * length * by * step)
  for (let to = 0; to < length * by; to++) {
    const centre = (to + 0.5) / by - 0.5
    const first = Math.floor(centre) - LOBES + 1
    const weights = Array.from({ length: 2 * LOBES }, (_, tap) => lanczos(centre - first - tap))
    const sum = weights.reduce((one, other) => one + other)
    for (let line = 0; line < count; line++) {
      for (let channel = 0; channel < step; channel++) {
        let value = 0
        weights.forEach((weight, tap) => {
          const from = Math.max(0, Math.min(length - 1, first + tap))
          value += weight * (data[(line * length + from) * step + channel] ?? 0)
        })
        result[(line * length * by + to) * step + channel] = value / sum
      }
    }
  }
  return result
}

function transposed(data: Float64Array, rows: number, columns: number, step: number): Float64Array {
  const result = new Float64Array(data.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let channel = 0; channel < step; channel++) {
        result[(column * rows + row) * step + channel] = data[(row * columns + column) * step + channel] ?? 0
      }
    }
  }
  return result
}

function lanczos(x: number): number {
  if (x === 0) return 1
  if (Math.abs(x) >= LOBES) return 0
  return (LOBES * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / LOBES)) / (Math.PI * x) ** 2
}
