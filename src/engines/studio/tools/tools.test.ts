import { parseMidi } from 'midi-file'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joinMp3 } from '../../mp3/mp3.ts'
import { decodeMp4 } from '../../video/decode.testing.ts'
import { arrange } from '../arrangement.ts'
import { type Bank, openBank } from '../band/bank.ts'
import { openMp3Writer } from '../encode.ts'
import { clicksIn, levelDb } from '../listen.testing.ts'
import { masterBlocks } from '../master/master.ts'
import type { Score } from '../score.ts'
import type { SongRequest } from '../song.ts'
import { chooseStyle } from '../style.ts'
import { SAMPLE_RATE } from '../synth/signal.ts'
import { FILM_SIZE, makeFilm } from './film.ts'
import { STEM_NAMES } from './general-midi.ts'
import { digestOf, scoreOf } from './joined-score.ts'
import { midiFile } from './midi.ts'
import { sliced } from './recipe.ts'
import { hearMusic } from './recording.ts'
import { sayStyle } from './say-style.ts'
import { stemBlocks, type Track, tracksOf } from './stems.ts'
import { sungWords, wordsOfLine } from './words.ts'

const LINE = 'Rain on the roof of the old red barn'
const SONG: SongRequest = {
  lyrics: `[Verse]\n${LINE}`,
  tags: 'lo-fi',
  title: 'Rain',
  instrumental: false,
  seed: 4,
  take: 0,
  seconds: 8,
}
const SILENCE = new Float32Array(0)
const goesOn = { isStopped: () => false, onProgress: () => undefined }

let bank: Bank | undefined
beforeAll(async () => {
  bank = await openBank()
})
afterAll(() => bank?.close())

const names = (...all: string[]): Track[] =>
  all.map((name) => tracksOf(name, { isOfTwo: name === 'Instrumental' || all.length === 2 }) ?? new Set())

/** The song (first) and its tracks, one side each. */
function rendered(score: Score, tracks: readonly Track[]): Float32Array[] {
  const sounds = Array.from(
    { length: tracks.length + 1 },
    () => new Float32Array(Math.round(score.durationSeconds * SAMPLE_RATE)),
  )
  const ends = new Array<number>(sounds.length).fill(0)
  for (const { track = -1, block } of stemBlocks(score, bank, tracks)) {
    if (!block) continue
    sounds[track + 1]?.set(block.left, ends[track + 1])
    ends[track + 1] = (ends[track + 1] ?? 0) + block.left.length
  }
  return sounds
}

/** How far the sum of the tracks is from the song, in dB below it. */
function missingDb([song = SILENCE, ...tracks]: (Float32Array | undefined)[]): number {
  let [wrong, whole] = [0, 0]
  for (let index = 0; index < song.length; index++) {
    const sum = tracks.reduce((total, track) => total + (track?.[index] ?? 0), 0)
    wrong += (sum - (song[index] ?? 0)) ** 2
    whole += (song[index] ?? 0) ** 2
  }
  return 10 * Math.log10(wrong / whole)
}

describe('the tracks of a song', () => {
  it('add up to the mastered song, two and twelve of them', { timeout: 60_000 }, () => {
    const score = arrange({ ...SONG, seconds: 6 })
    const two = names('Vocals', 'Instrumental')
    const [song, ...tracks] = rendered(score, [...two, ...names(...STEM_NAMES)])
    const twelve = tracks.slice(two.length)
    expect(missingDb([song, ...tracks.slice(0, two.length)])).toBeLessThan(-90)
    expect(missingDb([song, ...twelve])).toBeLessThan(-90)
    const audible = STEM_NAMES.filter((_, index) => levelDb(twelve[index] ?? SILENCE, SAMPLE_RATE, 0, 5) > -50)
    expect(audible).toEqual(expect.arrayContaining(['Vocals', 'Drums', 'Bass']))
    expect(audible.length).toBeGreaterThan(3)
    expect(levelDb(twelve[STEM_NAMES.indexOf('Brass')] ?? SILENCE, SAMPLE_RATE, 0, 5)).toBe(-120)

    // The words begin when the timing says, as far as an ear can tell: before the first one the voice is silent.
    const words = sungWords(score)
    expect(words.map(({ text }) => text).join(' ')).toBe(LINE)
    const vocals = tracks[0] ?? SILENCE
    for (const [index, { startSeconds, endSeconds, noteAt }] of words.entries()) {
      expect(endSeconds).toBeGreaterThan(startSeconds)
      expect(startSeconds).toBeGreaterThanOrEqual((words[index - 1]?.endSeconds ?? 0) - 0.001)
      expect(noteAt - startSeconds).toBeLessThan(0.4)
      expect(levelDb(vocals, SAMPLE_RATE, startSeconds, endSeconds)).toBeGreaterThan(-30)
    }
    const end = words.at(-1)?.endSeconds ?? 0
    expect(levelDb(vocals, SAMPLE_RATE, end + 0.6, end + 0.9)).toBeLessThan(-38)
  })

  it.each([
    ['Two hundred and 24 hours', 9, ['Two', 'hundred', 'and', '24', 'hours']],
    ['雨が 降る！', 4, ['雨', 'が', '降', 'る！']],
    ['Ночь, улица', 4, ['Ночь,', 'улица']],
    ['- oh - yes', 2, ['- oh -', 'yes']],
  ])('the line "%s" has its words, and every syllable one of them', (line, syllables, expected) => {
    const { words, wordOf } = wordsOfLine(line, syllables)
    expect(words).toEqual(expected)
    expect(wordOf).toHaveLength(syllables)
    expect(wordOf).toEqual(wordOf.toSorted((a, b) => a - b))
    expect(Math.max(...wordOf)).toBe(words.length - 1)
  })
})

