import { loadNetwork, type Network } from './models.ts'
import type { Picture } from './picture.ts'
import type { Watch } from './watch.ts'

/** A picture that is enlarged in tiles, by any number of threads: each takes the next tile that is not assigned. */
export interface SharedTiles {
  network: Enlarger
  times: 2 | 4
  widthPx: number
  heightPx: number
  /** Three bytes a pixel. */
  source: Uint8Array<SharedArrayBuffer>
  result: Uint8Array<SharedArrayBuffer>
  /** How many tiles have been taken, and how many are done. */
  counts: Int32Array<SharedArrayBuffer>
}

const TAKEN = 0
const DONE = 1

/** By how much each network enlarges, and what white is for it. */
const NETWORKS = {
  'esrgan-thick-x4': { times: 4, range: 1 },
  'websr-large-x2': { times: 2, range: 1 },
} as const
export type Enlarger = keyof typeof NETWORKS

/** The longest side of a tile of the picture, which bounds the memory. */
const TILE_PX = 128
/** What a tile sees of its neighbours, so that no seam shows. */
const OVERLAP_PX = 8
/** How often a thread that waits for the last tiles of others checks whether the picture was cancelled. */
const LOOK_MS = 200

interface Tile {
  x: number
  y: number
  widthPx: number
  heightPx: number
}

/** `earlier`: tiles of a picture of the same size that are done, whose memory is taken. */
export function openTiles({ data, widthPx, heightPx }: Picture, network: Enlarger, earlier?: SharedTiles): SharedTiles {
  const { times } = NETWORKS[network]
  const source = earlier?.source ?? new Uint8Array(new SharedArrayBuffer(data.length))
  const result = earlier?.result ?? new Uint8Array(new SharedArrayBuffer(data.length * times ** 2))
  source.set(data)
  return { network, times, widthPx, heightPx, source, result, counts: new Int32Array(new SharedArrayBuffer(8)) }
}

/** The number of tiles that are not assigned yet. */
export function tilesLeft(tiles: SharedTiles): number {
  return Math.max(0, tilesOf(tiles).length - Atomics.load(tiles.counts, TAKEN))
}

/** Takes tiles until none is left. `watch` is called before each. */
export async function enlargeTiles(tiles: SharedTiles, watch: Watch): Promise<void> {
  const all = tilesOf(tiles)
  const network = await loadNetwork(tiles.network)
  for (;;) {
    watch(Atomics.load(tiles.counts, DONE) / all.length)
    const tile = all[Atomics.add(tiles.counts, TAKEN, 1)]
    if (!tile) return
    await enlargeTile(network, tiles, tile)
    Atomics.add(tiles.counts, DONE, 1)
    Atomics.notify(tiles.counts, DONE)
  }
}

/** Blocks this thread until the tiles that others took are done. */
export function waitForTiles(tiles: SharedTiles, watch: Watch): void {
  const total = tilesOf(tiles).length
  for (;;) {
    const done = Atomics.load(tiles.counts, DONE)
    if (done === total) return
    watch(done / total)
    Atomics.wait(tiles.counts, DONE, done, LOOK_MS)
  }
}

/** The same for every number of threads, as bytes follow from where tiles end. */
function tilesOf({ widthPx, heightPx }: SharedTiles): Tile[] {
  const [width, height] = [evenSide(widthPx), evenSide(heightPx)]
  const tiles: Tile[] = []
  for (let y = 0; y < heightPx; y += height)
    for (let x = 0; x < widthPx; x += width)
      tiles.push({ x, y, widthPx: Math.min(width, widthPx - x), heightPx: Math.min(height, heightPx - y) })
  return tiles
}

/** Tiles of about one size, so that threads end together and little is computed twice. */
const evenSide = (px: number): number => Math.ceil(px / Math.ceil(px / TILE_PX))

async function enlargeTile(
  network: Network,
  { network: name, times, source, result, ...picture }: SharedTiles,
  tile: Tile,
): Promise<void> {
  const { range } = NETWORKS[name]
  const left = Math.max(0, tile.x - OVERLAP_PX)
  const top = Math.max(0, tile.y - OVERLAP_PX)
  const widthPx = Math.min(picture.widthPx, tile.x + tile.widthPx + OVERLAP_PX) - left
  const heightPx = Math.min(picture.heightPx, tile.y + tile.heightPx + OVERLAP_PX) - top
  const data = new Float32Array(3 * widthPx * heightPx)
  for (let y = 0; y < heightPx; y++)
    for (let x = 0, from = 3 * ((top + y) * picture.widthPx + left), to = 3 * y * widthPx; x < 3 * widthPx; x++)
      data[to + x] = ((source[from + x] as number) / 255) * range
  const enlarged = await network.run({ data, widthPx, heightPx, channels: 3 })
  for (let y = 0; y < tile.heightPx * times; y++) {
    const from = 3 * (((tile.y - top) * times + y) * enlarged.widthPx + (tile.x - left) * times)
    const to = 3 * ((tile.y * times + y) * picture.widthPx * times + tile.x * times)
    for (let index = 0; index < 3 * tile.widthPx * times; index++)
      result[to + index] = asByte(((enlarged.data[from + index] as number) / range) * 255)
  }
}

const asByte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)))
