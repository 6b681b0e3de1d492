import type { HeardSound } from './sound.ts'
import { RATE } from './sound.ts'
import { openSpectrum, peakOffset } from './spectrum.ts'
import type { ThrowIfStopped } from './stop.ts'

/** A note of the tune as it is heard. */
export interface HeardNote {
  /** Seconds from the start of the recording. */
  at: number
  seconds: number
  midi: number
}

export interface HeardTune {
  notes: HeardNote[]
  /** How much more salient the tune is than what else sounds with it: 0 none is heard … 1 it is alone. */
  clearness: number
}

const WINDOW = 2_048
const HOP = 256
export const FRAMES_PER_SECOND = RATE / HOP
const FRAME_DELAY = WINDOW / 2 / HOP

const LOWEST_MIDI = 45
const HIGHEST_MIDI = 88
const PITCHES = HIGHEST_MIDI - LOWEST_MIDI + 1
const BINS_PER_SEMITONE = 5
const BINS = PITCHES * BINS_PER_SEMITONE
const LOWEST_HERTZ = 90
const HIGHEST_HERTZ = 4_800
const PARTIALS = 10
const PARTIAL_SHARE = 0.82
/** A partial counts for pitches up to so many bins away. */
const SPREAD_BINS = 4
/** What only one side has is seldom the tune, which stands in the middle: so much of it is taken away. */
const SIDE_WEIGHT = 1.4
const LEAST_MIDDLE = 0.15

/**
 * The predominant pitch of a recording: peaks of the spectrum add to the salience of the pitches of which they could be partials, as J. Salamon
 * and E. Gómez have it ("Melody Extraction from Polyphonic Music Signals", 2012), and the path through what is salient that
 * a tune would take is found by dynamic programming.
 */
export function tuneIn(sound: HeardSound, tuning: number, throwIfStopped: ThrowIfStopped): HeardTune {
  const salience = salienceIn(sound, tuning, throwIfStopped)
  const path = pathThrough(salience, throwIfStopped)
  return { notes: notesOn(path, salience), clearness: clearnessOf(path, salience) }
}

/** Of each moment, how salient each semitone is: `PITCHES` values, of about 1 where the recording is at its clearest. */
function salienceIn({ middle, side }: HeardSound, tuning: number, throwIfStopped: ThrowIfStopped): Float32Array {
  const middleAt = openSpectrum(middle, WINDOW)
  const sideAt = openSpectrum(side, WINDOW)
  const count = Math.max(0, Math.floor((middle.length - WINDOW) / HOP) + 1)
  const salience = new Float32Array(count * PITCHES)
  const bins = new Float64Array(BINS)
  const spread = Float64Array.from(
    { length: 2 * SPREAD_BINS + 1 },
    (_, index) => Math.cos((Math.PI / 2) * ((index - SPREAD_BINS) / (SPREAD_BINS + 1))) ** 2,
  )
  const first = Math.ceil((LOWEST_HERTZ * WINDOW) / RATE)
  const last = Math.floor((HIGHEST_HERTZ * WINDOW) / RATE)
  for (let frame = 0; frame < count; frame++) {
    throwIfStopped()
    const powers = middleAt(frame * HOP)
    const sides = sideAt(frame * HOP)
    bins.fill(0)
    let loudest = 0
    for (let bin = first; bin <= last; bin++) loudest = Math.max(loudest, powers[bin] ?? 0)
    const bass = bassIn(powers)
    for (let bin = first; bin <= last; bin++) {
      const power = powers[bin] ?? 0
      const [before, after] = [powers[bin - 1] ?? 0, powers[bin + 1] ?? 0]
      if (power <= before || power < after || power < loudest * 1e-5 || power < 1e-9) continue
      const hertz = ((bin + peakOffset(before, power, after)) * RATE) / WINDOW
      const middleShare = Math.max(LEAST_MIDDLE, 1 - SIDE_WEIGHT * Math.sqrt((sides[bin] ?? 0) / power))
      const amplitude = withoutBass(Math.sqrt(power), hertz, bass)
      addToPitches(bins, hertz, tuning, amplitude ** 0.75 * middleShare * loudnessAt(hertz), spread)
    }
    for (let pitch = 0; pitch < PITCHES; pitch++) {
      const centre = pitch * BINS_PER_SEMITONE + 2
      let most = 0
      for (let bin = centre - 2; bin <= centre + 2; bin++) most = Math.max(most, bins[bin] ?? 0)
      salience[frame * PITCHES + pitch] = most
    }
  }
  return scaled(salience, count)
}

