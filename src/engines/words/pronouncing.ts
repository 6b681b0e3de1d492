import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { LRUCache } from 'lru-cache'

export interface DictionaryPhone {
  /** ARPAbet, lower case; a schwa is `ax`. */
  name: string
  /** Of a vowel: 0 none, 1 the main one of the word, 2 a lesser one. Of a consonant: 0. */
  stress: 0 | 1 | 2
}

/** The dictionary has none longer. */
const LONGEST_WORD = 40

let bytes: Buffer | undefined

/** A search takes some 30 µs, and the words of songs come again. */
const found = new LRUCache<string, readonly (readonly DictionaryPhone[])[]>({ max: 4_000 })

/**
 * How American English says a word (lower case) by the CMU dictionary, the usual way first; [] for a word that it does not
 * have. Its file is read as bytes and searched in halves: as an object in memory it takes 61 MB.
 */
export function pronunciationsOf(word: string): readonly (readonly DictionaryPhone[])[] {
  if (word === '' || word.length > LONGEST_WORD || !/^[\u0021-\u00ff]*$/.test(word)) return []
  const known = found.get(word)
  if (known) return known
  bytes ??= readFileSync(createRequire(import.meta.url).resolve('cmu-pronouncing-dictionary'))
  const pronunciations = entriesOf(bytes, word).map((entry) => entry.split(' ').map(phoneOf))
  found.set(word, pronunciations)
  return pronunciations
}

/** The usual pronunciation; undefined for a word that the dictionary does not have. */
export const pronunciationOf = (word: string): readonly DictionaryPhone[] | undefined => pronunciationsOf(word)[0]

/** The syllables of a word as it is usually said; undefined for a word that the dictionary does not have. */
export const syllableCountOf = (word: string): number | undefined => pronunciationOf(word)?.filter(isVowel).length

/**
 * What has to sound alike in a rhyme, for each way to say the word: all from the vowel of the main stress on, as
 * "ay t" for "night". [] for a word that the dictionary does not have.
 */
export const rhymePartsOf = (word: string): string[] => [...new Set(pronunciationsOf(word).map(rhymePart))]

/** Do the words rhyme by one of their pronunciations? Undefined where the dictionary lacks one of them. */
export function doRhyme(one: string, other: string): boolean | undefined {
  const [parts, others] = [rhymePartsOf(one), rhymePartsOf(other)]
  if (parts.length === 0 || others.length === 0) return undefined
  return parts.some((part) => others.includes(part))
}

const isVowel = ({ name }: DictionaryPhone): boolean => /^[aeiou]/.test(name)

function rhymePart(phones: readonly DictionaryPhone[]): string {
  const main = phones.findLastIndex(({ stress }) => stress === 1)
  // "the", "of": no stress of their own, so their last vowel.
  const from = main === -1 ? phones.findLastIndex(isVowel) : main
  return phones
    .slice(Math.max(0, from))
    .map(({ name }) => (name === 'ax' ? 'ah' : name))
    .join(' ')
}

function phoneOf(phone: string): DictionaryPhone {
  const stress = phone.endsWith('1') ? 1 : phone.endsWith('2') ? 2 : 0
  const name = phone.replace(/\d/, '').toLowerCase()
  return { name: name === 'ah' && stress === 0 ? 'ax' : name, stress }
}

const LINE = /^ {2}"(.+?)(?:\((\d+)\))?": "(.+)",?$/

/** The lines are in the order of their words. Other ways to say a word follow it: `a(2)`. */
function entriesOf(file: Buffer, word: string): string[] {
  let low = file.indexOf('\n  "') + 1
  let high = file.lastIndexOf('\n}') + 1
  const end = high
  while (low < high) {
    const start = Math.max(low, file.lastIndexOf('\n', Math.floor((low + high) / 2) - 1) + 1)
    const line = lineAt(file, start)
    if (line.word < word) low = line.next
    else high = start
  }
  const entries: string[] = []
  for (let line = lineAt(file, low); line.word === word; line = lineAt(file, line.next)) {
    entries.push(line.phones)
    if (line.next >= end) break
  }
  return entries
}

function lineAt(file: Buffer, start: number): { word: string; phones: string; next: number } {
  const next = file.indexOf('\n', start) + 1
  const [, word = '', , phones = ''] = LINE.exec(file.toString('latin1', start, next - 1)) ?? []
  return { word, phones, next }
}
