import { beatAt, chordNameOf, type LeadSheet, type SheetNote } from '../lead-sheet.ts'
import { barsIn } from './bars.ts'
import { beatsIn } from './beats.ts'
import { chordsIn } from './chords.ts'
import { onsetsIn } from './onsets.ts'
import { meanPitches, pitchesIn } from './pitches.ts'
import { type HeardBar, sectionsIn } from './sections.ts'
import { type Pcm, RATE, readSound } from './sound.ts'
import { type ThrowIfStopped, unlessStopped } from './stop.ts'
import { tempoIn } from './tempo.ts'
import { type HeardNote, tuneIn } from './tune.ts'

/** A recording as music. */
export interface HeardSong {
  sheet: LeadSheet
  /** When each beat falls, in seconds, from the first of the first bar on. */
  beats: number[]
  confidence: Confidence
}

/** How sure each is, 0 to 1. */
export interface Confidence {
  beat: number
  bars: number
  notes: number
  chords: number
  tune: number
}

/** Why a recording is not heard as music. */
export interface Unheard {
  unheard: string
  confidence: Partial<Confidence>
}

const LONGEST_SECONDS = 300
const SHORTEST_SECONDS = 6

/**
 * Beats, bars, chords, tune and form of a recording, of at most its first five minutes; or what of them could not be heard.
 * Undefined if `isStopped` said so.
 */
export function hearSong(parts: Iterable<Pcm>, isStopped: () => boolean): HeardSong | Unheard | undefined {
  return unlessStopped(isStopped, (throwIfStopped) => songIn(parts, throwIfStopped))
}

function songIn(parts: Iterable<Pcm>, throwIfStopped: ThrowIfStopped): HeardSong | Unheard {
  const sound = readSound(parts, LONGEST_SECONDS, throwIfStopped)
  if (sound.middle.length < SHORTEST_SECONDS * RATE)
    return { unheard: `it is shorter than ${SHORTEST_SECONDS} seconds`, confidence: {} }
  const onsets = onsetsIn(sound.middle, throwIfStopped)
  const tempo = tempoIn(onsets, throwIfStopped)
  if (!tempo) return { unheard: 'no steady beat', confidence: {} }
  const pitches = pitchesIn(sound.middle, throwIfStopped)
  const found = beatsIn(onsets, tempo.bpm)
  const { beatsPerBar, firstDownbeat, clearness: barClearness } = barsIn(found, onsets, pitches)
  const tune = tuneIn(sound, pitches.tuning, throwIfStopped)
  const beats = wholeBars(found, beatsPerBar, firstDownbeat, tune.notes)
  const barCount = Math.floor((beats.length - 1) / beatsPerBar)
  const stretches = stretchesOf(beats, barCount, beatsPerBar)
  const { key, chords, clearness } = chordsIn(pitches, stretches)
  const notes = onGrid(tune.notes, beats).filter(({ beat }) => beat < barCount * beatsPerBar)
  const names = chords.map(({ root, quality }) => chordNameOf(root, quality))
  const perBar = stretches.length / Math.max(1, barCount)
  const sheet: LeadSheet = {
    bpm: Math.round(10 * tempoOf(found)) / 10,
    beatsPerBar,
    key,
    sections: sectionsIn(barsOf({ sound: sound.middle, chords: pitches.chords, beats, beatsPerBar, notes })),
    chords: Array.from({ length: barCount }, (_, bar) =>
      [...new Set(names.slice(bar * perBar, (bar + 1) * perBar))].join(' '),
    ),
    tune: notes,
  }
  const confidence = {
    beat: Math.max(0, Math.min(1, tempo.strength * steadiness(found))),
    bars: Math.max(0, Math.min(1, barClearness / CLEAR_BARS)),
    notes: pitches.tonality,
    chords: clearness,
    tune: tune.clearness,
  }
  const unheard = missingIn(confidence, sheet)
  return unheard === undefined ? { sheet, beats, confidence } : { unheard, confidence }
}

/**
 * Under these, it is not music as a band plays it. Seen: beats 0.02 and chords 0.21 in speech, 0.01 and 0.1 in noise, chords 0.2
 * in drums alone, beats 0.04 to 0.13 where each is up to 0.4 longer or shorter; songs have at least 0.19 and 0.5, those without
 * drums the least.
 */
const LEAST = { beat: 0.15, chords: 0.35, notesInBar: 0.5 } as const

/** What cannot be heard well enough to be played by. */
function missingIn({ beat, chords }: Confidence, { tune, chords: names }: LeadSheet): string | undefined {
  const percent = (share: number): string => `${Math.round(100 * share)} %`
  const missing = [
    beat < LEAST.beat ? `no steady beat (sure to ${percent(beat)})` : '',
    chords < LEAST.chords ? `no chords (sure to ${percent(chords)})` : '',
    tune.length < LEAST.notesInBar * names.length ? `no tune (${tune.length} notes in ${names.length} bars)` : '',
  ].filter((text) => text !== '')
  return missing.length === 0 ? undefined : missing.join(', ')
}

