import { syllabify } from '../phones.ts'
import type { Pronouncer, ReadSyllable } from '../phrase.ts'

/** Letters, as a sticky pattern, and the phones that they stand for, '' for silent ones. The first rule that fits at a place is taken. */
export type SpellingRule = readonly [letters: RegExp, phones: string]

export interface Spelling {
  /** Patterns are tried at each place of the word, which is in lower case. */
  rules: readonly SpellingRule[]
  /** Which of its syllables a word stresses. */
  stressOf(word: string, syllables: number): number
  /** Words that carry no stress of their own. */
  light: ReadonlySet<string>
}

/** Reads a language that is spelt as it is spoken. */
export function bySpelling({ rules, stressOf, light }: Spelling): Pronouncer {
  return {
    read(line) {
      const words =
        line
          .toLowerCase()
          .normalize('NFC')
          .match(/[\p{Script=Latin}\p{M}]+/gu) ?? []
      const syllables: ReadSyllable[] = []
      // A word without a vowel, such as "y" before it is read, leans on the next one.
      let carried: string[] = []
      for (const word of words) {
        const phones = [...carried, ...phonesOf(word, rules)]
        carried = []
        const found = syllabify(phones)
        if (found.length === 0) {
          carried = phones
          continue
        }
        const stressed = light.has(word) ? -1 : stressOf(word, found.length)
        syllables.push(
          ...found.map(({ onset, nucleus, coda }, index) => ({
            onset: onset.map((place) => phones[place] ?? ''),
            nucleus: phones[nucleus] ?? 'ax',
            coda: coda.map((place) => phones[place] ?? ''),
            isStressed: index === stressed,
          })),
        )
      }
      return syllables.length === 0 ? undefined : syllables
    },
  }
}

function phonesOf(word: string, rules: readonly SpellingRule[]): string[] {
  const phones: string[] = []
  for (let place = 0; place < word.length; ) {
    let length = 1
    for (const [letters, said] of rules) {
      letters.lastIndex = place
      const match = letters.exec(word)
      if (!match) continue
      if (said !== '') phones.push(...said.split(' '))
      length = Math.max(1, match[0].length)
      break
    }
    place += length
  }
  return phones
}

/** The syllable with a written accent, by its place among the vowels that are heard. */
export function accentedSyllable(word: string, accents: RegExp, groups: RegExp): number | undefined {
  const vowels = word.match(groups) ?? []
  const place = vowels.findIndex((vowel) => accents.test(vowel))
  return place < 0 ? undefined : place
}