/** A bass lies in the middle, too: where its lowest partial is found, and how loud its others are. */
const LOWEST_BASS_HERTZ = 32
const HIGHEST_BASS_HERTZ = 100
const BASS_PARTIALS = 8
const BASS_SHARE = 0.6
const LEAST_LEFT = 0.1

interface Bass {
  hertz: number
  amplitude: number
}

function bassIn(powers: Float64Array): Bass {
  const binOf = (hertz: number): number => Math.round((hertz * WINDOW) / RATE)
  let loudest = binOf(LOWEST_BASS_HERTZ)
  for (let bin = loudest; bin <= binOf(HIGHEST_BASS_HERTZ); bin++)
    if ((powers[bin] ?? 0) > (powers[loudest] ?? 0)) loudest = bin
  const [before, power, after] = [powers[loudest - 1] ?? 0, powers[loudest] ?? 0, powers[loudest + 1] ?? 0]
  return { hertz: ((loudest + peakOffset(before, power, after)) * RATE) / WINDOW, amplitude: Math.sqrt(power) }
}

/** How loud a peak is without what the bass is likely to have at its place. */
function withoutBass(amplitude: number, hertz: number, bass: Bass): number {
  const partial = Math.round(hertz / bass.hertz)
  const isNear =
    partial >= 1 && partial <= BASS_PARTIALS && Math.abs(hertz - partial * bass.hertz) < 0.8 * (RATE / WINDOW)
  return isNear ? Math.max(LEAST_LEFT * amplitude, amplitude - bass.amplitude * BASS_SHARE ** (partial - 1)) : amplitude
}

/** Adds a peak to all pitches of which it could be a partial. */
function addToPitches(bins: Float64Array, hertz: number, tuning: number, loudness: number, spread: Float64Array): void {
  const midi = 69 + 12 * Math.log2(hertz / 440) - tuning
  let weight = loudness
  for (let partial = 1; partial <= PARTIALS; partial++) {
    const place = (midi - 12 * Math.log2(partial) - LOWEST_MIDI) * BINS_PER_SEMITONE + 2
    if (place < 0) break
    if (place < BINS) {
      const centre = Math.round(place)
      for (let step = -SPREAD_BINS; step <= SPREAD_BINS; step++) {
        const bin = centre + step
        if (bin >= 0 && bin < BINS) bins[bin] = (bins[bin] ?? 0) + weight * (spread[step + SPREAD_BINS] ?? 0)
      }
    }
    weight *= PARTIAL_SHARE
  }
}

/** The ear hears less of what is low. */
const loudnessAt = (hertz: number): number => Math.min(1, (hertz / 500) ** 0.2)

/** So that the most salient pitch is at 1 where the recording is clear: at nine tenths of its moments it is less. */
function scaled(salience: Float32Array, count: number): Float32Array {
  const tops = Float64Array.from({ length: count }, (_, frame) => {
    let most = 0
    for (let pitch = 0; pitch < PITCHES; pitch++) most = Math.max(most, salience[frame * PITCHES + pitch] ?? 0)
    return most
  }).sort()
  const reference = tops[Math.floor(0.9 * count)] ?? 0
  return reference < 1e-9 ? salience : salience.map((value) => value / reference)
}

