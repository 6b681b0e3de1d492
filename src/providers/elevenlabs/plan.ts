import { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'

/**
 * Lyrics as a composition plan of `music_v2`: an ordered list of chunks, each with its words and its length. Limits are
 * ElevenLabs': 30 chunks, each of 3 to 120 seconds, 10 minutes in all.
 */

export const MIN_MS = 3_000
const MAX_MS = 120_000
const MAX_CHUNKS = 30

export interface Chunk {
  text: string
  duration_ms: number
}

interface Section {
  /** Its mark, such as "[Chorus]", and its lines. */
  lines: string[]
  /** How many of them are sung. */
  sung: number
}

const BREAK = '[Instrumental]'
const TIMED = /^\[(\d{1,3}):(\d{1,2}(?:\.\d{1,3})?)\](.*)$/s
const MARK = /^\[[^\]]*\]$/

/** Throws `vendor_refused` for lyrics that do not fit into the song. */
export function chunksOf(lyrics: string, totalMs: number): Chunk[] {
  const lines = lyrics
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.some((line) => TIMED.test(line)) ? timedChunks(lines, totalMs) : sungChunks(lines, totalMs)
}

/** Sections as their marks divide them, each as long as its number of lines says. */
function sungChunks(lines: string[], totalMs: number): Chunk[] {
  const sections = fitted(sectionsIn(lines), totalMs)
  const lengths = shared(
    totalMs,
    sections.map(({ sung }) => Math.max(1, sung)),
  )
  return sections.map((section, index) => ({ text: section.lines.join('\n'), duration_ms: lengths[index] ?? MIN_MS }))
}

function sectionsIn(lines: string[]): Section[] {
  const sections: Section[] = []
  for (const line of lines) {
    const isMark = MARK.test(line)
    if (isMark || sections.length === 0) sections.push({ lines: [], sung: 0 })
    const section = sections.at(-1)
    section?.lines.push(line)
    if (section && !isMark) section.sung += 1
  }
  return sections
}

/** As many sections as a song of this length can have: neighbours are joined, long ones parted, or a break is added. */
function fitted(given: Section[], totalMs: number): Section[] {
  const sections = [...given]
  const most = Math.min(MAX_CHUNKS, Math.floor(totalMs / MIN_MS))
  while (sections.length > most) joinShortest(sections)
  while (sections.length < Math.ceil(totalMs / MAX_MS)) partLongest(sections)
  return sections
}

function joinShortest(sections: Section[]): void {
  const pairs = sections.slice(1).map((next, index) => next.sung + (sections[index]?.sung ?? 0))
  const at = pairs.indexOf(Math.min(...pairs))
  const [one, next] = sections.slice(at, at + 2)
  if (one && next) sections.splice(at, 2, { lines: [...one.lines, ...next.lines], sung: one.sung + next.sung })
}

function partLongest(sections: Section[]): void {
  const at = sections.findIndex(({ sung }) => sung === Math.max(...sections.map((one) => one.sung)))
  const longest = sections[at]
  if (!longest || longest.sung < 2) {
    sections.push({ lines: [BREAK], sung: 0 })
    return
  }
  const half = longest.lines.length - Math.floor(longest.sung / 2)
  const [first, second] = [longest.lines.slice(0, half), longest.lines.slice(half)]
  sections.splice(at, 1, { lines: first, sung: longest.sung - second.length }, { lines: second, sung: second.length })
}

/** `totalMs` by weight, with no part shorter or longer than a chunk may be. */
function shared(totalMs: number, weights: number[]): number[] {
  const lengths = weights.map(() => MIN_MS)
  let left = totalMs - MIN_MS * weights.length
  let open = weights.map((_, index) => index)
  while (left > 0 && open.length > 0) {
    const sum = open.reduce((all, index) => all + (weights[index] ?? 1), 0)
    const given = open.map((index) => {
      const wanted = Math.ceil((left * (weights[index] ?? 1)) / sum)
      return { index, ms: Math.min(wanted, MAX_MS - (lengths[index] ?? MIN_MS)) }
    })
    for (const { index, ms } of given) {
      const more = Math.min(ms, left) // rounding up gives a little too much
      lengths[index] = (lengths[index] ?? MIN_MS) + more
      left -= more
    }
    open = open.filter((index) => (lengths[index] ?? MAX_MS) < MAX_MS)
  }
  return lengths
}

/** Lines that say when they begin: a chunk begins with one of them, and ends where the next chunk begins. */
function timedChunks(lines: string[], totalMs: number): Chunk[] {
  const starts = startsIn(lines)
  const late = starts.find(({ atMs }) => atMs >= totalMs)
  if (late) {
    throw new PolyphonyError(
      'vendor_refused',
      `lyrics has a line at ${late.atMs / 1_000} seconds, and the song is ${totalMs / 1_000} seconds long.`,
    )
  }
  // An intro, the last one and what is parted for its length come on top.
  const room = Math.max(MIN_MS, Math.ceil(totalMs / (MAX_CHUNKS - 4)))
  const chunks: { atMs: number; lines: string[] }[] = [{ atMs: 0, lines: [] }]
  for (const { atMs, text } of starts) {
    const last = chunks.at(-1)
    const isNear = last?.lines.length === 0 ? atMs < MIN_MS : atMs - (last?.atMs ?? 0) < room
    if (isNear || totalMs - atMs < MIN_MS) last?.lines.push(text)
    else chunks.push({ atMs, lines: [text] })
  }
  return chunks.flatMap(({ atMs, lines: words }, index) => {
    const lastsMs = (chunks[index + 1]?.atMs ?? totalMs) - atMs
    return withinLimits(words.length === 0 ? '[Intro]' : words.join('\n'), lastsMs)
  })
}

function startsIn(lines: string[]): { atMs: number; text: string }[] {
  let atMs = 0
  const starts = lines.map((line) => {
    const [, minutes, seconds, text] = TIMED.exec(line) ?? []
    if (minutes !== undefined) atMs = Math.round((Number(minutes) * 60 + Number(seconds)) * 1_000)
    return { atMs, text: minutes === undefined ? line : (text ?? '').trimStart() } // what has no time belongs to the line before
  })
  return starts.filter(({ text }) => text !== '').toSorted((one, other) => one.atMs - other.atMs)
}

/** What lasts longer than a chunk may is followed by as much music without words as is needed. */
function withinLimits(text: string, lastsMs: number): Chunk[] {
  if (lastsMs <= MAX_MS) return [{ text, duration_ms: lastsMs }]
  const count = Math.ceil(lastsMs / MAX_MS)
  const each = Math.ceil(lastsMs / count)
  return Array.from({ length: count }, (_, index) => ({
    text: index === 0 ? text : BREAK,
    duration_ms: index === count - 1 ? lastsMs - each * (count - 1) : each,
  }))
}

export function planOf(lyrics: string, totalMs: number, styles: string[], negative: string[]): JsonObject {
  return {
    chunks: chunksOf(lyrics, totalMs).map((chunk) => ({
      ...chunk,
      positive_styles: styles,
      ...(negative.length === 0 ? {} : { negative_styles: negative }),
    })),
  }
}
