import { MAX_ENLARGED_PIXELS, MOST_TIMES } from './limits.ts'
import { type Picture, Refused, resized } from './picture.ts'
import { enlargeTiles, openTiles, type SharedTiles, waitForTiles } from './tiles.ts'
import type { Watch } from './watch.ts'

/** How far: by how much each side grows, more than 1 and at most 4; or how many pixels the result has. */
export type Enlargement = { by: number } | { toPixels: number }

/**
 * ESRGAN slim makes twice the sides, ESRGAN thick four times; what is between them is made smaller again. Throws `Refused`
 * where the result would be too large, or no larger. `share` is told of the tiles, so that other threads can take some: the
 * result is the same.
 */
export async function enlarge(
  picture: Picture,
  to: Enlargement,
  watch: Watch,
  share: (tiles: SharedTiles) => void,
): Promise<Picture> {
  const by = factorOf(picture, to)
  const times = by <= 2 ? 2 : 4
  const target = { widthPx: picture.widthPx * times, heightPx: picture.heightPx * times }
  checkSize(target, times)
  const tiles = openTiles(picture, times)
  share(tiles)
  await enlargeTiles(tiles, watch)
  waitForTiles(tiles, watch)
  const result: Picture = { ...target, data: tiles.result.slice() }
  const enlarged = picture.alpha ? { ...result, alpha: await resizedAlpha(picture, picture.alpha, target) } : result
  return by === times
    ? enlarged
    : shrunk(enlarged, { widthPx: side(picture.widthPx, by), heightPx: side(picture.heightPx, by) })
}

const side = (px: number, by: number): number => Math.max(1, Math.round(px * by))

function factorOf({ widthPx, heightPx }: Picture, to: Enlargement): number {
  if ('by' in to) return to.by
  const by = Math.sqrt(to.toPixels / (widthPx * heightPx))
  const wanted = to.toPixels.toLocaleString('en')
  if (by <= 1) throw new Refused(`The picture has ${widthPx}x${heightPx} pixels, so ${wanted} would not enlarge it.`)
  if (by <= MOST_TIMES) return by
  throw new Refused(
    `The picture has ${widthPx}x${heightPx} pixels; for ${wanted} its sides would have to grow ${by.toFixed(1)} times, ` +
      `and at most ${MOST_TIMES} times is possible.`,
  )
}

function checkSize({ widthPx, heightPx }: { widthPx: number; heightPx: number }, times: 2 | 4): void {
  const most = MAX_ENLARGED_PIXELS[times]
  if (widthPx * heightPx <= most) return
  throw new Refused(
    `Enlarged ${times} times the picture would have ${widthPx}x${heightPx} pixels; at most ${most.toLocaleString('en')} are possible.`,
  )
}

function resizedAlpha(picture: Picture, alpha: Uint8Array, target: { widthPx: number; heightPx: number }) {
  return resized({ ...picture, data: alpha }, target, { channels: 1 })
}

async function shrunk(picture: Picture, size: { widthPx: number; heightPx: number }): Promise<Picture> {
  const data = await resized(picture, size, { channels: 3 })
  return { ...size, data, ...(picture.alpha ? { alpha: await resizedAlpha(picture, picture.alpha, size) } : {}) }
}
