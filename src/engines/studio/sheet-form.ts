import { roomIn } from './fit-words.ts'
import { type Section, withTurns } from './form.ts'
import type { LeadSheet, SheetNote } from './lead-sheet.ts'
import type { LyricLine, LyricSection, SectionKind } from './lyrics.ts'
import type { Style } from './style.ts'

/** A section of a song that is played by a lead sheet. */
export interface SheetSection extends Section {
  /** The bar of the sheet with which it begins. */
  sheetBar: number
}

interface Place {
  kind: SectionKind
  bars: number
  sheetBar: number
  lines: LyricLine[]
}

/** Of the sheet, with the notes of its tune. */
interface Given {
  kind: SectionKind
  bars: number
  sheetBar: number
  notes: number
  sung: boolean | undefined
}

/**
 * The form of a cover: that of the sheet, with the words in their order on the sections that have a tune. Where the words are more,
 * sections with a tune come again; where they are fewer, choruses are sung again and the rest is left to an instrument. `bars` is
 * the most that there is time for.
 */
export function sheetForm(
  sheet: LeadSheet,
  words: readonly LyricSection[],
  style: Style,
  bars: number,
): SheetSection[] {
  const given = givenIn(sheet)
  const places = words.some(({ lines }) => lines.length > 0) ? withWords(sheet, given, words) : given.map(played)
  let left = bars
  const plans = places.flatMap((place) => {
    const kept = Math.min(place.bars, left)
    left -= kept
    const barsPerLine = kept / Math.max(1, place.lines.length)
    return kept > 0 ? [{ ...place, bars: kept, barsPerLine }] : []
  })
  return withTurns(plans, style)
}

function givenIn(sheet: LeadSheet): Given[] {
  let sheetBar = 0
  return sheet.sections.map(({ kind, bars, sung }) => {
    const notes = notesIn(sheet, sheetBar, bars).length
    sheetBar += bars
    return { kind, bars, sheetBar: sheetBar - bars, notes, sung }
  })
}

/** The tune of some bars, from the first of them on. */
export function notesIn({ tune, beatsPerBar }: LeadSheet, bar: number, bars: number): SheetNote[] {
  const [start, end] = [bar * beatsPerBar, (bar + bars) * beatsPerBar]
  return tune
    .filter(({ beat }) => beat >= start && beat < end)
    .map((note) => ({ ...note, beat: note.beat - start, beats: Math.min(note.beats, end - note.beat) }))
}

const played = ({ kind, bars, sheetBar }: Given): Place => ({ kind, bars, sheetBar, lines: [] })

/** Where it is not known which sections are sung, those are that have so many notes in each of their bars. */
const NOTES_A_BAR = 1

function withWords(sheet: LeadSheet, given: readonly Given[], words: readonly LyricSection[]): Place[] {
  const waiting = words.filter(({ lines }) => lines.length > 0)
  const isSung = ({ notes, bars, sung }: Given): boolean => sung ?? notes >= NOTES_A_BAR * bars
  // A tune that is hardly there is still the only one.
  const singable = given.filter((section) => (given.some(isSung) ? isSung(section) : section.notes > 0))
  const places: Place[] = []
  const chorus = words.findLast(({ kind, lines }) => kind === 'chorus' && lines.length > 0)
  for (const section of given) {
    if (!singable.includes(section)) places.push(played(section))
    else {
      const next = waiting.shift()
      if (next) places.push(...sungOn(sheet, section, next))
      else if (section.kind === 'chorus' && chorus) places.push(...sungOn(sheet, section, chorus))
      else places.push({ ...played(section), kind: section.kind === 'chorus' ? 'chorus' : 'solo' })
    }
  }
  const ending = places.at(-1)?.lines.length === 0 && places.at(-1)?.kind === 'outro' ? places.splice(-1) : []
  for (const [index, section] of waiting.entries()) {
    const alike = singable.filter(({ kind }) => kind === section.kind)
    const from = alike.length > 0 ? alike : singable
    const again = from[index % Math.max(1, from.length)]
    if (again) places.push(...sungOn(sheet, again, section))
  }
  return [...places, ...ending]
}

/** A section of the words on one of the tune, twice and more where it has too many lines for it. */
function sungOn(sheet: LeadSheet, { bars, sheetBar }: Given, { kind, lines }: LyricSection): Place[] {
  const syllables = lines.reduce((sum, line) => sum + line.syllables.length, 0)
  const room = Math.max(1, roomIn(notesIn(sheet, sheetBar, bars)))
  const times = Math.max(1, Math.min(lines.length, Math.ceil(syllables / room)))
  const each = Math.ceil(lines.length / times)
  return Array.from({ length: Math.ceil(lines.length / each) }, (_, turn) => ({
    kind,
    bars,
    sheetBar,
    lines: lines.slice(turn * each, (turn + 1) * each),
  }))
}
