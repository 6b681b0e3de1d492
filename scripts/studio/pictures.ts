import sharp from 'sharp'
import { RealFft } from '../../src/engines/studio/sing/fft.ts'
import { SAMPLE_RATE } from '../../src/engines/studio/synth/signal.ts'

/** The loudest sample of each of `count` stretches of equal length, 0 to 1. */
export function waveform(left: Float32Array, right: Float32Array, count: number): number[] {
  return Array.from({ length: count }, (_, stretch) => {
    const from = Math.floor((stretch * left.length) / count)
    const to = Math.floor(((stretch + 1) * left.length) / count)
    let peak = 0
    for (let index = from; index < to; index++)
      peak = Math.max(peak, Math.abs(left[index] ?? 0), Math.abs(right[index] ?? 0))
    return Math.round(peak * 100) / 100
  })
}

const FRAME = 2048
const WIDTH = 1_000
const HEIGHT = 160
const LOWEST_HERTZ = 50
const HIGHEST_HERTZ = 16_000
/** What is so far under the loudest is black. */
const RANGE_DB = 72

/** From silence to the loudest: night, violet, ember, light. */
const COLOURS = [
  [14, 12, 22],
  [52, 28, 92],
  [140, 41, 110],
  [222, 84, 72],
  [251, 168, 76],
  [255, 246, 205],
] as const

/** A picture of the spectrum over time as a WebP, 1,000 by 160: low tones below, each octave of the same height. */
export async function spectrogram(left: Float32Array, right: Float32Array): Promise<Uint8Array> {
  const columns = Array.from({ length: WIDTH }, (_, column) => columnAt(left, right, column))
  const loudest = columns.reduce((most, column) => Math.max(most, ...column), Number.NEGATIVE_INFINITY)
  const pixels = new Uint8Array(3 * WIDTH * HEIGHT)
  for (const [x, column] of columns.entries())
    for (const [row, db] of column.entries())
      pixels.set(colourOf((db - loudest) / RANGE_DB + 1), 3 * ((HEIGHT - 1 - row) * WIDTH + x))
  const picture = sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
  return new Uint8Array(await picture.webp({ quality: 82 }).toBuffer())
}

const fft = new RealFft(FRAME)
const WINDOW = Float64Array.from({ length: FRAME }, (_, index) => Math.sin((Math.PI * (index + 0.5)) / FRAME) ** 2)

/** The level of each row in dB, from the lowest on. */
function columnAt(left: Float32Array, right: Float32Array, column: number): number[] {
  const start = Math.floor((column * (left.length - FRAME)) / WIDTH)
  const samples = WINDOW.map((weight, index) => weight * ((left[start + index] ?? 0) + (right[start + index] ?? 0)))
  const real = new Float64Array(FRAME / 2 + 1)
  const imaginary = new Float64Array(FRAME / 2 + 1)
  fft.forward(samples, real, imaginary)
  return Array.from({ length: HEIGHT }, (_, row) => {
    const binAt = (place: number): number =>
      (LOWEST_HERTZ * (HIGHEST_HERTZ / LOWEST_HERTZ) ** (place / HEIGHT) * FRAME) / SAMPLE_RATE
    const from = Math.floor(binAt(row))
    const to = Math.max(from + 1, Math.ceil(binAt(row + 1)))
    let power = 0
    for (let bin = from; bin < to; bin++) power = Math.max(power, (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2)
    // Music falls by about 4 dB an octave; without that the highs would be black.
    return 10 * Math.log10(power + 1e-9) + (4 * row * Math.log2(HIGHEST_HERTZ / LOWEST_HERTZ)) / HEIGHT
  })
}

function colourOf(share: number): [number, number, number] {
  const place = Math.max(0, Math.min(0.999, share)) * (COLOURS.length - 1)
  const index = Math.floor(place)
  const [low, high] = [COLOURS[index] ?? COLOURS[0], COLOURS[index + 1] ?? COLOURS[5]]
  const between = (channel: 0 | 1 | 2): number => low[channel] + (high[channel] - low[channel]) * (place - index)
  return [between(0), between(1), between(2)]
}
