import { PolyphonyError } from '../../core/errors.ts'
import { framesOf } from '../../engines/mp3/frames.ts'
import { joinMp3 } from '../../engines/mp3/mp3.ts'

/** The part of an MP3 between two instants, to the nearest frame; undefined where there is none. */
export function partOf(mp3: Uint8Array, fromSeconds: number, toSeconds?: number): Uint8Array | undefined {
  const frames = framesOf(mp3)
  const [first] = frames
  const frameAt = (seconds: number) => Math.round((seconds * (first?.sampleRate ?? 0)) / (first?.samples ?? 1))
  const part = frames.slice(frameAt(fromSeconds), toSeconds === undefined ? undefined : frameAt(toSeconds))
  const [from, to] = [part[0], part.at(-1)]
  // Fewer than two frames are no file of their own.
  if (!from || !to || part.length < 2) return undefined
  // Nothing of the first, and all of the second: that mutes what looks back over the cut.
  return joinMp3(mp3, 0, mp3.subarray(from.offset, to.offset + to.sizeBytes))
}

/** The same of what the engine delivered. Throws `output_unusable` where there is no such part. */
export function sectionOf(mp3: Uint8Array, fromSeconds: number, toSeconds: number): Uint8Array {
  const part = partOf(mp3, fromSeconds, toSeconds)
  if (part) return part
  throw new PolyphonyError('output_unusable', `ACE-Step delivered no MP3 of more than ${fromSeconds} seconds.`)
}
