const CHUNK = 64
const LOOK_AHEAD_CHUNKS = 4
const DELAY = CHUNK * LOOK_AHEAD_CHUNKS
/** Gain wins back 1 dB in about 20 ms. */
const RECOVERY = 1.008

export interface Limiter {
  /** In place; the sound comes out `DELAY` samples late. The block's length is a multiple of 64. */
  process(left: Float32Array, right: Float32Array): void
}

/**
 * Keeps both sides under `ceiling`. Between two chunk borders the gain is a straight line, and at each border it is what
 * the loudest of the neighbouring chunks needs: no sample can pass, and nothing jumps.
 */
export function openLimiter(ceiling: number): Limiter {
  const heldLeft = new Float32Array(DELAY)
  const heldRight = new Float32Array(DELAY)
  const needs = new Array<number>(LOOK_AHEAD_CHUNKS + 1).fill(1)
  let gain = 1
  return {
    process(left, right) {
      for (let start = 0; start < left.length; start += CHUNK) {
        const slot = start % DELAY
        needs.shift()
        needs.push(needOf(left, right, start, ceiling))
        const goal = Math.min(gain * RECOVERY, ...needs)
        const slope = (goal - gain) / CHUNK
        for (let index = start; index < start + CHUNK; index++) {
          const held = slot + index - start
          const nowLeft = heldLeft[held] ?? 0
          const nowRight = heldRight[held] ?? 0
          heldLeft[held] = left[index] ?? 0
          heldRight[held] = right[index] ?? 0
          gain += slope
          left[index] = nowLeft * gain
          right[index] = nowRight * gain
        }
        gain = goal
      }
    },
  }
}

function needOf(left: Float32Array, right: Float32Array, start: number, ceiling: number): number {
  let peak = 0
  for (let index = start; index < start + CHUNK; index++) {
    peak = Math.max(peak, Math.abs(left[index] ?? 0), Math.abs(right[index] ?? 0))
  }
  return peak > ceiling ? ceiling / peak : 1
}
