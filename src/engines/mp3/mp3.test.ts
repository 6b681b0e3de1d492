import fc from 'fast-check'
import { MPEGDecoder } from 'mpg123-decoder'
import { describe, expect, it } from 'vitest'
import { createMp3Encoder } from 'wasm-media-encoders'
import { withTags } from './id3.ts'
import { inspectMp3, joinMp3 } from './mp3.ts'

type Format = { seconds: number; hertz?: number; sampleRate?: number; channels?: 1 | 2 } & (
  | { bitrate?: 64 | 128 }
  | { vbrQuality: number }
)

async function tone({ seconds, hertz = 440, sampleRate = 44_100, channels = 2, ...rate }: Format): Promise<Uint8Array> {
  const encoder = await createMp3Encoder()
  const quality = 'vbrQuality' in rate ? { vbrQuality: rate.vbrQuality } : { bitrate: rate.bitrate ?? 128 }
  encoder.configure({ sampleRate, channels, ...quality, outputSampleRate: sampleRate as 44_100 })
  const sound = Float32Array.from(
    { length: seconds * sampleRate },
    (_, index) => 0.5 * Math.sin((2 * Math.PI * hertz * index) / sampleRate),
  )
  const start = encoder.encode(Array.from({ length: channels }, () => sound)).slice()
  return Uint8Array.from([...start, ...encoder.finalize()])
}

/** A frame of `sizeBytes` with no sound in it. */
function filled(head: number[], sizeBytes: number): number[] {
  return [...head, ...new Array<number>(sizeBytes - head.length).fill(0)]
}

async function decode(mp3: Uint8Array): Promise<{ seconds: number; errors: number; sound: Float32Array }> {
  const decoder = new MPEGDecoder({ enableGapless: false })
  await decoder.ready
  const { samplesDecoded, sampleRate, errors, channelData } = decoder.decode(mp3)
  decoder.free()
  return { seconds: samplesDecoded / sampleRate, errors: errors.length, sound: channelData[0] ?? new Float32Array(0) }
}

