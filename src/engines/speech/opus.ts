import { createRequire } from 'node:module'
import type OpusScript from 'opusscript'

/** Opus counts time at this rate, whatever the rate of the samples. */
const CLOCK = 48_000
const FRAME_SECONDS = 0.02
const PACKETS_PER_PAGE = 50
/** What the encoder sends before the first sample: libopus' look-ahead of 6.5 ms. */
const PRE_SKIP = 312
/** Any number: it tells the streams of one file apart, and there is one. */
const SERIAL = 1

const FIRST_PAGE = 2
const LAST_PAGE = 4

/** The sample rates that the encoder takes. */
type OpusRate = 8_000 | 12_000 | 16_000 | 24_000 | 48_000

/** Ogg Opus, mono: RFC 7845. */
export function opusOf(samples: Int16Array, sampleRate: OpusRate): Uint8Array {
  // Loaded with its first use: it compiles a program.
  const Opus: typeof OpusScript = createRequire(import.meta.url)('opusscript')
  const encoder = new Opus(sampleRate, 1, Opus.Application.AUDIO)
  try {
    const frame = sampleRate * FRAME_SECONDS
    const preSkip = Math.round((PRE_SKIP * sampleRate) / CLOCK)
    const packets: Uint8Array[] = []
    for (let from = 0; from < samples.length + preSkip; from += frame) {
      const bytes = Buffer.alloc(2 * frame)
      const part = samples.subarray(from, from + frame)
      for (const [index, sample] of part.entries()) bytes.writeInt16LE(sample, 2 * index)
      packets.push(encoder.encode(bytes, frame))
    }
    const endsAt = PRE_SKIP + Math.round((samples.length * CLOCK) / sampleRate)
    return Buffer.concat([
      page([head(sampleRate)], { flags: FIRST_PAGE, position: 0, number: 0 }),
      page([tags()], { flags: 0, position: 0, number: 1 }),
      ...pagesOf(packets, endsAt),
    ])
  } finally {
    encoder.delete()
  }
}

function pagesOf(packets: Uint8Array[], endsAt: number): Uint8Array[] {
  const pages: Uint8Array[] = []
  for (let from = 0; from < packets.length; from += PACKETS_PER_PAGE) {
    const upTo = Math.min(packets.length, from + PACKETS_PER_PAGE)
    const isLast = upTo === packets.length
    // The end of the last page says where the sound ends within its packet.
    const position = isLast ? endsAt : upTo * FRAME_SECONDS * CLOCK
    pages.push(page(packets.slice(from, upTo), { flags: isLast ? LAST_PAGE : 0, position, number: pages.length + 2 }))
  }
  return pages
}

function head(sampleRate: number): Uint8Array {
  const bytes = Buffer.alloc(19)
  bytes.write('OpusHead')
  bytes.writeUInt8(1, 8)
  bytes.writeUInt8(1, 9) // mono
  bytes.writeUInt16LE(PRE_SKIP, 10)
  bytes.writeUInt32LE(sampleRate, 12)
  return bytes
}

function tags(): Uint8Array {
  const vendor = 'Polyphony'
  const bytes = Buffer.alloc(8 + 4 + vendor.length + 4)
  bytes.write('OpusTags')
  bytes.writeUInt32LE(vendor.length, 8)
  bytes.write(vendor, 12)
  return bytes
}

/** One page of Ogg: RFC 3533. */
function page(
  packets: readonly Uint8Array[],
  { flags, position, number }: { flags: number; position: number; number: number },
): Uint8Array {
  const lacing = packets.flatMap(({ length }) => [
    ...new Array<number>(Math.floor(length / 255)).fill(255),
    length % 255,
  ])
  const header = Buffer.alloc(27)
  header.write('OggS')
  header.writeUInt8(flags, 5)
  header.writeBigUInt64LE(BigInt(position), 6)
  header.writeUInt32LE(SERIAL, 14)
  header.writeUInt32LE(number, 18)
  header.writeUInt8(lacing.length, 26)
  const bytes = Buffer.concat([header, Buffer.from(lacing), ...packets])
  bytes.writeUInt32LE(checksum(bytes), 22)
  return bytes
}

function checksum(bytes: Uint8Array): number {
  let sum = 0
  for (const byte of bytes) {
    sum ^= byte << 24
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x8000_0000 ? (sum << 1) ^ 0x04c1_1db7 : sum << 1
  }
  return sum >>> 0
}
