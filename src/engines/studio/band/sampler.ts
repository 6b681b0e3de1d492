import type { SoundedNote } from '../synth/note.ts'
import { SAMPLE_RATE } from '../synth/signal.ts'
import type { Bank, Recording, Zone } from './bank.ts'

/** Envelopes, filters and vibrato are worked out once for so many samples. */
const STEP = 64
const OPEN_CUTOFF = 13_500
/** So much darker is the softest note, in cents of the filter. */
const SOFT_CENTS = 2_600
const SHORTEST_ATTACK = 0.001
const LONGEST_RELEASE = 1.4
/** A voice ends here: lower it is not heard, and least of all after its key was let go. */
const END_DB = { held: 66, released: 50 }

export interface DrawnSound {
  samples: number
  /** Only `left` was written: it is the same on both sides. */
  isMono: boolean
}

/** Writes one note to the start of `left` and `right`: all of its zones, each with its envelopes, filter, loop and vibrato. */
export function drawSampled(
  bank: Bank,
  zones: readonly Zone[],
  note: SoundedNote,
  left: Float32Array,
  right: Float32Array,
): DrawnSound {
  const isMono = zones.every(({ pan = 0 }) => pan === 0)
  let samples = 0
  for (const zone of zones) samples = Math.max(samples, lengthOf(zone, note))
  samples = Math.min(left.length, Math.ceil(samples * SAMPLE_RATE))
  left.fill(0, 0, samples)
  if (!isMono) right.fill(0, 0, samples)
  let end = 0
  for (const zone of zones) {
    const recording = bank.recording(zone)
    const angle = (((zone.pan ?? 0) + 1) * Math.PI) / 4
    if (isMono) end = Math.max(end, drawZone(zone, recording, note, samples, left, 1))
    else {
      // The sides of a stereo recording lie in zones of their own.
      if ((zone.pan ?? 0) < 1)
        end = Math.max(end, drawZone(zone, recording, note, samples, left, Math.cos(angle) * Math.SQRT2))
      if ((zone.pan ?? 0) > -1)
        end = Math.max(end, drawZone(zone, recording, note, samples, right, Math.sin(angle) * Math.SQRT2))
    }
  }
  return { samples: end, isMono }
}

const lengthOf = ({ release = 0, delay = 0 }: Zone, { seconds }: SoundedNote): number =>
  delay + seconds + Math.min(LONGEST_RELEASE, Math.max(0.02, release))

/** Returns the number of samples until the voice has ended. */
function drawZone(
  zone: Zone,
  { rate, values }: Recording,
  note: SoundedNote,
  samples: number,
  out: Float32Array,
  side: number,
): number {
  const { loop = 0, loopStart = 0, loopEnd = 0 } = zone
  const span = loopEnd - loopStart
  const isLooped = loop !== 0 && span > 1 && loopEnd <= values.length
  const last = values.length - 3
  // No two strokes are alike: some cents make them different without being heard as such.
  const tuning = (zone.cents ?? 0) + (note.midi - zone.root) * zone.centsPerKey + ((note.seed % 7) - 3)
  const step = (2 ** (tuning / 1200) * rate) / SAMPLE_RATE
  const gain = (10 ** ((zone.db ?? 0) / 20) * note.velocity ** 1.4 * side) / 32_768
  const volume = openVolume(zone, note)
  const filter = openFilter(zone, note)
  let place = zone.start ?? 0
  let level = 0
  for (let start = 0; start < samples; start += STEP) {
    const time = (start + STEP) / SAMPLE_RATE
    const amplitude = volume(time)
    const goal = amplitude * gain
    const rise = (goal - level) / STEP
    const movement = modulationAt(zone, time)
    const increment = movement.cents === 0 ? step : step * 2 ** (movement.cents / 1200)
    const loopsNow = isLooped && (loop === 1 || time <= note.seconds)
    const wanted = Math.min(samples - start, STEP)
    let drawn = 0
    while (drawn < wanted) {
      if (loopsNow && place >= loopEnd) place -= span
      // So many until the loop or the recording ends: they need no look at either.
      const border = loopsNow ? Math.min(loopEnd, last) : last
      const count = Math.min(wanted - drawn, Math.ceil((border - place) / increment))
      if (count <= 0) break
      place = read(values, place, increment, drawn, count)
      drawn += count
    }
    filter?.(movement.envelope, drawn)
    for (let index = 0; index < drawn; index++) {
      level += rise
      out[start + index] = (out[start + index] ?? 0) + (STRETCH[index] ?? 0) * level
    }
    if (drawn < wanted) return start + drawn
    level = goal
    if (amplitude === 0 && time > (zone.delay ?? 0) + (zone.attack ?? 0)) return start + drawn
  }
  return samples
}

/** What is drawn at once: `STEP` samples of a recording, before they are added to the note. */
const STRETCH = new Float64Array(STEP)

