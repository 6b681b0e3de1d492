import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeMp3 } from '../../mp3/decode.ts'
import { speak } from '../../speech/flite.ts'
import { arrange } from '../arrangement.ts'
import { type Bank, openBank } from '../band/bank.ts'
import { openMp3Writer } from '../encode.ts'
import { masterBlocks } from '../master/master.ts'
import { randomFrom } from '../random.ts'
import type { Score } from '../score.ts'
import { sheetOfScore } from '../score-sheet.ts'
import type { SongRequest } from '../song.ts'
import { SAMPLE_RATE } from '../synth/signal.ts'
import { type Accuracy, accuracyOf, likenessOfSongs, songFeatures } from './compare.testing.ts'
import { type HeardSong, hearSong, type Unheard } from './hear-song.ts'
import type { Pcm } from './sound.ts'

const WORDS =
  '[Verse]\nThe lamp is burning low tonight\nThe harbour sleeps in silver light\n[Chorus]\nCarry me home, carry me home'
const PLAYED: SongRequest = {
  lyrics: '',
  tags: 'country',
  title: 'Hear',
  instrumental: true,
  seed: 11,
  take: 1,
  seconds: 11,
}
const SUNG: SongRequest = { ...PLAYED, tags: 'folk', lyrics: WORDS, instrumental: false, take: 0 }

let bank: Bank | undefined
beforeAll(async () => {
  bank = await openBank()
})
afterAll(() => bank?.close())

function played(score: Score): Pcm[] {
  const parts: Pcm[] = []
  for (const { left, right } of masterBlocks(score, bank))
    if (left.length > 0) parts.push({ left: left.slice(), right: right.slice(), sampleRate: SAMPLE_RATE })
  return parts
}

async function asMp3(parts: readonly Pcm[]): Promise<Iterable<Pcm>> {
  const writer = await openMp3Writer({ sampleRate: SAMPLE_RATE, channels: 2, kbitPerSecond: 160 })
  for (const { left, right } of parts) writer.write([left, right])
  return decodeMp3(writer.finish())
}

function mustHear(parts: Iterable<Pcm>): HeardSong {
  const heard = hearSong(parts, () => false)
  if (!heard || 'unheard' in heard) throw new Error(`Nothing was heard: ${heard?.unheard}`)
  return heard
}

/** The same, with what is expected at least. */
function expectAccuracy(found: Accuracy, least: Partial<Accuracy>): void {
  for (const [name, value] of Object.entries(least)) expect(found[name as keyof Accuracy], name).toBeGreaterThan(value)
}

describe('a recording', () => {
  const score = arrange(PLAYED)
  let sound: Pcm[] = []
  let heard: HeardSong
  let heardSung: HeardSong
  beforeAll(() => {
    sound = played(score)
  })

  it('of instruments is heard in its beats, bars, chords and tune, through an MP3', async () => {
    heard = mustHear(await asMp3(sound))
    expectAccuracy(accuracyOf(score, heard), {
      beats: 0.9,
      downbeats: 0.85,
      chords: 0.85,
      recall: 0.75,
      precision: 0.7,
    })
    expect(heard.sheet.beatsPerBar).toBe(4)
  })

  it('is heard as well where it is tuned 40 cents higher, and begins after a second of silence', () => {
    const silence = new Float32Array(SAMPLE_RATE)
    const sampleRate = SAMPLE_RATE * 2 ** (40 / 1200)
    const parts = [{ left: silence, right: silence, sampleRate }, ...sound].map((part) => ({ ...part, sampleRate }))
    const found = mustHear(parts)
    const beats = found.beats.map((at) => (at * sampleRate) / SAMPLE_RATE)
    const least = { beats: 0.9, downbeats: 0.85, chords: 0.85, recall: 0.7, precision: 0.65 }
    expectAccuracy(accuracyOf(score, { ...found, beats }, 1), least)
  })

  it('of a singer and a band is heard in its beats, bars, chords and tune', () => {
    const sung = arrange(SUNG)
    heardSung = mustHear(played(sung))
    const least = { beats: 0.9, downbeats: 0.85, chords: 0.8, recall: 0.5, precision: 0.55 }
    expectAccuracy(accuracyOf(sung, heardSung), least)
  })

  it('is nearer to its own song by chords and tune than to another', () => {
    const truths = [score, arrange(SUNG)].map((one) => songFeatures(sheetOfScore(one)))
    for (const [index, { sheet }] of [heard, heardSung].entries()) {
      const likeness = truths.map((truth) => likenessOfSongs(truth, songFeatures({ sheet })))
      expect(likeness.indexOf(Math.max(...likeness))).toBe(index)
    }
  })

  it('costs at most a tenth of its playing time, and ends at once wherever it is stopped', () => {
    let looks = 0
    const before = process.cpuUsage()
    const whole = hearSong(sound, () => looks++ < 0)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(0.1 * (PLAYED.seconds ?? 0))
    expect(whole).toHaveProperty('sheet')
    // Whether to go on is asked for each window of each spectrum, and each moment of each path: a few milliseconds apart.
    expect(looks).toBeGreaterThan(300 * (PLAYED.seconds ?? 0))
    const half = looks / 2
    looks = 0
    expect(hearSong(sound, () => looks++ > half)).toBeUndefined()
    expect(looks).toBeLessThan(half + 3)
  })
})

describe('what is no song', () => {
  const noise = (): Pcm[] => {
    const random = randomFrom('noise')
    const side = Float32Array.from({ length: 7 * SAMPLE_RATE }, () => random.between(-0.3, 0.3))
    return [{ left: side, right: side, sampleRate: SAMPLE_RATE }]
  }
  const speech = (): Pcm[] => {
    const { samples, sampleRate } = speak(
      'It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was the epoch of belief.',
      { voice: 'slt' },
    )
    return [{ left: samples, right: samples, sampleRate }]
  }
  const drums = (): Pcm[] => played({ ...arrange({ ...PLAYED, tags: 'rock', seconds: 7 }), parts: [] })
  /** A piano whose beats are longer and shorter, each by itself. */
  const rubato = (): Pcm[] => {
    const score = arrange({ ...PLAYED, tags: 'classical, piano', seconds: 9 })
    const beat = 60 / score.bpm
    const random = randomFrom('rubato')
    const times = [0]
    for (let index = 0; index < 60; index++) times.push((times.at(-1) ?? 0) + beat * random.between(0.75, 1.4))
    const moved = (at: number): number => {
      const index = Math.floor(at / beat)
      const [from = 0, to = 0] = [times[index], times[index + 1]]
      return from + (at / beat - index) * (to - from)
    }
    const parts = score.parts.map((part) => ({
      ...part,
      notes: part.notes.map((note) => ({ ...note, at: moved(note.at) })),
    }))
    return played({ ...score, hits: [], parts })
  }

  it.each([
    ['noise', noise, /no steady beat/],
    ['speech', speech, /no steady beat/],
    ['drums alone', drums, /^no chords/],
    ['a piano without a steady beat', rubato, /no steady beat/],
    [
      'a moment',
      () => noise().map((part) => ({ ...part, left: part.left.subarray(0, 9), right: part.right.subarray(0, 9) })),
      /shorter/,
    ],
  ])('of %s it is said what cannot be heard', (_what, sound, reason) => {
    const heard = hearSong(sound(), () => false) as Unheard
    expect(heard.unheard).toMatch(reason)
  })

  it('ends soon after it is stopped', () => {
    expect(hearSong(noise(), () => true)).toBeUndefined()
  })
})
