import type { Score, TimedNote } from '../score.ts'
import { englishWords } from '../sing/english.ts'
import type { Phrase } from '../sing/phrase.ts'
import { type Stretch, stretchesOf, wholeSyllables } from '../sing/timing.ts'
import { syllablesOf } from '../syllables.ts'

/** A word of a song as it is sung. Seconds from the start of the song. */
export interface SungWord {
  /** As the lyrics spell it, with its marks. */
  text: string
  /** From its first consonant to its last. Consonants come before the beat. */
  startSeconds: number
  endSeconds: number
  /** Where its first note begins: on the beat. */
  noteAt: number
  /** The last word of its line. */
  endsLine: boolean
}

/** The words of a score in the order of singing: those of the leading voice, whose times are exact, since it is told them. */
export function sungWords(score: Score): SungWord[] {
  const words = sungLines(score).flatMap((line) => wordsIn(line, score.singer.isSpoken === true))
  // The first sound of a word may begin while the last one of the word before still fades.
  for (const [index, word] of words.entries()) {
    word.endSeconds = Math.min(word.endSeconds, words[index + 1]?.startSeconds ?? word.endSeconds)
  }
  return words
}

/** The lines of a score in the order of singing. */
export function sungLines({ parts }: Score): SungLine[] {
  const lead = parts.find(({ role, instrument }) => role === 'lead' && instrument === 'voice')
  return linesIn(lead?.notes ?? [])
}

interface PlacedNote extends TimedNote {
  /** Place of its syllable in the line. */
  index: number
}

export interface SungLine {
  text: string
  /** Undefined where the line is sung on its vowels. */
  phrase: Phrase | undefined
  notes: PlacedNote[]
}

function linesIn(notes: readonly TimedNote[]): SungLine[] {
  const lines: SungLine[] = []
  for (const note of wholeSyllables(
    notes.map((one) => (one.syllable?.goesOn ? { ...one, goesOn: true as const } : one)),
  )) {
    const { sung, place } = note.syllable ?? {}
    const text = sung?.phrase.line ?? place?.line
    const index = sung?.index ?? place?.index
    if (text === undefined || index === undefined) continue
    const line = lines.at(-1)
    if (line && line.text === text && (line.notes.at(-1)?.index ?? index) < index) line.notes.push({ ...note, index })
    else lines.push({ text, phrase: sung?.phrase, notes: [{ ...note, index }] })
  }
  return lines
}

function wordsIn({ text, phrase, notes }: SungLine, isSpoken: boolean): SungWord[] {
  const times = phrase ? timesOf(phrase, notes, isSpoken) : notes.map(noteTimes)
  const count = phrase?.syllables.length ?? syllablesOf(text).length
  const { words, wordOf } = wordsOfLine(text, count, phrase)
  const sung: (SungWord & { index: number })[] = []
  for (const [number, note] of notes.entries()) {
    const index = wordOf[note.index] ?? 0
    const { start, end } = times[number] ?? noteTimes(note)
    const last = sung.at(-1)
    if (last?.index === index) last.endSeconds = end
    else
      sung.push({
        index,
        text: words[index] ?? '',
        startSeconds: start,
        endSeconds: end,
        noteAt: note.at,
        endsLine: false,
      })
  }
  const last = sung.at(-1)
  if (last) last.endsLine = true
  return sung.map(({ index: _, ...word }) => word)
}

const noteTimes = ({ at, seconds }: TimedNote) => ({ start: at, end: at + seconds })

/** When the first and the last sound of each syllable are heard: the singer is told by the same stretches. */
function timesOf(phrase: Phrase, notes: readonly PlacedNote[], isSpoken: boolean): { start: number; end: number }[] {
  const sung = notes.map(({ at, seconds, midi, velocity, index }) => ({ at, seconds, midi, velocity, syllable: index }))
  const stretches = stretchesOf(phrase, sung, { isSpoken })
  let next = 0
  const find = (isIt: (stretch: Stretch) => boolean): Stretch | undefined => {
    const index = stretches.findIndex((stretch, place) => place >= next && isIt(stretch))
    if (index >= 0) next = index
    return stretches[index]
  }
  return notes.map((note) => {
    const { onset, nucleus, coda } = phrase.syllables[note.index] ?? { onset: [], nucleus: 0, coda: [] }
    const first = phrase.phones[onset[0] ?? nucleus]
    const last = phrase.phones[coda.at(-1) ?? nucleus]
    const start = find(({ fromSeconds }) => fromSeconds === first?.startSeconds)
    const end = find(({ toSeconds }) => toSeconds === last?.endSeconds)
    const plain = noteTimes(note)
    return { start: start?.start ?? plain.start, end: end?.end ?? plain.end }
  })
}

/** The words of a line, and for each of its syllables the word that it is of. */
export function wordsOfLine(
  line: string,
  syllables: number,
  phrase?: Pick<Phrase, 'syllables'>,
): { words: string[]; wordOf: number[] } {
  const words = writtenWords(line)
  const spoken = phrase && spokenBy(line, words, phrase)
  if (spoken) return { words, wordOf: spoken }
  const weights = words.map((word) => syllablesOf(word).length)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const owners = weights.flatMap((weight, word) => new Array<number>(weight).fill(word))
  const wordOf = Array.from(
    { length: syllables },
    (_, index) => owners[Math.floor(((index + 0.5) / syllables) * total)] ?? 0,
  )
  return { words, wordOf }
}

/** By the pronouncer, which knows the word of each syllable; undefined where its words are not those of the line. */
function spokenBy(line: string, words: readonly string[], phrase: Pick<Phrase, 'syllables'>): number[] | undefined {
  if (phrase.syllables.some(({ word }) => word === undefined)) return undefined
  const owners = words.flatMap((word, index) => (englishWords(word) ?? []).map(() => index))
  if (owners.length !== englishWords(line)?.length) return undefined
  return phrase.syllables.map(({ word = 0 }) => owners[word] ?? 0)
}

/** Signs of scripts without spaces, each a word; and what stands between spaces. */
const WRITTEN_WORDS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+/gu

/** Words as they are written. Marks stay with the word before them, or with the first one. */
function writtenWords(line: string): string[] {
  const words: string[] = []
  let marks = ''
  for (const { 0: piece, index } of line.matchAll(WRITTEN_WORDS)) {
    const space = index > 0 && /\s/.test(line[index - 1] ?? '') ? ' ' : ''
    if (/[\p{L}\p{N}]/u.test(piece)) {
      words.push(marks === '' ? piece : `${marks}${space}${piece}`)
      marks = ''
    } else if (words.length > 0) words.push(`${words.pop()}${space}${piece}`)
    else marks += `${marks === '' ? '' : space}${piece}`
  }
  return words
}
