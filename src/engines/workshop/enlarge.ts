import { MAX_ENLARGED_PIXELS, MOST_TIMES } from './limits.ts'
import { loadNetwork } from './models.ts'
import type { Network } from './nn/network.ts'
import { type Picture, Refused, resized } from './picture.ts'
import type { Watch } from './watch.ts'

/** How far: by how much each side grows, more than 1 and at most 4; or how many pixels the result has. */
export type Enlargement = { by: number } | { toPixels: number }

const NETWORKS = {
  2: { name: 'esrgan-slim-x2', range: 255 },
  4: { name: 'esrgan-thick-x4', range: 1 },
} as const

/** Side of a tile of the picture, which bounds the memory. */
const TILE_PX = { 2: 128, 4: 64 }
/** What a tile sees of its neighbours, so that no seam shows. */
const OVERLAP_PX = 8

interface Tile {
  x: number
  y: number
  widthPx: number
  heightPx: number
}

/**
 * ESRGAN slim makes twice the sides, ESRGAN thick four times; what is between them is made smaller again. Throws `Refused`
 * where the result would be too large, or no larger.
 */
export async function enlarge(picture: Picture, to: Enlargement, watch: Watch): Promise<Picture> {
  const by = factorOf(picture, to)
  const times = by <= 2 ? 2 : 4
  const target = { widthPx: picture.widthPx * times, heightPx: picture.heightPx * times }
  checkSize(target, times)
  const { name, range } = NETWORKS[times]
  const network = await loadNetwork(name)
  const result: Picture = { ...target, data: new Uint8Array(3 * target.widthPx * target.heightPx) }
  const tiles = tilesOf(picture, TILE_PX[times])
  for (const [index, tile] of tiles.entries()) {
    watch(index / tiles.length)
    enlargeTile(network, picture, tile, { times, range, result })
  }
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

function tilesOf({ widthPx, heightPx }: Picture, side: number): Tile[] {
  const tiles: Tile[] = []
  for (let y = 0; y < heightPx; y += side)
    for (let x = 0; x < widthPx; x += side)
      tiles.push({ x, y, widthPx: Math.min(side, widthPx - x), heightPx: Math.min(side, heightPx - y) })
  return tiles
}

interface Target {
  times: number
  /** White, as the network has it. */
  range: number
  result: Picture
}

function enlargeTile(network: Network, picture: Picture, tile: Tile, { times, range, result }: Target): void {
  const left = Math.max(0, tile.x - OVERLAP_PX)
  const top = Math.max(0, tile.y - OVERLAP_PX)
  const widthPx = Math.min(picture.widthPx, tile.x + tile.widthPx + OVERLAP_PX) - left
  const heightPx = Math.min(picture.heightPx, tile.y + tile.heightPx + OVERLAP_PX) - top
  const data = new Float32Array(3 * widthPx * heightPx)
  for (let y = 0; y < heightPx; y++)
    for (let x = 0, from = 3 * ((top + y) * picture.widthPx + left), to = 3 * y * widthPx; x < 3 * widthPx; x++)
      data[to + x] = ((picture.data[from + x] as number) / 255) * range
  const enlarged = network.run({ data, widthPx, heightPx, channels: 3 })
  for (let y = 0; y < tile.heightPx * times; y++) {
    const from = 3 * (((tile.y - top) * times + y) * enlarged.widthPx + (tile.x - left) * times)
    const to = 3 * ((tile.y * times + y) * result.widthPx + tile.x * times)
    for (let index = 0; index < 3 * tile.widthPx * times; index++)
      result.data[to + index] = asByte(((enlarged.data[from + index] as number) / range) * 255)
  }
}

function resizedAlpha(picture: Picture, alpha: Uint8Array, target: { widthPx: number; heightPx: number }) {
  return resized({ ...picture, data: alpha }, target, { channels: 1 })
}

async function shrunk(picture: Picture, size: { widthPx: number; heightPx: number }): Promise<Picture> {
  const data = await resized(picture, size, { channels: 3 })
  return { ...size, data, ...(picture.alpha ? { alpha: await resizedAlpha(picture, picture.alpha, size) } : {}) }
}

const asByte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)))
