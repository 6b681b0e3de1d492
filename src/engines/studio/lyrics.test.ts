import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseLyrics } from './lyrics.ts'
import { syllablesOf } from './syllables.ts'

describe('lyrics', () => {
  it('reading lyrics recognizes section marks, and leaves out stage directions', () => {
    const sections = parseLyrics(
      '[Intro]\n[Verse 1: softly]\nHello there (ooh)\n[whispered]\nGoodbye\n\n[Chorus]\nSing [loud] it\n[Guitar Solo]\n[Outro]',
    )
    expect(sections.map(({ kind, lines }) => [kind, lines.map(({ text }) => text)])).toEqual([
      ['intro', []],
      ['verse', ['Hello there (ooh)', 'Goodbye']],
      ['chorus', ['Sing it']],
      ['solo', []],
      ['outro', []],
    ])
  })

  it('a line that is too long for one breath is sung as several, and loses no word', () => {
    const line = 'I walked along the river and I thought of you. '.repeat(20).trim()
    const [verse] = parseLyrics(`[Verse]\n${line}`)
    expect(verse?.lines.length).toBeGreaterThan(15)
    expect(verse?.lines.map(({ text }) => text).join(' ')).toBe(line)
  })

  it('a chorus that is named again without its words is repeated', () => {
    const sections = parseLyrics('[Chorus]\nOh my love\n[Verse]\nI wait\n[Chorus]')
    expect(sections.map(({ kind, lines }) => [kind, lines.length])).toEqual([
      ['chorus', 1],
      ['verse', 1],
      ['chorus', 1],
    ])
  })

  it('without section marks, a block that returns is the chorus', () => {
    const kinds = parseLyrics('One\ntwo\n\nLa la\nla\n\nThree\nfour\n\nLa la\nla').map(({ kind }) => kind)
    expect(kinds).toEqual(['verse', 'chorus', 'verse', 'chorus'])
  })

  it.each([
    ['river', 2],
    ['love', 1],
    ['the', 1],
    ['beautiful', 3],
    ['yesterday', 3],
    ['strengths', 1],
    ['深夜の海', 4],
    ['привет', 2],
    ["don't", 1],
  ])('the word %s has %i syllables', (word, count) => expect(syllablesOf(word)).toHaveLength(count))

  it('reading lyrics accepts any text, and loses no sung line of it', () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.constantFrom('[Verse]', '[Chorus 2]', '[', ']]', '', '(bridge)', '【副歌】'),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const sections = parseLyrics(lines.join('\n'))
        for (const { lines } of sections) for (const { syllables } of lines) expect(syllables.length).toBeGreaterThan(0)
        const marked = lines.some((text) => /^[[【(]/.test(text.trim()))
        if (!marked) {
          const sung = sections.reduce((sum, { lines }) => sum + lines.length, 0)
          expect(sung).toBe(
            lines
              .flatMap((text) => text.split(/\r\n|[\n\r\u2028\u2029]/))
              .filter((text) => syllablesOf(text.replace(/\[[^\]]{0,200}\]|【[^】]{0,200}】/g, ' ')).length > 0).length,
          )
        }
      }),
      { numRuns: 150 },
    )
  })
})
