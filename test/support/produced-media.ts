import { createRequire } from 'node:module'
import sharp from 'sharp'
import { expect } from 'vitest'
import { listen, loudest } from '../../src/engines/studio/listen.testing.ts'
import { decodeSizes } from '../../src/engines/video/decode.testing.ts'

/** What a file of an output must turn out to be once it is opened. */
export type Promised =
  | { kind: 'picture'; mediaType: string; widthPx: number; heightPx: number }
  | { kind: 'film'; mediaType: 'video/mp4'; widthPx: number; heightPx: number; seconds: number; hasSound: boolean }
  | { kind: 'sound'; mediaType: string; seconds: number }
  | { kind: 'model'; mediaType: 'model/gltf-binary' }

/** The sandbox draws ten frames a second. An MP3 ends with a whole frame of 26 ms, and some begin with an encoder's delay. */
const FILM_FRAME_SECONDS = 0.1
const SOUND_FRAMES_SECONDS = 0.06
/** Of a picture of one colour it is zero. */
const LEAST_DEVIATION = 5
const LEAST_LOUDNESS = 0.1

interface Report {
  issues: { numErrors: number; messages: unknown[] }
}

// The package has no types.
const { validateBytes }: { validateBytes(bytes: Uint8Array): Promise<Report> } = createRequire(import.meta.url)(
  'gltf-validator',
)

/** Decodes a file whole, with an independent decoder, and fails unless it is as promised. */
export async function expectMedia(bytes: Uint8Array, promised: Promised): Promise<void> {
  switch (promised.kind) {
    case 'picture':
      return expectPicture(bytes, promised)
    case 'film':
      return expectFilm(bytes, promised)
    case 'sound':
      return promised.mediaType === 'audio/wav'
        ? expectWav(bytes, promised.seconds)
        : expectMp3(bytes, promised.seconds)
    case 'model': {
      const { issues } = await validateBytes(bytes)
      expect(issues).toMatchObject({ numErrors: 0 })
    }
  }
}

async function expectPicture(bytes: Uint8Array, promised: Promised & { kind: 'picture' }): Promise<void> {
  const picture = sharp(bytes, { failOn: 'warning' })
  const { format, width, height } = await picture.metadata()
  const { widthPx, heightPx, mediaType } = promised
  expect({
    mediaType: format === 'svg' ? 'image/svg+xml' : `image/${format}`,
    widthPx: width,
    heightPx: height,
  }).toEqual({ mediaType, widthPx, heightPx })
  const { channels } = await picture.stats()
  expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(LEAST_DEVIATION)
}

async function expectFilm(bytes: Uint8Array, promised: Promised & { kind: 'film' }): Promise<void> {
  const { errors, frames, chunks, tracks, soundPackets } = await decodeSizes(bytes)
  expect(errors).toEqual([])
  expect(frames.length).toBeGreaterThan(0)
  expect(frames).toHaveLength(chunks.length)
  const sizes = new Set(frames.map(({ widthPx, heightPx }) => `${widthPx}x${heightPx}`))
  expect([...sizes]).toEqual([`${promised.widthPx}x${promised.heightPx}`])
  const last = chunks.at(-1)
  const seconds = ((last?.startUs ?? 0) + (last?.lengthUs ?? 0)) / 1e6
  expect(Math.abs(seconds - promised.seconds)).toBeLessThanOrEqual(FILM_FRAME_SECONDS)
  expect(tracks.map(({ trackType }) => trackType)).toEqual(promised.hasSound ? ['video', 'audio'] : ['video'])
  if (promised.hasSound) await expectMp3(Buffer.concat(soundPackets), promised.seconds, FILM_FRAME_SECONDS)
}

async function expectMp3(bytes: Uint8Array, seconds: number, within = SOUND_FRAMES_SECONDS): Promise<void> {
  const heard = await listen(bytes)
  expect(heard.errors).toBe(0)
  expect(Math.abs(heard.seconds - seconds)).toBeLessThanOrEqual(within)
  expect(loudest(heard.left)).toBeGreaterThan(LEAST_LOUDNESS)
}

/** PCM of 16 bit, as its header says it. */
function expectWav(bytes: Uint8Array, seconds: number): void {
  const wav = Buffer.from(bytes)
  expect([wav.toString('latin1', 0, 4), wav.toString('latin1', 8, 16)]).toEqual(['RIFF', 'WAVEfmt '])
  expect(wav.readUInt32LE(4)).toBe(wav.length - 8)
  const [format, channels, rate, bits] = [
    wav.readUInt16LE(20),
    wav.readUInt16LE(22),
    wav.readUInt32LE(24),
    wav.readUInt16LE(34),
  ]
  expect({ format, bits }).toEqual({ format: 1, bits: 16 })
  expect(wav.toString('latin1', 36, 40)).toBe('data')
  const dataBytes = wav.readUInt32LE(40)
  expect(44 + dataBytes).toBeLessThanOrEqual(wav.length)
  const samples = dataBytes / (2 * channels)
  expect(Math.abs(samples / rate - seconds)).toBeLessThanOrEqual(1 / rate)
  const sound = Float32Array.from(
    { length: samples },
    (_, index) => wav.readInt16LE(44 + 2 * channels * index) / 32_768,
  )
  expect(loudest(sound)).toBeGreaterThan(LEAST_LOUDNESS)
}
