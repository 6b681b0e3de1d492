import { readTriangles } from '../models.ts'
import { type Picture, Refused } from '../picture.ts'
import type { Watch } from '../watch.ts'
import { blend } from './blend.ts'
import { type Face, pointsOf } from './face-points.ts'
import { findFaces } from './find-faces.ts'
import { warped } from './warp.ts'

/** Which faces: the largest one of each picture, or those with these numbers, from left to right; without any, all. */
export type Choice = 'largest' | { from?: readonly number[]; to?: readonly number[] }

/** Pictures, and the names of their fields. */
interface Named {
  picture: Picture
  field: string
}

/** Points of faces that are turned farther away are guesses. */
const MOST_DEGREES = 45
/** By how much two faces may be turned apart: the one has no picture of what the other shows beyond. */
const MOST_DEGREES_APART = 35
/** The width of a face below which its points are guesses, in pixels. */
const LEAST_WIDTH = 24
/** Parts of the work, as they take time. */
const FOUND = 0.4
const POINTED = 0.8

/**
 * Puts faces of one picture in the place of those of another: the mesh of points is brought to the other face's shape, its
 * detail is laid over the other's light, and the edge fades. Throws `Refused` where a face is missing or turned away.
 */
export async function swapFaces(target: Named, source: Named, choice: Choice, watch: Watch): Promise<Picture> {
  const part =
    (from: number, to: number): Watch =>
    (share) =>
      watch(from + (to - from) * share)
  const inTarget = await findFaces(target.picture, part(0, FOUND / 2))
  const inSource = await findFaces(source.picture, part(FOUND / 2, FOUND))
  const middle = (FOUND + POINTED) / 2
  const targets = usable(await pointsOf(target.picture, inTarget, part(FOUND, middle)), target.field)
  const sources = usable(await pointsOf(source.picture, inSource, part(middle, POINTED)), source.field)
  const triangles = await readTriangles()
  const result: Picture = { ...target.picture, data: Uint8Array.from(target.picture.data) }
  const pairs = pairsOf(sources, targets, choice)
  for (const pair of pairs) checkTurn(pair)
  for (const { from, to } of pairs) {
    watch(POINTED)
    blend(
      result,
      await warped(target.picture, { from: { picture: source.picture, face: from }, to, triangles }),
      to.width,
    )
  }
  return result
}

/** Throws where there are none. */
function usable(faces: Face[], field: string): Face[] {
  if (faces.length === 0) throw new Refused(`No face was found in the picture in ${field}.`)
  return faces
}

function pairsOf(sources: Face[], targets: Face[], choice: Choice): { from: Face; to: Face }[] {
  if (choice === 'largest')
    return [{ from: seen(largest(sources), 'swap_image'), to: seen(largest(targets), 'target_image') }]
  const from = chosen(sources, choice.from, 'swap')
  const to = chosen(targets, choice.to, 'target')
  const [only] = from
  if (only && from.length === 1) return to.map((face) => ({ from: only, to: face }))
  if (choice.from && choice.to && from.length !== to.length) {
    throw new Refused(
      `swap_faces_index names ${from.length} faces and target_faces_index ${to.length}: they must be as many, or swap_faces_index one.`,
    )
  }
  return from.slice(0, to.length).map((face, index) => ({ from: face, to: to[index] as Face })) // no longer than `to`
}

function checkTurn({ from, to }: { from: Face; to: Face }): void {
  const apart = Math.abs(from.turnedDegrees - to.turnedDegrees)
  if (apart <= MOST_DEGREES_APART) return
  throw new Refused(
    `A face in swap_image is turned ${Math.round(apart)} degrees away from that in target_image; at most ${MOST_DEGREES_APART} are possible.`,
  )
}

const largest = (faces: Face[]): Face => faces.reduce((most, face) => (face.width > most.width ? face : most))

function chosen(faces: Face[], numbers: readonly number[] | undefined, which: 'swap' | 'target'): Face[] {
  const found = numbers ?? faces.keys()
  return [...found].map((number) => {
    const face = faces[number]
    if (face) return seen(face, `${which}_image`, number)
    throw new Refused(
      `${which}_faces_index names face ${number}, and the picture in ${which}_image has ${faces.length}, counted from 0.`,
    )
  })
}

function seen(face: Face, field: string, number?: number): Face {
  const which = number === undefined ? 'The face' : `Face ${number}`
  if (Math.abs(face.turnedDegrees) > MOST_DEGREES) {
    throw new Refused(
      `${which} in ${field} is turned too far to a side (${Math.round(Math.abs(face.turnedDegrees))} degrees).`,
    )
  }
  if (face.width < LEAST_WIDTH) {
    throw new Refused(
      `${which} in ${field} is too small: ${Math.round(face.width)} pixels wide, and at least ${LEAST_WIDTH} are needed.`,
    )
  }
  return face
}
