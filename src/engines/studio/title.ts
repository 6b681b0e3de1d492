import { DANGLING_WORDS, SMALL_IN_TITLES } from './lyric-words.ts'
import { parseLyrics } from './lyrics.ts'
import { languageOf } from './prompt-language.ts'

/** Languages whose titles have capitals as English ones; others write a title as a sentence. */
const IN_CAPITALS: ReadonlySet<string> = new Set(['english', 'chinese', 'japanese', 'korean', 'dutch'])

/**
 * A phrase as a title. In English: capitals, but small words small inside of it; a small word at its end is left out. In other
 * languages its own capitals are kept.
 */
export function titleOf(phrase: string, language = 'english'): string {
  const words = phrase.split(' ')
  while (words.length > 1 && DANGLING_WORDS.has((words.at(-1) ?? '').toLowerCase()) && !isWhole(words)) words.pop()
  if (!IN_CAPITALS.has(language)) return words.map((word, index) => (index === 0 ? capitalized(word) : word)).join(' ')
  return words
    .map((word, index) => {
      const isInside = index > 0 && index < words.length - 1 && !/[,:]$/.test(words[index - 1] ?? '')
      return isInside && SMALL_IN_TITLES.has(word.toLowerCase()) ? word.toLowerCase() : capitalized(word)
    })
    .join(' ')
    .replace(/,$/, '')
}

const MOST_WORDS = 6
/** Of scripts that write no spaces. */
const MOST_SIGNS = 40

/** A title for lyrics that have none: the beginning of the chorus, or else of the first line. Undefined where nothing is sung. */
export function titleOfLyrics(lyrics: string): string | undefined {
  const sections = parseLyrics(lyrics).filter(({ lines }) => lines.length > 0)
  const line = (sections.find(({ kind }) => kind === 'chorus') ?? sections[0])?.lines[0]?.text
  if (line === undefined) return undefined
  const words = line.split(' ').slice(0, MOST_WORDS).join(' ')
  const title = titleOf([...words].slice(0, MOST_SIGNS).join(''), languageOf(line).name)
  return title.replace(/[\s,.;:!?—–-]{1,9}$/u, '') || undefined
}

/** "I Will", "Let It Be": a verb or "it" may end a title, an article or a preposition may not. */
const isWhole = (words: string[]): boolean =>
  /^(?:is|are|am|was|were|be|been|can|could|will|would|should|must|may|has|have|had|do|does|did|it|i|he|she|we|they|no|not|that|this|those|these|in|on|over|under|by|through|about|after|before|between|very|his|her|its|en|so|until|since|to)$/i.test(
    words.at(-1) ?? '',
  )

/** Both halves of "tin-roof", the word after "o'"; a word with capitals inside stays as it is. */
export function capitalized(word: string): string {
  return word.replace(
    /(^[^\p{L}\p{N}]*|-)(\p{Ll})/gu,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  )
}
