import { fitWords } from './fit-words.ts'
import { type Chord, type Key, MODES, wrap } from './harmony.ts'
import { INSTRUMENTS, type InstrumentName } from './instruments.ts'
import { chordNamed, type Harmony, type LeadSheet } from './lead-sheet.ts'
import type { MelodyNote } from './melody.ts'
import { notesIn, type SheetSection } from './sheet-form.ts'
import { type Style, statedKey, statedTempo } from './style.ts'

/** A song in tempo, metre and key of another. */
export interface InItsHarmony {
  style: Style
  /** Semitones up from the key of the other one. */
  shift: number
}

/**
 * A style with what a lead sheet says: its metre, its tempo and its key, unless the tags name a tempo, or a key of the same kind
 * (a tune in major is no tune in minor).
 */
export function inHarmonyOf(
  style: Style,
  { bpm, beatsPerBar, key }: Omit<Harmony, 'verse' | 'chorus'>,
  tags: string,
): InItsHarmony {
  const stated = statedKey(tags)
  const shift = stated && isMinor(stated) === isMinor(key) ? wrap(stated.tonic - key.tonic, 12) : 0
  // Grooves in three do not fill a bar of four.
  const drums = beatsPerBar === 4 && style.drums === 'waltz' ? 'brushes' : style.drums
  return {
    style: {
      ...style,
      bpm: statedTempo(tags) ?? Math.round(bpm),
      key: { ...key, tonic: wrap(key.tonic + shift, 12) },
      genre: { ...style.genre, beatsPerBar },
      drums,
    },
    shift,
  }
}

const isMinor = ({ mode }: Key): boolean => MODES[mode][2] === 3

/** The chords of a sheet, or of what goes round, in the key of a style; with sevenths where its genre has them. */
export function chordsNamed(names: readonly string[], { style, shift }: InItsHarmony): Chord[] {
  return names.map((name) => {
    const chord = chordNamed(name, style.key, shift)
    return style.genre.sevenths ? withSeventh(chord, style.key) : chord
  })
}

/** A triad of the key with the seventh that the key has above it. */
function withSeventh(chord: Chord, { tonic, mode }: Key): Chord {
  const scale: readonly number[] = MODES[mode].map((step) => (tonic + step) % 12)
  const place = scale.indexOf(chord.pitchClasses[0] ?? 0)
  const seventh = scale[(place + 6) % 7]
  const isOfKey = place >= 0 && chord.pitchClasses.every((note) => scale.includes(note))
  const pitchClasses =
    isOfKey && chord.pitchClasses.length === 3 && seventh !== undefined
      ? [...chord.pitchClasses, seventh]
      : chord.pitchClasses
  return {
    ...chord,
    pitchClasses,
    ...(chord.secondHalf ? { secondHalf: withSeventh(chord.secondHalf, { tonic, mode }) } : {}),
  }
}

/** How much of a note sounds before the next one. */
export const SOUNDING = 0.95

/** The tune of a section of a cover, with its words, for who plays or sings it: the sung notes, and those that are left to another. */
export function tuneOfSheet(
  sheet: LeadSheet,
  section: SheetSection,
  { style, shift }: InItsHarmony,
  softening: number,
): { lead: MelodyNote[]; second: MelodyNote[] } {
  const { beatsPerBar } = sheet
  const notes = fitWords(notesIn(sheet, section.sheetBar, section.bars), section.lines)
  const [asLead, asSecond] = [style.lead, style.second].map((name) => shift + octavesTo(sheet, shift, name, style))
  const loudness = 1 - softening * (1 - section.intensity)
  const all = notes.map((note) => {
    const isStrong = note.beat % 1 === 0 && note.beat % 2 === 0
    const played = {
      beat: section.startBar * beatsPerBar + note.beat,
      beats: note.beats * SOUNDING,
      velocity: (isStrong ? 0.92 : 0.8) * loudness,
    }
    const isSung = style.lead !== 'voice' || note.syllable !== undefined
    const midi = note.midi + ((isSung ? asLead : asSecond) ?? 0)
    return {
      isSung,
      note: { ...played, midi, ...(note.syllable && style.lead === 'voice' ? { syllable: note.syllable } : {}) },
    }
  })
  return {
    lead: all.flatMap(({ isSung, note }) => (isSung ? [note] : [])),
    second: all.flatMap(({ isSung, note }) => (isSung ? [] : [note])),
  }
}

/** Whole octaves that bring a tune to where an instrument or the singer is at home. */
function octavesTo({ tune }: LeadSheet, shift: number, name: InstrumentName, { singer }: Style): number {
  const pitches = tune.map(({ midi }) => midi + shift).sort((a, b) => a - b)
  const middle = pitches[Math.floor(pitches.length / 2)]
  const home = INSTRUMENTS[name].centre + (name === 'voice' ? singer.register : 0)
  return middle === undefined ? 0 : 12 * Math.round((home - middle) / 12)
}
