import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseLyrics } from './lyrics.ts'
import { writeLyrics } from './write-lyrics.ts'

describe('writeLyrics', () => {
  const prompt = 'Write a sad song about a lighthouse keeper in winter'

  it('writeLyrics makes verses, choruses and a bridge of the words of the prompt', () => {
    const { title, text, tags } = writeLyrics({ prompt, seed: 1 })
    expect(parseLyrics(text).map(({ kind }) => kind)).toEqual([
      'verse',
      'chorus',
      'verse',
      'chorus',
      'bridge',
      'chorus',
    ])
    for (const word of ['lighthouse', 'keeper', 'winter']) expect(text.toLowerCase()).toContain(word)
    expect(text).not.toMatch(/\bwrite\b|\*/i)
    expect(title.toLowerCase()).toMatch(/lighthouse|keeper|winter|sad/)
    expect(tags).toContain('sad')
  })

  it('writeLyrics makes the same lyrics for the same seed, and others for another', () => {
    expect(writeLyrics({ prompt, seed: 1 })).toEqual(writeLyrics({ prompt, seed: 1 }))
    expect(writeLyrics({ prompt, seed: 2 }).text).not.toBe(writeLyrics({ prompt, seed: 1 }).text)
  })

  it('writeLyrics finds something to sing for any prompt', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer(), (prompt, seed) => {
        const { title, text, tags } = writeLyrics({ prompt, seed })
        expect(title.trim()).not.toBe('')
        expect(tags.length).toBeGreaterThan(1)
        expect(parseLyrics(text).length).toBe(6)
      }),
      { numRuns: 60 },
    )
  })
})