describe('the notes of a song', () => {
  it('are a MIDI file with tempo, metre, a track for each instrument, and the words of the singer', () => {
    const score = arrange({ ...SONG, title: 'Pluie d’été' })
    const { header, tracks } = parseMidi(midiFile(score, 'Pluie d’été'))
    expect(header).toMatchObject({ format: 1, numTracks: tracks.length, ticksPerBeat: 480 })
    const [conductor = [], ...played] = tracks
    const tempo = conductor.find(({ type }) => type === 'setTempo')
    expect(60_000_000 / (tempo?.type === 'setTempo' ? tempo.microsecondsPerBeat : 1)).toBeCloseTo(score.bpm, 1)
    expect(conductor.some(({ type }) => type === 'timeSignature')).toBe(true)
    const [title] = conductor.flatMap((event) => (event.type === 'trackName' ? [event.text] : []))
    expect(Buffer.from(title ?? '', 'latin1').toString()).toBe('Pluie d’été')
    expect(played.length).toBeGreaterThanOrEqual(4)
    const notes = played.flat().filter(({ type }) => type === 'noteOn')
    const written = score.parts.reduce((sum, part) => sum + part.notes.length, score.hits.length)
    expect(notes).toHaveLength(written)
    const lyrics = played.flat().flatMap((event) => (event.type === 'lyrics' ? [event.text] : []))
    expect(lyrics.join('')).toBe(`${LINE}\n`)
  })

  it('of one track are those of its instruments', () => {
    const { tracks } = parseMidi(midiFile(arrange(SONG), 'Rain', new Set(['Bass'])))
    expect(tracks).toHaveLength(2)
  })
})

describe('a song that is joined of pieces', () => {
  const extension: SongRequest = {
    ...SONG,
    lyrics: '[Verse]\nSnow on the hill',
    seed: 9,
    seconds: 6,
    continues: { seed: SONG.seed, take: 0, tags: SONG.tags, title: SONG.title, fromSeconds: 5 },
  }
  const recipe = [
    { request: SONG, fromSeconds: 0, toSeconds: 5 },
    { request: extension, fromSeconds: 0, toSeconds: 6 },
  ]

  it('is played as one, without a gap or a click where they meet', { timeout: 60_000 }, () => {
    const score = scoreOf(recipe)
    if (!score) throw new Error('The pieces are of one band.')
    expect(score.durationSeconds).toBe(11)
    const [song = new Float32Array(0)] = rendered(score, [])
    const levels = Array.from({ length: 20 }, (_, index) =>
      levelDb(song, SAMPLE_RATE, 4.8 + index / 50, 4.82 + index / 50),
    )
    expect(Math.min(...levels)).toBeGreaterThan(-45)
    expect(clicksIn(song).filter((at) => Math.abs(at / SAMPLE_RATE - 5) < 0.05)).toEqual([])
    expect(sungWords(score).map(({ text }) => text)).toEqual(expect.arrayContaining(['Rain', 'Snow']))
  })

  it('can be cut again, and is told apart from another', () => {
    expect(sliced(recipe, 4, 7)).toEqual([
      { request: SONG, fromSeconds: 4, toSeconds: 5 },
      { request: extension, fromSeconds: 0, toSeconds: 2 },
    ])
    const whole = scoreOf([{ request: SONG, fromSeconds: 0, toSeconds: 8 }])
    expect(whole && digestOf(whole)).toBe(digestOf(arrange(SONG)))
    expect(whole && digestOf(whole)).not.toBe(digestOf(arrange({ ...SONG, seed: 5 })))
  })

  it('is none where the pieces are of different bands', () => {
    const other = { ...SONG, tags: 'metal' }
    expect(scoreOf([...recipe, { request: other, fromSeconds: 0, toSeconds: 4 }])).toBeUndefined()
  })
})

