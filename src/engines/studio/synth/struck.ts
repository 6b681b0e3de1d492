import type { SoundedNote } from './note.ts'
import { CONTROL_SAMPLES, hertz, noiseSource, SAMPLE_RATE, saturate } from './signal.ts'

/** Piano, bells, mallets: partials that die away, each at its own pace. */
export interface StruckPatch {
  engine: 'struck'
  /** Multiple of the pitch, loudness, seconds until it has fallen to a third (for a middle note). */
  partials: readonly (readonly [ratio: number, amplitude: number, seconds: number])[]
  /** The noise of the hammer. */
  knock?: number
  tremolo?: number
  drive?: number
}

const RELEASE_SECONDS = 0.16

/** Writes the note to the start of `out`; returns the number of samples written. */
export function playStruck(patch: StruckPatch, note: SoundedNote, out: Float32Array): number {
  const pitch = hertz(note.midi)
  const ring = (262 / pitch) ** 0.5
  const longest = Math.max(...patch.partials.map(([, , seconds]) => seconds)) * ring
  const seconds = Math.min(note.seconds + RELEASE_SECONDS, longest * 5)
  const samples = Math.min(out.length, Math.ceil(seconds * SAMPLE_RATE))
  out.fill(0, 0, samples)
  for (const [ratio, amplitude, fadeSeconds] of patch.partials) {
    if (pitch * ratio > 16_000) continue
    // Softer strokes are duller, as on the real thing.
    addPartial(
      out,
      samples,
      pitch * ratio,
      0.4 * amplitude * note.velocity ** (ratio > 1.5 ? 1.6 : 1),
      fadeSeconds * ring,
    )
  }
  if (patch.knock !== undefined) addKnock(out, samples, patch.knock * note.velocity, note.seed)
  shape(patch, note, out, samples)
  return samples
}

/** A sine as a point that turns and shrinks: two multiplications a sample instead of a sine. */
function addPartial(
  out: Float32Array,
  samples: number,
  frequency: number,
  amplitude: number,
  fadeSeconds: number,
): void {
  const angle = (2 * Math.PI * frequency) / SAMPLE_RATE
  const shrink = Math.exp(-1 / (fadeSeconds * SAMPLE_RATE))
  const cosine = Math.cos(angle) * shrink
  const sinus = Math.sin(angle) * shrink
  const audible = Math.min(samples, Math.ceil(fadeSeconds * SAMPLE_RATE * 7))
  let x = amplitude
  let y = 0
  for (let index = 0; index < audible; index++) {
    out[index] = (out[index] ?? 0) + y
    const turned = x * cosine - y * sinus
    y = x * sinus + y * cosine
    x = turned
  }
}

function addKnock(out: Float32Array, samples: number, loudness: number, seed: number): void {
  const noise = noiseSource(seed)
  let low = 0
  for (let index = 0; index < Math.min(samples, 900); index++) {
    low += 0.2 * (noise() - low)
    out[index] = (out[index] ?? 0) + low * loudness * (1 - index / 900) ** 2
  }
}

function shape({ tremolo = 0, drive = 0 }: StruckPatch, note: SoundedNote, out: Float32Array, samples: number): void {
  const releaseFrom = Math.min(note.seconds, samples / SAMPLE_RATE - RELEASE_SECONDS)
  let level = 1
  for (let start = 0; start < samples; start += CONTROL_SAMPLES) {
    const time = (start + CONTROL_SAMPLES) / SAMPLE_RATE
    const released = time <= releaseFrom ? 1 : Math.max(0, 1 - (time - releaseFrom) / RELEASE_SECONDS) ** 2
    const goal = released * (tremolo === 0 ? 1 : 1 - tremolo * (0.5 + 0.5 * Math.sin(2 * Math.PI * 4.6 * time)))
    const change = (goal - level) / CONTROL_SAMPLES
    for (let index = start; index < Math.min(samples, start + CONTROL_SAMPLES); index++) {
      level += change
      const x = (out[index] ?? 0) * level * Math.min(1, index / 60)
      out[index] = drive === 0 ? x : saturate(x * drive)
    }
    level = goal
  }
}
