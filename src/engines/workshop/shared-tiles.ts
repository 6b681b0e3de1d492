import type { Picture } from './picture.ts'

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

export const TAKEN = 0
export const DONE = 1

/** By how much each network enlarges, and what white is for it. */
export const NETWORKS = {
  'esrgan-thick-x4': { times: 4, range: 1 },
  'websr-large-x2': { times: 2, range: 1 },
} as const
export type Enlarger = keyof typeof NETWORKS

/** The longest side of a tile of the picture, which bounds the memory. */
const TILE_PX = 128
export interface Tile {
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

/** The same for every number of threads, as bytes follow from where tiles end. */
export function tilesOf({ widthPx, heightPx }: SharedTiles): Tile[] {
  const [width, height] = [evenSide(widthPx), evenSide(heightPx)]
  const tiles: Tile[] = []
  for (let y = 0; y < heightPx; y += height)
    for (let x = 0; x < widthPx; x += width)
      tiles.push({ x, y, widthPx: Math.min(width, widthPx - x), heightPx: Math.min(height, heightPx - y) })
  return tiles
}

/** Tiles of about one size, so that threads end together and little is computed twice. */
const evenSide = (px: number): number => Math.ceil(px / Math.ceil(px / TILE_PX))
