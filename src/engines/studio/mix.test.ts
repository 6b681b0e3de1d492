import { beforeAll, describe, expect, it } from 'vitest'
import { arrange } from './arrangement.ts'
import { type Bank, openBank } from './band/bank.ts'
import { drawSampled } from './band/sampler.ts'
import { GENRES } from './genres.ts'
import { INSTRUMENTS } from './instruments.ts'
import { clicksIn, levelDb } from './listen.testing.ts'
import { excerpt } from './master/excerpts.ts'
import { integratedLoudness } from './master/loudness.ts'
import { mixBlocks, openStage } from './mix.ts'
import type { Score } from './score.ts'
import { bandShareDb, sideToMiddleDb, spectrumOf, timbreDistance, timbreOf } from './spectrum.testing.ts'
import type { SoundedNote } from './synth/note.ts'
import { play } from './synth/play.ts'
import { SAMPLE_RATE } from './synth/signal.ts'

interface Sound {
  left: Float32Array
  right: Float32Array
  middle: Float32Array
}

let bank: Bank | undefined

function render(score: Score, from: Bank | undefined): Sound {
  const length = Math.round(score.durationSeconds * SAMPLE_RATE)
  const left = new Float32Array(length)
  const right = new Float32Array(length)
  let offset = 0
  for (const block of mixBlocks(score, openStage(score, from))) {
    const samples = Math.min(block.left.length, length - offset)
    left.set(block.left.subarray(0, samples), offset)
    right.set(block.right.subarray(0, samples), offset)
    offset += samples
  }
  return { left, right, middle: left.map((x, index) => 0.5 * (x + (right[index] ?? 0))) }
}

const song = (tags: string, take = 0): Score =>
  arrange({ lyrics: '', tags, title: 'Mix', instrumental: true, seed: 2, take, seconds: 70 })

/** A bar or two from the middle of the last chorus, and of the first verse. */
function passages(score: Score): { chorus: Score; verse: Score } {
  const { sections, durationSeconds, barSeconds } = score
  const kinds = sections.map(({ kind }) => kind)
  const passage = (index: number): Score => {
    const from = sections[index]?.at ?? 0
    const bars = Math.round(((sections[index + 1]?.at ?? durationSeconds) - from) / barSeconds)
    const seconds = Math.max(1, Math.round(2.4 / barSeconds)) * barSeconds
    return excerpt(score, { from: from + Math.floor(bars / 2) * barSeconds, seconds })
  }
  return { chorus: passage(kinds.lastIndexOf('chorus')), verse: passage(kinds.indexOf('verse')) }
}

