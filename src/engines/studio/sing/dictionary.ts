import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

export interface DictionaryPhone {
  name: string
  /** Of a vowel: 0 none, 1 the main one of the word, 2 a lesser one. Of a consonant: 0. */
  stress: 0 | 1 | 2
}

let bytes: Buffer | undefined

/**
 * How English says a word, by the CMU dictionary; undefined for one that it does not have. Its file is read as bytes and
 * searched in halves: as an object in memory it takes 61 MB.
 */
export function pronunciationOf(word: string): readonly DictionaryPhone[] | undefined {
  bytes ??= readFileSync(createRequire(import.meta.url).resolve('cmu-pronouncing-dictionary'))
  const said = search(bytes, word)
  return said?.split(' ').map((phone): DictionaryPhone => {
    const stress = phone.endsWith('1') ? 1 : phone.endsWith('2') ? 2 : 0
    const name = phone.replace(/\d/, '').toLowerCase()
    return { name: name === 'ah' && stress === 0 ? 'ax' : name, stress }
  })
}

const LINE = /^ {2}"(.+?)(?:\((\d)\))?": "(.+)",?$/

/** The lines are in the order of their words; other ways to say a word follow it, as `a(2)`. */
function search(file: Buffer, word: string): string | undefined {
  let low = file.indexOf('\n  "') + 1
  let high = file.lastIndexOf('\n}') + 1
  while (low < high) {
    const start = lineStart(file, Math.floor((low + high) / 2), low)
    const end = file.indexOf('\n', start)
    const [, found = '', variant, said] = LINE.exec(file.toString('latin1', start, end)) ?? []
    if (found === word && variant === undefined) return said
    if (found < word) low = end + 1
    else high = start
  }
  return undefined
}

function lineStart(file: Buffer, place: number, low: number): number {
  return Math.max(low, file.lastIndexOf('\n', place - 1) + 1)
}
