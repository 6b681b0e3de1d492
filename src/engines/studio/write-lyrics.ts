import { GENRES } from './genres.ts'
import { FALLBACK_WORDS, HOOKS, MOODS, RHYMES, SMALL_WORDS } from './lyric-words.ts'
import { type Random, randomFrom } from './random.ts'
import { wordsOf } from './syllables.ts'

export interface Lyrics {
  title: string
  /** With section marks in square brackets. */
  text: string
  tags: string[]
}

const LONGEST_PROMPT = 4_000

/** Verses, choruses and a bridge in rhymed couplets, made of the prompt's own words in lines from a stock. */
export function writeLyrics({ prompt, seed }: { prompt: string; seed: number }): Lyrics {
  const random = randomFrom(prompt, seed, 'lyrics')
  const words = keywordsOf(prompt.slice(0, LONGEST_PROMPT))
  const deal = dealer(words, random)
  const rhymes = shuffled(RHYMES, random)
  let family = 0
  const couplets = (count: number): string[] =>
    Array.from({ length: count }, () => {
      const [one = '', other = ''] = shuffled(rhymes[family++ % rhymes.length] ?? [], random)
      return [filled(one, deal), filled(other, deal)]
    }).flat()
  const hook = filled(random.pick(HOOKS), dealer(words.slice(0, 2), random))
  const refrain = [hook, ...couplets(1), hook]
  const sections: [string, string[]][] = [
    ['Verse 1', couplets(2)],
    ['Chorus', refrain],
    ['Verse 2', couplets(2)],
    ['Chorus', refrain],
    ['Bridge', couplets(1)],
    ['Chorus', refrain],
  ]
  return {
    title: titleOf(words, deal, random),
    text: sections.map(([name, lines]) => `[${name}]\n${lines.join('\n')}`).join('\n\n'),
    tags: tagsOf(prompt.toLowerCase(), random),
  }
}

/** The words that carry the prompt's meaning, in its order, without the talk around them ("write a song about …"). */
function keywordsOf(prompt: string): string[] {
  const found = wordsOf(prompt).filter(
    (word) => !SMALL_WORDS.has(word) && ([...word].length > 2 || /[^a-z0-9]/.test(word)),
  )
  return [...new Set(found)].map((word) => [...word].slice(0, 24).join('')).slice(0, 24)
}

/** Hands out the prompt's words in turn, each as often as the others, with stock words among them when there are few. */
function dealer(words: string[], random: Random): () => string {
  const stock = shuffled(FALLBACK_WORDS, random)
  const cards = [...words, ...stock.slice(0, Math.max(0, 4 - words.length))]
  let next = 0
  return () => cards[next++ % cards.length] ?? 'light'
}

const filled = (pattern: string, deal: () => string): string => capital(pattern.replaceAll('*', deal))

function titleOf(words: string[], deal: () => string, random: Random): string {
  const [first = deal(), second = deal()] = words
  return random
    .pick([`${first} and ${second}`, `The ${first} song`, `${first}, ${second}`, `Song of the ${first}`])
    .split(' ')
    .map((word) => (word === 'and' || word === 'of' ? word : capital(word)))
    .join(' ')
}

/** The styles that the prompt names, or a fitting one if it names none. */
function tagsOf(prompt: string, random: Random): string[] {
  const styles = GENRES.filter(({ words }) => words.test(prompt)).map(({ name }) => name)
  const moods = MOODS.filter(([, words]) => words.test(prompt)).map(([mood]) => mood)
  const style = styles.length > 0 ? styles.slice(0, 2) : [random.pick(['pop', 'folk', 'rock', 'ballad', 'lo-fi'])]
  const mood = moods.length > 0 ? moods.slice(0, 2) : [random.pick(['warm', 'hopeful', 'dreamy', 'tender'])]
  return [...style, ...mood, random.pick(['female vocals', 'male vocals'])]
}

const capital = (text: string): string => text.replace(/^\p{L}/u, (sign) => sign.toUpperCase())

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((item) => ({ item, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
