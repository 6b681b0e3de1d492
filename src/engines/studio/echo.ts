import type { StereoEffect } from './reverb.ts'
import { SAMPLE_RATE } from './synth/signal.ts'

/** Echoes that go from side to side and grow duller. */
export function openEcho(seconds: number): StereoEffect {
  const size = Math.max(1, Math.round(seconds * SAMPLE_RATE))
  const near = new Float32Array(size)
  const far = new Float32Array(size)
  const state = { place: 0, dull: 0 }
  return {
    add(input, left, right, samples) {
      let { place, dull } = state
      for (let index = 0; index < samples; index++) {
        const first = near[place] ?? 0
        const second = far[place] ?? 0
        dull = 0.3 * second + 0.7 * dull
        near[place] = (input[index] ?? 0) + 0.38 * dull
        far[place] = first
        left[index] = (left[index] ?? 0) + 0.5 * first
        right[index] = (right[index] ?? 0) + 0.5 * second
        place = place + 1 === size ? 0 : place + 1
      }
      state.place = place
      state.dull = dull
    },
  }
}
