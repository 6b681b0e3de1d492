import type { Vowel } from '../syllables.ts'
import type { SoundedNote } from './note.ts'
import { softEdge } from './oscillator.ts'
import { CONTROL_SAMPLES, envelopeAt, hertz, noiseSource, SAMPLE_RATE, vibratoAt } from './signal.ts'

/** A wordless singer: a buzzing source through the resonances of a mouth that forms a vowel. */
export interface VoicePatch {
  engine: 'voice'
  /** Seconds until the voice is there; a choir swells. */
  attack?: number
  release?: number
}

/** Centre, width (Hz) and strength of the resonances. */
type Mouth = readonly (readonly [hertz: number, width: number, gain: number])[]

// biome-ignore format: a table reads better in rows
const MOUTHS: Readonly<Record<Vowel, Mouth>> = {
  a: [[800, 90, 1], [1200, 110, 0.55], [2700, 170, 0.22], [3400, 220, 0.1]],
  e: [[480, 80, 1], [1850, 120, 0.42], [2550, 160, 0.25], [3400, 220, 0.1]],
  i: [[320, 70, 1], [2250, 130, 0.32], [2950, 180, 0.25], [3500, 220, 0.1]],
  o: [[480, 80, 1], [850, 100, 0.6], [2600, 170, 0.14], [3200, 220, 0.06]],
  u: [[340, 70, 1], [720, 90, 0.45], [2400, 170, 0.1], [3200, 220, 0.05]],
}

/** Writes the note to the start of `out`; returns the number of samples written. */
export function playVoice(patch: VoicePatch, note: SoundedNote, out: Float32Array): number {
  const envelope = { attack: patch.attack ?? 0.035, decay: 0.4, sustain: 0.85, release: patch.release ?? 0.1 }
  const samples = Math.min(out.length, Math.ceil((note.seconds + envelope.release) * SAMPLE_RATE))
  out.fill(0, 0, samples)
  const source = buzz(note, samples, envelope.attack < 0.1)
  for (const resonance of MOUTHS[note.vowel ?? 'a']) addResonance(source, out, samples, resonance)
  let level = 0
  for (let start = 0; start < samples; start += CONTROL_SAMPLES) {
    const goal = envelopeAt(envelope, (start + CONTROL_SAMPLES) / SAMPLE_RATE, note.seconds) * note.velocity
    const rise = (goal - level) / CONTROL_SAMPLES
    for (let index = start; index < Math.min(samples, start + CONTROL_SAMPLES); index++) {
      level += rise
      out[index] = (out[index] ?? 0) * level
    }
    level = goal
  }
  if (note.hard === true) addConsonant(out, samples, note)
  return samples
}

let sourceBuffer = new Float32Array(0)

function buzz(note: SoundedNote, samples: number, solo: boolean): Float32Array {
  if (sourceBuffer.length < samples) sourceBuffer = new Float32Array(samples)
  const noise = noiseSource(note.seed)
  const pitch = hertz(note.midi)
  const vibratoPhase = (note.seed % 101) / 101
  let phase = (note.seed % 1013) / 1013
  let low = 0
  for (let start = 0; start < samples; start += CONTROL_SAMPLES) {
    const time = start / SAMPLE_RATE
    const scoop = solo && time < 0.07 ? -0.7 * (1 - time / 0.07) : 0
    const step = (pitch * 2 ** ((vibratoAt(0.32, time, vibratoPhase) + scoop) / 12)) / SAMPLE_RATE
    for (let index = start; index < Math.min(samples, start + CONTROL_SAMPLES); index++) {
      const saw = 2 * phase - 1 - softEdge(phase, step)
      phase += step
      if (phase >= 1) phase -= 1
      low += 0.42 * (saw + 0.06 * noise() - low)
      sourceBuffer[index] = low
    }
  }
  return sourceBuffer
}

function addResonance(
  source: Float32Array,
  out: Float32Array,
  samples: number,
  [centre, width, gain]: Mouth[number],
): void {
  const g = Math.tan((Math.PI * centre) / SAMPLE_RATE)
  const damping = (1.7 * width) / centre
  const a1 = 1 / (1 + g * (g + damping))
  const a2 = g * a1
  const a3 = g * a2
  // Wider than nature: a narrow mouth makes single notes jump out.
  const strength = gain * damping * 4
  let band = 0
  let low = 0
  for (let index = 0; index < samples; index++) {
    const v3 = (source[index] ?? 0) - low
    const v1 = a1 * band + a2 * v3
    const v2 = low + a2 * band + a3 * v3
    band = 2 * v1 - band
    low = 2 * v2 - low
    out[index] = (out[index] ?? 0) + strength * v1
  }
}

function addConsonant(out: Float32Array, samples: number, note: SoundedNote): void {
  const noise = noiseSource(note.seed + 7)
  const length = Math.min(samples, 1600)
  let low = 0
  for (let index = 0; index < length; index++) {
    const hiss = noise()
    low += 0.5 * (hiss - low)
    out[index] = (out[index] ?? 0) + (hiss - low) * 0.05 * note.velocity * Math.sin((Math.PI * index) / length)
  }
}