/** Reads a recording at a pace, between its samples by Hermite's cubic through four neighbours; returns the place after it. */
function read(values: Int16Array, from: number, increment: number, offset: number, count: number): number {
  let place = from
  for (let index = offset; index < offset + count; index++) {
    const whole = place | 0
    const part = place - whole
    const one = values[whole] ?? 0
    const two = values[whole + 1] ?? 0
    const before = whole > 0 ? (values[whole - 1] ?? 0) : one
    const after = values[whole + 2] ?? 0
    const rise = 0.5 * (two - before)
    const bend = rise + one - two
    const third = bend + one - two + 0.5 * (after - one)
    STRETCH[index] = ((third * part - bend - third) * part + rise) * part + one
    place += increment
  }
  return place
}

/** The volume envelope as an amplitude: attack in amplitude, the rest in decibels (SoundFont 2.04, section 9.1.7). */
function openVolume(zone: Zone, { seconds, midi }: SoundedNote): (time: number) => number {
  const { delay = 0, sustainDb = 0, holdByKey = 0, decayByKey = 0 } = zone
  const attack = Math.max(SHORTEST_ATTACK, zone.attack ?? 0)
  const hold = (zone.hold ?? 0) * 2 ** ((holdByKey * (60 - midi)) / 1200)
  const decay = (zone.decay ?? 0) * 2 ** ((decayByKey * (60 - midi)) / 1200)
  const release = Math.min(LONGEST_RELEASE, Math.max(0.02, zone.release ?? 0))
  const held = (time: number): number => {
    const since = time - delay - attack - hold
    if (since <= 0) return 0
    return decay <= 0.002 ? sustainDb : Math.min(sustainDb, (since / decay) * 100)
  }
  const fallenDb = held(seconds)
  const reached = Math.min(1, Math.max(0, (seconds - delay) / attack))
  return (time) => {
    if (time > seconds) {
      const db = fallenDb + ((time - seconds) / release) * 100
      return db > END_DB.released + fallenDb || db > 100 ? 0 : reached * 10 ** (-db / 20)
    }
    const since = time - delay
    if (since <= 0) return 0
    if (since < attack) return since / attack
    const db = held(time)
    return db > END_DB.held ? 0 : 10 ** (-db / 20)
  }
}

interface Movement {
  /** Of the second envelope, 0 to 1. */
  envelope: number
  cents: number
}

function modulationAt(zone: Zone, time: number): Movement {
  const { sweep = 0, bend = 0, vibrato = 0, vibratoDelay = 0, vibratoHertz = 0 } = zone
  const envelope = sweep === 0 && bend === 0 ? 0 : secondEnvelopeAt(zone, time)
  const swing =
    vibrato === 0 || time <= vibratoDelay ? 0 : vibrato * Math.sin(2 * Math.PI * vibratoHertz * (time - vibratoDelay))
  return { envelope, cents: envelope * bend + swing }
}

function secondEnvelopeAt({ modAttack = 0, modHold = 0, modDecay = 0, modSustain = 0 }: Zone, time: number): number {
  if (time < modAttack) return time / modAttack
  const since = Math.max(0, time - modAttack - modHold)
  return Math.max(modSustain, 1 - since / Math.max(0.001, modDecay))
}

type Coefficients = [b0: number, b1: number, a1: number, a2: number]

/**
 * A two-pole low-pass filter (b2 = b0) over the start of `STRETCH`, which follows the second envelope. Undefined where it would
 * stay open.
 */
function openFilter(
  { cutoff, sweep = 0, resonanceDb = 0 }: Zone,
  { velocity }: SoundedNote,
): ((envelope: number, samples: number) => void) | undefined {
  const soft = (1 - Math.min(1, velocity)) * SOFT_CENTS
  if (sweep === 0 && Math.min(OPEN_CUTOFF, cutoff) - soft >= OPEN_CUTOFF - 200) return undefined
  const q = 10 ** ((resonanceDb - 3.01) / 20)
  const scale = 10 ** (-resonanceDb / 40)
  let moved = Number.NEGATIVE_INFINITY
  let coefficients: Coefficients = [1, 0, 0, 0]
  let left1 = 0
  let left2 = 0
  const moveTo = (cents: number): void => {
    moved = cents
    const angle = (2 * Math.PI * Math.min(19_000, 8.176 * 2 ** (cents / 1200))) / SAMPLE_RATE
    const alpha = Math.sin(angle) / (2 * q)
    const cosine = Math.cos(angle)
    const a0 = 1 + alpha
    const b0 = (scale * (1 - cosine)) / 2 / a0
    coefficients = [b0, 2 * b0, (-2 * cosine) / a0, (1 - alpha) / a0]
  }
  return (envelope, samples) => {
    const cents = Math.min(OPEN_CUTOFF, cutoff + envelope * sweep) - soft
    if (Math.abs(cents - moved) >= 10) moveTo(cents)
    const [b0, b1, a1, a2] = coefficients
    let [z1, z2] = [left1, left2]
    for (let index = 0; index < samples; index++) {
      const value = STRETCH[index] ?? 0
      const out = value * b0 + z1
      // The sum in brackets need not wait for this sample's result.
      z1 = value * b1 + z2 - a1 * out
      z2 = value * b0 - a2 * out
      STRETCH[index] = out
    }
    left1 = z1
    left2 = z2
  }
}
