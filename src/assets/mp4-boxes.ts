import type { VideoSize } from '../core/picture-sizes.ts'

/** More boxes than a film has before its description; a file with millions of boxes would block requests. */
const MOST_BOXES = 10_000

/**
 * Measures an MP4 (ISO/IEC 14496-12): its length from `mvhd`, its size from the `tkhd` of the first video track
 * that has one, turned as its matrix turns it. Values that are missing, cut off or invalid are left out; never throws.
 */
export function measureMp4(body: Uint8Array): { widthPx?: number; heightPx?: number; seconds?: number } {
  const [movie] = boxesIn(body, 'moov')
  if (movie === undefined) return {}
  return {
    ...lengthOf(movie),
    ...boxesIn(movie, 'trak')
      .map(sizeOf)
      .find(({ widthPx }) => widthPx !== undefined),
  }
}

/** The size of a video, and its frames where it says them; undefined where the file says no size. Never throws. */
export function videoSizeOf(body: Uint8Array): VideoSize | undefined {
  const { widthPx, heightPx } = measureMp4(body)
  if (widthPx === undefined || heightPx === undefined) return undefined
  const frames = framesOfMp4(body)
  return { widthPx, heightPx, bytes: body.length, ...(frames === undefined ? {} : { frames }) }
}

/**
 * How many frames the first track of pictures of an MP4 has, from its `stsz`. undefined where it does not say: of a film in
 * fragments (`mvex`), `stsz` counts at most the first of them.
 */
function framesOfMp4(body: Uint8Array): number | undefined {
  const [movie] = boxesIn(body, 'moov')
  if (movie && boxesIn(movie, 'mvex').length > 0) return undefined
  let inside = movie && boxesIn(movie, 'trak').find(isVideo)
  for (const type of ['mdia', 'minf', 'stbl', 'stsz']) inside = inside && boxesIn(inside, type)[0]
  return (inside && u32(inside, 8)) || undefined
}

/** Whether an MP4 describes a film: a movie with a track of pictures. Never throws. */
export function hasPictures(body: Uint8Array): boolean {
  const [movie] = boxesIn(body, 'moov')
  return movie !== undefined && boxesIn(movie, 'trak').some(isVideo)
}

function lengthOf(movie: Uint8Array): { seconds?: number } {
  const [header] = boxesIn(movie, 'mvhd')
  if (header === undefined) return {}
  const isLong = header[0] === 1
  const timescale = u32(header, isLong ? 20 : 12)
  const duration = isLong ? u64(header, 24) : u32(header, 16)
  const unknown = isLong ? 2 ** 64 : 2 ** 32 - 1 // all ones; as a float, the 64 bits are rounded up
  if (!timescale || !duration || duration >= unknown) return {}
  return { seconds: duration / timescale }
}

function sizeOf(track: Uint8Array): { widthPx?: number; heightPx?: number } {
  const [header] = boxesIn(track, 'tkhd')
  if (header === undefined || !isVideo(track)) return {}
  const matrix = header[0] === 1 ? 52 : 40
  const [a, b] = [u32(header, matrix), u32(header, matrix + 4)]
  const widthPx = pixels(u32(header, matrix + 36))
  const heightPx = pixels(u32(header, matrix + 40))
  if (!widthPx || !heightPx || a === undefined || b === undefined) return {}
  // A film that was taken upright is often stored in landscape, with a matrix that rotates it by 90 degrees.
  return Math.abs(b | 0) > Math.abs(a | 0) ? { widthPx: heightPx, heightPx: widthPx } : { widthPx, heightPx }
}

function isVideo(track: Uint8Array): boolean {
  const [media] = boxesIn(track, 'mdia')
  const [handler] = media ? boxesIn(media, 'hdlr') : []
  return handler !== undefined && latin1(handler, 8) === 'vide'
}

/** The contents of the boxes of one type in `inside`, not in nested boxes. A box that is cut off has what is there. */
function boxesIn(inside: Uint8Array, type: string): Uint8Array[] {
  const found: Uint8Array[] = []
  for (let at = 0, seen = 0; at + 8 <= inside.byteLength && seen < MOST_BOXES; seen++) {
    const short = u32(inside, at)
    const size = short === 1 ? u64(inside, at + 8) : short || inside.byteLength - at // 0: to the end
    const headerBytes = short === 1 ? 16 : 8
    if (size === undefined || size < headerBytes) break // what follows cannot be read
    if (latin1(inside, at + 4) === type) found.push(inside.subarray(at + headerBytes, at + size))
    at += size
  }
  return found
}

const pixels = (fixedPoint: number | undefined): number | undefined =>
  fixedPoint === undefined ? undefined : Math.round(fixedPoint / 0x10000)

function u32(bytes: Uint8Array, at: number): number | undefined {
  if (at + 4 > bytes.byteLength) return undefined
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at)
}

function u64(bytes: Uint8Array, at: number): number | undefined {
  const [high, low] = [u32(bytes, at), u32(bytes, at + 4)]
  return high === undefined || low === undefined ? undefined : high * 2 ** 32 + low
}

function latin1(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}
