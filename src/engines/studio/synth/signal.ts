/** Building blocks of all voices. */

export const SAMPLE_RATE = 44_100

/** Slow things (envelopes, filters, vibrato) are worked out once for so many samples. */
export const CONTROL_SAMPLES = 32

export const hertz = (midi: number): number => 440 * 2 ** ((midi - 69) / 12)

const TABLE_SIZE = 4096
const SINE = Float32Array.from({ length: TABLE_SIZE + 1 }, (_, index) => Math.sin((2 * Math.PI * index) / TABLE_SIZE))

/** Sine of a phase in turns, 0 ≤ phase < 1. */
export function sine(phase: number): number {
  const place = phase * TABLE_SIZE
  const index = place | 0
  const low = SINE[index] ?? 0
  return low + ((SINE[index + 1] ?? 0) - low) * (place - index)
}

/** tanh, nearly, for a fraction of its price. */
export function saturate(x: number): number {
  if (x > 3) return 1
  if (x < -3) return -1
  const square = x * x
  return (x * (27 + square)) / (27 + 9 * square)
}

/** White noise from a plain generator: only its evenness matters. */
export function noiseSource(seed: number): () => number {
  let state = seed | 0 || 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return state / 2_147_483_648
  }
}

export interface Envelope {
  attack: number
  decay: number
  /** Level that is held, 0–1. */
  sustain: number
  release: number
}

/** Level at `time` of a note that is let go at `held`, both in seconds. */
export function envelopeAt({ attack, decay, sustain, release }: Envelope, time: number, held: number): number {
  if (time >= held) {
    const left = 1 - (time - held) / release
    return left <= 0 ? 0 : levelBefore(attack, decay, sustain, held) * left * left
  }
  return levelBefore(attack, decay, sustain, time)
}

function levelBefore(attack: number, decay: number, sustain: number, time: number): number {
  if (time < attack) return time / attack
  return sustain + (1 - sustain) * Math.exp((-3 * (time - attack)) / decay)
}

/** Vibrato in semitones: it sets in late and grows, as players do it. */
export const vibratoAt = (depth: number, time: number, phase: number): number =>
  depth === 0 || time < 0.18
    ? 0
    : depth * Math.min(1, (time - 0.18) / 0.4) * Math.sin(2 * Math.PI * (5.4 * time + phase))
