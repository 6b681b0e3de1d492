import { loadNetwork, type Network } from './models.ts'
import { DONE, NETWORKS, type SharedTiles, TAKEN, type Tile, tilesOf } from './shared-tiles.ts'
import type { Watch } from './watch.ts'

/** What a tile sees of its neighbours, so that no seam shows. */
const OVERLAP_PX = 8
/** How often a thread that waits for the last tiles of others checks whether the picture was cancelled. */
const LOOK_MS = 200

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
