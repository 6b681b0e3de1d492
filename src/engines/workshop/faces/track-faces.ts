import { loadNetwork } from '../models.ts'
import type { Picture } from '../picture.ts'
import type { Watch } from '../watch.ts'
import { type Face, faceOf, isSame, middleOf, pointsIn, pointsOf, squareAround } from './face-points.ts'
import { findFaces } from './find-faces.ts'

/** Faces of one frame after another. Each keeps its number, counted from left to right when it is first seen. */
export interface FaceTracker {
  /** undefined in the place of a face that is not seen in this frame. */
  next(picture: Picture): Promise<(Face | undefined)[]>
}

/** How often the whole frame is searched for faces that came in: once a second, where films have so many frames. */
const SEARCH_EVERY = 24
/** The same while no face is known. */
const SEARCH_AT_FIRST = 6
/** A face that comes back this near to where it was lost, in its widths, has its number again. */
const NEAR = 2

/** How far points follow those of a new frame: a still face, whose points tremble, and one that moves. */
const FOLLOWS = { still: 0.25, moving: 1 }
/** The movement from frame to frame, in widths of the face, from which on points follow wholly; below the other it is noise. */
const MOVES = { from: 0.004, wholly: 0.03 }

export function openFaceTracker(watch: Watch): FaceTracker {
  /** As last seen, by number. */
  const known: { face: Face; isSeen: boolean }[] = []
  let sinceSearch = Number.POSITIVE_INFINITY

  async function follow(picture: Picture): Promise<void> {
    if (!known.some(({ isSeen }) => isSeen)) return
    const network = await loadNetwork('facemesh')
    for (const [number, one] of known.entries()) {
      if (!one.isSeen) continue
      watch(0)
      const points = await pointsIn(network, picture, squareAround(one.face.points))
      const face = points && faceOf(steadied(one.face, points))
      const others = known.slice(0, number).filter(({ isSeen }) => isSeen)
      one.isSeen = face !== undefined && !others.some((other) => isSame(other.face, face))
      if (face && one.isSeen) one.face = face
    }
  }

  async function search(picture: Picture): Promise<void> {
    sinceSearch = 0
    const found = await findFaces(picture, watch)
    const seen = known.filter(({ isSeen }) => isSeen)
    for (const face of await pointsOf(picture, found, watch)) {
      if (seen.some((one) => isSame(one.face, face))) continue
      const lost = known.find((one) => !one.isSeen && distance(one.face, face) < NEAR * one.face.width)
      if (lost) Object.assign(lost, { face, isSeen: true })
      else known.push({ face, isSeen: true })
    }
  }

  return {
    async next(picture) {
      await follow(picture)
      if (++sinceSearch >= (known.length === 0 ? SEARCH_AT_FIRST : SEARCH_EVERY)) await search(picture)
      return known.map(({ face, isSeen }) => (isSeen ? face : undefined))
    },
  }
}

function distance(a: Face, b: Face): number {
  const [first, second] = [middleOf(a), middleOf(b)]
  return Math.hypot(first.x - second.x, first.y - second.y)
}

/** Points between those of the last frame and the new ones: nearer to the last ones the less the face moves. */
export function steadied({ points: last, width }: Face, points: Float32Array): Float32Array {
  let squares = 0
  for (let at = 0; at < points.length; at += 3)
    squares +=
      ((points[at] as number) - (last[at] as number)) ** 2 +
      ((points[at + 1] as number) - (last[at + 1] as number)) ** 2
  const movement = Math.sqrt(squares / (points.length / 3)) / Math.max(1, width)
  const moves = Math.max(0, Math.min(1, (movement - MOVES.from) / (MOVES.wholly - MOVES.from)))
  const share = FOLLOWS.still + (FOLLOWS.moving - FOLLOWS.still) * moves
  return points.map((value, at) => (last[at] as number) + share * (value - (last[at] as number)))
}
