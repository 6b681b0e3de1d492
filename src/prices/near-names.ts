import { editDistance } from '../core/edit-distance.ts'

const MAX_DISTANCE = 3

/** "; was suno/music meant?", or nothing where no known name resembles the one that was given. */
export function orNear(name: string, known: Iterable<string>): string {
  const lower = name.toLowerCase()
  const near = [...known]
    .map((one) => ({ one, distance: distanceOf(lower, one.toLowerCase()) }))
    .filter(({ one, distance }) => distance <= Math.min(MAX_DISTANCE, one.length / 3))
    .sort((a, b) => a.distance - b.distance)[0]
  return near ? `; was ${near.one} meant?` : ''
}

/** The last part of an operation's id counts like the whole: "video_generation" for "kling/video_generation". */
function distanceOf(name: string, known: string): number {
  const last = known.slice(known.lastIndexOf('/') + 1)
  if (last !== known && !name.includes('/') && editDistance(name, last, 1) <= 1) return 1
  return editDistance(name, known, MAX_DISTANCE)
}
