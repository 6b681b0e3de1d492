import type { StereoEffect } from '../reverb.ts'
import { SAMPLE_RATE } from '../synth/signal.ts'
import { highPass, openBiquad } from './biquad.ts'

/** Under this the sides stay alike: a wide bass is weak, and no record has one. */
const WIDE_FROM_HERTZ = 300
/** All-pass filters that scatter the phase: without a common divisor, and too short to be heard as echoes. */
const SCATTER: readonly (readonly [milliseconds: number, gain: number])[] = [
  [4.7, 0.6],
  [7.9, -0.6],
  [12.7, 0.5],
]

/** Widens its input: a scattered copy is added to one side and taken from the other, so in mono nothing of it remains. */
export function openWidener(width: number): StereoEffect {
  const thin = openBiquad(highPass(WIDE_FROM_HERTZ))
  const stages = SCATTER.map(([milliseconds, gain]) =>
    openAllPass(Math.round((milliseconds * SAMPLE_RATE) / 1000), gain),
  )
  let scattered = new Float32Array(0)
  return {
    add(input, left, right, samples) {
      if (width === 0) return
      if (scattered.length < samples) scattered = new Float32Array(samples)
      scattered.set(input.subarray(0, samples))
      thin.process(scattered, samples)
      for (const stage of stages) stage(scattered, samples)
      for (let index = 0; index < samples; index++) {
        const side = width * (scattered[index] ?? 0)
        left[index] = (left[index] ?? 0) + side
        right[index] = (right[index] ?? 0) - side
      }
    },
  }
}

function openAllPass(delay: number, gain: number): (sound: Float32Array, samples: number) => void {
  const buffer = new Float32Array(delay)
  let place = 0
  return (sound, samples) => {
    for (let start = 0; start < samples; ) {
      const count = Math.min(samples - start, delay - place)
      for (let index = 0; index < count; index++) {
        const delayed = buffer[place + index] ?? 0
        const value = (sound[start + index] ?? 0) - gain * delayed
        sound[start + index] = delayed + gain * value
        buffer[place + index] = value
      }
      start += count
      place = place + count === delay ? 0 : place + count
    }
  }
}
