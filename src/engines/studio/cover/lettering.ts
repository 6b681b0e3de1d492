import type { PathCommand } from 'opentype.js'
import { type Sign, signsOf, type Typeface } from './typefaces.ts'

/** Signs set in one line, one by one: no ligatures, whose outlines some fonts lack; pairs are kerned. */
export interface Setting {
  signs: Sign[]
  /** From the start of the line, in parts of the size. */
  places: number[]
  /** In parts of the size. */
  width: number
}

/** Sets a line with `tracking` between its signs, in parts of the size; undefined if a letter cannot be drawn. */
export function setLine(line: string, face: Typeface, tracking = 0): Setting | undefined {
  const signs = signsOf(line, face)
  if (!signs) return undefined
  let width = 0
  const places = signs.map(({ glyph, font }, index) => {
    const before = signs[index - 1]
    const kerning = before?.font === font ? font.getKerningValue(before.glyph, glyph) / font.unitsPerEm : 0
    const place = width + kerning
    width = place + (glyph.advanceWidth ?? 0) / font.unitsPerEm + tracking
    return place
  })
  return { signs, places, width: Math.max(0, width - tracking) }
}

/** The outlines of a line as SVG path data; x is the start of its first sign, y its base line. */
export function outlines({ signs, places }: Setting, x: number, y: number, size: number): string {
  return signs
    .flatMap(({ glyph }, index) => glyph.getPath(x + (places[index] ?? 0) * size, y, size).commands.map(dataOf))
    .join('')
}

/** Not opentype.js' own `toPathData`, which writes some numbers so that a reader stops there. */
function dataOf(command: PathCommand): string {
  const at = (...numbers: number[]): string => `${command.type}${numbers.map((number) => number.toFixed(1)).join(' ')}`
  switch (command.type) {
    case 'M':
    case 'L':
      return at(command.x, command.y)
    case 'C':
      return at(command.x1, command.y1, command.x2, command.y2, command.x, command.y)
    case 'Q':
      return at(command.x1, command.y1, command.x, command.y)
    case 'Z':
      return 'Z'
  }
}

export interface Block {
  lines: Setting[]
  size: number
  /** Of the whole block, in pixels. */
  width: number
  height: number
}

/** How high capitals stand, in parts of the size. */
export const CAPITAL_HEIGHT = 0.73

/** Breaks a title into lines so that it fills a box as large as it can; undefined if it cannot be drawn, or is empty. */
export function setTitle(
  title: string,
  face: Typeface,
  box: { width: number; height: number; largest: number },
): Block | undefined {
  const words = wordsOf(title)
  let best: Block | undefined
  for (let count = 1; count <= Math.min(MOST_LINES, words.length); count++) {
    const lines: Setting[] = []
    for (const line of broken(words, count)) {
      const setting = setLine(line, face)
      if (!setting) return undefined
      if (setting.width > 0) lines.push(setting)
    }
    if (lines.length === 0) return undefined
    const widest = Math.max(...lines.map(({ width }) => width))
    const tall = CAPITAL_HEIGHT + (lines.length - 1) * face.leading
    const size = Math.min(box.largest, box.width / widest, box.height / tall)
    if (!best || size > best.size * 1.08) best = { lines, size, width: widest * size, height: tall * size }
  }
  return best
}

const MOST_LINES = 5
const MOST_SIGNS = 90

/** The words of a title, without pictographs; scripts without spaces are broken between any two signs. */
function wordsOf(title: string): string[] {
  const text = title
    .toWellFormed()
    .replace(/[\p{Extended_Pictographic}\p{Cc}\p{Cf}\u{1F1E6}-\u{1F1FF}\u{FE0F}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const short =
    [...text].length > MOST_SIGNS
      ? `${[...text]
          .slice(0, MOST_SIGNS - 1)
          .join('')
          .replace(/\s\S*$/, '')}…`
      : text
  return short.split(' ').filter((word) => word !== '')
}

/** The words in so many lines, the longest of which is as short as it can be. */
function broken(words: string[], count: number): string[] {
  const lengthOf = (from: number, to: number): number => [...words.slice(from, to).join(' ')].length
  // best[lines][to]: the least longest line of the first `to` words in so many lines, and where the last one starts.
  const best: { longest: number; from: number }[][] = [
    words.map((_, to) => ({ longest: lengthOf(0, to + 1), from: 0 })),
  ]
  for (let line = 1; line < count; line++)
    best.push(
      words.map((_, to) => {
        let found = { longest: Number.POSITIVE_INFINITY, from: to }
        for (let from = line; from <= to; from++) {
          const longest = Math.max(best[line - 1]?.[from - 1]?.longest ?? 0, lengthOf(from, to + 1))
          if (longest < found.longest) found = { longest, from }
        }
        return found
      }),
    )
  const lines: string[] = []
  for (let line = count - 1, to = words.length; line >= 0; line--) {
    const from = line === 0 ? 0 : (best[line]?.[to - 1]?.from ?? 0)
    lines.unshift(words.slice(from, to).join(' '))
    to = from
  }
  return lines
}
