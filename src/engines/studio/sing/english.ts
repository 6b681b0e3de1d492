import type { Phone } from '../../speech/flite.ts'
import { spokenText } from '../../speech/spoken-text.ts'
import { pronunciationOf } from '../../words/pronouncing.ts'
import { LIGHT_WORDS } from '../syllables.ts'
import { syllabify, VOWELS } from './phones.ts'
import type { PhraseSyllable } from './phrase.ts'

/** The line in words that the synthesizer speaks without a pause; undefined where it has none. */
export function englishWords(line: string): string[] | undefined {
  const spoken = spokenText(line.replaceAll('&', ' and '))
  if (spoken === 'no words' || !('text' in spoken)) return undefined
  const words = spoken.text.toLowerCase().match(/[a-z0-9']+/g) ?? []
  return words
    .filter((word) => /[a-z0-9]/.test(word))
    .map((word) => (pronunciationOf(word) ? word : withoutMarks(word)))
}

function withoutMarks(word: string): string {
  const letters = word.split("'")
  while (letters[0] === '') letters.shift()
  while (letters.at(-1) === '') letters.pop()
  return letters.join("'")
}

interface Wanted {
  name: string
  word: number
  stress: number
}

/**
 * The syllables of a spoken line. The synthesizer says which phones it spoke, not where words end: that, and the stress,
 * comes from an alignment with the dictionary. Words that the dictionary does not have are as the synthesizer's rules say them.
 */
export function englishSyllables(words: readonly string[], phones: readonly Phone[]): PhraseSyllable[] {
  const places = phones.flatMap(({ name }, index) => (name === 'pau' ? [] : [index]))
  const names = places.map((place) => phones[place]?.name ?? 'pau')
  const wanted = words.flatMap((word, index) => guess(word).map((phone) => ({ ...phone, word: index })))
  const matched = aligned(names, wanted)
  const syllables: PhraseSyllable[] = []
  for (let from = 0, to = 0; from < names.length; from = to) {
    const word = matched[from]?.word
    while (to < names.length && matched[to]?.word === word) to++
    const found = syllabify(names.slice(from, to))
    const isLight = LIGHT_WORDS.has(words[word ?? 0] ?? '')
    const at = (index: number): number => places[from + index] ?? 0
    const [first] = found
    // What has no vowel of its own belongs to the syllable before.
    if (!first) syllables.at(-1)?.coda.push(...places.slice(from, to))
    for (const { onset, nucleus, coda } of found)
      syllables.push({
        onset: onset.map(at),
        nucleus: at(nucleus),
        coda: coda.map(at),
        isStressed: !isLight && (found.length === 1 || (matched[from + nucleus]?.stress ?? 0) === 1),
        word: word ?? 0,
      })
  }
  return syllables
}

/** The phones of a word: by the dictionary, else roughly by its letters, which is enough to find where it lies. */
function guess(word: string): { name: string; stress: number }[] {
  const known = pronunciationOf(word)
  if (known) return [...known]
  const letters = word.match(/[aeiouy]+|[^aeiouy']/g) ?? []
  return letters.map((letter) => (/[aeiouy]/.test(letter) ? { name: 'ah', stress: 1 } : { name: letter, stress: 0 }))
}

const FAR = 3
const OTHER_VOWEL = 0.6
const OTHER_CONSONANT = 1.2
const LEFT_OUT = 1

function difference(one: string, other: string): number {
  if (one === other) return 0
  const isVowel = VOWELS.has(one)
  if (isVowel !== VOWELS.has(other)) return FAR
  return isVowel ? OTHER_VOWEL : OTHER_CONSONANT
}

/** For each spoken phone the wanted one that it most likely is, or the word of its neighbour: the least edits in all. */
function aligned(names: readonly string[], wanted: readonly Wanted[]): { word: number; stress: number }[] {
  const width = wanted.length + 1
  const cost = new Float64Array((names.length + 1) * width)
  const step = new Uint8Array(cost.length)
  for (let spoken = 0; spoken <= names.length; spoken++)
    for (let want = 0; want < width; want++) {
      if (spoken === 0 && want === 0) continue
      const here = spoken * width + want
      const before = (back: number): number => cost[here - back] ?? 0
      const costs = [
        spoken > 0 && want > 0
          ? before(width + 1) + difference(names[spoken - 1] ?? '', wanted[want - 1]?.name ?? '')
          : Number.POSITIVE_INFINITY,
        spoken > 0 ? before(width) + LEFT_OUT : Number.POSITIVE_INFINITY,
        want > 0 ? before(1) + LEFT_OUT : Number.POSITIVE_INFINITY,
      ]
      const least = Math.min(...costs)
      cost[here] = least
      step[here] = costs.indexOf(least)
    }
  const found: ({ word: number; stress: number } | undefined)[] = names.map(() => undefined)
  for (let spoken = names.length, want = wanted.length; spoken > 0 || want > 0; ) {
    const taken = step[spoken * width + want]
    if (taken === 0) found[spoken - 1] = wanted[want - 1]
    if (taken !== 2) spoken--
    if (taken !== 1) want--
  }
  let word = 0
  return found.map((match) => {
    word = match?.word ?? word
    return match ?? { word, stress: 0 }
  })
}
