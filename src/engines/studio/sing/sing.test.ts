import { describe, expect, it } from 'vitest'
import { pronunciationOf } from '../../words/pronouncing.ts'
import { arrange } from '../arrangement.ts'
import { parseLyrics } from '../lyrics.ts'
import { randomFrom } from '../random.ts'
import type { Score } from '../score.ts'
import type { SongRequest } from '../song.ts'
import { SAMPLE_RATE } from '../synth/signal.ts'
import { copyOf } from './copies.testing.ts'
import { BINS, type Envelopes, envelopesOf, FFT_LENGTH } from './envelopes.ts'
import { RealFft } from './fft.ts'
import { syllabify } from './phones.ts'
import type { Phrase } from './phrase.ts'
import { pronounce } from './pronounce.ts'
import { chooseSinger } from './singers.ts'
import { openSinging } from './singing.ts'
import { stretchesOf } from './timing.ts'
import { trackOf } from './track.ts'

const BLOCK = 65_536
const first = <T>([one]: readonly [T, ...T[]]): T => one
const female = chooseSinger('female', ['plain', 'any'], first)

const request: SongRequest = {
  lyrics:
    '[Verse]\nThe lamp is burning low tonight\nI left my heart beside the road\n[Chorus]\nCarry me home, carry me home\n[Chorus]',
  tags: 'folk, female, 92 bpm',
  title: 'Lamp',
  instrumental: false,
  seed: 3,
  take: 0,
  seconds: 36,
}

/** What the singer adds to the left side of the mix. */
function sing(score: Score, block = BLOCK): Float32Array {
  const singing = openSinging(score, block)
  const total = Math.ceil(score.durationSeconds * SAMPLE_RATE)
  const out = new Float32Array(total)
  for (let from = 0; from < total; from += block) {
    const [left, right, room, echo] = [0, 1, 2, 3].map(() => new Float32Array(block))
    if (!left || !right || !room || !echo) throw new Error('There are four buses.')
    const samples = Math.min(block, total - from)
    singing.addTo({ left, right, room, echo }, samples)
    out.set(left.subarray(0, samples), from)
  }
  return out
}

/** How far a stretch of sound is from a pitch near by, in cents: the lag of eight periods at which it is most like itself. */
function centsOff(sound: Float32Array, midi: number): number {
  const period = (8 * SAMPLE_RATE) / (440 * 2 ** ((midi - 69) / 12))
  let best = { lag: 0, score: Number.NEGATIVE_INFINITY }
  for (let lag = Math.floor(period * 0.96); lag <= Math.ceil(period * 1.04); lag++) {
    let score = 0
    for (let index = 0; index + lag < sound.length; index += 3) score += (sound[index] ?? 0) * (sound[index + lag] ?? 0)
    if (score > best.score) best = { lag, score }
  }
  return 1_200 * Math.log2(period / best.lag)
}

const spoken = (text: string): string | undefined => {
  const line = pronounce(parseLyrics(`[Verse]\n${text}`), female).sections[0]?.lines[0]
  const phrase = line?.syllables[0]?.sung?.phrase
  return phrase?.syllables
    .map(({ onset, nucleus, coda, isStressed }) => {
      const names = [...onset, nucleus, ...coda].map((place) => phrase.phones[place]?.name)
      return names.join(' ') + (isStressed ? "'" : '')
    })
    .join(' | ')
}

