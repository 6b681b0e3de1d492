import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { inspectMp3 } from '../mp3/mp3.ts'
import { listen } from '../studio/listen.testing.ts'
import { type DecodedFilm, type DecodedFrame, decodeMp4 } from '../video/decode.testing.ts'
import { sandboxVideo } from './sandbox-media.ts'

const PAPER_LUMA = 40
const INK_LUMA = 200

/** From the first to the last column with white letters, in parts of the width. The stripes lie below. */
function wordWidth({ luma, blueDifference, widthPx, heightPx }: DecodedFrame): number {
  const columns = new Set<number>()
  for (let y = 0; y < 0.75 * heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const isNeutral = Math.abs((blueDifference[(y >> 1) * (widthPx / 2) + (x >> 1)] ?? 0) - 128) < 6
      if (isNeutral && (luma[y * widthPx + x] ?? 0) > INK_LUMA) columns.add(x)
    }
  }
  return (Math.max(...columns) - Math.min(...columns)) / widthPx
}

const isSame = (one: DecodedFrame, other: DecodedFrame): boolean =>
  Buffer.compare(one.luma, other.luma) === 0 && Buffer.compare(one.redDifference, other.redDifference) === 0

/** How much two pictures differ in brightness, on average, in steps of 219. */
async function distance({ luma, widthPx, heightPx }: DecodedFrame, jpeg: Uint8Array): Promise<number> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true })
  expect([info.width, info.height, info.channels]).toEqual([widthPx, heightPx, 3])
  let sum = 0
  for (let at = 0; at < luma.length; at++) {
    const [red, green, blue] = [data[3 * at] ?? 0, data[3 * at + 1] ?? 0, data[3 * at + 2] ?? 0]
    const brightness = 16 + (219 * (0.2126 * red + 0.7152 * green + 0.0722 * blue)) / 255
    sum += Math.abs(brightness - (luma[at] ?? 0))
  }
  return sum / luma.length
}

/** What holds for a film of any size and length. */
function expectSound(film: DecodedFilm, size: { widthPx: number; heightPx: number; seconds: number }): void {
  expect(film.errors).toEqual([])
  expect(film.frames).toHaveLength(film.chunks.length)
  expect(film.frames.every((frame) => frame.widthPx === size.widthPx && frame.heightPx === size.heightPx)).toBe(true)
  expect(film.chunks.map(({ type }) => type)).toEqual(film.chunks.map((_, index) => (index === 0 ? 'key' : 'delta')))
  const last = film.chunks.at(-1)
  expect(Math.abs((last?.startUs ?? 0) + (last?.lengthUs ?? 0) - size.seconds * 1e6)).toBeLessThan(1000)
  for (const { duration = 0 } of film.tracks) expect(Math.abs(duration - size.seconds * 1e6)).toBeLessThan(1000)
  for (const [index, frame] of film.frames.entries()) {
    const before = film.frames[index - 1]
    if (before) expect(isSame(frame, before)).toBe(false)
  }
}

