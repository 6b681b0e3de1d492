import { chordNamed, type LeadSheet } from '../lead-sheet.ts'
import type { Score, TimedNote } from '../score.ts'
import type { HeardSong } from './hear-song.ts'

/** For tests: what is heard in a song against the score that was played. */

/** Shares, 0 to 1. */
export interface Accuracy {
  /** F-measure of the beats, within 70 ms. */
  beats: number
  /** The same at the nearest of the tempo, its half and its double. */
  beatsAtAnyOctave: number
  downbeats: number
  /** The share of the time in which root and third are right. */
  chords: number
  /** Of the notes of the tune: onset within 100 ms, pitch to the semitone. */
  recall: number
  precision: number
  /** The same, with octaves not told apart. */
  recallOfPitchClass: number
  precisionOfPitchClass: number
}

const NEAR_BEAT_SECONDS = 0.07
const NEAR_NOTE_SECONDS = 0.1

/** `delaySeconds`: the silence before the song. */
export function accuracyOf(score: Score, { sheet, beats }: HeardSong, delaySeconds = 0): Accuracy {
  const end = score.durationSeconds - 4
  const every = (seconds: number): number[] =>
    Array.from({ length: Math.floor(end / seconds) }, (_, index) => delaySeconds + index * seconds)
  const beatSeconds = 60 / score.bpm
  const heard = beats.filter((at) => at < delaySeconds + end)
  const downbeats = heard.filter((_, index) => index % sheet.beatsPerBar === 0)
  const tune = tuneOf(score).filter(({ at }) => at < end)
  const notes = timedTune(sheet, beats).filter(({ at }) => at < delaySeconds + end)
  const delayed = tune.map((note) => ({ ...note, at: note.at + delaySeconds }))
  const share = (one: readonly Placed[], other: readonly Placed[], octaves: boolean): number =>
    one.filter((note) => other.some((match) => areSame(note, match, octaves))).length / Math.max(1, one.length)
  return {
    beats: fMeasure(every(beatSeconds), heard),
    beatsAtAnyOctave: Math.max(...[0.5, 1, 2].map((times) => fMeasure(every(times * beatSeconds), heard))),
    downbeats: fMeasure(every(score.barSeconds), downbeats),
    chords: chordAgreement(score, sheet, beats, { from: delaySeconds, to: delaySeconds + end }),
    recall: share(delayed, notes, true),
    precision: share(notes, delayed, true),
    recallOfPitchClass: share(delayed, notes, false),
    precisionOfPitchClass: share(notes, delayed, false),
  }
}

type Placed = Pick<TimedNote, 'at' | 'midi'>

const areSame = (one: Placed, other: Placed, octaves: boolean): boolean =>
  Math.abs(one.at - other.at) <= NEAR_NOTE_SECONDS &&
  (octaves ? one.midi === other.midi : (one.midi - other.midi) % 12 === 0)

/** What carries the tune, in the order of time. */
export function tuneOf({ parts }: Score): TimedNote[] {
  return parts
    .filter(({ role }) => role === 'lead' || role === 'second')
    .flatMap(({ notes }) => notes)
    .sort((a, b) => a.at - b.at)
}

/** The tune of a sheet at the times of the recording's beats. */
export function timedTune({ tune }: LeadSheet, beats: readonly number[]): Placed[] {
  const timeOf = (beat: number): number => {
    const index = Math.min(beats.length - 2, Math.floor(beat))
    const [from = 0, to = 0] = [beats[index], beats[index + 1]]
    return from + (beat - index) * (to - from)
  }
  return tune.map(({ beat, midi }) => ({ at: timeOf(beat), midi }))
}

export function fMeasure(truth: readonly number[], heard: readonly number[]): number {
  const near = (one: readonly number[], other: readonly number[]): number =>
    one.filter((at) => other.some((match) => Math.abs(match - at) <= NEAR_BEAT_SECONDS)).length
  const [recall, precision] = [near(truth, heard) / truth.length, near(heard, truth) / Math.max(1, heard.length)]
  return recall + precision === 0 ? 0 : (2 * recall * precision) / (recall + precision)
}

const STEP_SECONDS = 0.1

function chordAgreement(
  score: Score,
  sheet: LeadSheet,
  beats: readonly number[],
  { from, to }: { from: number; to: number },
): number {
  const key = { tonic: 0, mode: 'major' } as const
  const triad = (name: string): string => {
    const [root = 0, third = 0] = chordNamed(name, key).pitchClasses
    return `${root} ${(third - root + 12) % 12}`
  }
  let [same, all] = [0, 0]
  for (let at = from + STEP_SECONDS / 2; at < to; at += STEP_SECONDS) {
    const truth = score.chords.findLast((chord) => chord.at <= at - from)
    const beat = beats.findLastIndex((one) => one <= at)
    const names = (sheet.chords[Math.floor(beat / sheet.beatsPerBar)] ?? '').split(' ')
    const name = (beat % sheet.beatsPerBar) * 2 >= sheet.beatsPerBar ? (names[1] ?? names[0]) : names[0]
    all++
    if (truth && name && beat >= 0 && triad(truth.name) === triad(name)) same++
  }
  return same / Math.max(1, all)
}

/** What is known of a song by: its chords and its tune, as pitch classes by the quarter of a bar. */
export function songFeatures({ sheet }: Pick<HeardSong, 'sheet'>): Float64Array[] {
  const { chords, tune, beatsPerBar, key } = sheet
  return Array.from({ length: 4 * chords.length }, (_, quarter) => {
    const beat = (quarter * beatsPerBar) / 4
    const names = (chords[Math.floor(quarter / 4)] ?? '').split(' ')
    const { pitchClasses } = chordNamed((quarter % 4 < 2 ? names[0] : names[1]) ?? names[0] ?? '', key)
    const features = new Float64Array(24)
    for (const note of pitchClasses) features[note] = 1 / Math.sqrt(pitchClasses.length)
    const sung = tune.find((note) => note.beat <= beat + 0.3 && note.beat + note.beats > beat - 0.05)
    if (sung) features[12 + (sung.midi % 12)] = 1
    return features
  })
}

/** How alike two songs are in chords and tune at their best alignment, and in any key: 1 for the same. */
export function likenessOfSongs(one: readonly Float64Array[], other: readonly Float64Array[]): number {
  const MOST_BARS = 8
  let best = 0
  for (let shift = 0; shift < 12; shift++) {
    for (let lag = -4 * MOST_BARS; lag <= 4 * MOST_BARS; lag++) {
      let [both, first, second] = [0, 0, 0]
      for (const [index, features] of one.entries()) {
        const match = other[index + lag]
        for (let note = 0; note < 12; note++) {
          const moved = (note + shift) % 12
          const [x, y] = [features[note] ?? 0, features[12 + note] ?? 0]
          first += x * x + y * y
          if (match) both += x * (match[moved] ?? 0) + y * (match[12 + moved] ?? 0)
        }
      }
      for (const features of other) for (const value of features) second += value * value
      best = Math.max(best, both / Math.sqrt(first * second + 1e-9))
    }
  }
  return best
}
