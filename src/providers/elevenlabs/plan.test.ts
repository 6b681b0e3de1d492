import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunksOf } from './plan.ts'

describe('a composition plan of lyrics', () => {
  it('has one chunk for each section, with a length by its number of lines', () => {
    const lyrics = '[verse]\nMove your paws\nLeft and right\nJump\n\n[chorus]\nCat dance'
    expect(chunksOf(lyrics, 30_000)).toEqual([
      { text: '[verse]\nMove your paws\nLeft and right\nJump', duration_ms: 21_000 },
      { text: '[chorus]\nCat dance', duration_ms: 9_000 },
    ])
  })

  it('has a single chunk for lyrics without section marks', () => {
    expect(chunksOf('Move your paws\nLeft and right', 20_000)).toEqual([
      { text: 'Move your paws\nLeft and right', duration_ms: 20_000 },
    ])
  })

  it('joins sections when the song is too short for all of them', () => {
    expect(chunksOf('[a]\none\ntwo\nthree\n[b]\nfour\n[c]\nfive', 6_000)).toEqual([
      { text: '[a]\none\ntwo\nthree', duration_ms: 3_000 },
      { text: '[b]\nfour\n[c]\nfive', duration_ms: 3_000 },
    ])
  })

  it('splits a section that is longer than ElevenLabs takes, and ends with a break when there are too few lines', () => {
    expect(chunksOf('[a]\none\ntwo\nthree\nfour', 200_000)).toEqual([
      { text: '[a]\none\ntwo', duration_ms: 100_000 },
      { text: 'three\nfour', duration_ms: 100_000 },
    ])
    expect(chunksOf('one', 150_000)).toEqual([
      { text: 'one', duration_ms: 75_000 },
      { text: '[Instrumental]', duration_ms: 75_000 },
    ])
  })

  it('begins timed lines at their times', () => {
    const lyrics = '[00:10.00] Move your paws\n[00:12.50] Left and right\n(softly)\n[00:17.00] Cat dance'
    expect(chunksOf(lyrics, 95_000)).toEqual([
      { text: '[Intro]', duration_ms: 10_000 },
      { text: 'Move your paws\nLeft and right\n(softly)', duration_ms: 7_000 },
      { text: 'Cat dance', duration_ms: 78_000 },
    ])
  })

  it('fills long pauses between timed lines with music', () => {
    expect(chunksOf('[00:01.00] Hey\n[04:40.00] Bye', 285_000)).toEqual([
      { text: 'Hey', duration_ms: 93_334 },
      { text: '[Instrumental]', duration_ms: 93_334 },
      { text: '[Instrumental]', duration_ms: 93_332 },
      { text: 'Bye', duration_ms: 5_000 },
    ])
  })

  it('refuses lines with times beyond the end of the song', () => {
    expect(() => chunksOf('[01:35.00] Too late', 95_000)).toThrow(
      'lyrics has a line at 95 seconds, and the song is 95 seconds long.',
    )
  })

  const word = fc.stringMatching(/^[a-z]{1,8}$/)
  const totalMs = fc.integer({ min: 3_000, max: 600_000 })
  const expectWithinLimits = (lyrics: string, total: number, words: string[]): void => {
    const chunks = chunksOf(lyrics, total)
    expect(chunks.length).toBeLessThanOrEqual(30)
    expect(chunks.reduce((sum, { duration_ms }) => sum + duration_ms, 0)).toBe(total)
    for (const { duration_ms, text } of chunks) {
      expect(Number.isInteger(duration_ms) && duration_ms >= 3_000 && duration_ms <= 120_000).toBe(true)
      expect(text).not.toBe('')
    }
    const sung = chunks.flatMap(({ text }) => text.split('\n')).filter((line) => !line.startsWith('['))
    expect(sung).toEqual(words)
  }

  it('keeps to the limits and loses no line, for any lyrics', () => {
    const lines = fc.array(fc.oneof(word, fc.constantFrom('[verse]', '[chorus]', '')), { minLength: 1, maxLength: 120 })
    fc.assert(
      fc.property(lines, totalMs, (given, total) => {
        fc.pre(given.some((line) => line !== ''))
        expectWithinLimits(
          given.join('\n'),
          total,
          given.filter((line) => line !== '' && !line.startsWith('[')),
        )
      }),
    )
  })

  it('keeps to the limits for timed lyrics as well', () => {
    const timed = fc.array(fc.record({ part: fc.double({ min: 0, max: 0.999, noNaN: true }), word }), {
      minLength: 1,
      maxLength: 120,
    })
    fc.assert(
      fc.property(timed, totalMs, (given, total) => {
        const sorted = given.map(({ part, word: text }) => ({ at: Math.floor((part * total) / 10) / 100, text }))
        sorted.sort((one, other) => one.at - other.at)
        const lines = sorted.map(({ at, text }) => {
          const seconds = (at % 60).toFixed(2).padStart(5, '0')
          return `[${String(Math.floor(at / 60)).padStart(2, '0')}:${seconds}] ${text}`
        })
        // A time that rounds up to the end of the song is beyond it.
        fc.pre(sorted.every(({ at }) => at * 1_000 + 10 < total && (at % 60).toFixed(2) !== '60.00'))
        expectWithinLimits(
          lines.join('\n'),
          total,
          sorted.map(({ text }) => text),
        )
      }),
    )
  })
})
