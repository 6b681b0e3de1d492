import { SAMPLE_RATE } from '../synth/signal.ts'
import { type Coefficients, openCascade } from './biquad.ts'

/** ITU-R BS.1770-4, annex 1, for 44.1 kHz: what a head does to the highs, and the ear to the lows. */
const HEAD: Coefficients = [
  1.5308412300498355, -2.6509799951547297, 1.169079079921587, -1.6636551132560204, 0.7125954280732254,
]
const EAR: Coefficients = [
  0.9995600645425144, -1.999120129085029, 0.9995600645425144, -1.9891696736297957, 0.9891990357870394,
]
const STEP = SAMPLE_RATE / 10
const STEPS_PER_BLOCK = 4
const SILENCE_LUFS = -70
const GATE_LU = 10

/** The weighted power of each tenth of a second, both sides together. */
export function stepPowers(left: Float32Array, right: Float32Array): Float64Array {
  const steps = new Float64Array(Math.floor(left.length / STEP))
  const weighted = [new Float32Array(STEP), new Float32Array(STEP)] as const
  const filters = openCascade([HEAD, EAR])
  for (let step = 0; step < steps.length; step++) {
    for (const [number, side] of [left, right].entries())
      weighted[number]?.set(side.subarray(step * STEP, (step + 1) * STEP))
    filters.process(...weighted, STEP)
    steps[step] = (powerOf(weighted[0]) + powerOf(weighted[1])) / STEP
  }
  return steps
}

/** The sum of the squares. */
export function powerOf(sound: Float32Array): number {
  let power = 0
  for (let index = 0; index < sound.length; index++) {
    const value = sound[index] ?? 0
    power += value * value
  }
  return power
}

/** Integrated loudness in LUFS of sound at 44.1 kHz; -70 for silence. */
export function integratedLoudness(left: Float32Array, right: Float32Array): number {
  const steps = stepPowers(left, right)
  const blocks: number[] = []
  for (let from = 0; from + STEPS_PER_BLOCK <= steps.length; from++)
    blocks.push(steps.subarray(from, from + STEPS_PER_BLOCK).reduce((sum, power) => sum + power, 0) / STEPS_PER_BLOCK)
  const heard = blocks.filter((power) => loudnessOf(power) > SILENCE_LUFS)
  if (heard.length === 0) return SILENCE_LUFS
  const gate = loudnessOf(meanOf(heard)) - GATE_LU
  return loudnessOf(meanOf(heard.filter((power) => loudnessOf(power) > gate)))
}

export const loudnessOf = (power: number): number => -0.691 + 10 * Math.log10(power + 1e-12)

const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