describe('inspectMp3', () => {
  it.each([
    ['MPEG-1, constant rate', { seconds: 3 }],
    ['MPEG-1, variable rate, mono', { seconds: 3, vbrQuality: 4, channels: 1 }],
    ['MPEG-2', { seconds: 3, sampleRate: 22_050, bitrate: 64 }],
    ['MPEG-2.5', { seconds: 3, sampleRate: 11_025, channels: 1, vbrQuality: 5 }],
  ] as const)('inspectMp3 reads %s', async (_, format) => {
    const mp3 = await tone(format)
    const facts = inspectMp3(mp3)
    expect(facts).toMatchObject({
      sampleRate: 'sampleRate' in format ? format.sampleRate : 44_100,
      channels: 'channels' in format ? format.channels : 2,
    })
    expect(facts?.durationSeconds).toBeGreaterThan(2.98)
    expect(facts?.durationSeconds).toBeLessThan(3.25)
  })

  it('inspectMp3 does not count tags as sound', async () => {
    const mp3 = await tone({ seconds: 1 })
    const tagged = new Uint8Array([
      ...withTags(mp3, { title: 'ÿþÿûÿû', software: 'test' }),
      ...new TextEncoder().encode('TAG'.padEnd(128, 'x')),
    ])
    expect(inspectMp3(tagged)).toEqual(inspectMp3(mp3))
  })

  it('inspectMp3 recognizes bytes that are not an MP3 file', async () => {
    const mp3 = await tone({ seconds: 1 })
    for (const bytes of [
      new Uint8Array(0),
      new TextEncoder().encode('RIFF....WAVEfmt '),
      new Uint8Array(5000).fill(0xff),
      mp3.subarray(0, 420),
    ]) {
      expect(inspectMp3(bytes)).toBeUndefined()
    }
  })

  it('inspectMp3 comes to an end on any bytes', () => {
    const noise = fc.uint8Array({ maxLength: 4000 })
    const nearlyFrames = fc
      .array(fc.constantFrom(0xff, 0xfb, 0xe3, 0x90, 0x00, 0x49, 0x44, 0x33), { maxLength: 4000 })
      .map((list) => Uint8Array.from(list))
    fc.assert(
      fc.property(fc.oneof(noise, nearlyFrames), (bytes) => {
        const facts = inspectMp3(bytes)
        if (facts !== undefined) expect(facts.frames).toBeGreaterThanOrEqual(2)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['bytes that are all set, after a few frames', [0xff]],
    ['headers without frames', [0xff, 0xfb, 0x90, 0x00]],
    ['the shortest frames there are', filled([0xff, 0xf3, 0x14, 0xc0], 24)],
    ['index frames', filled([0xff, 0xf3, 0x14, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x49, 0x6e, 0x66, 0x6f], 24)],
    ['frames of one stream, each before damage', [...filled([0xff, 0xf3, 0x14, 0xc0], 24), 0]],
    ['frames of two streams in turn', [0x10, 0x10, 0x14, 0x14].flatMap((rate) => filled([0xff, 0xf3, rate, 0xc0], 26))],
  ])('inspectMp3 takes less than a quarter of a second for forty megabytes of %s', async (_, pattern) => {
    const file = Buffer.alloc(40 * 2 ** 20, Uint8Array.from(pattern))
    file.set(await tone({ seconds: 1 }))
    const before = process.threadCpuUsage()
    inspectMp3(file)
    const { user, system } = process.threadCpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(250)
  })

  it('inspectMp3 survives damage anywhere in a real file', async () => {
    const mp3 = await tone({ seconds: 1 })
    fc.assert(
      fc.property(fc.nat(mp3.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 }), (at, damage) => {
        const damaged = mp3.slice()
        damaged.set(damage.subarray(0, damaged.length - at), at)
        expect(inspectMp3(damaged)?.durationSeconds ?? 0).toBeLessThanOrEqual(1.3)
      }),
      { numRuns: 200 },
    )
  })
})

describe('joinMp3', () => {
  it('joinMp3 plays the head up to the cut and then the whole tail', async () => {
    const [head, tail] = await Promise.all([tone({ seconds: 4, hertz: 440 }), tone({ seconds: 3, hertz: 880 })])
    const joined = joinMp3(
      withTags(head, { title: 'head', software: 'test' }),
      2.5,
      withTags(tail, { title: 'tail', software: 'test' }),
    )
    const expected = 2.5 + (inspectMp3(tail)?.durationSeconds ?? 0)
    expect(Math.abs((inspectMp3(joined)?.durationSeconds ?? 0) - expected)).toBeLessThan(0.03)
    const heard = await decode(joined)
    expect(heard.errors).toBe(0)
    expect(Math.abs(heard.seconds - expected)).toBeLessThan(0.1)
    expect(crossings(heard.sound, 1, 2)).toBeCloseTo(880, -1)
    expect(crossings(heard.sound, 3, 4)).toBeCloseTo(1760, -1)
  })

  it('joinMp3 mutes leading frames that need bytes from before the cut', async () => {
    const source = await tone({ seconds: 3, vbrQuality: 3 })
    const beheaded = source.subarray(Math.floor(source.length / 2))
    const heard = await decode(joinMp3(source, 1, beheaded))
    expect(heard.errors).toBe(0)
    expect(heard.sound.every((x) => Math.abs(x) < 0.75)).toBe(true)
  })

  it('joinMp3 keeps all of the head when the cut is after its end, and none at 0', async () => {
    const [head, tail] = await Promise.all([tone({ seconds: 1 }), tone({ seconds: 1, hertz: 880 })])
    const [headFrames, tailFrames] = [inspectMp3(head)?.frames ?? 0, inspectMp3(tail)?.frames ?? 0]
    expect(inspectMp3(joinMp3(head, 99, tail))?.frames).toBe(headFrames + tailFrames)
    expect(inspectMp3(joinMp3(head, 0, tail))?.frames).toBe(tailFrames)
  })

  it('joinMp3 refuses a file of millions of frames, and says why', async () => {
    const file = Buffer.alloc(8 * 2 ** 20, Uint8Array.from(filled([0xff, 0xf3, 0x14, 0xc0], 24)))
    expect(() => joinMp3(file, 9_999, file)).toThrow('The file is too long')
  })

  it('joinMp3 refuses files of different formats, and says why', async () => {
    const stereo = await tone({ seconds: 1 })
    const mono = await tone({ seconds: 1, channels: 1 })
    const slow = await tone({ seconds: 1, sampleRate: 48_000 })
    expect(() => joinMp3(stereo, 1, mono)).toThrow('channels differs (2 and 1)')
    expect(() => joinMp3(stereo, 1, slow)).toThrow('sampleRate differs (44100 and 48000)')
    expect(() => joinMp3(stereo, 1, new Uint8Array(100))).toThrow('The second file is not a playable MP3.')
  })
})

/** Zero crossings a second: twice the pitch of a pure tone. */
function crossings(sound: Float32Array, fromSeconds: number, toSeconds: number): number {
  let count = 0
  for (let index = fromSeconds * 44_100; index < toSeconds * 44_100; index++) {
    if (Math.sign(sound[index] ?? 0) !== Math.sign(sound[index + 1] ?? 0)) count++
  }
  return count
}
