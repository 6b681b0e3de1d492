import { piecesOf } from '../speech/spoken-text.ts'
import { type Syllable, syllablesOf } from './syllables.ts'

export type SectionKind = 'intro' | 'verse' | 'prechorus' | 'chorus' | 'bridge' | 'solo' | 'outro'

export interface LyricLine {
  text: string
  syllables: Syllable[]
}

export interface LyricSection {
  kind: SectionKind
  lines: LyricLine[]
}

const MARKS: readonly (readonly [SectionKind, RegExp])[] = [
  ['prechorus', /pre-?\s?(chorus|hook|refrain)|build/],
  ['solo', /solo|instrumental|interlude|break|drop|riff/],
  ['intro', /intro|prelude|opening/],
  ['outro', /outro|ending|\bend\b|coda|fade|finale/],
  ['chorus', /chorus|hook|refrain|estribillo|coro\b|refrão|ritornello|副歌|サビ|후렴|припев/],
  ['bridge', /bridge|middle\s?8|puente|ponte|桥段|橋段|бридж/],
  ['verse', /verse|strophe|couplet|vers\b|verso|estrofa|主歌|куплет|rap\b|part\b/],
]

/**
 * Sections with their lines, in order. Marks are in square brackets on a line of their own; a mark that names no section
 * (a stage direction) is not sung. Without marks, a blank line parts the sections and a block that returns is the chorus.
 */
export function parseLyrics(text: string): LyricSection[] {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/).flatMap((line) => shortLines(line.trim()))
  const sections = lines.some((line) => kindOf(line) !== undefined) ? byMarks(lines) : byBlankLines(lines)
  return sections.filter(({ kind, lines }) => lines.length > 0 || !NEEDS_LINES.has(kind))
}

/** A paragraph is too long for one breath: longer lines are parted where a sentence or a word ends. */
const LONGEST_LINE = 120
const PART_OF_LINE = 60

function shortLines(line: string): string[] {
  return line.length > LONGEST_LINE ? piecesOf(line, PART_OF_LINE) : [line]
}

const NEEDS_LINES = new Set<SectionKind>(['verse', 'prechorus', 'chorus', 'bridge'])

function byMarks(lines: string[]): LyricSection[] {
  const sections: LyricSection[] = []
  let current: LyricSection | undefined
  for (const line of lines) {
    const kind = kindOf(line)
    if (kind !== undefined) {
      current = { kind, lines: [] }
      sections.push(current)
      continue
    }
    const sung = sungLine(line)
    if (sung === undefined) continue
    if (current === undefined) {
      current = { kind: 'verse', lines: [] }
      sections.push(current)
    }
    current.lines.push(sung)
  }
  return withRecalledChoruses(sections)
}

/** "[Chorus]" written again without its words means the chorus again. */
function withRecalledChoruses(sections: LyricSection[]): LyricSection[] {
  const known = new Map<SectionKind, LyricLine[]>()
  return sections.map((section) => {
    if (section.lines.length > 0) known.set(section.kind, section.lines)
    if (section.kind !== 'chorus' && section.kind !== 'prechorus') return section
    return { kind: section.kind, lines: known.get(section.kind) ?? section.lines }
  })
}

function byBlankLines(lines: string[]): LyricSection[] {
  const blocks: LyricLine[][] = [[]]
  for (const line of lines) {
    const sung = sungLine(line)
    if (sung !== undefined) blocks.at(-1)?.push(sung)
    else if (line === '' && blocks.at(-1)?.length) blocks.push([])
  }
  const full = blocks.filter((block) => block.length > 0)
  const stanzas = full.length === 1 ? inFours(full[0] ?? []) : full
  const wordsOf = (block: LyricLine[]): string => block.map(({ text }) => text.toLowerCase()).join('\n')
  const returning = new Set(stanzas.map(wordsOf).filter((words, index, all) => all.indexOf(words) !== index))
  return stanzas.map((lines, index) => {
    const isChorus = returning.size > 0 ? returning.has(wordsOf(lines)) : index % 2 === 1
    return { kind: isChorus ? 'chorus' : 'verse', lines }
  })
}

const inFours = (lines: LyricLine[]): LyricLine[][] =>
  Array.from({ length: Math.ceil(lines.length / 4) }, (_, index) => lines.slice(index * 4, index * 4 + 4))

function kindOf(line: string): SectionKind | undefined {
  const mark = /^[[【(]([^\]】)]{1,60})[\]】)]:?$/.exec(line)?.[1]?.toLowerCase()
  if (mark === undefined) return undefined
  if (line.startsWith('(') && !/^(verse|chorus|bridge|intro|outro)\b/.test(mark)) return undefined // "(ooh)" is sung
  return MARKS.find(([, words]) => words.test(mark))?.[0]
}

/** A line without its stage directions; undefined when nothing of it is sung. */
function sungLine(line: string): LyricLine | undefined {
  const text = line
    .replace(/\[[^\]]{0,200}\]|【[^】]{0,200}】/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const syllables = syllablesOf(text).map((syllable, index) => ({ ...syllable, place: { line: text, index } }))
  return syllables.length === 0 ? undefined : { text, syllables }
}
