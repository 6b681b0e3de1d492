import { SAMPLE_RATE } from './synth/signal.ts'

export interface StereoEffect {
  /** Adds its answer to `input` (mono) to both sides, `samples` long. */
  add(input: Float32Array, left: Float32Array, right: Float32Array, samples: number): void
}

/** Lengths without a common divisor, so that no echo is heard in the room's tail. */
const LINE_LENGTHS = [1031, 1327, 1523, 1801, 2053, 2311, 2617, 2999]
const TAIL_SECONDS = { small: 0.5, large: 3.6 }
/** Shorter than the shortest line: within one chunk no line hears itself, so each can be run through in one plain loop. */
const CHUNK = 512
const DULLNESS = 0.45
/** Below this a sound has ended: the smallest of numbers take many times as long to compute with. */
const STILLNESS = 1e-20

interface Line {
  buffer: Float32Array
  /** The output of the line in this chunk. */
  heard: Float32Array
  place: number
  keep: number
  dull: number
}

/** A room: eight delay lines that feed one another (a feedback delay network with a Householder mix). `size` 0–1. */
export function openReverb(size: number): StereoEffect {
  const tail = TAIL_SECONDS.small + (TAIL_SECONDS.large - TAIL_SECONDS.small) * size
  const lines = LINE_LENGTHS.map((length): Line => {
    const samples = Math.round(length * (0.7 + 0.7 * size))
    const keep = 10 ** ((-3 * samples) / (tail * SAMPLE_RATE))
    return { buffer: new Float32Array(samples), heard: new Float32Array(CHUNK), place: 0, keep, dull: 0 }
  })
  const sum = new Float32Array(CHUNK)
  return {
    add(input, left, right, samples) {
      for (let start = 0; start < samples; start += CHUNK) {
        const count = Math.min(CHUNK, samples - start)
        sum.fill(0)
        for (const line of lines) listen(line, sum, count)
        for (let index = 0; index < count; index++) {
          sum[index] = (input[start + index] ?? 0) * 0.35 - (sum[index] ?? 0) * 0.25
        }
        for (const [number, line] of lines.entries()) feed(line, sum, number % 2 === 0 ? left : right, start, count)
      }
    },
  }
}

function listen(line: Line, sum: Float32Array, count: number): void {
  const { buffer, heard, keep } = line
  let { dull } = line
  // Once round the buffer at most, in two plain loops.
  const whole = Math.min(count, buffer.length - line.place)
  for (let index = 0, place = line.place; index < whole; index++, place++) {
    const out = buffer[place] ?? 0
    dull = out + DULLNESS * (dull - out)
    const kept = dull * keep
    heard[index] = kept
    sum[index] = (sum[index] ?? 0) + kept
  }
  for (let index = whole, place = 0; index < count; index++, place++) {
    const out = buffer[place] ?? 0
    dull = out + DULLNESS * (dull - out)
    const kept = dull * keep
    heard[index] = kept
    sum[index] = (sum[index] ?? 0) + kept
  }
  line.dull = Math.abs(dull) < STILLNESS ? 0 : dull
}

function feed(line: Line, mix: Float32Array, side: Float32Array, start: number, count: number): void {
  const { buffer, heard } = line
  const whole = Math.min(count, buffer.length - line.place)
  for (let index = 0, place = line.place; index < whole; index++, place++) {
    const value = heard[index] ?? 0
    side[start + index] = (side[start + index] ?? 0) + value
    buffer[place] = value + (mix[index] ?? 0)
  }
  for (let index = whole, place = 0; index < count; index++, place++) {
    const value = heard[index] ?? 0
    side[start + index] = (side[start + index] ?? 0) + value
    buffer[place] = value + (mix[index] ?? 0)
  }
  line.place = (line.place + count) % buffer.length
}
