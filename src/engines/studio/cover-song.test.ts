import { describe, expect, it } from 'vitest'
import { arrange } from './arrangement.ts'
import { fitWords } from './fit-words.ts'
import { goingOn, harmonyOf, type LeadSheet } from './lead-sheet.ts'
import { parseLyrics } from './lyrics.ts'
import type { Score } from './score.ts'
import { type SongSheet, sheetOfScore } from './score-sheet.ts'
import { scoreOf } from './tools/joined-score.ts'
import { sungWords } from './tools/words.ts'

/** Eight bars: a verse with a chord a bar, and a chorus whose first bar has two. */
const SHEET: LeadSheet = {
  bpm: 100,
  beatsPerBar: 4,
  key: { tonic: 7, mode: 'major' },
  sections: [
    { kind: 'verse', bars: 4 },
    { kind: 'chorus', bars: 4 },
  ],
  chords: ['G', 'C', 'Em', 'D7', 'C D', 'G', 'C', 'G'],
  tune: [67, 69, 71, 74, 72, 71, 69, 67, 71, 74, 76, 74, 72, 71, 69, 67].map((midi, index) => ({
    beat: 2 * index,
    beats: index % 4 === 3 ? 1 : 1.5,
    midi,
  })),
}
const COVER = { lyrics: '', tags: 'rock', title: 'Again', instrumental: true, seed: 1, take: 0, covers: SHEET }
const WORDS = '[Verse]\nRain on the roof\nRain on the road\n[Chorus]\nCarry me home tonight\nOver the foam'

const leadOf = ({ parts }: Score) => parts.find(({ role }) => role === 'lead')?.notes ?? []
const pitchClasses = (notes: readonly { midi: number }[]): number[] => notes.map(({ midi }) => midi % 12)

describe('a cover', () => {
  it.each(['rock', 'jazz, female voice', 'waltz', 'techno', 'raga'])(
    'in the style "%s" has the tune, the bars, the tempo and the key of its sheet, played by an instrument',
    (tags) => {
      const score = arrange({ ...COVER, tags })
      expect([score.bpm, score.key, score.barSeconds]).toEqual([100, 'G major', 2.4])
      expect(pitchClasses(leadOf(score))).toEqual(pitchClasses(SHEET.tune))
      for (const [index, { at }] of leadOf(score).entries()) expect(Math.abs(at - index * 1.2)).toBeLessThan(0.02)
    },
  )

  it('has the chords of its sheet, also two in a bar, and its form', () => {
    const { chords, sections } = arrange(COVER)
    expect(chords.map(({ at, name }) => [Math.round(at * 10) / 10, name])).toEqual([
      ...[
        [0, 'G'],
        [2.4, 'C'],
        [4.8, 'Em'],
        [7.2, 'D7'],
        [9.6, 'C'],
        [10.8, 'D'],
        [12, 'G'],
        [14.4, 'C'],
        [16.8, 'G'],
      ],
    ])
    expect(sections.map(({ kind, at }) => [kind, Math.round(at * 10) / 10])).toEqual([
      ['verse', 0],
      ['chorus', 9.6],
    ])
    // Bass and chords change within the bar.
    const bass = arrange(COVER).parts.find(({ role }) => role === 'bass')?.notes ?? []
    const rootAt = (time: number) => bass.find(({ at }) => Math.abs(at - time) < 0.05)?.midi ?? 0
    expect([rootAt(9.6) % 12, rootAt(10.8) % 12]).toEqual([0, 2])
  })

  it('has tempo and key of the tags where they name them, and its tune goes along', () => {
    const score = arrange({ ...COVER, tags: 'rock, 120 bpm, A major' })
    expect([score.bpm, score.key, score.chords[0]?.name]).toEqual([120, 'A major', 'A'])
    expect(pitchClasses(leadOf(score))).toEqual(SHEET.tune.map(({ midi }) => (midi + 2) % 12))
    // A tune in major is none in minor.
    expect(arrange({ ...COVER, tags: 'rock, A minor' }).key).toBe('G major')
  })

  it('sings the words on its tune, each once and in their order', () => {
    const score = arrange({ ...COVER, instrumental: false, lyrics: WORDS })
    expect(sungWords(score).map(({ text }) => text)).toEqual(
      'Rain on the roof Rain on the road Carry me home tonight Over the foam'.split(' '),
    )
    expect([...new Set(pitchClasses(leadOf(score)))].sort()).toEqual([...new Set(pitchClasses(SHEET.tune))].sort())
  })

  it('sings a verse twice that has more lines than its tune', () => {
    const verse = `[Verse]\n${Array.from({ length: 6 }, (_, line) => `Line ${line} that tells of the harbour`).join('\n')}`
    const score = arrange({ ...COVER, instrumental: false, lyrics: verse })
    expect(sungWords(score).filter(({ text }) => text === 'harbour')).toHaveLength(6)
    expect(score.durationSeconds).toBeGreaterThan(2 * 9.6 + 9.6)
  })

  it('is as long as there is time for', () => {
    expect(arrange({ ...COVER, longestSeconds: 10 }).sections.map(({ kind }) => kind)).toEqual(['verse'])
  })

  it('can be in three beats, whatever the style', () => {
    const sheet = {
      ...SHEET,
      beatsPerBar: 3 as const,
      tune: SHEET.tune.map((note) => ({ ...note, beat: (3 / 4) * note.beat })),
    }
    const score = arrange({ ...COVER, covers: sheet, tags: 'funk' })
    expect(score.barSeconds).toBeCloseTo(1.8)
    for (const { role, notes } of score.parts)
      if (role === 'bass' || role === 'chords') for (const { at } of notes) expect(at).toBeLessThan(8 * 1.8 + 0.5)
  })
})

