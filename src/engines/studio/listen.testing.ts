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
  const clipped = channelData.reduce((sum, side) => sum + side.filter((x) => Math.abs(x) > 0.999).length, 0)
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

/** Root mean square between two times, in dB below full scale. */
export function levelDb(sound: Float32Array, sampleRate: number, fromSeconds: number, toSeconds: number): number {
  const part = sound.subarray(Math.floor(fromSeconds * sampleRate), Math.floor(toSeconds * sampleRate))
  const power = part.reduce((sum, x) => sum + x * x, 0) / Math.max(1, part.length)
  return 10 * Math.log10(power + 1e-12)
}

/** How alike the loudness of two songs runs, window by window: 1 the same, about 0 unrelated. */
export function likeness(one: Float32Array, other: Float32Array): number {
  const window = 2048
  const shape = (sound: Float32Array): number[] =>
    Array.from({ length: Math.floor(Math.min(one.length, other.length) / window) }, (_, index) =>
      Math.sqrt(sound.subarray(index * window, (index + 1) * window).reduce((sum, x) => sum + x * x, 0)),
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
    const around = [
      ...bend.subarray(index - NEIGHBOURHOOD, index - 4),
      ...bend.subarray(index + 5, index + NEIGHBOURHOOD),
    ].sort((a, b) => a - b)
    if (height > 8 * (around[Math.floor(around.length * 0.95)] ?? 0)) clicks.push(index)
  }
  return clicks
}
