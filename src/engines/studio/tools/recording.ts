import { decodeMp3 } from '../../mp3/decode.ts'
import { type Key, keyName } from '../harmony.ts'
import { RealFft } from '../sing/fft.ts'

/** What is heard in a recording of which nothing is known. */
export interface HeardMusic {
  /** Beats a minute, a whole number; undefined where no beat is heard. */
  bpm: number | undefined
  /** When the first beat falls. */
  beatAt: number
  /** For people, and for tags: "A minor". Undefined where no notes are heard. */
  key: string | undefined
}

/** Low enough to be quick; all that is looked for lies under 2 kHz, but for the strokes of cymbals. */
const RATE = 11_025
const MOST_SECONDS = 120

/** Tempo, first beat and key of an MP3, by its first two minutes. Throws UndecodableMp3. Undefined if `isStopped` said so. */
export function hearMusic(mp3: Uint8Array, isStopped: () => boolean): HeardMusic | undefined {
  return hearSound(decodeMp3(mp3), isStopped)
}

interface Sound {
  left: Float32Array
  right: Float32Array
  sampleRate: number
}

/** The same for sound that is decoded already. */
export function hearSound(parts: Iterable<Sound>, isStopped: () => boolean): HeardMusic | undefined {
  const sound = monoOf(parts, isStopped)
  if (!sound) return undefined
  const beat = beatIn(sound)
  return { bpm: beat?.bpm, beatAt: beat?.at ?? 0, key: keyIn(sound) }
}

function monoOf(parts: Iterable<Sound>, isStopped: () => boolean): Float32Array | undefined {
  const sound = new Float32Array(MOST_SECONDS * RATE)
  let length = 0
  for (const { left, right, sampleRate } of parts) {
    if (isStopped()) return undefined
    // The mean of the samples that fall into one is filter enough here.
    const step = sampleRate / RATE
    for (let from = 0; from + step <= left.length && length < sound.length; from += step) {
      let sum = 0
      const first = Math.floor(from)
      const last = Math.max(first + 1, Math.floor(from + step))
      for (let index = first; index < last; index++) sum += (left[index] ?? 0) + (right[index] ?? 0)
      sound[length++] = sum / (2 * (last - first))
    }
    if (length === sound.length) break
  }
  return sound.subarray(0, length)
}

const ONSET_WINDOW = 512
const ONSET_HOP = 128
const ONSETS_PER_SECOND = RATE / ONSET_HOP
const SLOWEST_BPM = 60
const FASTEST_BPM = 190
/** Where several tempos fit, the one near this is meant: a walking pace. */
const USUAL_BPM = 112

interface Beat {
  bpm: number
  at: number
}

function beatIn(sound: Float32Array): Beat | undefined {
  const { all: onsets, low } = onsetsIn(sound)
  if (onsets.length < 4 * ONSETS_PER_SECOND) return undefined
  const longest = Math.ceil((4 * 60 * ONSETS_PER_SECOND) / SLOWEST_BPM)
  const alike = Float64Array.from({ length: longest + 2 }, (_, lag) => likeness(onsets, lag))
  if ((alike[0] ?? 0) < 1e-9) return undefined
  const at = (lag: number): number => {
    const index = Math.floor(lag)
    const part = lag - index
    return (1 - part) * (alike[index] ?? 0) + part * (alike[index + 1] ?? 0)
  }
  let best = { bpm: 0, score: Number.NEGATIVE_INFINITY }
  for (let bpm = SLOWEST_BPM; bpm <= FASTEST_BPM; bpm += 0.25) {
    const beat = (60 * ONSETS_PER_SECOND) / bpm
    const octaves = Math.log2(bpm / USUAL_BPM)
    const score = (at(beat) + at(2 * beat) + at(4 * beat)) * Math.exp(-0.5 * (octaves / 0.7) ** 2)
    if (score > best.score) best = { bpm, score }
  }
  if (best.score <= 0) return undefined
  const bpm = Math.round(best.bpm)
  return { bpm, at: firstBeat(onsets, low, (60 * ONSETS_PER_SECOND) / best.bpm) / ONSETS_PER_SECOND }
}

/** Up to here a bass drum is heard, and little else that begins. */
const LOW_HERTZ = 160

