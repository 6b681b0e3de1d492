import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { createMp3Encoder, createOggEncoder } from 'wasm-media-encoders'
import { sandboxPicture, sandboxSound, sandboxVideo } from '../engines/sandbox-media/sandbox-media.ts'
import { measure } from './measure.ts'
import { videoSizeOf } from './mp4-boxes.ts'
import { sampleFiles } from './sample-files.ts'

const RATE = 44_100

/** A film as phones take it: stored lying, with a matrix that turns it by a quarter. */
async function turned(): Promise<Uint8Array> {
  const film = Buffer.from((await sandboxVideo({ widthPx: 320, heightPx: 180, seconds: 1, hasSound: true })).mp4)
  const matrix = film.indexOf('tkhd') + 4 + 40
  for (const [index, value] of [0, 0x10000, 0, -0x10000, 0].entries()) film.writeInt32BE(value, matrix + 4 * index)
  return film
}

/** A film of more than 2^32 units of time: its headers are of version 1, with 64 bits for every time. */
function longFilm(): Uint8Array {
  const movie = Buffer.alloc(112)
  movie[0] = 1
  movie.writeUInt32BE(90_000, 20)
  movie.writeBigUInt64BE(BigInt(90_000 * 60_000), 24)
  const track = Buffer.alloc(96)
  track[0] = 1
  track.writeInt32BE(0x10000, 52)
  track.writeInt32BE(0x10000, 68)
  track.writeUInt32BE(1_920 * 0x10000, 88)
  track.writeUInt32BE(1_080 * 0x10000, 92)
  const handler = Buffer.from('\0\0\0\0\0\0\0\0vide', 'latin1')
  const inside = Buffer.concat([box('tkhd', track), box('mdia', box('hdlr', handler))])
  const large = Buffer.concat([Buffer.from('\0\0\0\x01free', 'latin1'), Buffer.alloc(8), Buffer.alloc(5)])
  large.writeBigUInt64BE(21n, 8)
  return Buffer.concat([large, box('moov', Buffer.concat([box('mvhd', movie), box('trak', inside)]))])
}

function box(type: string, content: Uint8Array): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(8 + content.byteLength)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, content])
}

/** A tone that falls silent, so that a rate that varies does vary. */
function toneThenSilence(seconds: number): Float32Array {
  return Float32Array.from({ length: seconds * RATE }, (_, at) => (at < RATE ? Math.sin(at / 20) * Math.random() : 0))
}

async function encoded(make: typeof createMp3Encoder | typeof createOggEncoder, seconds: number): Promise<Uint8Array> {
  const encoder = await make()
  encoder.configure({ sampleRate: RATE, channels: 1, vbrQuality: 3 })
  const begin = encoder.encode([toneThenSilence(seconds)]).slice()
  return Buffer.concat([begin, encoder.finalize()])
}

/** What a FLAC file says of itself, without its frames: 16 bits, one channel. */
function flacHead(samples: number): Uint8Array {
  const head = Buffer.alloc(42)
  head.write('fLaC', 'latin1')
  head.writeUInt32BE(0x80000022, 4) // the last block of metadata; STREAMINFO, 34 bytes
  head.writeUInt16BE(4_096, 8)
  head.writeUInt16BE(4_096, 10)
  head.writeBigUInt64BE((BigInt(RATE) << 44n) | (0n << 41n) | (15n << 36n) | BigInt(samples), 18)
  return head
}

it('the frames of a film are counted, but for one in fragments, whose head does not know them', async () => {
  const { mp4 } = await sandboxVideo({ widthPx: 96, heightPx: 54, seconds: 1.2, hasSound: false })
  const film = Buffer.from(mp4)
  const size = { widthPx: 96, heightPx: 54, bytes: film.length }
  expect(videoSizeOf(film)).toEqual({ ...size, frames: 12 })
  film.write('mvex', film.indexOf('udta'), 'latin1') // of its boxes only the type is looked at
  expect(videoSizeOf(film)).toEqual(size)
})

