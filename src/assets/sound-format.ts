import { inspectMp3 } from '../engines/mp3/mp3.ts'

export interface SoundFormat {
  /** Samples a second. */
  sampleRate: number
  channels: number
}

const READERS: Readonly<Record<string, (body: Buffer) => SoundFormat | undefined>> = {
  'audio/mpeg': (body) => inspectMp3(body),
  'audio/wav': formatOfWav,
  'audio/flac': formatOfFlac,
}

/** How a sound is sampled, by its header; undefined for what is not read, or not readable. Never throws. */
export function soundFormatOf(body: Uint8Array, mediaType: string): SoundFormat | undefined {
  try {
    const found = READERS[mediaType]?.(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
    return found && found.sampleRate > 0 ? { sampleRate: found.sampleRate, channels: found.channels } : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined // cut off within its header
    throw error
  }
}

/** The samples of a WAV file without its header and what follows them; undefined if there are none. */
export function samplesOfWav(body: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const data = chunkOf(bytes, 'data')
  return data && bytes.subarray(data.from, data.from + data.sizeBytes)
}

function formatOfWav(body: Buffer): SoundFormat | undefined {
  const format = chunkOf(body, 'fmt ')
  return format && { channels: body.readUInt16LE(format.from + 2), sampleRate: body.readUInt32LE(format.from + 4) }
}

/** More chunks than a recording has before its samples. */
const MOST_CHUNKS = 10_000

function chunkOf(body: Buffer, wanted: string): { from: number; sizeBytes: number } | undefined {
  if (body.toString('latin1', 8, 12) !== 'WAVE') return undefined
  for (let at = 12, seen = 0; at + 8 <= body.length && seen < MOST_CHUNKS; seen++) {
    const stated = body.readUInt32LE(at + 4)
    if (body.toString('latin1', at, at + 4) === wanted) {
      const present = body.length - at - 8
      // A streamed recording states no length, or the largest possible one.
      return { from: at + 8, sizeBytes: Math.min(stated === 0 ? present : stated, present) }
    }
    at += 8 + stated + (stated % 2)
  }
  return undefined
}

/** STREAMINFO is always the first block: 20 bits of rate, 3 of channels less one. */
function formatOfFlac(body: Buffer): SoundFormat | undefined {
  if (body.toString('latin1', 0, 4) !== 'fLaC' || ((body[4] ?? 0) & 0x7f) !== 0) return undefined
  const packed = body.readBigUInt64BE(18)
  return { sampleRate: Number(packed >> 44n), channels: Number((packed >> 41n) & 7n) + 1 }
}
