import type { Picture } from '../picture.ts'

/** A square of a picture, which may be turned and reach beyond it. In pixels; the angle in radians, clockwise. */
export interface Square {
  x: number
  y: number
  /** Its middle is at `x`, `y`. */
  side: number
  angle: number
}

/** Three floats a pixel, 0 to 1, of what is in the square, in so many pixels to a side. Black beyond the picture. */
export function sampled({ data, widthPx, heightPx }: Picture, square: Square, sidePx: number): Float32Array {
  const result = new Float32Array(3 * sidePx ** 2)
  // As many samples to a pixel as the square has pixels in it, so that nothing fine turns into noise.
  const each = Math.max(1, Math.round(square.side / sidePx))
  const weight = 1 / (255 * each ** 2)
  const placeOf = placesIn(square, sidePx)
  for (let y = 0, to = 0; y < sidePx; y++)
    for (let x = 0; x < sidePx; x++, to += 3)
      for (let down = 0; down < each; down++)
        for (let right = 0; right < each; right++) {
          const [atX, atY] = placeOf(x + (right + 0.5) / each, y + (down + 0.5) / each)
          const [column, row] = [Math.floor(atX), Math.floor(atY)]
          if (column < 0 || row < 0 || column >= widthPx || row >= heightPx) continue
          const from = 3 * (row * widthPx + column)
          for (let channel = 0; channel < 3; channel++)
            result[to + channel] = (result[to + channel] as number) + (data[from + channel] as number) * weight
        }
  return result
}

/** Where in the picture a place of the square is, of which `sidePx` is the side. */
export function placesIn(
  { x, y, side, angle }: Square,
  sidePx: number,
): (atX: number, atY: number) => [number, number] {
  const [along, across] = [Math.cos(angle), Math.sin(angle)]
  return (atX, atY) => {
    const [right, down] = [(atX / sidePx - 0.5) * side, (atY / sidePx - 0.5) * side]
    return [x + right * along - down * across, y + right * across + down * along]
  }
}