describe('sandboxVideo', () => {
  for (const [widthPx, heightPx] of [
    [1280, 720],
    [720, 1280],
    [480, 848],
    [854, 480],
    [64, 64],
    [1920, 1080],
    [1000, 562],
  ] as const) {
    it(`sandboxVideo makes a film of ${widthPx} by ${heightPx} that plays, shows SANDBOX and moves with each frame`, async () => {
      const { mp4, coverJpeg, lastFrameJpeg } = await sandboxVideo({ widthPx, heightPx, seconds: 2.5, hasSound: true })
      const film = await decodeMp4(mp4)
      expectSound(film, { widthPx, heightPx, seconds: 2.5 })
      const [first] = film.frames
      const last = film.frames.at(-1)
      if (!first || !last) throw new Error('No frames.')
      expect(film.frames).toHaveLength(25)
      expect(first.luma.subarray(0, 4 * widthPx).every((value) => value === 128)).toBe(true)
      expect(first.blueDifference.subarray(0, widthPx).every((value) => value === 128)).toBe(true)
      for (const frame of [first, last]) expect(wordWidth(frame)).toBeGreaterThan(0.6)
      expect(first.luma.filter((value) => value < PAPER_LUMA + 16).length).toBeGreaterThan(0.05 * first.luma.length)
      expect(await distance(first, coverJpeg)).toBeLessThan(2)
      expect(await distance(last, lastFrameJpeg)).toBeLessThan(2)
      expect(await distance(last, coverJpeg)).toBeGreaterThan(2)
    })
  }

  it('sandboxVideo has the same colours in the film as in its cover', async () => {
    const { mp4, coverJpeg } = await sandboxVideo({ widthPx: 700, heightPx: 400, seconds: 0.5, hasSound: false })
    const [first] = (await decodeMp4(mp4)).frames
    const { data } = await sharp(coverJpeg).raw().toBuffer({ resolveWithObject: true })
    for (const x of [50, 150, 250, 350, 450, 550, 650]) {
      const y = 384
      const bright = (255 / 219) * ((first?.luma[y * 700 + x] ?? 0) - 16)
      const blue = bright + (1.8556 * 255 * ((first?.blueDifference[(y / 2) * 350 + x / 2] ?? 0) - 128)) / 224
      const red = bright + (1.5748 * 255 * ((first?.redDifference[(y / 2) * 350 + x / 2] ?? 0) - 128)) / 224
      const at = 3 * (y * 700 + x)
      expect(Math.abs((data[at] ?? 0) - red)).toBeLessThan(8)
      expect(Math.abs((data[at + 2] ?? 0) - blue)).toBeLessThan(8)
    }
  })

  it('sandboxVideo has beeps of the same length when sound is requested', async () => {
    const { mp4 } = await sandboxVideo({ widthPx: 320, heightPx: 180, seconds: 3, hasSound: true })
    const film = await decodeMp4(mp4)
    expect(film.tracks.map(({ trackType, codec }) => [trackType, codec])).toEqual([
      ['video', 'avc1.42C014'],
      ['audio', 'mp3'],
    ])
    const mp3 = Buffer.concat(film.soundPackets)
    const heard = await listen(mp3)
    expect(heard).toMatchObject({ errors: 0, sampleRate: 44_100 })
    expect(Math.abs(heard.seconds - 3)).toBeLessThan(0.03)
    for (const second of [0, 1, 2])
      expect(Math.max(...heard.left.slice(44_100 * second, 44_100 * (second + 1)))).toBeGreaterThan(0.2)
    expect(inspectMp3(mp3)).toMatchObject({ channels: 1, frames: film.soundPackets.length })
  })

  it('sandboxVideo has no sound track when none is requested', async () => {
    const { mp4 } = await sandboxVideo({ widthPx: 320, heightPx: 180, seconds: 3, hasSound: false })
    expect((await decodeMp4(mp4)).tracks.map(({ trackType }) => trackType)).toEqual(['video'])
  })

  it('sandboxVideo begins with the boxes that a player needs to start, and names itself', async () => {
    const { mp4 } = await sandboxVideo({ widthPx: 320, heightPx: 180, seconds: 3, hasSound: true })
    const boxes: string[] = []
    for (let at = 0; at < mp4.length; at += Buffer.from(mp4).readUInt32BE(at))
      boxes.push(Buffer.from(mp4.subarray(at + 4, at + 8)).toString())
    expect(boxes).toEqual(['ftyp', 'moov', 'mdat'])
    expect(Buffer.from(mp4).includes('SANDBOX – not a real result')).toBe(true)
  })

  it('sandboxVideo makes small files', async () => {
    const [short, long] = await Promise.all([
      sandboxVideo({ widthPx: 1280, heightPx: 720, seconds: 5, hasSound: true }),
      sandboxVideo({ widthPx: 1920, heightPx: 1080, seconds: 15, hasSound: true }),
    ])
    expect(short.mp4.length).toBeLessThan(400_000)
    expect(long.mp4.length).toBeLessThan(1_500_000)
  })

  it('sandboxVideo plays for any size and length', async () => {
    const sidePx = fc.integer({ min: 16, max: 300 })
    const milliseconds = fc.integer({ min: 40, max: 2500 })
    await fc.assert(
      fc.asyncProperty(sidePx, sidePx, milliseconds, fc.boolean(), async (widthPx, heightPx, ms, hasSound) => {
        const seconds = ms / 1000
        const { mp4 } = await sandboxVideo({ widthPx, heightPx, seconds, hasSound })
        const size = { widthPx: widthPx - (widthPx % 2), heightPx: heightPx - (heightPx % 2) }
        expectSound(await decodeMp4(mp4), { ...size, seconds })
      }),
      { numRuns: 25 },
    )
  })

  it('sandboxVideo makes the smallest and the largest size', async () => {
    for (const [widthPx, heightPx] of [
      [16, 16],
      [4096, 16],
      [16, 4096],
      [4096, 4096],
    ] as const) {
      const { mp4 } = await sandboxVideo({ widthPx, heightPx, seconds: 0.3, hasSound: false })
      expectSound(await decodeMp4(mp4), { widthPx, heightPx, seconds: 0.3 })
    }
  })

  it('sandboxVideo returns one film for equal specs, also while it is being made', async () => {
    const spec = { widthPx: 321, heightPx: 181, seconds: 1, hasSound: false }
    const [one, other] = await Promise.all([sandboxVideo(spec), sandboxVideo({ ...spec })])
    expect(other).toBe(one)
    expect(await sandboxVideo({ hasSound: false, seconds: 1, heightPx: 180, widthPx: 320 })).toBe(one)
  })

  it('sandboxVideo refuses a spec that it does not make, and names the value', async () => {
    const spec = { widthPx: 320, heightPx: 180, seconds: 1, hasSound: false }
    await expect(sandboxVideo({ ...spec, widthPx: 8 })).rejects.toThrow('16 to 4096 whole pixels a side, not 8 by 180')
    await expect(sandboxVideo({ ...spec, heightPx: 100.5 })).rejects.toThrow('not 320 by 100.5')
    await expect(sandboxVideo({ ...spec, seconds: 61 })).rejects.toThrow('up to 60 seconds of this, not 61')
    await expect(sandboxVideo({ ...spec, seconds: Number.NaN })).rejects.toThrow('not NaN')
  })
})