describe('mix', () => {
  beforeAll(async () => {
    bank = await openBank()
    expect(bank).toBeDefined()
  })

  it.each(GENRES.map(({ name }) => [name]))(
    'a chorus of %s is clean, has some treble, and is as wide as records are',
    (name) => {
      const { chorus } = passages(song(name))
      const { left, right, middle } = render({ ...chorus, durationSeconds: 1.6 }, bank)
      expect(left.every(Number.isFinite)).toBe(true)
      expect(levelDb(middle, SAMPLE_RATE, 0, 1.6)).toBeGreaterThan(-38)
      expect(levelDb(middle, SAMPLE_RATE, 0, 1.6)).toBeLessThan(-6)
      expect(clicksIn(middle)).toEqual([])
      expect(Math.abs(levelDb(left, SAMPLE_RATE, 0, 1.6) - levelDb(right, SAMPLE_RATE, 0, 1.6))).toBeLessThan(5)
      expect(sideToMiddleDb(left, right)).toBeGreaterThan(-24)
      expect(sideToMiddleDb(left, right)).toBeLessThan(-2)
      expect(bandShareDb(spectrumOf(middle), 2_000, 6_000)).toBeGreaterThan(-34)
    },
  )

  it('the chorus of an energetic style is at least 2 dB louder than its verse', () => {
    for (const name of ['rock', 'pop', 'metal', 'house', 'funk', 'drum and bass', 'salsa', 'film score']) {
      const { chorus, verse } = passages(song(name))
      const [loud, soft] = [chorus, verse].map((part) => {
        const { left, right } = render(part, bank)
        return integratedLoudness(left, right)
      })
      expect((loud ?? 0) - (soft ?? 0), name).toBeGreaterThan(2)
    }
  })

  it('at least half of the choruses are nearest in timbre to another chorus of their style, among twelve styles', () => {
    const styles = [
      'pop',
      'rock',
      'metal',
      'jazz',
      'house',
      'trap',
      'folk',
      'classical',
      'raga',
      'ambient',
      'reggae',
      'chinese',
    ]
    const timbres = styles.flatMap((name) =>
      [0, 1].map((take) => timbreOf(render(passages(song(name, take)).chorus, bank).middle)),
    )
    const distance = timbreDistance(timbres)
    const alike = timbres.filter((_, one) => {
      const others = timbres.map((_, other) => other).filter((other) => other !== one)
      const nearest = others.reduce((best, other) => (distance(one, other) < distance(one, best) ? other : best))
      return Math.floor(nearest / 2) === Math.floor(one / 2)
    })
    expect(alike.length).toBeGreaterThanOrEqual(12)
  })

  it('a mix is the same, sample by sample, each time', () => {
    const { chorus } = passages(song('funk'))
    const [first, again] = [render(chorus, bank), render(chorus, bank)]
    expect(Buffer.compare(Buffer.from(first.left.buffer), Buffer.from(again.left.buffer))).toBe(0)
    expect(Buffer.compare(Buffer.from(first.right.buffer), Buffer.from(again.right.buffer))).toBe(0)
  })

  it('where the sound bank is not installed, synthesisers play', async () => {
    expect(await openBank(new URL('./not-installed/', import.meta.url))).toBeUndefined()
    const { middle } = render({ ...passages(song('funk')).chorus, durationSeconds: 2 }, undefined)
    expect(levelDb(middle, SAMPLE_RATE, 0, 2)).toBeGreaterThan(-38)
    expect(clicksIn(middle)).toEqual([])
  })

  it('the instruments of a mix keep one loudness', () => {
    for (const [name, { centre }] of Object.entries(INSTRUMENTS)) {
      for (const [by, from] of [['bank', bank] as const, ['synthesiser', undefined] as const]) {
        const power = [-5, 0, 4].map((step) => {
          const sound = played(name, { midi: centre + step, seconds: 0.6, velocity: 0.8, seed: 40 + step }, from)
          return levelDb(sound, SAMPLE_RATE, 0, 0.6)
        })
        expect(Math.max(...power), `${name} by ${by}`).toBeLessThan(-9)
        expect(Math.min(...power), `${name} by ${by}`).toBeGreaterThan(-30)
      }
    }
  })

  // A tubular bell has no partial at the pitch that people hear in it.
  it.each(Object.entries(INSTRUMENTS).filter(([name]) => name !== 'bells'))(
    'the mix plays %s in tune',
    (name, { centre }) => {
      for (const from of [bank, undefined]) {
        const sound = played(name, { midi: centre, seconds: 0.9, velocity: 0.8, seed: 7 }, from)
        const heard = pitchOf(sound.subarray(0.1 * SAMPLE_RATE, 0.9 * SAMPLE_RATE), centre)
        expect(Math.abs(1200 * Math.log2(heard))).toBeLessThan(32)
      }
    },
  )
})

/** One note at the level of the mix, in mono. */
function played(name: string, note: SoundedNote, from: Bank | undefined): Float32Array {
  const { patch, level, sampled } = INSTRUMENTS[name as keyof typeof INSTRUMENTS] as (typeof INSTRUMENTS)['piano']
  const samples = Math.ceil((note.seconds + 0.2) * SAMPLE_RATE)
  const left = new Float32Array(samples)
  const right = new Float32Array(samples)
  const zones = from && sampled ? from.zones(sampled.preset, note.midi) : []
  if (!from || zones.length === 0) {
    play(patch, note, left)
    return left.map((x) => x * level)
  }
  const { isMono } = drawSampled(from, zones, note, left, right)
  return left.map((x, index) => sampled.level * (isMono ? x : 0.5 * (x + (right[index] ?? 0))))
}

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
