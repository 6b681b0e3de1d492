import { SAMPLE_RATE } from '../synth/signal.ts'

export interface Compressor {
  /** In place, both sides by the same gain. */
  process(left: Float32Array, right: Float32Array, samples: number): void
}

const STEP = 32
const ATTACK_SECONDS = 0.015
const RELEASE_SECONDS = 0.2

/** How many samples the gain takes from one value that is told to the next. */
export const COMPRESSOR_STEP = STEP

/** Everything is multiplied by `gain`. Above `thresholdDb` of peak level, loudness grows by only 1/`ratio`. Slow enough that single strokes stay. */
export function openCompressor({
  thresholdDb,
  ratio,
  gain: makeUp,
  onGain,
}: {
  thresholdDb: number
  ratio: number
  gain: number
  /** Is told the gain at the end of each step: in a straight line from the one before. */
  onGain?: (gain: number) => void
}): Compressor {
  const attack = Math.exp(-STEP / (ATTACK_SECONDS * SAMPLE_RATE))
  const release = Math.exp(-STEP / (RELEASE_SECONDS * SAMPLE_RATE))
  const state = { level: 0, gain: makeUp }
  return {
    process(left, right, samples) {
      let { level, gain } = state
      for (let start = 0; start < samples; start += STEP) {
        const end = Math.min(samples, start + STEP)
        let peak = 0
        for (let index = start; index < end; index++)
          peak = Math.max(peak, Math.abs(left[index] ?? 0), Math.abs(right[index] ?? 0))
        const pace = peak > level ? attack : release
        level = pace * level + (1 - pace) * peak
        const overDb = 20 * Math.log10(level + 1e-9) - thresholdDb
        const goal = overDb > 0 ? makeUp * 10 ** ((-overDb * (1 - 1 / ratio)) / 20) : makeUp
        const slope = (goal - gain) / STEP
        for (let index = start; index < end; index++) {
          gain += slope
          left[index] = (left[index] ?? 0) * gain
          right[index] = (right[index] ?? 0) * gain
        }
        gain = goal
        onGain?.(gain)
      }
      state.level = level
      state.gain = gain
    },
  }
}
