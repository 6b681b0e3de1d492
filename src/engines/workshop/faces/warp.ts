import type { Triangles } from '../models.ts'
import type { Picture } from '../picture.ts'
import { type Face, pointAt } from './face-points.ts'

/** A part of a picture, in pixels. */
export interface Part {
  left: number
  top: number
  widthPx: number
  heightPx: number
}

/** A corner of a triangle: where it is in the face that is replaced, with its depth, and in the one that replaces it. */
interface Corner {
  to: readonly [x: number, y: number, depth: number]
  from: readonly [x: number, y: number]
}
export type Triangle = readonly [Corner, Corner, Corner]

/** A face that was brought to the shape of another one, or a part of it. */
export interface Warped extends Part {
  /** Three floats a pixel, 0 to 255. */
  colours: Float32Array
  /** 1 where the face is, otherwise 0. */
  mask: Float32Array
}

/** Around the face, as a share of its width: the blending looks as far. */
const MARGIN = 0.3

/** The edge of the face: hair lies over it, and the outline stays that of the picture. */
const OUTLINE = new Set([
  ...[10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150],
  ...[136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109],
])
/** The inner edge of the lips, and what is measured of it: from lip to lip, and from corner to corner. */
const INNER_LIPS = new Set([78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191])
const [UPPER_LIP, LOWER_LIP, RIGHT_CORNER, LEFT_CORNER] = [13, 14, 78, 308]
/** A mouth that is open by less than this part of the other one has nothing to show in it. */
const LESS_OPEN = 0.6

/** The triangles of one face, and where they are in the other one; without the outline. */
export function trianglesBetween(from: Face, to: Face, triangles: Triangles): Triangle[] {
  const keepsMouth = opening(from) < LESS_OPEN * opening(to)
  const found: Triangle[] = []
  for (let at = 0; at < triangles.length; at += 3) {
    const indices = [...triangles.subarray(at, at + 3)]
    if (indices.some((index) => OUTLINE.has(index))) continue
    if (keepsMouth && indices.every((index) => INNER_LIPS.has(index))) continue
    const corners = indices.map((index): Corner => {
      const [x, y] = pointAt(from.points, index)
      return { to: pointAt(to.points, index), from: [x, y] }
    })
    found.push(corners as [Corner, Corner, Corner])
  }
  return found
}

/** Draws what a part shows of the triangles with what the source has in them. */
export function drawWarped(part: Part, triangles: readonly Triangle[], source: Picture): Warped {
  const pixels = part.widthPx * part.heightPx
  const result: Warped = { ...part, colours: new Float32Array(3 * pixels), mask: new Float32Array(pixels) }
  // Those that are seen from behind are hidden by others.
  const depths = new Float32Array(pixels).fill(Number.POSITIVE_INFINITY)
  for (const triangle of triangles) drawTriangle(result, depths, source, triangle)
  return result
}

function opening({ points }: Face): number {
  const distance = (a: number, b: number): number => {
    const [first, second] = [pointAt(points, a), pointAt(points, b)]
    return Math.hypot(first[0] - second[0], first[1] - second[1])
  }
  return distance(UPPER_LIP, LOWER_LIP) / Math.max(1e-6, distance(RIGHT_CORNER, LEFT_CORNER))
}

/** What is drawn and looked at when a face is replaced. */
export function partAround({ points, width }: Face, picture: Picture): Part {
  const xs = points.filter((_, at) => at % 3 === 0)
  const ys = points.filter((_, at) => at % 3 === 1)
  const margin = width * MARGIN
  const left = Math.max(0, Math.floor(xs.reduce((least, x) => Math.min(least, x)) - margin))
  const top = Math.max(0, Math.floor(ys.reduce((least, y) => Math.min(least, y)) - margin))
  const right = Math.min(picture.widthPx, Math.ceil(xs.reduce((most, x) => Math.max(most, x)) + margin))
  const bottom = Math.min(picture.heightPx, Math.ceil(ys.reduce((most, y) => Math.max(most, y)) + margin))
  return { left, top, widthPx: Math.max(1, right - left), heightPx: Math.max(1, bottom - top) }
}

function drawTriangle(result: Warped, depths: Float32Array, source: Picture, [a, b, c]: Triangle): void {
  const area = (b.to[1] - c.to[1]) * (a.to[0] - c.to[0]) + (c.to[0] - b.to[0]) * (a.to[1] - c.to[1])
  if (Math.abs(area) < 1e-6) return
  const ends = (axis: 0 | 1, first: number, count: number) => {
    const values = [a.to[axis], b.to[axis], c.to[axis]]
    return [
      Math.max(0, Math.floor(Math.min(...values)) - first),
      Math.min(count - 1, Math.ceil(Math.max(...values)) - first),
    ] as const
  }
  const [fromX, toX] = ends(0, result.left, result.widthPx)
  const [fromY, toY] = ends(1, result.top, result.heightPx)
  for (let y = fromY; y <= toY; y++)
    for (let x = fromX; x <= toX; x++) {
      const [right, down] = [x + result.left - c.to[0], y + result.top - c.to[1]]
      const first = ((b.to[1] - c.to[1]) * right + (c.to[0] - b.to[0]) * down) / area
      const second = ((c.to[1] - a.to[1]) * right + (a.to[0] - c.to[0]) * down) / area
      const third = 1 - first - second
      if (first < -EDGE || second < -EDGE || third < -EDGE) continue
      const at = y * result.widthPx + x
      const mix = (axis: 0 | 1): number => first * a.from[axis] + second * b.from[axis] + third * c.from[axis]
      const depth = first * a.to[2] + second * b.to[2] + third * c.to[2]
      if (depth >= (depths[at] as number)) continue
      depths[at] = depth
      result.mask[at] = 1
      colourAt(source, mix(0), mix(1), result.colours, 3 * at)
    }
}

/** Neighbouring triangles leave no gap. */
const EDGE = 1e-4

/** Between the four pixels around a place. */
function colourAt(
  { data, widthPx, heightPx }: Picture,
  atX: number,
  atY: number,
  into: Float32Array,
  to: number,
): void {
  const [x, y] = [Math.max(0, Math.min(widthPx - 1, atX)), Math.max(0, Math.min(heightPx - 1, atY))]
  const [column, row] = [Math.floor(x), Math.floor(y)]
  const [right, down] = [x - column, y - row]
  const next = 3 * Math.min(1, widthPx - 1 - column)
  const below = 3 * widthPx * Math.min(1, heightPx - 1 - row)
  for (let channel = 0, from = 3 * (row * widthPx + column); channel < 3; channel++, from++) {
    const upper = (data[from] as number) * (1 - right) + (data[from + next] as number) * right
    const lower = (data[from + below] as number) * (1 - right) + (data[from + below + next] as number) * right
    into[to + channel] = upper * (1 - down) + lower * down
  }
}
