import { describe, expect, it } from 'vitest'
import { arrange } from '../arrangement.ts'
import { openBank } from '../band/bank.ts'
import { openMp3Writer } from '../encode.ts'
import { clicksIn, listen } from '../listen.testing.ts'
import { bandShareDb, sideToMiddleDb, slopeDb, spectrumOf } from '../spectrum.testing.ts'
import { SAMPLE_RATE } from '../synth/signal.ts'
import { integratedLoudness } from './loudness.ts'
import { masterBlocks } from './master.ts'
import { truePeak } from './true-peak.ts'

async function published(tags: string, seconds: number): Promise<{ left: Float32Array; right: Float32Array }> {
  const score = arrange({ lyrics: '', tags, title: 'Master', instrumental: true, seed: 4, take: 0, seconds })
  const writer = await openMp3Writer({ sampleRate: SAMPLE_RATE, channels: 2, kbitPerSecond: 160 })
  const bank = await openBank()
  for (const { left, right } of masterBlocks(score, bank)) if (left.length > 0) writer.write([left, right])
  bank?.close()
  return listen(writer.finish())
}

describe('master', () => {
  it('loudness is measured as ITU-R BS.1770 has it', () => {
    // A sine of 997 Hz at full scale on both sides has 0 LUFS; EBU Tech 3341, case 1: at -23 dBFS it has -23.
    const sine = Float32Array.from({ length: 5 * SAMPLE_RATE }, (_, index) =>
      Math.sin((2 * Math.PI * 997 * index) / SAMPLE_RATE),
    )
    expect(integratedLoudness(sine, sine)).toBeCloseTo(0, 1)
    const soft = sine.map((x) => x * 10 ** (-23 / 20))
    expect(integratedLoudness(soft, soft)).toBeCloseTo(-23, 1)
  })

  it('a true peak is found between the samples', () => {
    // A quarter of the sampling rate, an eighth of a turn late: every sample is 3 dB under the peak.
    const sine = Float32Array.from({ length: 64 }, (_, index) => Math.sin((Math.PI * index) / 2 + Math.PI / 4))
    expect(sine.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBeCloseTo(Math.SQRT1_2, 3)
    expect(truePeak(sine, 8, 56)).toBeCloseTo(1, 1)
  })

  it.each([
    // Longer than 20 seconds: measured by excerpts.
    ['pop', 21],
    ['metal', 6],
    ['jazz', 6],
    // Without drums and words, and with a pad that joins after the first bars.
    ['ambient', 21],
  ])(
    'a song of %s is as loud, as bright and as wide as records, and its peaks stay under -1 dB',
    { timeout: 120_000 },
    async (name, seconds) => {
      const { left, right } = await published(name, seconds)
      const middle = left.map((x, index) => 0.5 * (x + (right[index] ?? 0)))
      expect(Math.abs(integratedLoudness(left, right) + 14)).toBeLessThan(1)
      const peak = Math.max(...[left, right].map((side) => truePeak(side, 8, side.length - 8, 0.5)))
      expect(20 * Math.log10(peak)).toBeLessThan(-1)
      expect(clicksIn(middle)).toEqual([])
      const spectrum = spectrumOf(middle)
      expect(bandShareDb(spectrum, 2_000, 6_000)).toBeGreaterThan(-20)
      expect(slopeDb(spectrum)).toBeGreaterThan(-7)
      expect(slopeDb(spectrum)).toBeLessThan(-3)
      expect(sideToMiddleDb(left, right)).toBeGreaterThan(-18)
      expect(sideToMiddleDb(left, right)).toBeLessThan(-5)
      // It begins and ends in silence, so a player does not click.
      expect(Math.abs(left.at(-1) ?? 1)).toBeLessThan(0.01)
    },
  )
})
