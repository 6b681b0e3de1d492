import type { SoundedNote } from './note.ts'
import { CONTROL_SAMPLES, hertz, noiseSource, SAMPLE_RATE, saturate, sine, vibratoAt } from './signal.ts'

/** A string: a burst of noise runs round a delay line and loses its brightness (Karplus and Strong, 1983). */
export interface PluckPatch {
  engine: 'pluck'
  /** 0 a thumb … 1 a wire. */
  brightness: number
  /** Until a middle note is gone (-60 dB). */
  ringSeconds: number
  /** Amplifier: 1 warm, 9 distorted. */
  drive?: number
  /** The rattle of a flat bridge. */
  buzz?: number
  /** Seconds that the note takes to slide up into its pitch. */
  slide?: number
  vibrato?: number
  /** Weight of the fundamental, for basses. */
  thump?: number
}

const RELEASE_SECONDS = 0.09
const WEIGHT_FALL = Math.exp(-1 / (0.35 * SAMPLE_RATE))

/** Writes the note to the start of `out`; returns the number of samples written. */
export function playPluck(patch: PluckPatch, note: SoundedNote, out: Float32Array): number {
  const { brightness, ringSeconds, drive = 0, buzz = 0, slide = 0, vibrato = 0, thump = 0 } = patch
  const pitch = hertz(note.midi)
  const samples = Math.min(out.length, Math.ceil((note.seconds + RELEASE_SECONDS) * SAMPLE_RATE))
  const line = excited(
    pitch,
    brightness * (0.6 + 0.4 * note.velocity),
    slide > 0 || vibrato > 0 ? 1.2 : 1.02,
    note.seed,
  )
  const size = line.length
  const ring = ringSeconds * (220 / pitch) ** 0.4
  const keep = 10 ** (-3 / (pitch * ring))
  const smear = 0.5 * (1 - brightness) ** 1.5 * Math.min(1, 600 / pitch + 0.25)
  const vibratoPhase = (note.seed % 89) / 89
  let write = 0
  let last = 0
  let level = note.velocity
  let weight = 1
  let weightPhase = 0
  let blocked = 0
  let blockedInput = 0
  for (let start = 0; start < samples; start += CONTROL_SAMPLES) {
    const end = Math.min(samples, start + CONTROL_SAMPLES)
    const time = start / SAMPLE_RATE
    const bend = vibratoAt(vibrato, time, vibratoPhase) - (time < slide ? 1.8 * (1 - time / slide) ** 2 : 0)
    // The averaging in the loop delays by `smear` samples; the line is that much shorter.
    const delay = SAMPLE_RATE / (pitch * 2 ** (bend / 12)) - smear
    const whole = Math.floor(delay)
    const part = delay - whole
    const goal =
      note.velocity * (time < note.seconds ? 1 : Math.max(0, 1 - (time - note.seconds) / RELEASE_SECONDS) ** 2)
    const fall = (goal - level) / CONTROL_SAMPLES
    for (let index = start; index < end; index++) {
      let near = write - whole
      if (near < 0) near += size
      const far = near === 0 ? size - 1 : near - 1
      const read = (line[near] ?? 0) * (1 - part) + (line[far] ?? 0) * part
      const looped = keep * (read * (1 - smear) + last * smear)
      last = read
      line[write] = looped
      write = write + 1 === size ? 0 : write + 1
      let x = looped
      if (buzz !== 0) x += buzz * 0.5 * Math.abs(saturate(looped * 6)) * looped
      if (thump !== 0) {
        x += thump * 0.5 * sine(weightPhase) * weight
        weightPhase += pitch / SAMPLE_RATE
        if (weightPhase >= 1) weightPhase -= 1
        weight *= WEIGHT_FALL
      }
      if (drive !== 0) x = saturate(x * drive) * (drive > 3 ? 0.5 : 0.8)
      // A rectified or clipped string has an offset: taken out, since it would click at the end.
      blocked = x - blockedInput + 0.996 * blocked
      blockedInput = x
      level += fall
      out[index] = blocked * level * Math.min(1, index / 40)
    }
    level = goal
  }
  return samples
}

/** The delay line after the pluck: filtered noise, without the harmonics that the place of the finger damps. */
function excited(pitch: number, brightness: number, room: number, seed: number): Float32Array {
  const period = SAMPLE_RATE / pitch
  const size = Math.ceil(period * room) + 3
  const noise = noiseSource(seed)
  const line = new Float32Array(size)
  // Brightness in harmonics, not in hertz: a bass string is as dark as a treble one is bright.
  const cutoff = Math.min(14_000, 300 + pitch * (2 + 30 * brightness * brightness))
  const colour = 1 - Math.exp((-2 * Math.PI * cutoff) / SAMPLE_RATE)
  const burst = new Float32Array(size)
  let low = 0
  let lower = 0
  let power = 0
  for (let index = 0; index < size; index++) {
    low += colour * (noise() - low)
    lower += colour * (low - lower)
    burst[index] = lower
  }
  const finger = Math.max(1, Math.round(period * 0.17))
  for (let index = 0; index < size; index++) {
    const value = (burst[index] ?? 0) - 0.8 * (burst[(index + finger) % size] ?? 0)
    line[index] = value
    power += value * value
  }
  const scale = 0.35 / Math.sqrt(power / size + 1e-9)
  for (let index = 0; index < size; index++) line[index] = (line[index] ?? 0) * scale
  return line
}
