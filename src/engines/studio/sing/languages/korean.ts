import type { Pronouncer, ReadSyllable } from '../phrase.ts'
import { readWords } from './english-words.ts'

const FIRST_SYLLABLE = 0xac00
const LAST_SYLLABLE = 0xd7a3
const VOWEL_COUNT = 21
const FINAL_COUNT = 28

/** In the order of Unicode, whose syllables are numbered by their parts: chapter 3.12 of its core specification. */
const INITIALS = 'g,k,n,d,t,r,m,b,p,s,s,,jh,ch,ch,k,t,p,hh'.split(',')
const MEDIALS = 'aa,eh,y aa,y eh,ah,eh,y ah,y eh,ow,w aa,w eh,w eh,y ow,uw,w ah,w eh,w iy,y uw,uh,uh iy,iy'.split(',')
const FINALS = ',k,k,k,n,n,n,t,l,k,m,p,l,l,p,l,m,p,p,t,t,ng,t,t,k,t,p,t'.split(',')
/** A final consonant before a vowel begins its syllable, and is then not closed. */
const MOVED: Readonly<Record<number, string>> = {
  1: 'g',
  2: 'k',
  4: 'n',
  7: 'd',
  8: 'r',
  16: 'm',
  17: 'b',
  19: 's',
  20: 's',
  22: 'jh',
  23: 'ch',
  24: 'k',
  25: 't',
  26: 'p',
  27: '',
}
const SILENT_INITIAL = 11

/** Korean by the phones of English, from the parts of its letters. */
export const korean: Pronouncer = { read: (line) => readWords(line, hangul) }

interface Parts {
  initial: number
  medial: number
  final: number
}

function hangul(word: string): ReadSyllable[] | undefined {
  const parts = [...word].map(partsOf)
  if (!parts.every((part) => part !== undefined)) return undefined
  return parts.map(({ initial, medial, final }, index) => {
    const before = parts[index - 1]
    const next = parts[index + 1]
    const carried = initial === SILENT_INITIAL && before ? (MOVED[before.final] ?? '') : ''
    const leaves = next?.initial === SILENT_INITIAL && MOVED[final] !== undefined
    const vowel = (MEDIALS[medial] ?? 'aa').split(' ')
    const nucleusAt = vowel[0] === 'y' || vowel[0] === 'w' ? 1 : 0
    return {
      onset: [carried || (INITIALS[initial] ?? ''), ...vowel.slice(0, nucleusAt)].filter((phone) => phone !== ''),
      nucleus: vowel[nucleusAt] ?? 'aa',
      coda: leaves ? [] : [FINALS[final] ?? ''].filter((phone) => phone !== ''),
      isStressed: index === 0,
    }
  })
}

function partsOf(character: string): Parts | undefined {
  const code = character.codePointAt(0) ?? 0
  if (code < FIRST_SYLLABLE || code > LAST_SYLLABLE) return undefined
  const number = code - FIRST_SYLLABLE
  return {
    initial: Math.floor(number / (VOWEL_COUNT * FINAL_COUNT)),
    medial: Math.floor(number / FINAL_COUNT) % VOWEL_COUNT,
    final: number % FINAL_COUNT,
  }
}