describe('measure', () => {
  it.each(['image/png', 'image/jpeg', 'image/webp'] as const)('the size of %s is measured', async (mediaType) => {
    const picture = await sandboxPicture({ widthPx: 640, heightPx: 360, mediaType })
    await expect(measure(picture, mediaType)).resolves.toEqual({ widthPx: 640, heightPx: 360 })
  })

  it('a photograph is measured as its camera was held', async () => {
    const lying = { create: { width: 40, height: 30, channels: 3 as const, background: '#336699' } }
    const photograph = await sharp(lying).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    await expect(measure(photograph, 'image/jpeg')).resolves.toEqual({ widthPx: 30, heightPx: 40 })
  })

  it('the size of a drawing is measured, by its view box if it states none', async () => {
    const drawing = (size: string) =>
      Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${size}><rect width="9" height="9"/></svg>`)
    await expect(measure(drawing('width="300" height="200"'), 'image/svg+xml')).resolves.toEqual({
      widthPx: 300,
      heightPx: 200,
    })
    await expect(measure(drawing('viewBox="0 0 64 48"'), 'image/svg+xml')).resolves.toEqual({
      widthPx: 64,
      heightPx: 48,
    })
  })

  it('the size and length of a film are measured', async () => {
    const { mp4 } = await sandboxVideo({ widthPx: 480, heightPx: 270, seconds: 2.5, hasSound: true })
    await expect(measure(mp4, 'video/mp4')).resolves.toEqual({ widthPx: 480, heightPx: 270, seconds: 2.5 })
    await expect(measure(await turned(), 'video/mp4')).resolves.toEqual({ widthPx: 180, heightPx: 320, seconds: 1 })
    await expect(measure(longFilm(), 'video/mp4')).resolves.toEqual({
      widthPx: 1_920,
      heightPx: 1_080,
      seconds: 60_000,
    })
  })

  it('a film is measured by its beginning, and not at all without a description', async () => {
    const { mp4 } = await sandboxVideo({ widthPx: 480, heightPx: 270, seconds: 2.5, hasSound: false })
    const behindLength = Buffer.from(mp4).indexOf('trak') - 4
    await expect(measure(mp4.subarray(0, behindLength), 'video/mp4')).resolves.toEqual({ seconds: 2.5 })
    const bare = await sampleFiles['video/mp4']?.()
    await expect(measure(bare ?? new Uint8Array(), 'video/mp4')).resolves.toEqual({})
  })

  it('the length of sounds is measured', async () => {
    const mp3 = await sandboxSound({ seconds: 4.2, mediaType: 'audio/mpeg' })
    await expect(measure(mp3, 'audio/mpeg')).resolves.toEqual({ seconds: expect.closeTo(4.2, 1) })
    const wav = await sandboxSound({ seconds: 7.7, mediaType: 'audio/wav' })
    await expect(measure(wav, 'audio/wav')).resolves.toEqual({ seconds: 7.7 })
    await expect(measure(flacHead(90 * RATE), 'audio/flac')).resolves.toEqual({ seconds: 90 })
    await expect(measure(await encoded(createOggEncoder, 5), 'audio/ogg')).resolves.toEqual({
      seconds: expect.closeTo(5, 1),
    })
  })

  it('the frames of an MP3 of varying bit rate are counted if it does not state its length', async () => {
    await expect(measure(await encoded(createMp3Encoder, 20), 'audio/mpeg')).resolves.toEqual({
      seconds: expect.closeTo(20, 0),
    })
  })

  it('WAV files that state no length, or too much, or have no plain samples, are measured', async () => {
    const wav = Buffer.from(await sandboxSound({ seconds: 2, mediaType: 'audio/wav' }))
    const data = wav.indexOf('data') + 4
    for (const stated of [0, 0xffffffff]) {
      wav.writeUInt32LE(stated, data)
      await expect(measure(wav, 'audio/wav')).resolves.toEqual({ seconds: expect.closeTo(2, 1) }) // a mark is behind
    }
    wav.writeUInt16LE(0x11, wav.indexOf('fmt ') + 8) // ADPCM: by its rate of bytes
    await expect(measure(wav, 'audio/wav')).resolves.toEqual({ seconds: expect.closeTo(2, 1) })
  })

  it('the length of Opus is measured by the position of its last page, less what players skip', async () => {
    const page = (position: bigint, packet: Uint8Array) => {
      const head = Buffer.alloc(28)
      head.write('OggS', 'latin1')
      head.writeBigUInt64LE(position, 6)
      head.writeUInt32LE(7, 14)
      head.set([1, packet.length], 26)
      return Buffer.concat([head, packet])
    }
    const head = Buffer.from('OpusHead\x01\x02\x38\x01\0\0\0\0\0\0\0', 'latin1') // 312 samples are skipped
    const opus = Buffer.concat([page(0n, head), page(48_312n, Buffer.alloc(9)), page(2n ** 64n - 1n, Buffer.alloc(9))])
    await expect(measure(opus, 'audio/ogg')).resolves.toEqual({ seconds: 1 })
  })

  const SIXTEEN_MB = 16 * 2 ** 20
  const wavOf = (chunks: Uint8Array) =>
    Buffer.concat([Buffer.from('RIFF\xff\xff\xff\x7fWAVE', 'latin1'), Buffer.alloc(SIXTEEN_MB, chunks)])
  it.each<[string, string, () => Uint8Array]>([
    ['bytes that are all set', 'audio/mpeg', () => Buffer.alloc(SIXTEEN_MB, 0xff)],
    ['empty blocks', 'audio/flac', () => Buffer.concat([flacHead(0), Buffer.alloc(SIXTEEN_MB, '\x01\0\0\0')])],
    ['empty chunks', 'audio/wav', () => wavOf(Buffer.from('abcd\0\0\0\0'))],
    ['pages of another stream', 'audio/ogg', () => Buffer.alloc(SIXTEEN_MB, `OggS${'\x01'.repeat(30)}`)],
    ['empty boxes', 'video/mp4', () => Buffer.alloc(SIXTEEN_MB, '\0\0\0\x08free')],
    ['empty chunks of a picture', 'image/webp', () => Buffer.alloc(SIXTEEN_MB, 'abcd\0\0\0\0')],
  ])('sixteen megabytes of %s are measured in less than a quarter of a second', async (_, mediaType, make) => {
    const file = make()
    const before = process.threadCpuUsage()
    await measure(file, mediaType)
    const { user, system } = process.threadCpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(250)
  })

  it('other files have no measurements', async () => {
    for (const mediaType of ['model/gltf-binary', 'application/zip']) {
      await expect(measure((await sampleFiles[mediaType]?.()) ?? new Uint8Array(), mediaType)).resolves.toEqual({})
    }
  })

  it('measuring accepts any bytes for any kind of file', async () => {
    const { mp4 } = await sandboxVideo({ widthPx: 64, heightPx: 64, seconds: 0.2, hasSound: true })
    const real: Record<string, Uint8Array> = {
      'video/mp4': mp4,
      'audio/mpeg': await sandboxSound({ seconds: 0.3, mediaType: 'audio/mpeg' }),
      'audio/wav': await sandboxSound({ seconds: 0.1, mediaType: 'audio/wav' }),
      'audio/flac': flacHead(RATE),
      'audio/ogg': await encoded(createOggEncoder, 1),
      'image/png': await sandboxPicture({ widthPx: 32, heightPx: 32, mediaType: 'image/png' }),
      'image/svg+xml': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    }
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 20 })
    const broken = fc.tuple(fc.constantFrom(...Object.keys(real)), changes, fc.double({ min: 0, max: 1, noNaN: true }))
    const garbage = fc.tuple(fc.constantFrom(...Object.keys(real)), fc.uint8Array({ maxLength: 400 }))
    await fc.assert(
      fc.asyncProperty(fc.oneof(broken, garbage), async ([mediaType, given, part]) => {
        const bytes =
          given instanceof Uint8Array ? given : changed(real[mediaType] ?? new Uint8Array(), given, part ?? 1)
        const measures = await measure(bytes, mediaType)
        for (const value of Object.values(measures)) expect(Number.isFinite(value) && value > 0).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

/** The first part of a file, with some of its bytes changed. */
function changed(file: Uint8Array, changes: readonly (readonly [number, number])[], part: number): Uint8Array {
  const bytes = Uint8Array.from(file.subarray(0, Math.ceil(file.byteLength * part)))
  for (const [at, value] of changes) bytes[at % Math.max(1, bytes.byteLength)] = value
  return bytes
}