/** How much louder each moment is than the one before, over all pitches and over the lowest, less what is usual. */
function onsetsIn(sound: Float32Array): { all: Float64Array; low: Float64Array } {
  const powersAt = openSpectrum(sound, ONSET_WINDOW)
  const bins = ONSET_WINDOW / 2
  const lowBins = Math.round((LOW_HERTZ * ONSET_WINDOW) / RATE)
  let before = new Float64Array(bins)
  const count = Math.max(0, Math.floor((sound.length - ONSET_WINDOW) / ONSET_HOP))
  const all = new Float64Array(count)
  const low = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const levels = powersAt(index * ONSET_HOP).map((power) => Math.log1p(1_000 * Math.sqrt(power)))
    for (let bin = 1; bin < bins; bin++) {
      const rise = Math.max(0, (levels[bin] ?? 0) - (before[bin] ?? 0))
      all[index] = (all[index] ?? 0) + rise
      if (bin <= lowBins) low[index] = (low[index] ?? 0) + rise
    }
    before = levels
  }
  return { all: centred(all), low: centred(low) }
}

/** With a mean of 0 and a variance of 1. */
function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length)
  return values.map((value) => (value - mean) / Math.sqrt(variance + 1e-9))
}

function likeness(onsets: Float64Array, lag: number): number {
  let sum = 0
  for (let index = lag; index < onsets.length; index++) sum += (onsets[index] ?? 0) * (onsets[index - lag] ?? 0)
  return sum / Math.max(1, onsets.length - lag)
}

/** The place of the first of the beats on which most begins. Off the beat, cymbals begin: what is low counts twice. */
function firstBeat(onsets: Float64Array, low: Float64Array, beat: number): number {
  let best = { phase: 0, sum: Number.NEGATIVE_INFINITY }
  for (let phase = 0; phase < beat; phase++) {
    let sum = 0
    for (let at = phase; at < onsets.length; at += beat)
      sum += (onsets[Math.round(at)] ?? 0) + 2 * (low[Math.round(at)] ?? 0)
    if (sum > best.sum) best = { phase, sum }
  }
  // A rise is heard in the middle of its window.
  return best.phase + ONSET_WINDOW / 2 / ONSET_HOP
}

const KEY_WINDOW = 4_096
const LOWEST_MIDI = 36
const HIGHEST_MIDI = 88

/** How much each note belongs to a key, counted from its tonic: C. L. Krumhansl, "Cognitive Foundations of Musical Pitch" (1990). */
const PROFILES = {
  major: [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
  minor: [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
} as const

function keyIn(sound: Float32Array): string | undefined {
  const powersAt = openSpectrum(sound, KEY_WINDOW)
  const notes = new Float64Array(12)
  for (let from = 0; from + KEY_WINDOW <= sound.length; from += KEY_WINDOW / 2) {
    const powers = powersAt(from)
    for (let bin = 1; bin < KEY_WINDOW / 2; bin++) {
      const midi = 69 + 12 * Math.log2((bin * RATE) / KEY_WINDOW / 440)
      if (midi < LOWEST_MIDI || midi > HIGHEST_MIDI || (powers[bin] ?? 0) < (powers[bin - 1] ?? 0)) continue
      if ((powers[bin] ?? 0) < (powers[bin + 1] ?? 0)) continue // only peaks are notes
      const pitchClass = ((Math.round(midi) % 12) + 12) % 12
      notes[pitchClass] = (notes[pitchClass] ?? 0) + Math.sqrt(powers[bin] ?? 0)
    }
  }
  if (notes.every((note) => note < 1e-6)) return undefined
  const keys = (['major', 'minor'] as const).flatMap((mode) =>
    Array.from({ length: 12 }, (_, tonic): Key & { fit: number } => ({
      tonic,
      mode,
      fit: correlation(
        PROFILES[mode],
        PROFILES[mode].map((_, degree) => notes[(tonic + degree) % 12] ?? 0),
      ),
    })),
  )
  return keyName(keys.reduce((best, key) => (key.fit > best.fit ? key : best)))
}

/** The power at each frequency of the window that begins at a sample. The result is used again. */
function openSpectrum(sound: Float32Array, window: number): (from: number) => Float64Array {
  const fft = new RealFft(window)
  const shape = Float64Array.from(
    { length: window },
    (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / window),
  )
  const samples = new Float64Array(window)
  const real = new Float64Array(window / 2 + 1)
  const imaginary = new Float64Array(window / 2 + 1)
  const powers = new Float64Array(window / 2 + 1)
  return (from) => {
    for (let index = 0; index < window; index++) samples[index] = (sound[from + index] ?? 0) * (shape[index] ?? 0)
    fft.forward(samples, real, imaginary)
    for (let bin = 0; bin < powers.length; bin++)
      powers[bin] = ((real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2) / window
    return powers
  }
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [a, b] = [meanOf(one), meanOf(other)]
  let [both, first, second] = [0, 0, 0]
  for (const [index, value] of one.entries()) {
    const [x, y] = [value - a, (other[index] ?? 0) - b]
    both += x * y
    first += x * x
    second += y * y
  }
  return both / Math.sqrt(first * second + 1e-12)
}
