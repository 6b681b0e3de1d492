import type { Phrase } from './sing/phrase.ts'

export type Vowel = 'a' | 'e' | 'i' | 'o' | 'u'

export interface Syllable {
  vowel: Vowel
  /** The first syllable of a word of weight: it wants a strong beat. */
  stressed: boolean
  /** Starts with a hissing or exploding consonant. */
  hard: boolean
  /** The words that are sung, and which of their syllables this is. Absent: it is sung on its vowel alone. */
  sung?: { phrase: Phrase; index: number }
  /** It is held on from the note before. */
  goesOn?: true
  /** The line of the lyrics, and which of its syllables this is. */
  place?: { line: string; index: number }
}

/** English words that carry no stress of their own. */
export const LIGHT_WORDS: ReadonlySet<string> = new Set(
  'a an the of in on at to and or but so as is am are was be it its i we you he she they my your our for from with by'.split(
    ' ',
  ),
)
const ONE_SIGN_ONE_SYLLABLE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
// biome-ignore format: a table reads better in rows
const VOWEL_SIGNS: Readonly<Record<string, Vowel>> = {
  a: 'a', à: 'a', á: 'a', â: 'a', ã: 'a', ä: 'e', å: 'o', æ: 'e', а: 'a', я: 'a', α: 'a', e: 'e', è: 'e', é: 'e', ê: 'e',
  ë: 'e', е: 'e', э: 'e', ε: 'e', η: 'i', i: 'i', ì: 'i', í: 'i', î: 'i', ï: 'i', и: 'i', ы: 'i', ι: 'i', o: 'o', ò: 'o',
  ó: 'o', ô: 'o', õ: 'o', ö: 'e', ø: 'e', о: 'o', ё: 'o', ο: 'o', ω: 'o', u: 'u', ù: 'u', ú: 'u', û: 'u', ü: 'u', у: 'u',
  ю: 'u', υ: 'i', y: 'i', ÿ: 'i',
}
const VOWELS = ['a', 'e', 'i', 'o', 'u'] as const

/** The syllables of one line, counted by ear for alphabets and by sign for Han, kana and Hangul. Every word has at least one. */
export function syllablesOf(line: string): Syllable[] {
  return wordsOf(line).flatMap((word) => (ONE_SIGN_ONE_SYLLABLE.test(word) ? bySign(word) : byEar(word)))
}

export function wordsOf(line: string): string[] {
  return (
    line
      .toLowerCase()
      .normalize('NFC')
      .match(/(?<![\p{L}\p{M}\p{N}'’])[\p{L}\p{M}\p{N}'’]*[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*/gu) ?? []
  )
}

const bySign = (word: string): Syllable[] =>
  [...word]
    .filter((sign) => /[\p{L}\p{N}]/u.test(sign))
    .map((sign, index) => ({ vowel: someVowel(sign), stressed: index === 0, hard: false }))

function byEar(word: string): Syllable[] {
  const groups: { vowel: Vowel; start: number }[] = []
  const signs = [...word]
  let inVowel = false
  for (const [index, sign] of signs.entries()) {
    const vowel = sign === 'y' && index === 0 ? undefined : VOWEL_SIGNS[sign]
    if (vowel !== undefined && !inVowel) groups.push({ vowel, start: index })
    inVowel = vowel !== undefined
  }
  // A final silent e ("love"), but not in "the" or "little".
  const last = groups.at(-1)
  const silentE = word.endsWith('e') && !word.endsWith('le') && last?.start === signs.length - 1
  if (silentE && groups.length > 1) groups.pop()
  if (groups.length === 0) groups.push(...unknownScript(signs))
  const weight = !LIGHT_WORDS.has(word)
  return groups.map(({ vowel, start }, index) => ({
    vowel,
    stressed: weight && index === 0,
    hard: /[sztkpcfxqч]/.test(signs[Math.max(0, start - 1)] ?? ''),
  }))
}

/** Scripts that we have no table for: about two signs make a syllable. */
const unknownScript = (signs: string[]): { vowel: Vowel; start: number }[] =>
  Array.from({ length: Math.max(1, Math.round(signs.length / 2)) }, (_, index) => ({
    vowel: someVowel(signs[index * 2] ?? 'a'),
    start: index * 2,
  }))

const someVowel = (sign: string): Vowel => VOWELS[(sign.codePointAt(0) ?? 0) % VOWELS.length] ?? 'a'