describe('singing', () => {
  const score = arrange(request)
  const sound = sing(score)

  it('the singer is in tune: half of the long notes within 10 cents, and nearly all within 50', () => {
    const lead = score.parts.find(({ instrument }) => instrument === 'voice')
    const chorus = score.sections.find(({ kind }) => kind === 'chorus')?.at ?? 0
    const off = (lead?.notes ?? [])
      .filter(({ at, seconds, syllable }) => at < chorus - 0.5 && seconds > 0.3 && syllable?.sung)
      .map(({ at, seconds, midi }) => {
        const from = Math.round((at + Math.min(0.12, 0.4 * seconds)) * SAMPLE_RATE)
        return Math.abs(centsOff(sound.subarray(from, Math.round((at + 0.85 * seconds) * SAMPLE_RATE)), midi))
      })
      .sort((a, b) => a - b)
    expect(off.length).toBeGreaterThan(8)
    expect(off[Math.floor(off.length / 2)]).toBeLessThan(10)
    expect(off[Math.floor(0.94 * off.length)]).toBeLessThan(50)
  })

  it('the singer sings the same song with the same samples, whatever the length of the blocks', () => {
    const again = sing(arrange(request), 16_000)
    // Where a block ends, filters drop what is too soft to be heard.
    expect(again.every((value, index) => Math.abs(value - (sound[index] ?? 1)) < 1e-12)).toBe(true)
  })

  it('the singer is heard while there are words, and is silent between them', () => {
    const lead = score.parts.find(({ instrument }) => instrument === 'voice')
    const level = (from: number, to: number): number => {
      const part = sound.subarray(Math.round(from * SAMPLE_RATE), Math.round(to * SAMPLE_RATE))
      return Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, part.length))
    }
    const firstNote = lead?.notes.find(({ syllable }) => syllable?.sung)
    expect(level(0, (firstNote?.at ?? 1) - 0.7)).toBe(0)
    for (const { at, seconds } of lead?.notes ?? []) expect(level(at, at + seconds)).toBeGreaterThan(0.01)
    expect(sound.every(Number.isFinite)).toBe(true)
    expect(sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeLessThan(1)
  })

  it('consonants come before the beat, and vowels on it', () => {
    const lead = score.parts.find(({ instrument }) => instrument === 'voice')
    const [one] = lead?.notes ?? []
    const phrase = one?.syllable?.sung?.phrase
    if (!phrase) throw new Error('The first note has words.')
    const notes = phrase.syllables.map((_, index) => ({
      at: 1 + index / 2,
      seconds: 0.4,
      midi: 60,
      velocity: 1,
      syllable: index,
    }))
    const stretches = stretchesOf(phrase, notes, { isSpoken: false })
    for (const { at, syllable } of notes) {
      const vowel = phrase.phones[phrase.syllables[syllable]?.nucleus ?? 0]
      const heard = stretches.find(({ fromSeconds }) => Math.abs(fromSeconds - (vowel?.startSeconds ?? 0)) < 1e-6)
      expect(Math.abs((heard?.start ?? 0) - at)).toBeLessThan(0.07)
    }
    for (const [index, { start }] of stretches.entries())
      expect(start).toBeGreaterThanOrEqual((stretches[index - 1]?.end ?? 0) - 1e-6)
  })

  it('a line that is drawn as it was spoken keeps the shapes of the mouth', () => {
    const phrase = phraseOf('the harbour sleeps in silver light')
    const envelopes = envelopesOf(phrase, female.spokenHertz)
    const copy = copyOf(phrase, envelopes, female.spokenHertz)
    expect(distanceDb(envelopes, envelopesOf({ ...phrase, samples: copy }, female.spokenHertz))).toBeLessThan(4)
  })

  it('a rapper speaks in rhythm: no note is drawn out, and the pitch does not follow the tune', () => {
    const rapper = chooseSinger('rap, male', ['plain', 'any'], first)
    expect(rapper.isSpoken).toBe(true)
    const phrase = phraseOf('counting every star above the town')
    const notes = phrase.syllables.map((_, index) => ({
      at: index,
      seconds: 0.9,
      midi: 40 + 4 * index,
      velocity: 1,
      syllable: index,
    }))
    const stretches = stretchesOf(phrase, notes, { isSpoken: true })
    const sung = stretches.filter(({ fromSeconds, toSeconds }) => fromSeconds < toSeconds)
    expect(Math.max(...sung.map(({ start, end }) => end - start))).toBeLessThan(0.5)
    const track = trackOf(
      { phrase, envelopes: envelopesOf(phrase, rapper.spokenHertz), notes, stretches },
      rapper,
      randomFrom('rap'),
    )
    const heard = track.hertz.filter((_, frame) => (track.gain[frame] ?? 0) > 0)
    expect(Math.max(...heard) / Math.min(...heard)).toBeLessThan(2)
  })

  it.each([
    ['female vocals', 'high', false],
    ['male baritone', 'deep', false],
    ['children choir', 'child', false],
    ['gospel choir', 'choir', false],
    ['robot pop', 'robot', false],
    ['drill, female', 'high', true],
    ['melodic rap, male', 'low', false],
  ])('the tags "%s" choose the singer %s', (tags, name, isSpoken) => {
    const singer = chooseSinger(tags, ['plain', 'any'], first)
    expect([singer.name, singer.isSpoken === true]).toEqual([name, isSpoken])
  })
})

