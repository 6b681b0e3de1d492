import { type Phone, type Speech, speak } from '../../speech/flite.ts'
import type { LyricSection } from '../lyrics.ts'
import type { Syllable, Vowel } from '../syllables.ts'
import { englishSyllables, englishWords } from './english.ts'
import { languageOf, latinLanguageOf } from './languages.ts'
import type { Phrase, PhraseSyllable, ReadSyllable } from './phrase.ts'
import type { Singer } from './singers.ts'

/** The words of a song, as its singer says them. */
export interface Words {
  /** Sections whose syllables are those of the pronunciation. */
  sections: LyricSection[]
  /** Lines that are sung without words, since nothing here can read them. */
  wordless: string[]
}

type SpokenAs = Pick<Singer, 'voice' | 'spokenHertz'>

/** More than a singer can put into one line, and more than a song has. */
const MAX_LINE_CHARACTERS = 200
const MAX_CHARACTERS = 12_000

/**
 * Speaks the lines of a song, or `only` some of them, each once, in one run of the synthesizer a language. Lines that it cannot read keep the
 * syllables that they were counted to have, and are sung without words.
 */
export function pronounce(
  sections: readonly LyricSection[],
  singer: SpokenAs,
  only: ReadonlySet<string> = linesOf(sections),
): Words {
  const lines = [...linesOf(sections)].filter((line) => only.has(line))
  const phrases = phrasesOf(lines, singer)
  return {
    sections: sections.map((section) => ({
      ...section,
      lines: section.lines.map((line) => {
        const phrase = phrases.get(line.text)
        return phrase ? { ...line, syllables: syllablesOf(phrase) } : line
      }),
    })),
    wordless: lines.filter((line) => !phrases.has(line)),
  }
}

const linesOf = (sections: readonly LyricSection[]): ReadonlySet<string> =>
  new Set(sections.flatMap((section) => section.lines.map(({ text }) => text)))

function syllablesOf(phrase: Phrase): Syllable[] {
  return phrase.syllables.map(({ nucleus, isStressed }, index) => ({
    vowel: NEAREST[phrase.phones[nucleus]?.name ?? ''] ?? 'a',
    stressed: isStressed,
    hard: false,
    sung: { phrase, index },
  }))
}

const NEAREST: Readonly<Record<string, Vowel>> = {
  ae: 'e',
  ao: 'o',
  eh: 'e',
  er: 'e',
  ey: 'e',
  ih: 'i',
  iy: 'i',
  ow: 'o',
  oy: 'o',
  uh: 'u',
  uw: 'u',
}

/** The takes of a song have the same words, and so has what is sung again. */
const known = new Map<string, Map<string, Phrase>>()
const KEPT_SONGS = 3

function phrasesOf(lines: readonly string[], singer: SpokenAs): Map<string, Phrase> {
  const key = [singer.voice, singer.spokenHertz, ...lines].join('\n')
  const phrases = known.get(key) ?? spokenPhrases(lines, singer)
  known.delete(key)
  known.set(key, phrases)
  const [oldest] = known.keys()
  if (known.size > KEPT_SONGS && oldest !== undefined) known.delete(oldest)
  return phrases
}

function spokenPhrases(lines: readonly string[], singer: SpokenAs): Map<string, Phrase> {
  const latin = latinLanguageOf(lines)
  const english: { line: string; words: string[] }[] = []
  const read: { line: string; syllables: readonly ReadSyllable[] }[] = []
  let characters = 0
  for (const line of lines) {
    characters += line.length
    if (line.length > MAX_LINE_CHARACTERS || characters > MAX_CHARACTERS) continue
    const language = languageOf(line, lines, latin)
    if (language === 'english') {
      const words = englishWords(line)
      if (words) english.push({ line, words })
    } else {
      const syllables = language?.read(line)
      if (syllables && syllables.length > 0) read.push({ line, syllables })
    }
  }
  const found = new Map<string, Phrase>()
  const texts = english.map(({ words }) => words.join(' '))
  for (const [index, speech] of spokenLines(texts, singer, { isPhones: false }).entries()) {
    const { line = '', words = [] } = english[index] ?? {}
    keep(found, line, speech, englishSyllables(words, speech.phones))
  }
  const strings = read.map(({ syllables }) => syllables.map(phonesOf).join(' '))
  for (const [index, speech] of spokenLines(strings, singer, { isPhones: true }).entries()) {
    const { line = '', syllables = [] } = read[index] ?? {}
    const placed = placesOf(syllables, speech.phones)
    if (placed) keep(found, line, speech, placed)
  }
  return found
}