const REST = PITCHES
/** A pitch has to be so salient for the tune to be there. */
const LEAST_SALIENCE = 0.28
/** What it costs to begin, to end, and to move; and to move by each semitone. */
const COSTS = { start: 0.3, end: 0.3, move: 0.3, semitone: 0.06 } as const
/** What it costs to lie a deviation away from the middle. */
const UNUSUAL = 0.12
/** How much it counts that a pitch is the most salient one of its moment. */
const RELATIVE = 0.5

/** Where the middle of a tune may lie: a low voice, a high one, an instrument. */
const CENTRES = [53, 60, 67, 74] as const
const DEVIATION = 9

/** Frames in which the tune stays in one register, and what it costs to change it: another voice or instrument has it then. */
const STRETCH_FRAMES = 4 * 43
const TAKES_OVER = 4

/**
 * The pitch of the tune at each moment, from 0; `REST` where there is none. Of the places where tunes lie, that which fits best,
 * stretch by stretch: a guitar goes on where a low voice ends.
 */
function pathThrough(salience: Float32Array, throwIfStopped: ThrowIfStopped): Uint8Array {
  const count = salience.length / PITCHES
  const paths = CENTRES.map((centre) => bestPath(salience, count, centre, throwIfStopped))
  const stretches = Math.ceil(count / STRETCH_FRAMES)
  let sums: number[] = CENTRES.map(() => 0)
  const before: number[][] = []
  for (let stretch = 0; stretch < stretches; stretch++) {
    const best = sums.indexOf(Math.max(...sums))
    const takesOver = (sums[best] ?? 0) - TAKES_OVER
    before.push(sums.map((sum, place) => (sum >= takesOver ? place : best)))
    sums = sums.map((sum, place) => Math.max(sum, takesOver) + gainIn(paths[place], stretch))
  }
  const path = new Uint8Array(count)
  let place = sums.indexOf(Math.max(...sums))
  for (let stretch = stretches - 1; stretch >= 0; stretch--) {
    const [from, to] = [stretch * STRETCH_FRAMES, (stretch + 1) * STRETCH_FRAMES]
    path.set(paths[place]?.path.subarray(from, to) ?? [], from)
    place = before[stretch]?.[place] ?? place
  }
  return path
}

const gainIn = (path: Path | undefined, stretch: number): number =>
  path?.gains.subarray(stretch * STRETCH_FRAMES, (stretch + 1) * STRETCH_FRAMES).reduce((sum, gain) => sum + gain, 0) ??
  0

interface Path {
  path: Uint8Array
  /** How salient each moment of it is, less what makes it unlikely. */
  gains: Float32Array
}

function bestPath(salience: Float32Array, count: number, centre: number, throwIfStopped: ThrowIfStopped): Path {
  const unusual = Float64Array.from(
    { length: PITCHES },
    (_, pitch) => UNUSUAL * ((LOWEST_MIDI + pitch - centre) / DEVIATION) ** 2,
  )
  const moves = Float64Array.from({ length: PITCHES }, (_, step) =>
    step === 0 ? 0 : COSTS.move + COSTS.semitone * step,
  )
  const before = new Uint8Array(count * (PITCHES + 1))
  const local = new Float32Array(salience.length)
  let sums = new Float64Array(PITCHES + 1)
  let next = new Float64Array(PITCHES + 1)
  for (let frame = 0; frame < count; frame++) {
    throwIfStopped()
    const offset = frame * PITCHES
    let most = 1e-9
    for (let pitch = 0; pitch < PITCHES; pitch++) most = Math.max(most, salience[offset + pitch] ?? 0)
    let [bestEnd, endOf] = [sums[REST] ?? 0, REST]
    for (let pitch = 0; pitch < PITCHES; pitch++) {
      const ended = (sums[pitch] ?? 0) - COSTS.end
      if (ended > bestEnd) [bestEnd, endOf] = [ended, pitch]
    }
    for (let pitch = 0; pitch < PITCHES; pitch++) {
      let [best, from] = [(sums[REST] ?? 0) - COSTS.start, REST]
      for (let other = 0; other < PITCHES; other++) {
        const sum = (sums[other] ?? 0) - (moves[Math.abs(other - pitch)] ?? 0)
        if (sum > best) [best, from] = [sum, other]
      }
      const heard = salience[offset + pitch] ?? 0
      const gain = Math.min(1, heard) - LEAST_SALIENCE - RELATIVE * (1 - heard / most) - (unusual[pitch] ?? 0)
      local[offset + pitch] = gain
      next[pitch] = best + gain
      before[frame * (PITCHES + 1) + pitch] = from
    }
    next[REST] = bestEnd
    before[frame * (PITCHES + 1) + REST] = endOf
    ;[sums, next] = [next, sums]
  }
  const path = new Uint8Array(count)
  const gains = new Float32Array(count)
  let state = sums.reduce((most, value, index) => (value > (sums[most] ?? 0) ? index : most), 0)
  for (let frame = count - 1; frame >= 0; frame--) {
    path[frame] = state
    gains[frame] = state === REST ? 0 : (local[frame * PITCHES + state] ?? 0)
    state = before[frame * (PITCHES + 1) + state] ?? REST
  }
  return { path, gains }
}

