import { COMPRESSOR_STEP } from '../master/compressor.ts'
import { LIMITER_DELAY, LIMITER_STEP } from '../master/limiter.ts'
import { type Levels, levelsOf } from '../master/master.ts'
import type { Plan } from '../master/plan.ts'
import { BLOCK } from '../mix.ts'

export interface RecordedLevels {
  /** Finds the levels of the whole song, and keeps them. */
  recording: Levels
  /** The same gains at the same moments, whatever is heard. One for each sound that is to be mastered. */
  replay(): Levels
}

/**
 * The gains of a song's master. A compressor and a limiter go by the loudness of the whole song, so its tracks add up to it
 * only if each of them gets the gains of the whole.
 */
export function openRecordedLevels(plan: Plan): RecordedLevels {
  const compressor: number[] = []
  const limiter: number[] = []
  return {
    recording: levelsOf(plan, {
      compressor: (gain) => void compressor.push(gain),
      limiter: (gain) => void limiter.push(gain),
    }),
    replay() {
      const compress = openCurve(compressor, { step: COMPRESSOR_STEP, first: plan.gain })
      const limit = openCurve(limiter, { step: LIMITER_STEP, first: 1 })
      const delays = [openDelay(LIMITER_DELAY), openDelay(LIMITER_DELAY)]
      return {
        compress,
        limit(left, right) {
          for (const [number, side] of [left, right].entries()) delays[number]?.(side)
          limit(left, right)
        },
      }
    },
  }
}

/** Multiplies by gains that lie in a straight line between `first` and each of `gains`, `step` samples apart. */
function openCurve(gains: readonly number[], { step, first }: { step: number; first: number }): Levels['compress'] {
  let gain = first
  let next = 0
  return (left, right) => {
    for (let start = 0; start < BLOCK; start += step) {
      const goal = gains[next++] ?? gain
      const slope = (goal - gain) / step
      for (let index = start; index < start + step; index++) {
        gain += slope
        left[index] = (left[index] ?? 0) * gain
        right[index] = (right[index] ?? 0) * gain
      }
      gain = goal
    }
  }
}

function openDelay(samples: number): (sound: Float32Array) => void {
  const held = new Float32Array(samples)
  const next = new Float32Array(samples)
  return (sound) => {
    next.set(sound.subarray(BLOCK - samples, BLOCK))
    sound.copyWithin(samples, 0, BLOCK - samples)
    sound.set(held)
    held.set(next)
  }
}