describe('a recording', () => {
  it.each([
    ['techno, 130 bpm, A minor', 1],
    ['folk, 96 bpm, G major', 2],
  ])('in the style "%s" is heard in its tempo and key, and filmed', { timeout: 60_000 }, async (tags, seed) => {
    const score = arrange({ ...SONG, lyrics: '', tags, instrumental: true, seed, seconds: 14 })
    const writer = await openMp3Writer({ sampleRate: SAMPLE_RATE, channels: 2, kbitPerSecond: 160 })
    for (const { left, right } of masterBlocks(score, bank)) if (left.length > 0) writer.write([left, right])
    const mp3 = writer.finish()
    const heard = hearMusic(mp3, () => false)
    expect(heard?.key).toBe(score.key)
    expect(Math.abs((heard?.bpm ?? 0) / score.bpm - 1)).toBeLessThan(0.015)
    const beats = ((heard?.beatAt ?? 0) * score.bpm) / 60
    expect(Math.abs(beats - Math.round(beats))).toBeLessThan(0.15)
    if (seed === 1) await filmed(joinMp3(mp3, 3, mp3.subarray(0, 1_200)))
  })

  /** A cover of one colour, whose waveform goes by. */
  async function filmed(mp3: Uint8Array): Promise<void> {
    const cover = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#c04020' } })
      .jpeg()
      .toBuffer()
    const film = await makeFilm({ mp3, cover, title: 'Rain' }, goesOn)
    if (!film) throw new Error('Nothing stopped the work.')
    const { tracks, chunks, frames, soundPackets, errors } = await decodeMp4(film.mp4)
    expect(errors).toEqual([])
    expect(tracks.map(({ trackType }) => trackType).sort()).toEqual(['audio', 'video'])
    expect(film.seconds).toBeCloseTo(3, 0)
    expect(chunks.filter(({ type }) => type === 'key')).toHaveLength(1)
    expect(soundPackets.length).toBeGreaterThan(100)
    expect(frames[0]).toMatchObject(FILM_SIZE)
    // The bars of one second are those of a second before, further to the left; the cover stays.
    const rowOf = (frame: number, y: number) =>
      frames[frame]?.luma.slice(y * FILM_SIZE.widthPx, (y + 1) * FILM_SIZE.widthPx)
    expect(rowOf(60, 400)).toEqual(rowOf(0, 400))
    const middle = 66 * 16 - 40
    const [before = new Uint8Array(0), after = new Uint8Array(0)] = [rowOf(50, middle), rowOf(51, middle)]
    expect(after.slice(380, 700)).toEqual(before.slice(384, 704))
    expect(new Set(after).size).toBeGreaterThan(2)
    // What a key frame would draw is what the moves have led to.
    const drawn = await sharp(film.lastFrameJpeg).metadata()
    expect(drawn).toMatchObject({ width: FILM_SIZE.widthPx, height: FILM_SIZE.heightPx })
    expect(film.mp4.length).toBeLessThan(2_000_000)
  }
})

describe('a style in more words', () => {
  it.each(['folk, rain', 'techno', '古风', 'sad piano ballad, female voice', 'drum and bass', 'no idea what'])(
    'of the tags "%s" keeps them, and as tags means the same',
    (tags) => {
      const said = sayStyle(tags)
      expect(said.startsWith(`${tags}, `)).toBe(true)
      const [one, other] = [tags, said].map((text) =>
        chooseStyle({ seed: 0, take: 0, tags: text, title: '' }, { negativeTags: '', sung: true }),
      )
      expect(other).toMatchObject({ genre: one?.genre, bpm: one?.bpm, key: one?.key, energy: one?.energy })
      expect(sayStyle(tags)).toBe(said)
    },
  )
})
