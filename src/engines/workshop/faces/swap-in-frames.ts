import { type Choice, faultOfChoice } from '../limits.ts'
import { readTriangles } from '../models.ts'
import { type Picture, Refused } from '../picture.ts'
import { sizesOf } from '../picture-sizes.ts'
import type { Watch } from '../watch.ts'
import { isPossible, sourcesFor } from './choose-faces.ts'
import { type Face, pointsOf } from './face-points.ts'
import { findFaces } from './find-faces.ts'
import { replaceFace } from './replace-face.ts'
import { openFaceTracker } from './track-faces.ts'

export interface FaceSwapper {
  /** Replaces the faces of the next frame; changes its data. Throws `Refused` for a number without a face. */
  swap(frame: Picture): Promise<Picture>
  /** Throws `Refused` where no face of any frame was replaced. */
  finish(): void
}

/**
 * Puts the faces of a picture in the place of those of a video. A face of a frame that is turned too far, or too small,
 * stays as it is.
 */
export async function openFaceSwapper(
  source: { picture: Picture; field: string },
  { choice, field, watch }: { choice: Exclude<Choice, 'largest'>; field: string; watch: Watch },
): Promise<FaceSwapper> {
  const fault = faultOfChoice(choice)
  if (fault !== undefined) throw new Refused(fault)
  const found = await pointsOf(source.picture, await findFaces(source.picture, watch), watch)
  if (found.length === 0) throw new Refused(`No face was found in the picture in ${source.field}.`)
  const sources = sourcesFor(found, choice)
  const triangles = await readTriangles()
  const sizes = sizesOf(source.picture)
  const tracker = openFaceTracker(watch)
  let seen = 0
  let replaced = 0
  return {
    async swap(frame) {
      const faces = await tracker.next(frame)
      if (seen === 0) requireNumbers(faces.length, choice.to, field)
      seen = faces.length
      for (const [number, to] of faces.entries()) {
        const from = sourceOf(number, sources, choice.to)
        if (!from || !to || !isPossible({ from, to })) continue
        await replaceFace(frame, { from, to, sizes, triangles }, watch)
        replaced++
      }
      return frame
    },
    finish() {
      if (seen === 0) throw new Refused(`No face was found in the video in ${field}.`)
      if (replaced === 0)
        throw new Refused(`No face in ${field} is large enough and looks ahead as that in ${source.field} does.`)
    },
  }
}

/** In the first frame that has faces, there is one for each number. */
function requireNumbers(faces: number, numbers: readonly number[] | undefined, field: string): void {
  const missing = faces > 0 ? numbers?.find((number) => number >= faces) : undefined
  if (missing === undefined) return
  throw new Refused(
    `target_faces_index names face ${missing}, and the first frame with faces of the video in ${field} has ${faces}, counted from 0.`,
  )
}

/** The face that replaces this one of the video: one alone replaces all. */
function sourceOf(number: number, sources: readonly Face[], numbers: readonly number[] | undefined): Face | undefined {
  const place = numbers ? numbers.indexOf(number) : number
  if (place === -1) return undefined
  return sources.length === 1 ? sources[0] : sources[place]
}
