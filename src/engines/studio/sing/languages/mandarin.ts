import { pinyin } from 'pinyin-pro'
import type { Pronouncer, ReadSyllable } from '../phrase.ts'
import { readWords } from './english-words.ts'

const INITIALS: Readonly<Record<string, string>> = {
  b: 'b', p: 'p', m: 'm', f: 'f', d: 'd', t: 't', n: 'n', l: 'l', g: 'g', k: 'k', h: 'hh', j: 'jh', q: 'ch', x: 'sh', zh: 'jh', ch: 'ch', sh: 'sh', r: 'r', z: 'd z', c: 't s', s: 's', y: 'y', w: 'w',
} // biome-ignore format: a table reads better in rows

/** Finals, by the phones before the vowel, the vowel, and after it. */
const FINALS: Readonly<Record<string, readonly [before: string, vowel: string, after: string]>> = {
  a: ['', 'aa', ''], o: ['w', 'ao', ''], e: ['', 'ah', ''], i: ['', 'iy', ''], u: ['', 'uw', ''], v: ['y', 'uw', ''],
  ai: ['', 'ay', ''], ei: ['', 'ey', ''], ao: ['', 'aw', ''], ou: ['', 'ow', ''], an: ['', 'aa', 'n'], en: ['', 'ah', 'n'],
  ang: ['', 'aa', 'ng'], eng: ['', 'ah', 'ng'], ong: ['', 'uh', 'ng'], er: ['', 'er', ''],
  ia: ['y', 'aa', ''], ie: ['y', 'eh', ''], iao: ['y', 'aw', ''], iu: ['y', 'ow', ''], ian: ['y', 'eh', 'n'], in: ['', 'iy', 'n'],
  iang: ['y', 'aa', 'ng'], ing: ['', 'iy', 'ng'], iong: ['y', 'uh', 'ng'],
  ua: ['w', 'aa', ''], uo: ['w', 'ao', ''], uai: ['w', 'ay', ''], ui: ['w', 'ey', ''], uan: ['w', 'aa', 'n'], un: ['w', 'ah', 'n'],
  uang: ['w', 'aa', 'ng'], ue: ['y', 'eh', ''], ve: ['y', 'eh', ''], van: ['y', 'eh', 'n'], vn: ['y', 'iy', 'n'],
} // biome-ignore format: a table reads better in rows

/** Chinese in the reading of Mandarin, by the phones of English. A tune has no room for the tones. */
export const mandarin: Pronouncer = {
  read: (line) => readWords(line, (word) => (/^\p{Script=Han}+$/u.test(word) ? readingOf(word) : undefined)),
}

function readingOf(word: string): ReadSyllable[] | undefined {
  const read = pinyin(word, { toneType: 'none', type: 'array', v: true }).map(syllableOf)
  return read.every((syllable) => syllable !== undefined)
    ? read.map((syllable, index) => ({ ...syllable, isStressed: index === 0 }))
    : undefined
}

function syllableOf(spelt: string): ReadSyllable | undefined {
  const [, initial = '', final = ''] = /^(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?([a-zü]+)$/.exec(spelt) ?? []
  const known = FINALS[finalOf(initial, final.replaceAll('ü', 'v'))]
  if (!known) return undefined
  const [before, vowel, after] = known
  // What is spelt "y" or "w" is the glide of the final.
  const first =
    (initial === 'y' && before === 'y') || (initial === 'w' && before === 'w') ? '' : (INITIALS[initial] ?? '')
  const onset = [...first.split(' '), before].filter((phone) => phone !== '')
  return {
    onset,
    nucleus: isBuzzed(initial, final) ? 'er' : vowel,
    coda: after === '' ? [] : [after],
    isStressed: false,
  }
}

/** "ju" is spelt for "jü", and "yan" for "ian". */
function finalOf(initial: string, final: string): string {
  if (/^[jqxy]$/.test(initial) && final.startsWith('u')) return final.replace(/^u/, 'v')
  if (initial === 'y' && final === 'an') return 'ian'
  return final
}

const isBuzzed = (initial: string, final: string): boolean => final === 'i' && /^(?:zh|ch|sh|r|z|c|s)$/.test(initial)
