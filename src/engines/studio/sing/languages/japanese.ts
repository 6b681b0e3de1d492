import { toRomaji } from 'wanakana'
import type { Pronouncer, ReadSyllable } from '../phrase.ts'
import { readWords } from './english-words.ts'

const VOWELS: Readonly<Record<string, string>> = { a: 'aa', i: 'iy', u: 'uw', e: 'eh', o: 'ow' }
const CONSONANTS: Readonly<Record<string, string>> = {
  k: 'k', g: 'g', s: 's', sh: 'sh', z: 'z', j: 'jh', t: 't', ch: 'ch', ts: 't s', d: 'd', n: 'n', h: 'hh', f: 'f', b: 'b', p: 'p', m: 'm', y: 'y', r: 'r', w: 'w', v: 'v',
} // biome-ignore format: a table reads better in rows
const MORA =
  /(?<double>([kgsztdhbpm])(?=\2)|t(?=ch))?(?<consonant>sh|ch|ts|[kgszjtdnhfbpmyrwv])?(?<glide>y)?(?<vowel>[aiueo])(?<long>\k<vowel>+|(?<=o)u|(?<=e)i|[\u0304-])?(?<nasal>n(?![aiueoy]))?/gy

/**
 * Japanese in kana, by the phones of English. Kanji have many readings, and nothing here knows which: a line with them is not
 * read.
 */
export const japanese: Pronouncer = { read: (line) => readWords(line, kana) }

function kana(word: string): ReadSyllable[] | undefined {
  if (!/^[\p{Script=Hiragana}\p{Script=Katakana}ー]+$/u.test(word)) return undefined
  const romaji = toRomaji(word)
    .toLowerCase()
    .replaceAll("n'", 'n')
    .replaceAll(/[^a-z-]/g, '')
  const read: ReadSyllable[] = []
  let place = 0
  while (place < romaji.length) {
    MORA.lastIndex = place
    const match = MORA.exec(romaji)
    const { consonant, glide, vowel = 'a', nasal } = match?.groups ?? {}
    if (!match) {
      // What stands alone, such as "n" at a beginning, is hummed.
      if (romaji[place] === 'n') read.push({ onset: ['n'], nucleus: 'uh', coda: [], isStressed: read.length === 0 })
      place++
      continue
    }
    read.push({
      onset: [...(CONSONANTS[consonant ?? ''] ?? '').split(' '), glide ? 'y' : ''].filter((phone) => phone !== ''),
      nucleus: VOWELS[vowel] ?? 'aa',
      coda: nasal ? ['n'] : [],
      isStressed: read.length === 0,
    })
    place = MORA.lastIndex
  }
  return read
}
