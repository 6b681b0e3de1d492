import { SAMPLE_RATE } from '../synth/signal.ts'

/** A second-order filter: b0, b1, b2, a1, a2, with a0 = 1 (the formulas of Bristow-Johnson's cookbook). */
export type Coefficients = readonly [b0: number, b1: number, b2: number, a1: number, a2: number]

export interface Biquad {
  /** In place. What comes next is heard as a continuation. */
  process(sound: Float32Array, samples: number): void
}

export function openBiquad([b0, b1, b2, a1, a2]: Coefficients): Biquad {
  let z1 = 0
  let z2 = 0
  return {
    process(sound, samples) {
      let [first, second] = [z1, z2]
      for (let index = 0; index < samples; index++) {
        const value = sound[index] ?? 0
        const out = b0 * value + first
        first = b1 * value - a1 * out + second
        second = b2 * value - a2 * out
        sound[index] = out
      }
      // What is too small to be heard costs as much as a hundred other samples.
      z1 = Math.abs(first) < 1e-20 ? 0 : first
      z2 = Math.abs(second) < 1e-20 ? 0 : second
    },
  }
}

const angleOf = (hertz: number): number => (2 * Math.PI * hertz) / SAMPLE_RATE

export function peaking(hertz: number, db: number, q: number): Coefficients {
  const amplitude = 10 ** (db / 40)
  const cosine = Math.cos(angleOf(hertz))
  const alpha = Math.sin(angleOf(hertz)) / (2 * q)
  const a0 = 1 + alpha / amplitude
  return [
    (1 + alpha * amplitude) / a0,
    (-2 * cosine) / a0,
    (1 - alpha * amplitude) / a0,
    (-2 * cosine) / a0,
    (1 - alpha / amplitude) / a0,
  ]
}

export function shelf(hertz: number, db: number, side: 'low' | 'high'): Coefficients {
  const amplitude = 10 ** (db / 40)
  const sign = side === 'high' ? -1 : 1
  const cosine = sign * Math.cos(angleOf(hertz))
  const slope = Math.sqrt(2 * amplitude) * Math.sin(angleOf(hertz))
  const a0 = amplitude + 1 + (amplitude - 1) * cosine + slope
  return [
    (amplitude * (amplitude + 1 - (amplitude - 1) * cosine + slope)) / a0,
    (sign * 2 * amplitude * (amplitude - 1 - (amplitude + 1) * cosine)) / a0,
    (amplitude * (amplitude + 1 - (amplitude - 1) * cosine - slope)) / a0,
    (sign * -2 * (amplitude - 1 + (amplitude + 1) * cosine)) / a0,
    (amplitude + 1 + (amplitude - 1) * cosine - slope) / a0,
  ]
}

export function highPass(hertz: number): Coefficients {
  const cosine = Math.cos(angleOf(hertz))
  const alpha = Math.sin(angleOf(hertz)) * Math.SQRT1_2
  const a0 = 1 + alpha
  return [(1 + cosine) / 2 / a0, -(1 + cosine) / a0, (1 + cosine) / 2 / a0, (-2 * cosine) / a0, (1 - alpha) / a0]
}

export function lowPass(hertz: number): Coefficients {
  const cosine = Math.cos(angleOf(hertz))
  const alpha = Math.sin(angleOf(hertz)) * Math.SQRT1_2
  const a0 = 1 + alpha
  return [(1 - cosine) / 2 / a0, (1 - cosine) / a0, (1 - cosine) / 2 / a0, (-2 * cosine) / a0, (1 - alpha) / a0]
}
