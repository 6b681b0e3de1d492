import { type Enlargement, factorOf, faultOfEnlargement, timesFor } from './limits.ts'
import { type Picture, Refused, resized } from './picture.ts'
import { openTiles, type SharedTiles } from './shared-tiles.ts'
import { enlargeTiles, waitForTiles } from './tiles.ts'
import type { Watch } from './watch.ts'

/**
 * Anime4K's network makes twice the sides, ESRGAN thick four times; what is between them is made smaller again. Throws `Refused`
 * where the result would be too large, or no larger. `share` receives the tiles, so that other threads can take some: the
 * result is the same.
 */
export async function enlarge(
  picture: Picture,
  to: Enlargement,
  watch: Watch,
  share: (tiles: SharedTiles) => void,
): Promise<Picture> {
  const fault = faultOfEnlargement(picture, to)
  if (fault !== undefined) throw new Refused(`The picture ${fault}.`)
  const by = factorOf(picture, to)
  const times = timesFor(by)
  const target = { widthPx: picture.widthPx * times, heightPx: picture.heightPx * times }
  const tiles = openTiles(picture, times === 2 ? 'websr-large-x2' : 'esrgan-thick-x4')
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

function resizedAlpha(picture: Picture, alpha: Uint8Array, target: { widthPx: number; heightPx: number }) {
  return resized({ ...picture, data: alpha }, target, { channels: 1 })
}

async function shrunk(picture: Picture, size: { widthPx: number; heightPx: number }): Promise<Picture> {
  const data = await resized(picture, size, { channels: 3 })
  return { ...size, data, ...(picture.alpha ? { alpha: await resizedAlpha(picture, picture.alpha, size) } : {}) }
}
