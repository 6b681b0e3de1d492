import { MPEGDecoder } from 'mpg123-decoder'

/** For tests: audible properties of a file. */
export interface Heard {
  seconds: number
  sampleRate: number
  channels: number
  left: Float32Array
  /** The same as `left` for one channel. */
  right: Float32Array
  errors: number
  /** Share of samples at full scale, 0–1. */
  clipped: number
}

export async function listen(mp3: Uint8Array): Promise<Heard> {
  const decoder = new MPEGDecoder()
  await decoder.ready
  const { channelData, samplesDecoded, sampleRate, errors } = decoder.decode(mp3)
  decoder.free()
  const left = channelData[0] ?? new Float32Array(0)
  const clipped = channelData.reduce((sum, side) => sum + clippedIn(side), 0)
  return {
    seconds: samplesDecoded / sampleRate,
    sampleRate,
    channels: channelData.length,
    left,
    right: channelData[1] ?? left,
    errors: errors.length,
    clipped: clipped / Math.max(1, samplesDecoded * channelData.length),
  }
}

// Loops over samples instead of `filter` and `reduce`, which call a function for each of the millions of a song.

function clippedIn(sound: Float32Array): number {
  let clipped = 0
  for (const x of sound) if (Math.abs(x) > 0.999) clipped++
  return clipped
}

/** The sum of the squares. */
function energyOf(sound: Float32Array): number {
  let energy = 0
  for (const x of sound) energy += x * x
  return energy
}

/** The greatest distance from zero. */
export function loudest(sound: Float32Array): number {
  let most = 0
  for (const x of sound) most = Math.max(most, Math.abs(x))
  return most
}

/** Root mean square between two times, in dB below full scale. */
export function levelDb(sound: Float32Array, sampleRate: number, fromSeconds: number, toSeconds: number): number {
  const part = sound.subarray(Math.floor(fromSeconds * sampleRate), Math.floor(toSeconds * sampleRate))
  const power = energyOf(part) / Math.max(1, part.length)
  return 10 * Math.log10(power + 1e-12)
}

/** How alike the loudness of two songs runs, window by window: 1 the same, about 0 unrelated. */
export function likeness(one: Float32Array, other: Float32Array): number {
  const window = 2048
  const shape = (sound: Float32Array): number[] =>
    Array.from({ length: Math.floor(Math.min(one.length, other.length) / window) }, (_, index) =>
      Math.sqrt(energyOf(sound.subarray(index * window, (index + 1) * window))),
    )
  const [a, b] = [centred(shape(one)), centred(shape(other))]
  const product = (x: number[], y: number[]): number =>
    x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0)
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b) + 1e-12)
}

function centred(values: number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  return values.map((value) => value - mean)
}

const NEIGHBOURHOOD = 176

/**
 * Where a sound clicks, in samples: the second difference jumps to eight times what its neighbourhood of 4 ms has. Struck
 * strings and drums do not jump so: their first strokes are loud for longer.
 */
export function clicksIn(sound: Float32Array): number[] {
  const bend = new Float32Array(sound.length)
  for (let index = 1; index + 1 < sound.length; index++)
    bend[index] = Math.abs((sound[index + 1] ?? 0) - 2 * (sound[index] ?? 0) + (sound[index - 1] ?? 0))
  const clicks: number[] = []
  for (let index = NEIGHBOURHOOD; index + NEIGHBOURHOOD < bend.length; index++) {
    const height = bend[index] ?? 0
    if (height < 0.12 || index - (clicks.at(-1) ?? -NEIGHBOURHOOD) < NEIGHBOURHOOD) continue
    if (!isJagged(bend, index, height / 8)) clicks.push(index)
  }
  return clicks
}

/** Of so many samples around one, the highest twentieth. */
const JAGS = Math.ceil((2 * NEIGHBOURHOOD - 9) * 0.05)

/** Whether a twentieth of what is around a sample bends as much as `least`; near the sample itself nothing counts. */
function isJagged(bend: Float32Array, index: number, least: number): boolean {
  let jags = 0
  for (let at = index - NEIGHBOURHOOD; at < index + NEIGHBOURHOOD; at++) {
    if (at >= index - 4 && at <= index + 4) continue
    if ((bend[at] ?? 0) >= least && ++jags >= JAGS) return true
  }
  return false
}
