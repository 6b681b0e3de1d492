import { PEAK_MARGIN, truePeak } from './true-peak.ts'

const CHUNK = 64
const LOOK_AHEAD_CHUNKS = 4
/** The sound comes out so many samples late. */
export const LIMITER_DELAY = CHUNK * LOOK_AHEAD_CHUNKS
/** Gain wins back 1 dB in about 30 ms: slower, the strokes of a full band would hold a whole chorus down to the level of its verse. */
const RECOVERY = 1.0054
/** Samples under this part of the ceiling have no peak between them that passes it. */
const NEAR_CEILING = 0.7

/** How many samples the gain takes from one value that is told to the next. */
export const LIMITER_STEP = CHUNK

export interface Limiter {
  /** In place; the sound comes out `LIMITER_DELAY` samples late. The block's length is a multiple of 64. */
  process(left: Float32Array, right: Float32Array): void
}

/**
 * Keeps the true peaks of both sides under `ceiling`. Between two chunk borders the gain is a straight line, and at each border
 * it is what the loudest of the neighbouring chunks needs: no sample can pass, and nothing jumps. `onGain` is told each of them.
 */
export function openLimiter(ceiling: number, onGain?: (gain: number) => void): Limiter {
  // A chunk is measured one chunk late, when the samples after it are known.
  const held = [new Float32Array(LIMITER_DELAY), new Float32Array(LIMITER_DELAY)]
  const recent = [new Float32Array(3 * CHUNK), new Float32Array(3 * CHUNK)]
  const needs = new Array<number>(LOOK_AHEAD_CHUNKS).fill(1)
  let reached = 1
  return {
    process(left, right) {
      // In a variable of its own: one that outlives the call is an object for each sample.
      let gain = reached
      for (let start = 0; start < left.length; start += CHUNK) {
        const slot = start % LIMITER_DELAY
        let peak = 0
        for (let number = 0; number < 2; number++) {
          const side = number === 0 ? left : right
          const known = recent[number] ?? side
          for (let index = 0; index < CHUNK; index++) {
            known[index] = known[index + CHUNK] ?? 0
            known[index + CHUNK] = known[index + 2 * CHUNK] ?? 0
            known[index + 2 * CHUNK] = side[start + index] ?? 0
          }
          const from = CHUNK - PEAK_MARGIN
          peak = Math.max(peak, truePeak(known, from, from + CHUNK + PEAK_MARGIN, ceiling * NEAR_CEILING))
        }
        needs.shift()
        needs.push(peak > ceiling ? ceiling / peak : 1)
        let goal = gain * RECOVERY
        for (const need of needs) if (need < goal) goal = need
        const slope = (goal - gain) / CHUNK
        const [heldLeft, heldRight] = held
        for (let index = 0; heldLeft && heldRight && index < CHUNK; index++) {
          const nowLeft = heldLeft[slot + index] ?? 0
          const nowRight = heldRight[slot + index] ?? 0
          heldLeft[slot + index] = left[start + index] ?? 0
          heldRight[slot + index] = right[start + index] ?? 0
          gain += slope
          left[start + index] = nowLeft * gain
          right[start + index] = nowRight * gain
        }
        gain = goal
        onGain?.(gain)
      }
      reached = gain
    },
  }
}
