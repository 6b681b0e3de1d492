import { describe, expect, it } from 'vitest'
import { arrange } from './arrangement.ts'
import { GENRES } from './genres.ts'
import { INSTRUMENTS } from './instruments.ts'
import { levelDb } from './listen.testing.ts'
import { renderBlocks } from './mix.ts'
import { play } from './synth/play.ts'
import { SAMPLE_RATE } from './synth/signal.ts'

function render(tags: string, seconds: number): { left: Float32Array; right: Float32Array } {
  const score = arrange({
    lyrics: '[Verse]\nRain on the window\n[Chorus]\nRun with me now',
    tags,
    title: 'Mix',
    instrumental: false,
    seed: 2,
    take: 0,
    seconds,
  })
  const left = new Float32Array(seconds * SAMPLE_RATE)
  const right = new Float32Array(seconds * SAMPLE_RATE)
  let offset = 0
  for (const block of renderBlocks(score)) {
    left.set(block.left, offset)
    right.set(block.right, offset)
    offset += block.left.length
  }
  return { left, right }
}

describe('mix', () => {
  it.each(GENRES.map(({ name }) => [name]))(
    'the mix of %s has an even sound level, without clipping or clicks',
    (name) => {
      const { left, right } = render(name, 10)
      const peak = left.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
      expect(peak).toBeLessThan(0.9)
      expect(left.every(Number.isFinite)).toBe(true)
      expect(levelDb(left, SAMPLE_RATE, 1, 8)).toBeGreaterThan(-32)
      expect(levelDb(left, SAMPLE_RATE, 1, 8)).toBeLessThan(-8)
      expect(Math.abs(levelDb(left, SAMPLE_RATE, 1, 8) - levelDb(right, SAMPLE_RATE, 1, 8))).toBeLessThan(5)
      // It begins and ends in silence, so a player does not click.
      expect(Math.abs(left[0] ?? 1)).toBeLessThan(0.01)
      expect(Math.abs(left.at(-1) ?? 1)).toBeLessThan(0.01)
    },
  )

  it('the instruments of a mix keep one loudness', () => {
    const out = new Float32Array(2 * SAMPLE_RATE)
    for (const [name, { patch, level, centre }] of Object.entries(INSTRUMENTS)) {
      const power = [-5, 0, 4].map((step) => {
        out.fill(0)
        play(patch, { midi: centre + step, seconds: 0.8, velocity: 0.8, seed: 40 + step }, out)
        return levelDb(out, SAMPLE_RATE, 0, 0.6) + 20 * Math.log10(level)
      })
      expect(Math.max(...power), name).toBeLessThan(-11)
      expect(Math.min(...power), name).toBeGreaterThan(-30)
    }
  })

  it.each(Object.entries(INSTRUMENTS))('the mix plays %s in tune', (_, { patch, centre }) => {
    const out = new Float32Array(2 * SAMPLE_RATE)
    play(patch, { midi: centre, seconds: 1.6, velocity: 0.8, seed: 7 }, out)
    const heard = pitchOf(out.subarray(0.1 * SAMPLE_RATE, 0.9 * SAMPLE_RATE), centre)
    expect(Math.abs(1200 * Math.log2(heard))).toBeLessThan(18)
  })
})

/** The period near the wanted one at which the sound is most like itself, as a ratio of pitches. */
function pitchOf(sound: Float32Array, midi: number): number {
  const period = SAMPLE_RATE / (440 * 2 ** ((midi - 69) / 12))
  // Eight periods on, a small error shows eightfold.
  const periods = 8
  let best = { lag: 0, score: Number.NEGATIVE_INFINITY }
  for (let lag = Math.floor(period * periods * 0.96); lag <= Math.ceil(period * periods * 1.04); lag++) {
    let score = 0
    for (let index = 0; index + lag < sound.length; index += 3) score += (sound[index] ?? 0) * (sound[index + lag] ?? 0)
    if (score > best.score) best = { lag, score }
  }
  return (period * periods) / best.lag
}
