import { SAMPLE_RATE } from './synth/signal.ts'

export interface StereoEffect {
  /** Adds its answer to `input` (mono) to both sides, `samples` long. */
  add(input: Float32Array, left: Float32Array, right: Float32Array, samples: number): void
}

/** Lengths without a common divisor, so that no echo is heard in the room's tail. */
const LINE_LENGTHS = [1031, 1327, 1523, 1801, 2053, 2311, 2617, 2999]
const TAIL_SECONDS = { small: 0.5, large: 3.6 }
/** A room swallows the highest sounds, so half of the sampling rate is enough for it. */
const RATE = SAMPLE_RATE / 2
/** Shorter than the shortest line: within one chunk no line hears itself, so each can be run through in one plain loop. */
const CHUNK = 256
const DULLNESS = 0.2
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
    const samples = Math.round((length / 2) * (0.7 + 0.7 * size))
    const keep = 10 ** ((-3 * samples) / (tail * RATE))
    return { buffer: new Float32Array(samples), heard: new Float32Array(CHUNK), place: 0, keep, dull: 0 }
  })
  const sum = new Float32Array(CHUNK)
  const sides = [0, 1].map(() => new Float32Array(CHUNK))
  const before = [0, 0]
  return {
    add(input, left, right, samples) {
      for (let start = 0; start < samples; start += 2 * CHUNK) {
        const count = Math.min(CHUNK, Math.ceil((samples - start) / 2))
        sum.fill(0)
        for (const line of lines) listen(line, sum, count)
        for (let index = 0; index < count; index++) {
          const at = start + 2 * index
          sum[index] = ((input[at] ?? 0) + (input[at + 1] ?? 0)) * 0.175 - (sum[index] ?? 0) * 0.25
        }
        for (const side of sides) side.fill(0)
        for (const [number, line] of lines.entries()) feed(line, sum, sides[number % 2] ?? sum, count)
        for (const [number, out] of [left, right].entries())
          before[number] = addBetween(
            sides[number] ?? sum,
            out,
            start,
            Math.min(samples - start, 2 * count),
            before[number] ?? 0,
          )
      }
    },
  }
}

/** Adds a sound of half the sampling rate, with the values between; returns its last one, from which the next goes on. */
function addBetween(half: Float32Array, out: Float32Array, start: number, samples: number, before: number): number {
  let last = before
  for (let index = 0; index < samples; index += 2) {
    const value = half[index / 2] ?? 0
    out[start + index] = (out[start + index] ?? 0) + 0.5 * (last + value)
    if (index + 1 < samples) out[start + index + 1] = (out[start + index + 1] ?? 0) + value
    last = value
  }
  return last
}

/** Reads what a line has ready: it may end and begin again within the chunk. */
function listen(line: Line, sum: Float32Array, count: number): void {
  const beforeEnd = Math.min(count, line.buffer.length - line.place)
  listenTo(line, sum, 0, beforeEnd, line.place)
  listenTo(line, sum, beforeEnd, count, -beforeEnd)
}

function listenTo(line: Line, sum: Float32Array, from: number, until: number, shift: number): void {
  const { buffer, heard, keep } = line
  let { dull } = line
  for (let index = from; index < until; index++) {
    dull = (1 - DULLNESS) * (buffer[shift + index] ?? 0) + DULLNESS * dull
    const kept = dull * keep
    heard[index] = kept
    sum[index] = (sum[index] ?? 0) + kept
  }
  line.dull = Math.abs(dull) < STILLNESS ? 0 : dull
}

function feed(line: Line, mix: Float32Array, side: Float32Array, count: number): void {
  const { buffer, heard, place } = line
  const beforeEnd = Math.min(count, buffer.length - place)
  for (let index = 0; index < count; index++) {
    const value = heard[index] ?? 0
    side[index] = (side[index] ?? 0) + value
    heard[index] = value + (mix[index] ?? 0)
  }
  buffer.set(heard.subarray(0, beforeEnd), place)
  buffer.set(heard.subarray(beforeEnd, count))
  line.place = (place + count) % buffer.length
}