describe('a cover of a song of the studio', () => {
  const SONG = { lyrics: `${WORDS}\n[Verse]\nSnow on the hill`, title: 'Home', instrumental: false, seed: 4, take: 0 }
  const kept = ({ sheet, lyrics }: SongSheet) => ({
    ...sheet,
    tune: sheet.tune.map((note) => ({ ...note, midi: note.midi % 12 })),
    lyrics,
  })
  const bandOf = ({ parts }: Score) => parts.map(({ role, instrument }) => `${role} ${instrument}`)

  it.each([
    ['pop', 'punk', {}],
    ['bossa nova', 'folk', {}],
    ['waltz', 'rock', {}],
    ['raga', 'metal', {}],
    ['swing jazz', 'country', { instrumental: true, lyrics: '', seconds: 40 }],
  ])(
    'in the style "%s" has its very tune, chords, form and words in the style "%s", by another band',
    (tags, other, how) => {
      const song = arrange({ ...SONG, tags, ...how })
      const original = sheetOfScore(song)
      const request = {
        ...COVER,
        tags: other,
        instrumental: song.parts[0]?.instrument !== 'voice',
        covers: original.sheet,
      }
      const cover = arrange({ ...request, lyrics: original.lyrics })
      expect(kept(sheetOfScore(cover))).toEqual(kept(original))
      expect(original.sheet.tune.length).toBeGreaterThan(20)
      expect(sungWords(cover).map(({ text }) => text)).toEqual(sungWords(song).map(({ text }) => text))
      expect(bandOf(cover)).not.toEqual(bandOf(song))
    },
  )

  it('has another key and tempo only where the tags name them', () => {
    const { sheet, lyrics } = sheetOfScore(arrange({ ...SONG, tags: 'pop, C major, 100 bpm' }))
    const again = arrange({ ...COVER, instrumental: false, lyrics, covers: sheet, tags: 'punk, D major, 150 bpm' })
    expect([again.key, again.bpm]).toEqual(['D major', 150])
    expect(kept(sheetOfScore(again)).tune).toEqual(sheet.tune.map((note) => ({ ...note, midi: (note.midi + 2) % 12 })))
  })

  it('sings other words where the original is sung, and leaves its solos to instruments', () => {
    const { sheet } = sheetOfScore(arrange({ ...SONG, tags: 'rock' }))
    const cover = arrange({ ...COVER, instrumental: false, lyrics: '[Verse]\nFar away from here', covers: sheet })
    const first = cover.sections.find((_, index) => sheet.sections[index]?.sung)
    const [word] = sungWords(cover)
    expect(word).toMatchObject({ text: 'Far' })
    expect(word?.noteAt).toBeGreaterThan((first?.at ?? 0) - 0.02)
    expect(sheet.sections.map(({ kind, sung }) => sung || ['intro', 'solo', 'outro'].includes(kind))).not.toContain(
      false,
    )
  })

  it('that was joined of two keeps the bars of both', () => {
    const request = { ...SONG, tags: 'folk, 100 bpm' }
    const continues = { seed: 4, take: 0, tags: request.tags, title: 'Home', fromSeconds: 13.3 }
    const tail = { ...request, lyrics: '[Verse]\nSun on the roof', continues, seconds: 12 }
    const joined = scoreOf([
      { request, fromSeconds: 0, toSeconds: 13.3 },
      { request: tail, fromSeconds: 0, toSeconds: 12 },
    ])
    const { sheet, lyrics } = sheetOfScore(joined as Score)
    expect(sheet.sections.reduce((sum, { bars }) => sum + bars, 0)).toBe(sheet.chords.length)
    expect(sheet.chords.length).toBeCloseTo((13.3 + 12 - 1) / 2.4, -0.5)
    expect(lyrics).toMatch(/Rain on the roof[\s\S]*Sun on the roof$/)
    expect(sheet.tune.filter(({ beat }) => beat % 0.25 !== 0)).toEqual([])
  })
})

