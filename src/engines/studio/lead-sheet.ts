import { type Chord, chordName, type Key, MODES, wrap } from './harmony.ts'
import type { SectionKind } from './lyrics.ts'

/** A song as its tune, its chords and its form: what a cover keeps. Plain JSON. */
export interface LeadSheet {
  /** Beats a minute. */
  bpm: number
  beatsPerBar: 3 | 4
  key: Key
  /** In their order; their bars add up to those of the chords. */
  sections: SheetPart[]
  /** One for each bar, by name: "Am". Two of them, parted by a space, have half of the bar each. */
  chords: string[]
  /** From the start of the first bar on. A note does not begin before the one before it ends. */
  tune: SheetNote[]
}

export interface SheetPart {
  kind: SectionKind
  bars: number
  /** Whether words are sung in it. Absent: it is not known, and those that have enough of a tune can be sung. */
  sung?: boolean
}

/** What goes on of a song when it is continued. Plain JSON. */
export interface Harmony extends Pick<LeadSheet, 'bpm' | 'beatsPerBar' | 'key'> {
  /** Chords of verses and of choruses as in a sheet: they go round. */
  verse: string[]
  chorus: string[]
}

export interface SheetNote {
  beat: number
  beats: number
  midi: number
  /** A line of the words begins with it. Where a section has such notes, it has no other places where lines begin. */
  startsLine?: true
}

const NOTES: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 }
/** Semitones above the root, by what is written behind its name. */
const QUALITIES: Readonly<Record<string, readonly number[]>> = {
  '': [0, 4, 7],
  m: [0, 3, 7],
  dim: [0, 3, 6],
  aug: [0, 4, 8],
  '(b5)': [0, 4, 6],
  '7': [0, 4, 7, 10],
  maj7: [0, 4, 7, 11],
  m7: [0, 3, 7, 10],
  'm(maj7)': [0, 3, 7, 11],
  m7b5: [0, 3, 6, 10],
  dim7: [0, 3, 6, 9],
}

/**
 * The chord of a bar by its name, or by the two names of its halves, moved up by `shift` semitones. What has no name here sounds as
 * the tonic.
 */
export function chordNamed(names: string, key: Key, shift = 0): Chord {
  const [first = '', second] = names.split(' ')
  const [, letter = '', sign = '', quality = ''] = /^([A-G])([#b]?)(.*)$/.exec(first) ?? []
  const note = NOTES[letter]
  const root = note === undefined ? key.tonic : wrap(note + (sign === '#' ? 1 : sign === 'b' ? -1 : 0) + shift, 12)
  const steps = QUALITIES[quality] ?? [0, 4, 7]
  const chord = { degree: degreeOf(root, key), pitchClasses: steps.map((step) => (root + step) % 12) }
  return second === undefined ? chord : { ...chord, secondHalf: chordNamed(second, key, shift) }
}

/** The degree of the scale that is nearest to a pitch class; of two, the lower one. */
function degreeOf(pitchClass: number, { tonic, mode }: Key): number {
  const above = wrap(pitchClass - tonic, 12)
  return MODES[mode].findLastIndex((step) => step <= above)
}

export const chordNameOf = (root: number, quality: string): string =>
  chordName({ degree: 0, pitchClasses: (QUALITIES[quality] ?? [0, 4, 7]).map((step) => (root + step) % 12) })

/** The first `bars` bars of a song. */
export function firstBars(sheet: LeadSheet, bars: number): LeadSheet {
  if (sheet.chords.length <= bars) return sheet
  const end = bars * sheet.beatsPerBar
  let left = bars
  const sections = sheet.sections.flatMap((section) => {
    const kept = Math.min(section.bars, left)
    left -= kept
    return kept > 0 ? [{ ...section, bars: kept }] : []
  })
  const tune = sheet.tune
    .filter(({ beat }) => beat < end)
    .map((note) => ({ ...note, beats: Math.min(note.beats, end - note.beat) }))
  return { ...sheet, sections, chords: sheet.chords.slice(0, bars), tune }
}

/**
 * The harmony of a song for what follows its bar `bar`, or for all of it: that of the section which is left there, going on
 * where it was left, and that of the chorus.
 */
export function harmonyOf({ bpm, beatsPerBar, key, sections, chords }: LeadSheet, bar = 0): Harmony {
  let start = 0
  const placed = sections.map((section) => {
    start += section.bars
    return { ...section, start: start - section.bars }
  })
  const here =
    placed.findLast((section) => section.start < bar && section.kind !== 'chorus') ??
    placed.find(({ kind }) => kind !== 'chorus') ??
    placed[0]
  const chorus = placed.find(({ kind }) => kind === 'chorus') ?? here
  const roundOf = (section: typeof here): string[] =>
    roundIn(section ? chords.slice(section.start, section.start + section.bars) : chords)
  const verse = roundOf(here)
  const gone = here && bar > here.start && bar < here.start + here.bars ? (bar - here.start) % verse.length : 0
  return { bpm, beatsPerBar, key, verse: [...verse.slice(gone), ...verse.slice(0, gone)], chorus: roundOf(chorus) }
}

const LONGEST_ROUND = 16

/** The bars that go round in a section: as few as most of it can be told by. */
function roundIn(chords: readonly string[]): string[] {
  const same = (bars: number): number =>
    chords.filter((name, bar) => bar >= bars && name === chords[bar - bars]).length / Math.max(1, chords.length - bars)
  const bars = [2, 4, 8].find((length) => 2 * length <= chords.length && same(length) > 0.8)
  return chords.slice(0, bars ?? LONGEST_ROUND)
}

/** The place of a time among beats, in beats; `beats` are the times of two and more. */
export function beatAt(beats: readonly number[], time: number): number {
  const after = beats.findIndex((at) => at > time)
  const last = beats.length - 1
  const index = Math.max(0, Math.min(last - 1, after === -1 ? last - 1 : after - 1))
  const [from, to] = [beats[index] ?? 0, beats[index + 1] ?? 1]
  return index + (time - from) / Math.max(1e-6, to - from)
}

/** A bar that has begun less than this before a moment begins with it. */
const SAME_BEATS = 0.25

/**
 * What goes on of a recording from a moment on; until another, where only a part of it is replaced. `fromSeconds` is the moment
 * in a song that has the tempo of the harmony and begins with a bar.
 */
export function goingOn(
  { sheet, beats }: { sheet: LeadSheet; beats: readonly number[] },
  fromSeconds: number,
  untilSeconds?: number,
): { harmony: Harmony; fromSeconds: number } {
  const { beatsPerBar, chords } = sheet
  const bpm = Math.round(sheet.bpm)
  const from = beatAt(beats, fromSeconds)
  const bar = Math.max(0, Math.ceil((from - SAME_BEATS) / beatsPerBar))
  const harmony = { ...harmonyOf(sheet, bar), bpm }
  const bars = untilSeconds === undefined ? 0 : Math.ceil((beatAt(beats, untilSeconds) - from) / beatsPerBar)
  const replaced = chords.slice(bar, bar + bars)
  const within = ((from % beatsPerBar) + beatsPerBar) % beatsPerBar
  const place = beatsPerBar - within < SAME_BEATS || within < SAME_BEATS ? 0 : within
  return {
    harmony: replaced.length > 0 ? { ...harmony, verse: replaced, chorus: replaced } : harmony,
    fromSeconds: (place * 60) / bpm,
  }
}
