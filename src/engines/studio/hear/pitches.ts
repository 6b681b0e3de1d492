import { RATE } from './sound.ts'
import { openSpectrum, peakOffset } from './spectrum.ts'
import type { ThrowIfStopped } from './stop.ts'

const WINDOW = 4_096
const HOP = 1_024
export const PITCHES_PER_SECOND = RATE / HOP
const LOWEST_MIDI = 26
/** Bass and chords are told apart here: both have notes near it. */
const BASS_MIDI = 50
const LOWEST_CHORD_MIDI = 44
const HIGHEST_MIDI = 88

/** How much of each pitch class sounds, moment by moment: the first twelve values are those of the first moment. */
export interface Pitches {
  chords: Float64Array
  bass: Float64Array
  /** How far the recording is tuned above 440 Hz, in semitones: -0.5 to 0.5. */
  tuning: number
  /** How much of the sound is in notes that last, 0 to 1: noise and drums have peaks that do not. */
  tonality: number
}

interface Peak {
  midi: number
  loudness: number
}

export function pitchesIn(sound: Float32Array, throwIfStopped: ThrowIfStopped): Pitches {
  const frames = peaksIn(sound, throwIfStopped)
  const tuning = tuningOf(frames)
  const chords = new Float64Array(12 * frames.length)
  const bass = new Float64Array(12 * frames.length)
  for (const [frame, peaks] of frames.entries()) {
    for (const { midi, loudness } of peaks) {
      const note = midi - tuning
      const nearest = Math.round(note)
      // A peak between two semitones is neither.
      const weight = loudness * Math.cos(Math.PI * (note - nearest)) ** 2
      const place = 12 * frame + (((nearest % 12) + 12) % 12)
      if (note < BASS_MIDI) bass[place] = (bass[place] ?? 0) + weight
      if (note >= LOWEST_CHORD_MIDI) chords[place] = (chords[place] ?? 0) + weight * chordWeight(note)
    }
  }
  return { chords, bass, tuning, tonality: tonalityOf(frames) }
}

/** High partials say less of a chord than its notes do. */
const chordWeight = (midi: number): number => Math.exp(-0.5 * ((midi - 60) / 16) ** 2)

function peaksIn(sound: Float32Array, throwIfStopped: ThrowIfStopped): Peak[][] {
  const powersAt = openSpectrum(sound, WINDOW)
  const midiOf = (bin: number): number => 69 + 12 * Math.log2((bin * RATE) / WINDOW / 440)
  const binOf = (midi: number): number => (440 * 2 ** ((midi - 69) / 12) * WINDOW) / RATE
  const [first, last] = [Math.ceil(binOf(LOWEST_MIDI)), Math.floor(binOf(HIGHEST_MIDI))]
  const frames: Peak[][] = []
  for (let from = 0; from + WINDOW <= sound.length; from += HOP) {
    throwIfStopped()
    const powers = powersAt(from)
    const peaks: Peak[] = []
    for (let bin = first; bin <= last; bin++) {
      const power = powers[bin] ?? 0
      const [before, after] = [powers[bin - 1] ?? 0, powers[bin + 1] ?? 0]
      if (power <= before || power < after || power < 1e-7) continue
      // The square root of the amplitude: soft notes belong to a chord as loud ones do.
      peaks.push({ midi: midiOf(bin + peakOffset(before, power, after)), loudness: power ** 0.25 })
    }
    frames.push(peaks)
  }
  return frames
}

/** The place of all peaks between the semitones, as the mean of angles. */
function tuningOf(frames: readonly Peak[][]): number {
  let [x, y] = [0, 0]
  for (const peaks of frames) {
    for (const { midi, loudness } of peaks) {
      if (midi < LOWEST_CHORD_MIDI) continue
      x += loudness * loudness * Math.cos(2 * Math.PI * midi)
      y += loudness * loudness * Math.sin(2 * Math.PI * midi)
    }
  }
  return Math.atan2(y, x) / (2 * Math.PI)
}

const SAME_SEMITONES = 0.15

/** The share of loudness in peaks that are there a moment later, at the same pitch. */
function tonalityOf(frames: readonly Peak[][]): number {
  let [lasting, all] = [0, 0]
  for (const [index, peaks] of frames.entries()) {
    const next = frames[index + 2] ?? []
    let other = 0
    for (const { midi, loudness } of peaks) {
      all += loudness * loudness
      while (other < next.length - 1 && (next[other + 1]?.midi ?? 0) < midi + SAME_SEMITONES) other++
      if (Math.abs((next[other]?.midi ?? 0) - midi) < SAME_SEMITONES) lasting += loudness * loudness
    }
  }
  return all < 1e-9 ? 0 : lasting / all
}

/** How much of each pitch class sounds between two times, of 1 in all. */
export function meanPitches(values: Float64Array, fromSeconds: number, toSeconds: number): Float64Array {
  const mean = new Float64Array(12)
  const centre = WINDOW / 2 / HOP
  const count = values.length / 12
  const first = Math.max(0, Math.min(count - 1, Math.ceil(fromSeconds * PITCHES_PER_SECOND - centre)))
  const last = Math.max(first + 1, Math.min(count, Math.ceil(toSeconds * PITCHES_PER_SECOND - centre)))
  for (let frame = first; frame < last; frame++)
    for (let note = 0; note < 12; note++) mean[note] = (mean[note] ?? 0) + (values[12 * frame + note] ?? 0)
  const sum = mean.reduce((total, value) => total + value, 0)
  return sum < 1e-9 ? mean : mean.map((value) => value / sum)
}

/** 1 where two have the same pitch classes, 0 where they share none. */
export function pitchLikeness(one: Float64Array, other: Float64Array): number {
  let [both, first, second] = [0, 0, 0]
  for (let note = 0; note < 12; note++) {
    const [x, y] = [one[note] ?? 0, other[note] ?? 0]
    both += x * y
    first += x * x
    second += y * y
  }
  return both / Math.sqrt(first * second + 1e-12)
}