describe('pronunciation', () => {
  it.each([
    ['I can hear the water', "ay | k ae n' | hh ih r' | dh ax | w ao' | t er"],
    ['Te quiero más, corazón', "t eh | k y eh' | r ow | m aa s' | k ow | r aa | s ow n'"],
    [
      'Che bella cosa una giornata, amore',
      "k eh | b eh' | l aa | k ow' | z aa | uw | n aa | jh ow r | n aa' | t aa | aa | m ow' | r eh",
    ],
    ['Ich spüre die Nacht und dich', "ih sh | sh p uw' | r ax | d iy | n aa hh t' | uh n t | d ih sh'"],
    ['よるのうた がっこう', "y ow' | r uw | n ow | t aa | g aa' | k ow"],
    ['사랑해 baby', "s aa' | r aa ng | hh eh | b ey' | b iy"],
    ['你好世界', "n iy' | hh aw | sh er | jh y eh"],
  ])('the line "%s" is sung as %s', (line, phones) => {
    expect(spoken(line)).toBe(phones)
  })

  it('a language that nothing here reads is sung without words, and the song says so', () => {
    const lines = [
      'Привет мир',
      "Je t'aime et les nuits dans mon coeur",
      '夜の海へ',
      'مرحبا',
      'Em yêu anh như mùa xuân',
      'Aku cinta kamu dan kau cinta aku',
      'Jag älskar dig och du är min',
      'Du er min og jeg er på vej',
      'Miluji tě, jsi jako slunce',
      'Volim te kao što more voli žal',
      'Te iubesc și nu pot să uit',
      'Szeretlek és nem felejtelek el',
      'Minä rakastan sinua ja yötä',
      'Mahal kita at ang puso ko ay sa iyo',
      'Seni seviyorum ve sen benim için güneşsin',
    ]
    for (const line of lines) expect(spoken(line), line).toBeUndefined()
    const song = arrange({ ...request, lyrics: `[Verse]\nHello there\n${lines[0]}` })
    expect(song.wordless).toEqual([lines[0]])
    expect(arrange({ ...request, instrumental: true }).wordless).toEqual([])
  })

  it('lyrics of any text are sung, with words or without', () => {
    const odd = [
      'xq zzz b',
      'mr. a.m. $5 & 1,234',
      '"quote" \'cause n\'',
      'っ ん',
      '값 baby',
      '𠮷 Ⅷ ½',
      'pau er mm',
      '🎉 ñ ll qu',
      '-- ?! ooh',
      'www.x.com #1 50%',
    ]
    const score = arrange({ ...request, lyrics: odd.join('\n'), tags: 'choir', seconds: 16 })
    expect(sing(score).every(Number.isFinite)).toBe(true)
  })

  it('words and numbers that the dictionary does not have are sung by rules', () => {
    expect(spoken('Xyzzy in 1999')?.split(' | ').length).toBeGreaterThan(5)
  })

  it('the dictionary is found word by word, with its stress', () => {
    expect(pronunciationOf('tonight')).toEqual([
      { name: 't', stress: 0 },
      { name: 'ax', stress: 0 },
      { name: 'n', stress: 0 },
      { name: 'ay', stress: 1 },
      { name: 't', stress: 0 },
    ])
    for (const word of ["'bout", 'a', "a's", 'activists', "activists'", 'zywicki', 'harbour', "don't"])
      expect(pronunciationOf(word), word).toBeDefined()
    for (const word of ['', 'zzzz', 'a(2)', 'toString', '"', 'é']) expect(pronunciationOf(word), word).toBeUndefined()
  })

  it('syllables begin with as many consonants as English lets them', () => {
    const parted = (names: string) =>
      syllabify(names.split(' ')).map(({ onset, nucleus, coda }) => onset.length + 10 * coda.length + 100 * nucleus)
    expect(parted('s ih ng ih ng')).toEqual([111, 310])
    expect(parted('hh ah n d r ax d')).toEqual([111, 512])
    expect(syllabify(['m'])).toEqual([])
  })

  it('a transform and its inverse give the samples back', () => {
    const fft = new RealFft(64)
    const samples = Float64Array.from({ length: 64 }, (_, index) => Math.sin(index) + (index % 7))
    const [real, imaginary, back] = [new Float64Array(33), new Float64Array(33), new Float64Array(64)]
    fft.forward(samples, real, imaginary)
    const turn = (index: number) => (2 * Math.PI * 5 * index) / 64
    const wanted = samples.reduce((sum, sample, index) => sum + sample * Math.cos(turn(index)), 0)
    expect(real[5]).toBeCloseTo(wanted, 9)
    fft.inverse(real, imaginary, back)
    for (const [index, sample] of samples.entries()) expect(back[index]).toBeCloseTo(sample, 9)
  })
})

function phraseOf(line: string): Phrase {
  const found = pronounce(parseLyrics(`[Verse]\n${line}`), female).sections[0]?.lines[0]?.syllables[0]?.sung?.phrase
  if (!found) throw new Error(`The line "${line}" can be read.`)
  return found
}

/** How far the shapes of vowels are from one another between 200 and 4,500 Hz, in dB, whatever the level and colour. */
function distanceDb(one: Envelopes, other: Envelopes): number {
  const bin = (hertz: number) => Math.round((hertz * FFT_LENGTH) / one.sampleRate)
  const frames = Array.from({ length: Math.min(one.count, other.count) }, (_, frame) => frame).filter(
    (frame) => one.isVowel[frame] === 1,
  )
  const difference = (frame: number, at: number): number =>
    (10 / Math.LN10) * ((other.power[frame * BINS + at] ?? 0) - (one.power[frame * BINS + at] ?? 0))
  let sum = 0
  let count = 0
  for (let at = bin(200); at < bin(4_500); at++) {
    const colour = frames.reduce((total, frame) => total + difference(frame, at), 0) / frames.length
    for (const frame of frames) {
      sum += Math.abs(difference(frame, at) - colour)
      count++
    }
  }
  return sum / count
}
