import { describe, expect, it } from 'vitest'
import { inspectMp3 } from '../mp3/mp3.ts'
import { listen } from '../studio/listen.testing.ts'
import { sandboxSound } from './sandbox-media.ts'

const loudest = (samples: Float32Array): number => samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

describe('sandboxSound', () => {
  it('sandboxSound makes an MP3 of the requested length that beeps to its end', async () => {
    for (const seconds of [0.5, 3, 4.2, 61]) {
      const mp3 = await sandboxSound({ seconds, mediaType: 'audio/mpeg' })
      const heard = await listen(mp3)
      expect(heard).toMatchObject({ errors: 0, clipped: 0, sampleRate: 44_100 })
      expect(Math.abs(heard.seconds - seconds)).toBeLessThan(0.027)
      expect(inspectMp3(mp3)).toMatchObject({ channels: 1, durationSeconds: expect.closeTo(heard.seconds, 5) })
      for (let from = 0; from + 22_050 < heard.left.length; from += 22_050)
        expect(loudest(heard.left.subarray(from, from + 22_050))).toBeGreaterThan(0.2)
      expect(new TextDecoder('utf-16le').decode(mp3.subarray(23, 77))).toBe('SANDBOX – not a real result')
    }
  })

  it('sandboxSound repeats its loop without a click', async () => {
    const { left } = await listen(await sandboxSound({ seconds: 10, mediaType: 'audio/mpeg' }))
    const loopSamples = 38 * 1152
    const [first, third] = [0, 2].map((loop) => left.subarray(loop * loopSamples, (loop + 1) * loopSamples))
    expect(loudest(Float32Array.from(first ?? [], (value, index) => value - (third?.[index] ?? 0)))).toBeLessThan(0.001)
  })

  it('sandboxSound makes a WAV of the requested length, exact to the sample', async () => {
    for (const seconds of [0.25, 3, 7.7]) {
      const wav = Buffer.from(await sandboxSound({ seconds, mediaType: 'audio/wav' }))
      const samples = Math.round(22_050 * seconds)
      expect(wav.toString('latin1', 0, 4)).toBe('RIFF')
      expect(wav.readUInt32LE(4)).toBe(wav.length - 8)
      expect(wav.toString('latin1', 8, 16)).toBe('WAVEfmt ')
      expect(wav.readUInt32LE(16)).toBe(16)
      const [format, channels] = [wav.readUInt16LE(20), wav.readUInt16LE(22)]
      const [rate, bytesPerSecond] = [wav.readUInt32LE(24), wav.readUInt32LE(28)]
      const [blockBytes, bits] = [wav.readUInt16LE(32), wav.readUInt16LE(34)]
      expect({ format, channels, rate, bytesPerSecond, blockBytes, bits }).toEqual({
        ...{ format: 1, channels: 1, rate: 22_050 },
        ...{ bytesPerSecond: 44_100, blockBytes: 2, bits: 16 },
      })
      expect(wav.toString('latin1', 36, 40)).toBe('data')
      expect(wav.readUInt32LE(40)).toBe(2 * samples)
      const sound = Float32Array.from({ length: samples }, (_, index) => wav.readInt16LE(44 + 2 * index) / 32_768)
      for (let from = 0; from + 5000 < samples; from += 11_025)
        expect(loudest(sound.subarray(from, from + 5000))).toBeGreaterThan(0.2)
      const behind = 44 + 2 * samples
      expect(wav.toString('latin1', behind, behind + 4)).toBe('LIST')
      expect(behind + 8 + wav.readUInt32LE(behind + 4)).toBe(wav.length)
      expect(wav.includes('SANDBOX - not a real result')).toBe(true)
    }
  })

  it('sandboxSound returns one file for equal specs', async () => {
    const [one, other] = await Promise.all([
      sandboxSound({ seconds: 5, mediaType: 'audio/mpeg' }),
      sandboxSound({ mediaType: 'audio/mpeg', seconds: 5 }),
    ])
    expect(other).toBe(one)
  })

  it('sandboxSound makes up to ten minutes, and refuses more with the limit', async () => {
    expect(inspectMp3(await sandboxSound({ seconds: 600, mediaType: 'audio/mpeg' }))?.durationSeconds).toBeCloseTo(
      600,
      1,
    )
    await expect(sandboxSound({ seconds: 601, mediaType: 'audio/wav' })).rejects.toThrow(
      'up to 600 seconds of this, not 601',
    )
    await expect(sandboxSound({ seconds: 0, mediaType: 'audio/wav' })).rejects.toThrow('not 0')
  })
})
