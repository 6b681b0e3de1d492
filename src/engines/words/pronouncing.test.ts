import { dictionary } from 'cmu-pronouncing-dictionary'
import { describe, expect, it } from 'vitest'
import { doRhyme, pronunciationOf, pronunciationsOf, rhymePartsOf, syllableCountOf } from './pronouncing.ts'

describe('pronouncing', () => {
  it('the phones and the stress of a word are those of the CMU dictionary', () => {
    expect(pronunciationOf('about')).toEqual([
      { name: 'ax', stress: 0 },
      { name: 'b', stress: 0 },
      { name: 'aw', stress: 1 },
      { name: 't', stress: 0 },
    ])
    expect(pronunciationsOf('again').map((phones) => phones.map(({ name }) => name).join(' '))).toEqual([
      'ax g eh n',
      'ax g ey n',
    ])
  })

  it('every hundredth word of the dictionary is found by the search in its file, in all of its pronunciations', () => {
    const known = dictionary as Record<string, string>
    const words = Object.keys(known).filter((word, index) => index % 100 === 0 && !word.includes('('))
    for (const word of [...words, "'bout", 'zywicki']) {
      const others = [2, 3, 4].filter((number) => Object.hasOwn(known, `${word}(${number})`))
      expect(pronunciationsOf(word), word).toHaveLength(1 + others.length)
    }
  })

  it.each(['', 'zzyzx', '夜', 'naïve', '"', 'a"b', '}', '🌧', 'Night', ' night', 'x'.repeat(5_000)])(
    'the text %j, which is no word of the dictionary, has no pronunciation',
    (text) => expect(pronunciationsOf(text)).toEqual([]),
  )

  it('words rhyme that sound alike from their stressed vowel on', () => {
    expect(rhymePartsOf('night')).toEqual(['ay t'])
    expect([doRhyme('light', 'kite'), doRhyme('again', 'rain'), doRhyme('fire', 'higher')]).toEqual([true, true, true])
    expect([doRhyme('love', 'move'), doRhyme('rain', 'train')]).toEqual([false, true])
    expect(doRhyme('night', 'zzyzx')).toBeUndefined()
  })

  it.each([
    ['beautiful', 3],
    ['fire', 2],
    ['strengths', 1],
    ["don't", 1],
    ['zzyzx', undefined],
  ])('the word %s has %s syllables', (word, count) => expect(syllableCountOf(word)).toBe(count))
})
