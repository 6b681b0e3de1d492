import { loadNetwork, type Network } from '../models.ts'
import type { Picture } from '../picture.ts'
import type { Watch } from '../watch.ts'
import type { FoundFace } from './find-faces.ts'
import { placesIn, type Square, sampled } from './square.ts'

/** A face with its points: three numbers each, in pixels of the picture; the third is the depth, smaller is nearer. */
export interface Face {
  points: Float32Array
  /** By how much it is turned to a side, in degrees; 0 looks at the viewer. */
  turnedDegrees: number
  /** From ear to ear, in pixels. */
  width: number
}

/** FaceMesh (https://arxiv.org/abs/1907.06724), by the numbers of MediaPipe's graph `face_landmark_cpu`. */
const SIDE_PX = 192
export const POINTS = 468
const LEAST_SCORE = 0.5
/** What FaceMesh sees, as a multiple of the face's frame. */
const FRAME = 1.5
/** The outer corners of the eyes, the cheeks before the ears. */
const [RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR] = [33, 263, 234, 454]
/** The points of the first time say better than BlazeFace where the face is. */
const TIMES = 2

/** The points of all these that are faces, from left to right. */
export async function pointsOf(picture: Picture, found: readonly FoundFace[], watch: Watch): Promise<Face[]> {
  const network = await loadNetwork('facemesh')
  const faces: Face[] = []
  for (const [index, one] of found.entries()) {
    watch(index / found.length)
    const face = await faceAt(network, picture, one)
    if (face && !faces.some((other) => isSame(other, face))) faces.push(face)
  }
  return faces.sort((a, b) => middleOf(a).x - middleOf(b).x)
}

async function faceAt(network: Network, picture: Picture, found: Square): Promise<Face | undefined> {
  let square: Square = { ...found, side: FRAME * found.side }
  for (let time = 1; ; time++) {
    const points = await pointsIn(network, picture, square)
    if (!points) return undefined
    if (time === TIMES) return faceOf(points)
    square = squareAround(points)
  }
}

/** The points of the face in a square; undefined where there is none. */
export async function pointsIn(network: Network, picture: Picture, square: Square): Promise<Float32Array | undefined> {
  const data = sampled(picture, square, SIDE_PX)
  const result = await network.run({ data, widthPx: SIDE_PX, heightPx: SIDE_PX, channels: 3 })
  const score = 1 / (1 + Math.exp(-(result.data[3 * POINTS] as number)))
  if (score < LEAST_SCORE) return undefined
  const points = result.data.slice(0, 3 * POINTS)
  const placeOf = placesIn(square, SIDE_PX)
  for (let at = 0; at < points.length; at += 3) {
    points.set(placeOf(points[at] as number, points[at + 1] as number), at)
    points[at + 2] = ((points[at + 2] as number) / SIDE_PX) * square.side
  }
  return points
}

export function faceOf(points: Float32Array): Face {
  const [fromX, fromY, fromZ] = pointAt(points, RIGHT_EAR)
  const [toX, toY, toZ] = pointAt(points, LEFT_EAR)
  const width = Math.hypot(toX - fromX, toY - fromY)
  return { points, width, turnedDegrees: (Math.atan2(toZ - fromZ, width) * 180) / Math.PI }
}

/** What FaceMesh looks at to find these points again. */
export function squareAround(points: Float32Array): Square {
  const [rightX, rightY] = pointAt(points, RIGHT_EYE)
  const [leftX, leftY] = pointAt(points, LEFT_EYE)
  const angle = Math.atan2(leftY - rightY, leftX - rightX)
  const [along, across] = [Math.cos(angle), Math.sin(angle)]
  const turned = Array.from({ length: POINTS }, (_, index) => {
    const [x, y] = pointAt(points, index)
    return { right: x * along + y * across, down: y * along - x * across }
  })
  const ends = (values: number[]) => ({ least: Math.min(...values), most: Math.max(...values) })
  const right = ends(turned.map((point) => point.right))
  const down = ends(turned.map((point) => point.down))
  const middle = { right: (right.least + right.most) / 2, down: (down.least + down.most) / 2 }
  return {
    x: middle.right * along - middle.down * across,
    y: middle.right * across + middle.down * along,
    side: FRAME * Math.max(right.most - right.least, down.most - down.least),
    angle,
  }
}

export function pointAt(points: Float32Array, index: number): [x: number, y: number, depth: number] {
  return [points[3 * index] as number, points[3 * index + 1] as number, points[3 * index + 2] as number]
}

export const middleOf = ({ points }: Face): { x: number; y: number } => {
  const [rightX, rightY] = pointAt(points, RIGHT_EAR)
  const [leftX, leftY] = pointAt(points, LEFT_EAR)
  return { x: (rightX + leftX) / 2, y: (rightY + leftY) / 2 }
}

/** Whether two faces are where only one can be. */
export function isSame(a: Face, b: Face): boolean {
  const [first, second] = [middleOf(a), middleOf(b)]
  return Math.hypot(first.x - second.x, first.y - second.y) < Math.max(a.width, b.width) / 2
}
