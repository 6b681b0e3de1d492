import type { SoundedNote } from './note.ts'
import { openOscillator, type Wave } from './oscillator.ts'
import {
  CONTROL_SAMPLES,
  type Envelope,
  envelopeAt,
  hertz,
  noiseSource,
  SAMPLE_RATE,
  saturate,
  vibratoAt,
} from './signal.ts'

/** Oscillators through a filter: winds, strings, pads, organs, basses. */
export interface AnalogPatch extends Envelope {
  engine: 'analog'
  wave: Wave
  /** Where the low-pass filter rests, as a multiple of the note's pitch. */
  cutoff: number
  /** How far the envelope opens the filter, in multiples of `cutoff`. */
  sweep?: number
  /** 0–0.9 */
  resonance?: number
  /** With a second oscillator so far away. */
  detuneCents?: number
  /** Semitones. */
  vibrato?: number
  /** Noise of breath or bow. */
  breath?: number
  drive?: number
}

/** What the oscillators give, before the filter. */
const raw = new Float32Array(CONTROL_SAMPLES)

/** Writes the note to the start of `out`; returns the number of samples written. */
export function playAnalog(patch: AnalogPatch, note: SoundedNote, out: Float32Array): number {
  const { wave, cutoff, sweep = 0, resonance = 0.1, detuneCents = 0, vibrato = 0, breath = 0, drive = 0 } = patch
  const samples = Math.min(out.length, Math.ceil((note.seconds + patch.release) * SAMPLE_RATE))
  const noise = noiseSource(note.seed)
  const pitch = hertz(note.midi)
  const ratio = 2 ** (detuneCents / 1200)
  const damping = 2 * (1 - resonance)
  const vibratoPhase = (note.seed % 97) / 97
  const first = openOscillator(wave, (note.seed % 1009) / 1009)
  const second = detuneCents === 0 ? undefined : openOscillator(wave, (note.seed % 503) / 503)
  let band = 0
  let low = 0
  let level = 0
  for (let start = 0; start < samples; start += CONTROL_SAMPLES) {
    const end = Math.min(samples, start + CONTROL_SAMPLES)
    const time = start / SAMPLE_RATE
    const goal = envelopeAt(patch, (start + CONTROL_SAMPLES) / SAMPLE_RATE, note.seconds) * note.velocity
    const rise = (goal - level) / CONTROL_SAMPLES
    const frequency = pitch * 2 ** (vibratoAt(vibrato, time, vibratoPhase) / 12)
    const step = (frequency / SAMPLE_RATE) * (detuneCents === 0 ? 1 : 1 / Math.sqrt(ratio))
    raw.fill(0)
    first.add(raw, end - start, step, second === undefined ? 1 : 0.6)
    second?.add(raw, end - start, step * ratio, 0.6)
    const opening = pitch * cutoff * (0.55 + 0.45 * note.velocity) * (1 + sweep * level * Math.exp(-4 * time))
    const g = Math.tan((Math.PI * Math.min(16_000, opening)) / SAMPLE_RATE)
    const a1 = 1 / (1 + g * (g + damping))
    const a2 = g * a1
    const a3 = g * a2
    // The filter's next state as sums of products with this one: each sample waits for two steps of the one before instead of five.
    const [bandOfBand, bandOfLow, bandOfX] = [2 * a1 - 1, -2 * a2, 2 * a2]
    const [lowOfBand, lowOfLow, lowOfX] = [2 * a2, 1 - 2 * a3, 2 * a3]
    for (let index = start; index < end; index++) {
      let x = raw[index - start] ?? 0
      if (breath !== 0) x += breath * 4 * noise()
      const lowBefore = low
      low = lowOfX * x + lowOfBand * band + lowOfLow * low
      band = bandOfX * x + bandOfLow * lowBefore + bandOfBand * band
      const filtered = 0.5 * (lowBefore + low)
      level += rise
      out[index] = level * (drive === 0 ? filtered : saturate(filtered * drive))
    }
    level = goal
  }
  return samples
}
