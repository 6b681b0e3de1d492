import type { ThrowIfStopped } from './stop.ts'

/** A stretch of a recording; what follows it is the next one. */
export interface Pcm {
  left: Float32Array
  right: Float32Array
  sampleRate: number
}

/** A recording as it is analysed: at `RATE`, what both sides share apart from what differs. */
export interface HeardSound {
  middle: Float32Array
  side: Float32Array
}

/** Low enough to be quick; all that is looked for lies under 5 kHz, but for the strokes of cymbals. */
export const RATE = 11_025

/** So many zeros of the filter on either side: what lies over half of `RATE` is 40 dB down. */
const ZEROS = 6

/** Reads at most `longestSeconds`. */
export function readSound(parts: Iterable<Pcm>, longestSeconds: number, throwIfStopped: ThrowIfStopped): HeardSound {
  const middle = new Float32Array(longestSeconds * RATE)
  const side = new Float32Array(longestSeconds * RATE)
  let kernel = new Float32Array(0)
  let rate = 0
  // Of both sides, the samples that the filter still needs, and where they begin.
  let [left, right] = [new Float32Array(0), new Float32Array(0)]
  let start = 0
  let length = 0
  for (const part of parts) {
    throwIfStopped()
    if (part.sampleRate !== rate) {
      rate = part.sampleRate
      kernel = kernelFor(rate / RATE)
    }
    ;[left, right] = [joined(left, part.left), joined(right, part.right)]
    const half = (kernel.length - 1) / 2
    for (; length < middle.length; length++) {
      const first = Math.round((length * rate) / RATE) - half - start
      if (first + kernel.length > left.length) break
      let [a, b] = [0, 0]
      for (let tap = Math.max(0, -first); tap < kernel.length; tap++) {
        const weight = kernel[tap] ?? 0
        a += weight * (left[first + tap] ?? 0)
        b += weight * (right[first + tap] ?? 0)
      }
      middle[length] = 0.5 * (a + b)
      side[length] = 0.5 * (a - b)
    }
    if (length === middle.length) break
    const done = Math.max(0, Math.round((length * rate) / RATE) - half - start)
    left = left.slice(done)
    right = right.slice(done)
    start += done
  }
  return { middle: middle.subarray(0, length), side: side.subarray(0, length) }
}

function joined(one: Float32Array, other: Float32Array): Float32Array<ArrayBuffer> {
  const both = new Float32Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}

/** A low pass before every `step`-th sample is taken, with a sum of 1. */
function kernelFor(step: number): Float32Array<ArrayBuffer> {
  const half = Math.max(1, Math.round(ZEROS * step))
  const taps = Float32Array.from({ length: 2 * half + 1 }, (_, index) => {
    const x = (index - half) / Math.max(1, step)
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
    return sinc * (0.5 + 0.5 * Math.cos((Math.PI * (index - half)) / (half + 1)))
  })
  const sum = taps.reduce((total, tap) => total + tap, 0)
  return taps.map((tap) => tap / sum)
}
