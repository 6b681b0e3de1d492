import { pronunciationOf } from '../../../words/pronouncing.ts'
import { LIGHT_WORDS } from '../../syllables.ts'
import { syllabify } from '../phones.ts'
import type { ReadSyllable } from '../phrase.ts'

/** An English word within a line of another language; undefined for one that the dictionary does not have. */
export function englishWord(word: string): ReadSyllable[] | undefined {
  const phones = pronunciationOf(word.toLowerCase())
  if (!phones) return undefined
  return syllabify(phones.map(({ name }) => name)).map(({ onset, nucleus, coda }) => ({
    onset: onset.map((place) => phones[place]?.name ?? ''),
    nucleus: phones[nucleus]?.name ?? 'ax',
    coda: coda.map((place) => phones[place]?.name ?? ''),
    isStressed: phones[nucleus]?.stress === 1 && !LIGHT_WORDS.has(word.toLowerCase()),
  }))
}

/** Reads a line word by word: those in Latin letters as English ones. Undefined if one of them cannot be read. */
export function readWords(
  line: string,
  own: (word: string) => readonly ReadSyllable[] | undefined,
): readonly ReadSyllable[] | undefined {
  const words = line.normalize('NFKC').match(/[A-Za-z']+|[^\P{L}A-Za-z]+|\p{N}+/gu) ?? []
  const read: ReadSyllable[] = []
  for (const word of words) {
    if (!/[^']/.test(word)) continue
    const syllables = /^[A-Za-z']/.test(word) ? englishWord(word) : own(word)
    if (!syllables) return undefined
    read.push(...syllables)
  }
  return read.length === 0 ? undefined : read
}