/** In beats a minute, by the line that lies nearest to all beats: those at both ends are the least exact. */
function tempoOf(beats: readonly number[]): number {
  const middle = (beats.length - 1) / 2
  const mean = beats.reduce((sum, at) => sum + at, 0) / Math.max(1, beats.length)
  let [both, square] = [0, 0]
  for (const [index, at] of beats.entries()) {
    both += (index - middle) * (at - mean)
    square += (index - middle) ** 2
  }
  return (60 * square) / Math.max(1e-9, both)
}

/** At which bars stand out as much as they ever do. */
const CLEAR_BARS = 8

/** 1 where beats are at equal distances; 0 where they are a tenth longer and shorter. */
function steadiness(beats: readonly number[]): number {
  const lengths = beats.slice(1).map((at, index) => at - (beats[index] ?? 0))
  const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length)
  const variance = lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / Math.max(1, lengths.length)
  return Math.max(0, 1 - Math.sqrt(variance) / (0.1 * mean))
}

/** The beats of whole bars: a pick-up gets a bar of its own, and what begins after the last beat is in a bar, too. */
function wholeBars(
  found: readonly number[],
  beatsPerBar: number,
  firstDownbeat: number,
  tune: readonly HeardNote[],
): number[] {
  const length = ((found.at(-1) ?? 1) - (found[0] ?? 0)) / Math.max(1, found.length - 1)
  const beats = [...found]
  const hasPickup = firstDownbeat > 0 && tune.some(({ at }) => at < (found[firstDownbeat] ?? 0) - 0.5 * length)
  // The first beat of a recording that begins with it is not heard to begin.
  if (hasPickup || firstDownbeat === beatsPerBar - 1)
    while ((beats.length - found.length + firstDownbeat) % beatsPerBar !== 0) beats.unshift((beats[0] ?? 0) - length)
  else beats.splice(0, firstDownbeat)
  while ((beats.length - 1) % beatsPerBar !== 0) beats.push((beats.at(-1) ?? 0) + length)
  return beats
}

/** Half bars, or whole ones of three beats. */
function stretchesOf(
  beats: readonly number[],
  barCount: number,
  beatsPerBar: number,
): { from: number; to: number; startsBar: boolean }[] {
  const step = beatsPerBar === 4 ? 2 : 3
  return Array.from({ length: (barCount * beatsPerBar) / step }, (_, index) => ({
    from: beats[index * step] ?? 0,
    to: beats[(index + 1) * step] ?? 0,
    startsBar: (index * step) % beatsPerBar === 0,
  }))
}

/** Steps to which the tune is moved, a beat. */
const STEPS = 4

/** How many beats further a beat may be than an eighth, and an eighth than a sixteenth, to be meant all the same. */
const STRONGER = 0.07

/** The step that a note near it is meant to be on. */
function nearestStep(beat: number): number {
  const steps = [Math.floor(beat * STEPS) / STEPS, Math.ceil(beat * STEPS) / STEPS]
  const weightOf = (step: number): number => (step % 1 === 0 ? 0 : step % 0.5 === 0 ? STRONGER / 2 : STRONGER)
  const [lower = beat, upper = beat] = steps
  return beat - lower + weightOf(lower) <= upper - beat + weightOf(upper) ? lower : upper
}

/** The tune by its beats, each note at the nearest step. Of two on one step the longer stays. */
function onGrid(notes: readonly HeardNote[], beats: readonly number[]): SheetNote[] {
  const step = nearestStep
  const placed: SheetNote[] = []
  for (const { at, seconds, midi } of notes) {
    const beat = step(beatAt(beats, at))
    const note = { beat, beats: Math.max(1 / STEPS, step(beatAt(beats, at + seconds)) - beat), midi }
    const last = placed.at(-1)
    if (beat < 0) continue
    if (last && last.beat === beat) {
      if (note.beats > last.beats) placed.splice(-1, 1, note)
      continue
    }
    if (last) last.beats = Math.min(last.beats, beat - last.beat)
    placed.push(note)
  }
  return placed
}

function barsOf(heard: {
  sound: Float32Array
  chords: Float64Array
  beats: readonly number[]
  beatsPerBar: number
  notes: readonly SheetNote[]
}): HeardBar[] {
  const { sound, chords, beats, beatsPerBar, notes } = heard
  const count = Math.floor((beats.length - 1) / beatsPerBar)
  const sung = new Float64Array(count)
  for (const { beat, beats: length } of notes) {
    const bar = Math.floor(beat / beatsPerBar)
    if (bar < count) sung[bar] = Math.min(1, (sung[bar] ?? 0) + length / beatsPerBar)
  }
  return Array.from(sung, (share, bar) => {
    const [from, to] = [beats[bar * beatsPerBar] ?? 0, beats[(bar + 1) * beatsPerBar] ?? 0]
    const part = sound.subarray(Math.max(0, Math.round(from * RATE)), Math.max(0, Math.round(to * RATE)))
    let power = 1e-9
    for (const x of part) power += (x * x) / part.length
    return { pitches: meanPitches(chords, from, to), level: 10 * Math.log10(power), sung: share }
  })
}
