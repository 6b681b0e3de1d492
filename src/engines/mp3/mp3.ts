import { type Frame, type FrameHeader, framesOf, scanFrames } from './frames.ts'

export interface Mp3Facts {
  durationSeconds: number
  /** Frames with sound in them; an encoder's index frame does not count. */
  frames: number
  sampleRate: number
  channels: 1 | 2
}

/** Undefined when the bytes are not a playable MP3: fewer than two frames of one stream. Reads headers only, not the sound. */
export function inspectMp3(bytes: Uint8Array): Mp3Facts | undefined {
  let first: FrameHeader | undefined
  let frames = 0
  let samples = 0
  // Not by a list: of the shortest frames, forty megabytes have nearly two million.
  scanFrames(bytes, (frame) => {
    first ??= frame
    frames++
    samples += frame.samples
  })
  if (first === undefined || frames < 2) return undefined
  const { sampleRate, channels } = first
  return { durationSeconds: samples / sampleRate, frames, sampleRate, channels }
}

/**
 * The frames of `head` up to `headSeconds` (to the nearest frame, about 26 ms), then all frames of `tail`. Tags and index
 * frames are left out, so for two files of unequal bit rate a player may show a slightly wrong length until it has read on.
 *
 * A frame may keep part of its data in the frames before it (the bit reservoir). Frames of `head` only look back, so the cut
 * cannot hurt them; leading frames of `tail` that look back further than `tail` begins are muted, not decoded with bytes of
 * `head`. What remains: neighbouring frames overlap by half, so the last one of `head` fades into the first one of `tail`
 * within 13 ms, and a fresh encoding starts with its encoder's delay, about 25 ms of silence.
 *
 * Throws when either is not an MP3 or has more than an hour and a half, or when their version, sample rate or channels differ.
 */
export function joinMp3(head: Uint8Array, headSeconds: number, tail: Uint8Array): Uint8Array {
  const before = playable(head, 'first')
  const after = playable(tail, 'second')
  for (const property of ['version', 'sampleRate', 'channels'] as const) {
    const [one, other] = [before[0][property], after[0][property]]
    if (one !== other)
      throw new Error(`These MP3 files cannot be joined: their ${property} differs (${one} and ${other}).`)
  }
  if (!(headSeconds >= 0))
    throw new RangeError(`The place of the join is at 0 seconds or later, not at ${headSeconds}.`)
  const [{ sampleRate, samples }] = before
  const kept = before.slice(0, Math.round((headSeconds * sampleRate) / samples))
  const joined = new Uint8Array([...kept, ...after].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
  let end = 0
  for (const { offset, sizeBytes } of kept) {
    joined.set(head.subarray(offset, offset + sizeBytes), end)
    end += sizeBytes
  }
  let reservoirBytes = 0
  for (const frame of after) {
    joined.set(tail.subarray(frame.offset, frame.offset + frame.sizeBytes), end)
    if (looksBackBytes(tail, frame) > reservoirBytes) mute(joined, end, frame)
    reservoirBytes += frame.sizeBytes - frame.sideStart - frame.sideBytes
    end += frame.sizeBytes
  }
  return joined
}

function playable(bytes: Uint8Array, which: 'first' | 'second'): [Frame, ...Frame[]] {
  const [first, ...rest] = framesOf(bytes)
  if (first === undefined || rest.length === 0) throw new Error(`The ${which} file is not a playable MP3.`)
  return [first, ...rest]
}

/** How many bytes of earlier frames this one needs: the first nine bits of its side information (eight in MPEG-2). */
function looksBackBytes(bytes: Uint8Array, { offset, sideStart, version }: Frame): number {
  const first = bytes[offset + sideStart] ?? 0
  return version === 1 ? (first << 1) | ((bytes[offset + sideStart + 1] ?? 0) >> 7) : first
}

/**
 * Empties the side information: the frame decodes to silence and needs nothing, while its data stay in place for the frames
 * that refer to them. Its checksum would no longer be right, so the header is changed to "no checksum".
 */
function mute(bytes: Uint8Array, start: number, { sideStart, sideBytes }: Frame): void {
  bytes[start + 1] = (bytes[start + 1] ?? 0) | 1
  bytes.fill(0, start + 4, start + sideStart + sideBytes)
}
