import type { SheetNote } from './lead-sheet.ts'
import type { LyricLine } from './lyrics.ts'
import type { Syllable } from './syllables.ts'

/** A note of a given tune, with what is sung on it; without a syllable an instrument has it. */
export interface FittedNote extends SheetNote {
  syllable?: Syllable
}

/** Phrases whose beginnings are not marked are parted by a rest of so many beats. */
const REST_BEATS = 0.75
/** A syllable is sung on so many notes at most. */
const MOST_NOTES = 3
/** Nor is a note parted into shorter ones than this. */
const SHORTEST_BEATS = 0.25
const COSTS = {
  /** A note more than syllables, a syllable more than notes, and a note that the singer leaves out. */
  held: 0.15,
  parted: 0.7,
  left: 0.45,
  /** A line that begins within a phrase, or whose notes have a rest between them. */
  withinPhrase: 1.6,
  acrossRest: 0.25,
} as const

/** How many syllables a tune has room for. */
export const roomIn = (notes: readonly SheetNote[]): number => Math.ceil(1.35 * notes.length)

/** Puts the syllables of lines on the notes of a tune: each line on notes that follow one another, where a phrase begins if it can. */
export function fitWords(notes: readonly SheetNote[], lines: readonly LyricLine[]): FittedNote[] {
  const sung = lines.filter(({ syllables }) => syllables.length > 0)
  const stretches = stretchesFor(
    notes,
    sung.map(({ syllables }) => syllables.length),
  )
  const fitted: FittedNote[] = []
  let next = 0
  for (const [index, { from, to }] of stretches.entries()) {
    fitted.push(...notes.slice(next, from), ...lineOn(notes.slice(from, to), sung[index]?.syllables ?? []))
    next = to
  }
  return [...fitted, ...notes.slice(next)]
}

interface Stretch {
  from: number
  to: number
}

/** The notes of each line, by dynamic programming over how many notes the lines before have used. */
function stretchesFor(notes: readonly SheetNote[], counts: readonly number[]): Stretch[] {
  const areMarked = notes.some(({ startsLine }) => startsLine)
  const restBefore = notes.map(({ beat, startsLine }, index) => {
    const before = notes[index - 1]
    if (before === undefined) return true
    return areMarked ? startsLine === true : beat - before.beat - before.beats >= REST_BEATS
  })
  const rests = [0]
  for (const isRest of restBefore) rests.push((rests.at(-1) ?? 0) + (isRest ? 1 : 0))
  const costOf = (from: number, to: number, count: number): number => {
    const length = to - from
    const restsWithin = (rests[to] ?? 0) - (rests[from + 1] ?? 0)
    return (
      (length >= count ? COSTS.held * (length - count) : COSTS.parted * (count - length)) +
      (restBefore[from] ? 0 : COSTS.withinPhrase) +
      COSTS.acrossRest * restsWithin
    )
  }
  // best[line][used]: the least cost with which so many lines end before note `used`.
  let best = notes.map((_, used) => COSTS.left * used)
  best.push(COSTS.left * notes.length)
  const chosen: Stretch[][] = []
  for (const count of counts) {
    const sums = new Array<number>(notes.length + 1).fill(Number.POSITIVE_INFINITY)
    const stretches: Stretch[] = []
    for (let to = 1; to <= notes.length; to++) {
      const left = (sums[to - 1] ?? Number.POSITIVE_INFINITY) + COSTS.left
      sums[to] = left
      stretches[to] = stretches[to - 1] ?? { from: to - 1, to }
      for (let from = Math.max(0, to - MOST_NOTES * count); from < to; from++) {
        const sum = (best[from] ?? Number.POSITIVE_INFINITY) + costOf(from, to, count)
        if (sum >= (sums[to] ?? 0)) continue
        sums[to] = sum
        stretches[to] = { from, to }
      }
    }
    best = sums
    chosen.push(stretches)
  }
  const path: Stretch[] = []
  let used = notes.length
  for (const stretches of chosen.toReversed()) {
    const stretch = stretches[used] ?? { from: 0, to: 0 }
    path.unshift(stretch)
    used = stretch.from
  }
  return path
}

function lineOn(notes: readonly SheetNote[], syllables: readonly Syllable[]): FittedNote[] {
  if (notes.length === 0) return []
  const parted = partedInto(notes, syllables.length)
  if (parted.length < syllables.length) return evenly(parted, syllables)
  const held = heldNotes(parted, parted.length - syllables.length)
  let next = -1
  return parted.map((note, index) => {
    const goesOn = held.has(index)
    if (!goesOn) next++
    const syllable = syllables[next]
    return syllable === undefined ? note : { ...note, syllable: goesOn ? { ...syllable, goesOn: true } : syllable }
  })
}

/** Longer notes parted into two of the same pitch, until there are enough. */
function partedInto(notes: readonly SheetNote[], count: number): SheetNote[] {
  const parted = [...notes]
  while (parted.length < count) {
    const index = parted.reduce((most, { beats }, at) => (beats > (parted[most]?.beats ?? 0) ? at : most), 0)
    const note = parted[index]
    if (!note || note.beats < 2 * SHORTEST_BEATS) break
    // On the grid: of three steps, the first has two.
    const first = Math.ceil(note.beats / 2 / SHORTEST_BEATS) * SHORTEST_BEATS
    parted.splice(index, 1, { ...note, beats: first }, { ...note, beat: note.beat + first, beats: note.beats - first })
  }
  return parted
}

/** Where there are more syllables than steps: all of them in the time of the line, at its pitches. */
function evenly(notes: readonly SheetNote[], syllables: readonly Syllable[]): FittedNote[] {
  const [first, last] = [notes[0], notes.at(-1)]
  if (!first || !last) return []
  const length = (last.beat + last.beats - first.beat) / syllables.length
  return syllables.map((syllable, index) => {
    const beat = first.beat + index * length
    const { midi } = notes.findLast((note) => note.beat <= beat + 1e-6) ?? first
    return { beat, beats: length, midi, syllable }
  })
}

/** The notes to which a syllable is held: those that begin off the beat, are short and lie near the one before. */
function heldNotes(notes: readonly SheetNote[], count: number): ReadonlySet<number> {
  const weights = notes.map(({ beat, beats, midi }, index) => {
    const before = notes[index - 1]
    if (before === undefined) return Number.POSITIVE_INFINITY
    const rest = beat - before.beat - before.beats
    return (
      (beat % 1 === 0 ? 1 : beat % 0.5 === 0 ? 0.5 : 0) +
      Math.min(1, beats) +
      (midi === before.midi ? 0.6 : 0.08 * Math.abs(midi - before.midi)) +
      (rest >= REST_BEATS ? 4 : rest)
    )
  })
  const held = new Set<number>()
  const ranked = weights
    .map((weight, index) => ({ weight, index }))
    .sort((a, b) => a.weight - b.weight || a.index - b.index)
  for (const { index } of ranked) if (held.size < count && index > 0) held.add(index)
  return held
}
