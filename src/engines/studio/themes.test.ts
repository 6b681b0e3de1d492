import { describe, expect, it } from 'vitest'
import { chinese } from './lyric-bank/chinese.ts'
import { german } from './lyric-bank/german.ts'
import { italian } from './lyric-bank/italian.ts'
import { japanese } from './lyric-bank/japanese.ts'
import { korean } from './lyric-bank/korean.ts'
import { spanish } from './lyric-bank/spanish.ts'
import { linesRhyme, syllablesIn } from './metre.ts'
import type { Theme } from './theme.ts'
import { THEMES } from './themes.ts'

const PARTS = ['scene', 'turn', 'after', 'chorus', 'bridge'] as const
const coupletsOf = (theme: Theme) => PARTS.flatMap((part) => theme[part].map((couplet) => couplet.split(' / ')))
const english = Object.entries<Theme>(THEMES)

describe('themes', () => {
  it('there are at least 25 themes of 40 lines each, and no line stands in two places', () => {
    expect(english.length).toBeGreaterThanOrEqual(25)
    for (const [name, theme] of english) expect(coupletsOf(theme).flat(), name).toHaveLength(40)
    const lines = english.flatMap(([, theme]) => coupletsOf(theme).flat())
    expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([])
  })

  it('nine in ten couplets of the themes rhyme by the dictionary', () => {
    const couplets = english.flatMap(([, theme]) => [
      ...coupletsOf(theme),
      ...theme.tails.map((tail) => tail.split(' / ')),
    ])
    const unrhymed = couplets.filter(([one = '', other = '']) => !linesRhyme(one, other))
    expect(unrhymed.length / couplets.length, unrhymed.map(String).join('\n')).toBeLessThan(0.03)
  })

  it.each(english)('the lines of a couplet of the theme %s differ by at most two syllables', (_, theme) => {
    for (const [one = '', other = ''] of coupletsOf(theme)) {
      expect(Math.abs(syllablesIn(one) - syllablesIn(other)), `${one} / ${other}`).toBeLessThanOrEqual(2)
      expect(Math.max(syllablesIn(one), syllablesIn(other)), `${one} / ${other}`).toBeLessThanOrEqual(10)
    }
  })

  it('no two themes claim the same word of a prompt, so that each prompt leads to one of them', () => {
    const words = english.flatMap(([, theme]) => theme.words.split(' '))
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([])
  })

  it.each([
    ['spanish', spanish, 2],
    ['italian', italian, 2],
    ['german', german, 2],
    ['chinese', chinese, 1],
    ['japanese', japanese, 2],
    ['korean', korean, 2],
  ] as const)(
    'the lines in %s are written once each, and those of a couplet are alike in length',
    (_, theme, apart) => {
      const lines = coupletsOf(theme).flat()
      expect(lines.length).toBeGreaterThanOrEqual(24)
      expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([])
      for (const [one = '', other = ''] of coupletsOf(theme))
        expect(Math.abs(syllablesIn(one) - syllablesIn(other)), `${one} / ${other}`).toBeLessThanOrEqual(apart)
    },
  )
})