const SHORTEST_FRAMES = 3
/** A note is struck again where its salience rises by so much within `RISE_FRAMES`. */
const STRUCK_AGAIN = 0.38
const RISE_FRAMES = 3

function notesOn(path: Uint8Array, salience: Float32Array): HeardNote[] {
  const notes: HeardNote[] = []
  const add = (from: number, to: number, pitch: number): void => {
    if (to - from < SHORTEST_FRAMES) return
    const at = (from + FRAME_DELAY) / FRAMES_PER_SECOND
    notes.push({ at, seconds: (to - from) / FRAMES_PER_SECOND, midi: LOWEST_MIDI + pitch })
  }
  let start = 0
  let earliest = 0
  for (let frame = 1; frame <= path.length; frame++) {
    const pitch = path[start] ?? REST
    const goesOn = frame < path.length && path[frame] === pitch
    const rise = goesOn && frame - start > 2 * RISE_FRAMES ? riseAt(salience, pitch, frame) : 0
    if (goesOn && rise < STRUCK_AGAIN) continue
    if (pitch !== REST) {
      const from = attackOf(salience, pitch, start, earliest)
      const before = notes.at(-1)
      add(from, frame, pitch)
      if (before && before !== notes.at(-1))
        before.seconds = Math.min(before.seconds, (notes.at(-1)?.at ?? 0) - before.at)
      earliest = start + SHORTEST_FRAMES
    }
    start = frame
  }
  return notes
}

/** Notes that swell begin before they are the most salient ones: so many moments at most, and where they are at a share of their level. */
const LONGEST_ATTACK_FRAMES = 8
const ATTACK_SHARE = 0.5

function attackOf(salience: Float32Array, pitch: number, start: number, earliest: number): number {
  let level = 0
  for (let frame = start; frame < start + 6; frame++) level = Math.max(level, salience[frame * PITCHES + pitch] ?? 0)
  let from = start
  const least = Math.max(0, earliest, start - LONGEST_ATTACK_FRAMES)
  while (from > least && (salience[(from - 1) * PITCHES + pitch] ?? 0) > ATTACK_SHARE * level) from--
  return from
}

const riseAt = (salience: Float32Array, pitch: number, frame: number): number =>
  pitch === REST
    ? 0
    : (salience[(frame + RISE_FRAMES) * PITCHES + pitch] ?? 0) - (salience[(frame - 1) * PITCHES + pitch] ?? 0)

/** How much more salient the tune is than the mean of all pitches with it. */
function clearnessOf(path: Uint8Array, salience: Float32Array): number {
  let [tune, all, moments] = [0, 0, 0]
  for (const [frame, pitch] of path.entries()) {
    if (pitch === REST) continue
    moments++
    tune += salience[frame * PITCHES + pitch] ?? 0
    for (let other = 0; other < PITCHES; other++) all += (salience[frame * PITCHES + other] ?? 0) / PITCHES
  }
  return moments === 0 ? 0 : Math.max(0, 1 - all / Math.max(1e-9, tune))
}
