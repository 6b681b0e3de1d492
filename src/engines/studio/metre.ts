import { doRhyme, rhymePartsOf, syllableCountOf } from '../words/pronouncing.ts'
import { syllablesOf, wordsOf } from './syllables.ts'

/** The syllables of a line as it is said: by the dictionary, for other words by their spelling. */
export function syllablesIn(line: string): number {
  return wordsIn(line).reduce((sum, word) => sum + syllablesOfWord(word), 0)
}

/** A number is said in about one syllable more than it has digits: "1999", "24", "7". */
function syllablesOfWord(word: string): number {
  const digits = /^\d+/.exec(word)?.[0].length
  return digits === undefined ? (syllableCountOf(word) ?? syllablesOf(word).length) : digits + 1
}

/** Do the ends of the lines rhyme in English, without being the same word? */
export function linesRhyme(one: string, other: string): boolean {
  const [last, otherLast] = [lastWord(one), lastWord(other)]
  return last !== otherLast && doRhyme(last, otherLast) === true
}

/** How the end of an English line sounds; its letters where the dictionary does not know. */
export function endOf(line: string): string {
  const word = lastWord(line)
  return rhymePartsOf(word)[0] ?? word
}

const lastWord = (line: string): string => wordsIn(line).at(-1) ?? ''

/** The dictionary writes the straight apostrophe. */
const wordsIn = (line: string): string[] => wordsOf(line.replaceAll('’', "'"))
