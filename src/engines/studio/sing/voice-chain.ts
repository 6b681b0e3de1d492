import { SAMPLE_RATE } from '../synth/signal.ts'

/** Changes a sound in place, and remembers where it left off. */
export type Stage = (sound: Float32Array, samples: number) => void

interface Coefficients {
  b0: number
  b1: number
  b2: number
  a0: number
  a1: number
  a2: number
}

/** R. Bristow-Johnson, "Audio EQ Cookbook": https://www.w3.org/TR/audio-eq-cookbook/. */
function turnOf(hertz: number, q: number): { cosine: number; alpha: number } {
  const turn = (2 * Math.PI * hertz) / SAMPLE_RATE
  return { cosine: Math.cos(turn), alpha: Math.sin(turn) / (2 * q) }
}

export function highPass(hertz: number): Stage {
  const { cosine, alpha } = turnOf(hertz, Math.SQRT1_2)
  const side = (1 + cosine) / 2
  return filter({ b0: side, b1: -2 * side, b2: side, a0: 1 + alpha, a1: -2 * cosine, a2: 1 - alpha })
}

export function peaking(hertz: number, db: number, q: number): Stage {
  const { cosine, alpha } = turnOf(hertz, q)
  const size = 10 ** (db / 40)
  return filter({
    b0: 1 + alpha * size,
    b1: -2 * cosine,
    b2: 1 - alpha * size,
    a0: 1 + alpha / size,
    a1: -2 * cosine,
    a2: 1 - alpha / size,
  })
}

export function highShelf(hertz: number, db: number): Stage {
  const { cosine, alpha } = turnOf(hertz, Math.SQRT1_2)
  const size = 10 ** (db / 40)
  const edge = 2 * Math.sqrt(size) * alpha
  return filter({
    b0: size * (size + 1 + (size - 1) * cosine + edge),
    b1: -2 * size * (size - 1 + (size + 1) * cosine),
    b2: size * (size + 1 + (size - 1) * cosine - edge),
    a0: size + 1 - (size - 1) * cosine + edge,
    a1: 2 * (size - 1 - (size + 1) * cosine),
    a2: size + 1 - (size - 1) * cosine - edge,
  })
}

/** Below this a sound has ended: the smallest of numbers take many times as long to compute with. */
const STILLNESS = 1e-20

function filter(given: Coefficients): Stage {
  const [b0, b1, b2, a1, a2] = [given.b0, given.b1, given.b2, given.a1, given.a2].map((value) => value / given.a0) as [
    number,
    number,
    number,
    number,
    number,
  ] // as many as there were
  let z1 = 0
  let z2 = 0
  return (sound, samples) => {
    for (let index = 0; index < samples; index++) {
      const x = sound[index] ?? 0
      const y = b0 * x + z1
      z1 = b1 * x - a1 * y + z2
      z2 = b2 * x - a2 * y
      if (z1 < STILLNESS && z1 > -STILLNESS) z1 = 0
      if (z2 < STILLNESS && z2 > -STILLNESS) z2 = 0
      sound[index] = y
    }
  }
}

const CONTROL = 16

/** Makes what is louder than the threshold softer by the ratio, and all of it louder by `makeupDb`. */
export function compressor(options: {
  thresholdDb: number
  ratio: number
  attackSeconds: number
  releaseSeconds: number
  makeupDb: number
}): Stage {
  const fall = 1 - 1 / options.ratio
  const coefficient = (seconds: number): number => 1 - Math.exp(-CONTROL / (seconds * SAMPLE_RATE))
  const attack = coefficient(options.attackSeconds)
  const release = coefficient(options.releaseSeconds)
  let level = 0
  let gain = 10 ** (options.makeupDb / 20)
  return (sound, samples) => {
    for (let start = 0; start < samples; start += CONTROL) {
      const end = Math.min(samples, start + CONTROL)
      let peak = 0
      for (let index = start; index < end; index++) peak = Math.max(peak, Math.abs(sound[index] ?? 0))
      level += (peak > level ? attack : release) * (peak - level)
      const over = Math.max(0, 20 * Math.log10(level + 1e-9) - options.thresholdDb)
      const goal = 10 ** ((options.makeupDb - over * fall) / 20)
      const rise = (goal - gain) / CONTROL
      for (let index = start; index < end; index++) {
        gain += rise
        sound[index] = (sound[index] ?? 0) * gain
      }
    }
  }
}
