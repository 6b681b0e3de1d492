import { inspectMp3 } from '../engines/mp3/mp3.ts'

/**
 * The playing time of sounds in seconds, from their headers. General tag readers can take minutes for malicious files; each
 * of these reads a bounded part of the file.
 */
const READERS: Readonly<Record<string, (body: Buffer) => number | undefined>> = {
  'audio/mpeg': (body) => inspectMp3(body)?.durationSeconds,
  'audio/wav': secondsOfWav,
  'audio/flac': secondsOfFlac,
  'audio/ogg': secondsOfOgg,
}

/** Undefined if the file does not state its length, or is of another type. Throws a RangeError if it is cut off. */
export function secondsOfSound(body: Uint8Array, mediaType: string): number | undefined {
  const seconds = READERS[mediaType]?.(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
  return seconds !== undefined && Number.isFinite(seconds) && seconds > 0 ? seconds : undefined
}

/** A second of a usual recording, where a file does not state its length. */
const USUAL_BYTES_PER_SECOND = 8_000

const BEGINNINGS: readonly [beginning: string, mediaType: string][] = [
  ['RIFF', 'audio/wav'],
  ['fLaC', 'audio/flac'],
  ['OggS', 'audio/ogg'],
  ['ID3', 'audio/mpeg'],
  ['\xff\xfb', 'audio/mpeg'],
  ['\xff\xf3', 'audio/mpeg'],
]

/** The length of a recording in whole seconds, from its headers where they state it; else by its bytes. Never throws. */
export function secondsOfRecording(file: Buffer, bytesPerSecond = USUAL_BYTES_PER_SECOND): number {
  const beginning = file.toString('latin1', 0, 4)
  const [, mediaType = ''] = BEGINNINGS.find(([bytes]) => beginning.startsWith(bytes)) ?? []
  return Math.ceil(statedSeconds(file, mediaType) ?? file.byteLength / bytesPerSecond)
}

function statedSeconds(file: Buffer, mediaType: string): number | undefined {
  try {
    return secondsOfSound(file, mediaType)
  } catch {
    return undefined // it is cut off, and was heard all the same
  }
}

/** More chunks than a recording has before its samples. */
const MOST_CHUNKS = 10_000
/** Uncompressed samples, whose byte rate follows from their format: integers, floating point, "extensible". */
const PLAIN_FORMATS = [1, 3, 0xfffe]

function secondsOfWav(body: Buffer): number | undefined {
  if (body.toString('latin1', 8, 12) !== 'WAVE') return undefined
  let bytesPerSecond = 0
  for (let at = 12, seen = 0; at + 8 <= body.length && seen < MOST_CHUNKS; seen++) {
    const type = body.toString('latin1', at, at + 4)
    const sizeBytes = body.readUInt32LE(at + 4)
    if (type === 'fmt ') bytesPerSecond = bytesPerSecondIn(body, at + 8)
    // A streamed recording states no length, or the largest possible one, so the bytes that are there count.
    if (type === 'data') {
      const present = body.length - at - 8
      return Math.min(sizeBytes === 0 ? present : sizeBytes, present) / bytesPerSecond
    }
    at += 8 + sizeBytes + (sizeBytes % 2)
  }
  return undefined
}

function bytesPerSecondIn(body: Buffer, format: number): number {
  const isPlain = PLAIN_FORMATS.includes(body.readUInt16LE(format))
  return isPlain ? body.readUInt32LE(format + 4) * body.readUInt16LE(format + 12) : body.readUInt32LE(format + 8)
}

/** STREAMINFO is always the first block: 20 bits of rate, 3 of channels, 5 of depth, 36 of samples. */
function secondsOfFlac(body: Buffer): number | undefined {
  if (body.toString('latin1', 0, 4) !== 'fLaC' || ((body[4] ?? 0) & 0x7f) !== 0) return undefined
  const packed = body.readBigUInt64BE(18)
  return Number(packed & 0xfffffffffn) / Number(packed >> 44n)
}

/** A page is at most 65,307 bytes long; several streams may alternate. */
const OGG_END_BYTES = 256 * 1_024
const MOST_PAGES = 2_000
const NO_POSITION = 2n ** 64n - 1n

/** The position of the last page that has one, in samples of the stream that the file begins with. */
function secondsOfOgg(body: Buffer): number | undefined {
  const stream = oggStreamOf(body)
  if (stream === undefined) return undefined
  const end = body.subarray(Math.max(0, body.length - OGG_END_BYTES))
  for (let from = end.length, seen = 0; seen < MOST_PAGES; seen++) {
    const page = from < 0 ? -1 : end.lastIndexOf('OggS', from, 'latin1')
    if (page < 0) return undefined
    const isWhole = page + 27 <= end.length
    const position = isWhole ? end.readBigUInt64LE(page + 6) : NO_POSITION
    if (position !== NO_POSITION && end.readUInt32LE(page + 14) === stream.serial) {
      return (Number(position) - stream.skippedSamples) / stream.rate
    }
    from = page - 1
  }
  return undefined
}

function oggStreamOf(body: Buffer): { serial: number; rate: number; skippedSamples: number } | undefined {
  if (body.toString('latin1', 0, 4) !== 'OggS') return undefined
  const serial = body.readUInt32LE(14)
  const packet = body.subarray(27 + (body[26] ?? 0))
  const head = packet.toString('latin1', 0, 8)
  if (head.startsWith('\x01vorbis')) return { serial, rate: packet.readUInt32LE(12), skippedSamples: 0 }
  if (head === 'OpusHead') return { serial, rate: 48_000, skippedSamples: packet.readUInt16LE(10) }
  if (head === 'Speex   ') return { serial, rate: packet.readUInt32LE(36), skippedSamples: 0 }
  if (head.startsWith('\x7fFLAC')) return { serial, rate: packet.readUIntBE(27, 3) >> 4, skippedSamples: 0 }
  return undefined
}
