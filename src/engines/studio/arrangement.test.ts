import { describe, expect, it } from 'vitest'
import { arrange } from './arrangement.ts'
import { GENRES } from './genres.ts'
import { parseLyrics } from './lyrics.ts'
import { pronounce } from './sing/pronounce.ts'
import { chooseSinger } from './sing/singers.ts'
import type { SongRequest } from './song.ts'

const lyrics = `[Verse]
Walking down the river in the morning light
Every stone is singing, every bird takes flight
[Chorus]
Carry me home, carry me home
Over the hills where the wild winds roam
[Verse]
Shadows on the mountain when the evening falls
Someone lit a lantern in the empty halls
[Chorus]`
const request: SongRequest = { lyrics, tags: 'pop', title: 'Home', instrumental: false, seed: 5, take: 0 }
const lead = (song: SongRequest) => arrange(song).parts.find(({ instrument }) => instrument === 'voice')?.notes ?? []

describe('arrangement', () => {
  it('an arrangement has one note for every syllable, as it is spoken', () => {
    const singer = chooseSinger('female', ['plain', 'any'], ([first]) => first)
    const { sections } = pronounce(parseLyrics(lyrics), singer)
    const syllables = sections.flatMap(({ lines }) => lines.flatMap(({ syllables }) => syllables))
    expect(lead(request)).toHaveLength(syllables.length)
  })

  it('an arrangement repeats the chorus with the same tune', () => {
    const score = arrange(request)
    const choruses = score.sections.filter(({ kind }) => kind === 'chorus').map(({ at }) => at)
    const count = parseLyrics(
      '[Chorus]\nCarry me home, carry me home\nOver the hills where the wild winds roam',
    )[0]?.lines.flatMap(({ syllables }) => syllables).length
    const tune = (from: number) =>
      lead(request)
        .filter(({ at }) => at >= from - 0.02)
        .slice(0, count)
        .map(({ midi }) => midi)
    expect(choruses.length).toBeGreaterThanOrEqual(2)
    expect(tune(choruses[1] ?? 0)).toEqual(tune(choruses[0] ?? 0))
  })

  it('two takes of a song have different chords, tunes and tempos', () => {
    const [first, second] = [arrange(request), arrange({ ...request, take: 1 })]
    const steps = (song: SongRequest) =>
      lead(song)
        .slice(1)
        .map(({ midi }, index) => midi - (lead(song)[index]?.midi ?? 0))
    expect(second.bpm).not.toBe(first.bpm)
    expect(steps({ ...request, take: 1 })).not.toEqual(steps(request))
  })

  it.each([10, 33.5, 120, 240])('an arrangement fills a requested length of %f seconds', (seconds) => {
    const score = arrange({ ...request, seconds })
    const lastStart = Math.max(...score.parts.flatMap(({ notes }) => notes.map(({ at }) => at)))
    expect(score.durationSeconds).toBe(seconds)
    expect(lastStart).toBeGreaterThan(seconds - 8)
    expect(lastStart).toBeLessThan(seconds)
  })

  it('any lyrics, and none, make a song of half a minute to three minutes', () => {
    for (const words of ['', 'Hey', lyrics, Array.from({ length: 20 }, () => lyrics).join('\n\n')]) {
      const { durationSeconds } = arrange({ ...request, lyrics: words, instrumental: words === '' })
      expect(durationSeconds).toBeGreaterThan(28)
      expect(durationSeconds).toBeLessThan(190)
    }
  })

  it('a continuation has the key, tempo and sound of its song, and starts on the beat', () => {
    const first = arrange(request)
    const next = arrange({
      ...request,
      tags: 'metal',
      seed: 99,
      continues: { seed: 5, take: 0, tags: 'pop', title: 'Home', fromSeconds: 41 },
    })
    expect([next.key, next.bpm, next.kit]).toEqual([first.key, first.bpm, first.kit])
    const bar = 240 / first.bpm
    const start = ((next.sections[0]?.at ?? 0) + 41) / bar
    expect(Math.abs(start - Math.round(start))).toBeLessThan(0.01)
    const shared = next.parts.filter(({ instrument }) => first.parts.some((part) => part.instrument === instrument))
    expect(shared.length).toBe(next.parts.length)
  })

  it('a continuation keeps the tune of the chorus', () => {
    const chorus = '[Chorus]\nCarry me home, carry me home'
    const midis = (song: SongRequest) =>
      lead(song)
        .map(({ midi }) => midi)
        .slice(0, 8)
    const first = { ...request, lyrics: chorus }
    const next = {
      ...first,
      seed: 8,
      take: 3,
      continues: { seed: 5, take: 0, tags: 'pop', title: 'Home', fromSeconds: 20 },
    }
    expect(midis(next)).toEqual(midis(first))
  })

  it('a continuation in the middle of a bar sounds from its first moment', () => {
    for (const fromSeconds of [12.34, 30, 41.7]) {
      const next = arrange({ ...request, continues: { seed: 5, take: 0, tags: 'pop', title: 'Home', fromSeconds } })
      const first = Math.min(...next.parts.flatMap(({ notes }) => notes.map(({ at }) => at)))
      expect(first).toBeLessThan(0.02)
    }
  })

  it('an arrangement leaves out the drums on request, in every style', () => {
    for (const { name } of GENRES)
      expect(arrange({ ...request, tags: name, negativeTags: 'drums' }).hits, name).toEqual([])
  })
})
