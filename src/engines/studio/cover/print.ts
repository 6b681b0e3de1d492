import { hashOf } from '../random.ts'

/** A picture in memory: three bytes a pixel. */
export interface Raster {
  data: Uint8Array
  widthPx: number
  heightPx: number
}

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** Darker corners and the grain of a print, in place. The same seed gives the same grain. */
export function print({ data, widthPx, heightPx }: Raster, { seed, grain }: { seed: string; grain: number }): void {
  let state = hashOf(seed) | 1
  const [middleX, middleY] = [widthPx / 2, heightPx / 2]
  const farthest = middleX ** 2 + middleY ** 2
  for (let y = 0, at = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++, at += 3) {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      const dim = 1 - 0.2 * (((x - middleX) ** 2 + (y - middleY) ** 2) / farthest) ** 2
      const noise = ((state & 0xff) + ((state >>> 8) & 0xff) - 255) * grain
      for (let channel = at; channel < at + 3; channel++)
        data[channel] = Math.max(0, Math.min(255, (data[channel] ?? 0) * dim + noise))
    }
}

/** How bright a part of the picture is at points of a grid, 0 black … 1 white. */
export function brightnessIn({ data, widthPx, heightPx }: Raster, box: Box): number[] {
  const found: number[] = []
  const [left, top] = [Math.max(0, Math.round(box.x)), Math.max(0, Math.round(box.y))]
  for (let y = top; y < Math.min(heightPx, box.y + box.height); y += 4)
    for (let x = left; x < Math.min(widthPx, box.x + box.width); x += 4) {
      const at = (y * widthPx + x) * 3
      found.push((0.2126 * (data[at] ?? 0) + 0.7152 * (data[at + 1] ?? 0) + 0.0722 * (data[at + 2] ?? 0)) / 255)
    }
  return found
}
