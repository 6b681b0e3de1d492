import { loadNetwork, type Network } from '../models.ts'
import { type Picture, resized } from '../picture.ts'
import type { Watch } from '../watch.ts'
import { type Square, sampled } from './square.ts'

/** A face as BlazeFace sees it, in pixels of the picture. */
export interface FoundFace extends Square {
  /** 0 to 1. */
  score: number
}

/**
 * BlazeFace, short range (https://arxiv.org/abs/1907.05047): a square of 128 pixels, and for each cell of two grids some
 * frames with a score. Numbers are those of MediaPipe's graph `face_detection_short_range_cpu`.
 */
const SIDE_PX = 128
/** Of the finer grid, which the file has for both; the coarser one has every second cell. */
const CELLS = 16
const CHANNELS = 136
const GRIDS = [
  { every: 1, frames: 2, scores: 0, places: 2 },
  { every: 2, frames: 6, scores: 34, places: 40 },
] as const
/** Of a frame: its middle and size, then x and y of both eyes and four other points. */
const NUMBERS = 16
const LEAST_SCORE = 0.5

/** The picture's longer side has so many squares; faces may be small in it. */
const LEVELS = [1, 2, 4]
/** More pixels than the smallest squares read are of no use; so the work does not grow with the picture. */
const LONGEST_PX = SIDE_PX * 4
/** Squares beside each other share so much. */
const SHARED = 0.4
/** Frames with more in common, as a part of the smaller one, are of one face. */
const ONE_FACE = 0.4

/** All faces of a picture of which BlazeFace is rather sure, the surest first. */
export async function findFaces(picture: Picture, watch: Watch): Promise<FoundFace[]> {
  const network = await loadNetwork('blazeface')
  const { small, scale } = await reduced(picture)
  const squares = LEVELS.flatMap((level) => squaresOf(small, level))
  const found: FoundFace[] = []
  for (const [index, square] of squares.entries()) {
    watch(index / squares.length)
    found.push(...(await facesIn(network, small, square)))
  }
  found.sort((a, b) => b.score - a.score)
  return found
    .filter((face, index) => !found.slice(0, index).some((surer) => shared(surer, face) > ONE_FACE))
    .map(({ x, y, side, ...face }) => ({ ...face, x: x * scale.right, y: y * scale.down, side: side * scale.right }))
}

/** The picture, smaller where it is large, and by how much its sides were larger. */
async function reduced(picture: Picture): Promise<{ small: Picture; scale: { right: number; down: number } }> {
  const share = LONGEST_PX / Math.max(picture.widthPx, picture.heightPx)
  if (share >= 1) return { small: picture, scale: { right: 1, down: 1 } }
  const side = (px: number): number => Math.max(1, Math.round(px * share))
  const size = { widthPx: side(picture.widthPx), heightPx: side(picture.heightPx) }
  const small = { ...size, data: await resized(picture, size, { channels: 3 }) }
  return { small, scale: { right: picture.widthPx / size.widthPx, down: picture.heightPx / size.heightPx } }
}

function squaresOf({ widthPx, heightPx }: Picture, level: number): Square[] {
  const side = Math.max(widthPx, heightPx) / level
  if (level > 1 && side < SIDE_PX) return []
  return middles(heightPx, side).flatMap((y) => middles(widthPx, side).map((x) => ({ x, y, side, angle: 0 })))
}

function middles(px: number, side: number): number[] {
  if (px <= side) return [px / 2]
  const count = 1 + Math.ceil((px - side) / (side * (1 - SHARED)))
  return Array.from({ length: count }, (_, index) => side / 2 + ((px - side) * index) / (count - 1))
}

async function facesIn(network: Network, picture: Picture, square: Square): Promise<FoundFace[]> {
  const data = sampled(picture, square, SIDE_PX).map((value) => 2 * value - 1)
  const result = await network.run({ data, widthPx: SIDE_PX, heightPx: SIDE_PX, channels: 3 })
  const left = square.x - square.side / 2
  const top = square.y - square.side / 2
  return GRIDS.flatMap(({ every, frames, scores, places }) => {
    const found: FoundFace[] = []
    for (let y = 0; y < CELLS; y += every)
      for (let x = 0; x < CELLS; x += every)
        for (let frame = 0; frame < frames; frame++) {
          const cell = (y * CELLS + x) * CHANNELS
          const score = 1 / (1 + Math.exp(-(result.data[cell + scores + frame] as number)))
          if (score < LEAST_SCORE) continue
          const from = cell + places + frame * NUMBERS
          const middle = { x: (x + every / 2) / CELLS, y: (y + every / 2) / CELLS }
          found.push({ ...faceOf(result.data.subarray(from, from + NUMBERS), middle, { ...square, left, top }), score })
        }
    return found
  })
}

function faceOf(
  numbers: Float32Array,
  middle: { x: number; y: number },
  { left, top, side }: { left: number; top: number; side: number },
): Square {
  const [x = 0, y = 0, width = 0, height = 0, rightEyeX = 0, rightEyeY = 0, leftEyeX = 0, leftEyeY = 0] = numbers
  return {
    x: left + side * (middle.x + x / SIDE_PX),
    y: top + side * (middle.y + y / SIDE_PX),
    side: (side * Math.max(width, height)) / SIDE_PX,
    angle: Math.atan2(leftEyeY - rightEyeY, leftEyeX - rightEyeX),
  }
}

/** What two frames have in common, as a part of the smaller one. */
function shared(a: Square, b: Square): number {
  const along = (first: number, second: number): number =>
    Math.max(0, Math.min(first + a.side / 2, second + b.side / 2) - Math.max(first - a.side / 2, second - b.side / 2))
  return (along(a.x, b.x) * along(a.y, b.y)) / Math.min(a.side, b.side) ** 2
}