function keep(found: Map<string, Phrase>, line: string, speech: Speech, syllables: PhraseSyllable[]): void {
  if (syllables.length > 0) found.set(line, { line, ...speech, syllables })
}

const phonesOf = ({ onset, nucleus, coda }: ReadSyllable): string => [...onset, nucleus, ...coda].join(' ')

/** Where the read syllables lie among the spoken phones, which are the same ones; undefined if they are not. */
function placesOf(syllables: readonly ReadSyllable[], phones: readonly Phone[]): PhraseSyllable[] | undefined {
  const sounding = phones.flatMap(({ name }, index) => (name === 'pau' ? [] : [index]))
  const names = syllables.flatMap((syllable) => phonesOf(syllable).split(' '))
  if (names.length !== sounding.length) return undefined
  let next = 0
  const take = (count: number): number[] => {
    next += count
    return sounding.slice(next - count, next)
  }
  return syllables.map(({ onset, coda, isStressed }) => {
    const before = take(onset.length)
    const [nucleus = 0] = take(1)
    return { onset: before, nucleus, coda: take(coda.length), isStressed }
  })
}

/** Each text as if it had been spoken alone. */
function spokenLines(texts: readonly string[], singer: SpokenAs, { isPhones }: { isPhones: boolean }): Speech[] {
  if (texts.length === 0) return []
  const monotone = { voice: singer.voice, hertz: singer.spokenHertz, deviationHertz: 0.01, isPhones }
  const one = (text: string): Speech => speak(isPhones ? `pau ${text} pau` : text, monotone)
  // A start of the synthesizer costs as much as a line: they are spoken at once, with pauses that tell them apart.
  const all = one(texts.join(isPhones ? ' pau ' : ', '))
  const groups = groupsOf(all.phones)
  return groups.length === texts.length ? groups.map((group) => partOf(all, group)) : texts.map(one)
}

interface Group {
  first: number
  last: number
}

/** Phones between pauses. */
function groupsOf(phones: readonly Phone[]): Group[] {
  const groups: Group[] = []
  for (const [index, { name }] of phones.entries()) {
    if (name === 'pau') continue
    const group = groups.at(-1)
    if (group && group.last === index - 1) group.last = index
    else groups.push({ first: index, last: index })
  }
  return groups
}

const BEFORE_SECONDS = 0.05
const AFTER_SECONDS = 0.08

function partOf({ samples, sampleRate, phones }: Speech, { first, last }: Group): Speech {
  const start = Math.max(0, (phones[first]?.startSeconds ?? 0) - BEFORE_SECONDS)
  const end = (phones[last]?.endSeconds ?? start) + AFTER_SECONDS
  const from = Math.round(start * sampleRate)
  const shift = from / sampleRate
  const spoken = phones.slice(first, last + 1).map(({ name, startSeconds, endSeconds }) => ({
    name,
    startSeconds: startSeconds - shift,
    endSeconds: endSeconds - shift,
  }))
  const rest = { name: 'pau', startSeconds: spoken.at(-1)?.endSeconds ?? 0, endSeconds: end - shift }
  return {
    sampleRate,
    samples: samples.slice(from, Math.round(end * sampleRate)),
    phones: [{ name: 'pau', startSeconds: 0, endSeconds: spoken[0]?.startSeconds ?? 0 }, ...spoken, rest],
  }
}
