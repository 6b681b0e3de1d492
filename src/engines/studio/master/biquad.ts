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
        first = b1 * value + second - a1 * out
        second = b2 * value - a2 * out
        sound[index] = out
      }
      z1 = still(first)
      z2 = still(second)
    },
  }
}

/** Filters one after another, over one sound or over both sides of one. */
export interface Cascade {
  /** In place. What comes next is heard as a continuation. */
  process(left: Float32Array, right: Float32Array, samples: number): void
  /** The same of one sound. A cascade has either two sides or one. */
  processOne(sound: Float32Array, samples: number): void
}

const UNCHANGED: Coefficients = [1, 0, 0, 0, 0]

/**
 * A filter waits for its own last result, so one alone leaves most of a processor idle: two filters over two sides at a time are
 * three times as fast as one after another.
 */
export function openCascade(filters: readonly Coefficients[]): Cascade {
  const pairs: Cascade[] = []
  for (let index = 0; index < filters.length; index += 2)
    pairs.push(openPair(filters[index] ?? UNCHANGED, filters[index + 1] ?? UNCHANGED))
  return {
    process(left, right, samples) {
      for (const pair of pairs) pair.process(left, right, samples)
    },
    processOne(sound, samples) {
      for (const pair of pairs) pair.processOne(sound, samples)
    },
  }
}

/** What is too small to be heard costs as much as a hundred other samples. */
const still = (value: number): number => (Math.abs(value) < 1e-20 ? 0 : value)

function openPair([a0, a1, a2, c1, c2]: Coefficients, [b0, b1, b2, d1, d2]: Coefficients): Cascade {
  // Two numbers of each filter for the left side, then for the right one.
  let [p1, p2, q1, q2] = [0, 0, 0, 0]
  let [r1, r2, s1, s2] = [0, 0, 0, 0]
  const quieten = (): void => {
    ;[p1, p2, q1, q2, r1, r2, s1, s2] = [
      still(p1),
      still(p2),
      still(q1),
      still(q2),
      still(r1),
      still(r2),
      still(s1),
      still(s2),
    ]
  }
  return {
    process(left, right, samples) {
      let [lp1, lp2, lq1, lq2] = [p1, p2, q1, q2]
      let [rp1, rp2, rq1, rq2] = [r1, r2, s1, s2]
      for (let index = 0; index < samples; index++) {
        const l = left[index] ?? 0
        const l1 = a0 * l + lp1
        lp1 = a1 * l + lp2 - c1 * l1
        lp2 = a2 * l - c2 * l1
        const l2 = b0 * l1 + lq1
        lq1 = b1 * l1 + lq2 - d1 * l2
        lq2 = b2 * l1 - d2 * l2
        left[index] = l2
        const r = right[index] ?? 0
        const r1 = a0 * r + rp1
        rp1 = a1 * r + rp2 - c1 * r1
        rp2 = a2 * r - c2 * r1
        const r2 = b0 * r1 + rq1
        rq1 = b1 * r1 + rq2 - d1 * r2
        rq2 = b2 * r1 - d2 * r2
        right[index] = r2
      }
      ;[p1, p2, q1, q2] = [lp1, lp2, lq1, lq2]
      ;[r1, r2, s1, s2] = [rp1, rp2, rq1, rq2]
      quieten()
    },
    processOne(sound, samples) {
      let [lp1, lp2, lq1, lq2] = [p1, p2, q1, q2]
      for (let index = 0; index < samples; index++) {
        const x = sound[index] ?? 0
        const y = a0 * x + lp1
        lp1 = a1 * x + lp2 - c1 * y
        lp2 = a2 * x - c2 * y
        const z = b0 * y + lq1
        lq1 = b1 * y + lq2 - d1 * z
        lq2 = b2 * y - d2 * z
        sound[index] = z
      }
      ;[p1, p2, q1, q2] = [lp1, lp2, lq1, lq2]
      quieten()
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
