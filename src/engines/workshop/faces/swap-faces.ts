import type { Choice } from '../limits.ts'
import { readTriangles } from '../models.ts'
import { type Picture, Refused } from '../picture.ts'
import { sizesOf } from '../picture-sizes.ts'
import type { Watch } from '../watch.ts'
import { pairsOf } from './choose-faces.ts'
import { type Face, pointsOf } from './face-points.ts'
import { findFaces } from './find-faces.ts'
import { replaceFace } from './replace-face.ts'

/** Pictures, and the names of their fields. */
interface Named {
  picture: Picture
  field: string
}

/** Shares of the work, as they take time. */
const FOUND = 0.4
const POINTED = 0.8

/**
 * Puts faces of one picture in the place of those of another: the mesh of points is brought to the other face's shape, its
 * detail is laid over the other's light, and the edge fades. Changes the target's data. Throws `Refused` where a face is
 * missing, too small or turned away.
 */
export async function swapFaces(target: Named, source: Named, choice: Choice, watch: Watch): Promise<Picture> {
  const stage =
    (from: number, to: number): Watch =>
    (share) =>
      watch(from + (to - from) * share)
  const inTarget = await findFaces(target.picture, stage(0, FOUND / 2))
  const inSource = await findFaces(source.picture, stage(FOUND / 2, FOUND))
  const middle = (FOUND + POINTED) / 2
  const targets = requireFaces(await pointsOf(target.picture, inTarget, stage(FOUND, middle)), target.field)
  const sources = requireFaces(await pointsOf(source.picture, inSource, stage(middle, POINTED)), source.field)
  const pairs = pairsOf(sources, targets, choice)
  const triangles = await readTriangles()
  const sizes = sizesOf(source.picture)
  const each = (1 - POINTED) / pairs.length
  for (const [index, pair] of pairs.entries()) {
    const from = POINTED + index * each
    await replaceFace(target.picture, { ...pair, sizes, triangles }, stage(from, from + each))
  }
  return target.picture
}

function requireFaces(faces: Face[], field: string): Face[] {
  if (faces.length === 0) throw new Refused(`No face was found in the picture in ${field}.`)
  return faces
}