describe('words on a tune', () => {
  const fitted = (text: string) =>
    fitWords(
      SHEET.tune,
      parseLyrics(`[Verse]\n${text}`).flatMap(({ lines }) => lines),
    )
  const order = (text: string) =>
    fitted(text).map(({ syllable }) => (syllable?.goesOn ? '-' : (syllable?.place?.index ?? '')))

  it('have a note for each syllable, and hold syllables over notes that are left', () => {
    const places = order('Rain on the roof and the road\nHome again')
    expect(places.filter((place) => typeof place === 'number')).toEqual([0, 1, 2, 3, 4, 5, 6, 0, 1, 2])
    expect(places[0]).toBe(0)
  })

  it('have longer notes parted where there are more syllables than notes', () => {
    const notes = fitted(
      'Carry me over the water and carry me over the foam, carry me over the mountain and all the way home',
    )
    expect(notes.length).toBeGreaterThan(SHEET.tune.length)
    for (const [index, { beat, beats }] of notes.entries()) {
      expect(beats).toBeGreaterThan(0.2)
      expect(beat + beats).toBeLessThanOrEqual((notes[index + 1]?.beat ?? 99) + 1e-9)
    }
  })

  it('are sung in the time of the line where the grid has too few steps', () => {
    const tune = SHEET.tune.slice(0, 2)
    const [line = { text: '', syllables: [] }] = parseLyrics(`[Verse]\n${'la '.repeat(30)}`).flatMap(
      ({ lines }) => lines,
    )
    const notes = fitWords(tune, [line])
    expect(notes.filter(({ syllable }) => syllable)).toHaveLength(30)
    expect(notes.at(-1)?.beat).toBeLessThan(3.5)
  })
})

describe('what goes on of a song', () => {
  it('are the chords that go round where it is left, from the next bar on', () => {
    expect(harmonyOf(SHEET)).toMatchObject({ verse: ['G', 'C', 'Em', 'D7'], chorus: ['C D', 'G', 'C', 'G'], bpm: 100 })
    const beats = Array.from({ length: 33 }, (_, beat) => 1 + beat * 0.6)
    const { harmony, fromSeconds } = goingOn({ sheet: SHEET, beats }, 1 + 5 * 0.6)
    expect(harmony.verse).toEqual(['Em', 'D7', 'G', 'C'])
    expect(fromSeconds).toBeCloseTo(0.6)
    expect(goingOn({ sheet: SHEET, beats }, 1 + 4 * 0.6, 1 + 12 * 0.6).harmony).toMatchObject({
      verse: ['C', 'Em'],
      chorus: ['C', 'Em'],
    })
  })

  it('keep a continuation in its metre, tempo and key', () => {
    const continues = {
      seed: 2,
      take: 0,
      tags: '100 bpm, G major, folk',
      title: 'On',
      fromSeconds: 0.6,
      harmony: harmonyOf(SHEET),
    }
    const score = arrange({ ...COVER, covers: undefined as never, tags: 'folk', lyrics: WORDS, continues, seconds: 20 })
    expect([score.bpm, score.key]).toEqual([100, 'G major'])
    expect(score.chords.slice(0, 4).map(({ name }) => name)).toEqual(['G', 'C', 'Em', 'D7'])
    expect(score.chords[0]?.at).toBeCloseTo(1.8)
  })
})
