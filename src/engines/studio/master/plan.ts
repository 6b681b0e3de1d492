import { SAMPLE_RATE } from '../synth/signal.ts'
import { type Coefficients, highPass, lowPass, openCascade, peaking, shelf } from './biquad.ts'
import { openCompressor } from './compressor.ts'
import { openLimiter } from './limiter.ts'
import { loudnessOf, powerOf, stepPowers } from './loudness.ts'
import { BAND_EDGES, type Tone } from './tone.ts'

/** How a song is mastered: the same from its first second to its last. */
export interface Plan {
  /** The last one brings the mix to the level that the compressor works at. */
  filters: readonly Coefficients[]
  ratio: number
  /** Before the limiter. */
  gain: number
}

/** A stretch of the mix, and for how many seconds of the song it stands. */
export interface Heard {
  left: Float32Array
  right: Float32Array
  weight: number
}

const TARGET_LUFS = -14
const BEFORE_COMPRESSOR_LUFS = -18
export const THRESHOLD_DB = -12
const RUMBLE_HERTZ = 28
/** How far a mix is pulled towards the tone, and by how much at most. */
const PULL = 0.9
const MOST_DB = 9
/** What an MP3 encoder adds to the peaks lies under this: 0.7 dB to the -1 dBTP that is promised. */
export const CEILING = 10 ** (-1.7 / 20)
const SILENCE_LUFS = -70
const GATE_LU = 10

/** Works out the master from excerpts of the mix. It pauses after each step, so that a song can be stopped there. */
export function* planMaster(heard: readonly Heard[], tone: Tone): Generator<undefined, Plan> {
  const filters = filtersFor(bandsOf(heard), tone)
  yield
  const equalised = heard.map(({ left, right, weight }) => {
    const sides = { left: left.slice(), right: right.slice() }
    openCascade(filters).process(sides.left, sides.right, left.length)
    return { ...sides, weight }
  })
  yield
  const drive = ratioOf(BEFORE_COMPRESSOR_LUFS - loudnessOver(equalised))
  for (const { left, right } of equalised) {
    for (const side of [left, right])
      for (let index = 0; index < side.length; index++) side[index] = (side[index] ?? 0) * drive
    openCompressor({ thresholdDb: THRESHOLD_DB, ratio: tone.ratio, gain: 1 }).process(left, right, left.length)
  }
  yield
  const first = ratioOf(TARGET_LUFS - loudnessOver(equalised))
  yield
  // What the limiter takes is given back once; a second time would change hardly anything.
  const missing = TARGET_LUFS - loudnessOver(equalised.map((part) => limited(part, first)))
  return { filters: louder(filters, drive), ratio: tone.ratio, gain: first * ratioOf(missing * 1.15) }
}

/** The last of the filters multiplies by `gain`. */
const louder = (filters: readonly Coefficients[], gain: number): Coefficients[] =>
  filters.map(([b0, b1, b2, a1, a2], index) =>
    index < filters.length - 1 ? [b0, b1, b2, a1, a2] : [gain * b0, gain * b1, gain * b2, a1, a2],
  )

const ratioOf = (db: number): number => 10 ** (Math.min(60, db) / 20)

function limited({ left, right, weight }: Heard, gain: number): Heard {
  const length = Math.ceil(left.length / 256) * 256
  const sides = [left, right].map((side) => {
    const louder = new Float32Array(length)
    for (let index = 0; index < side.length; index++) louder[index] = (side[index] ?? 0) * gain
    return louder
  })
  const [one = left, other = right] = sides
  openLimiter(CEILING).process(one, other)
  return { left: one, right: other, weight }
}

/** Integrated loudness as BS.1770-4 has it, with each stretch counted for as long as it stands. */
function loudnessOver(heard: readonly Heard[]): number {
  const steps = heard.flatMap(({ left, right, weight }) => {
    const powers = [...stepPowers(left, right)]
    return powers.map((power) => ({ power, weight: weight / Math.max(1, powers.length) }))
  })
  const audible = steps.filter(({ power }) => loudnessOf(power) > SILENCE_LUFS)
  const gate = loudnessOf(meanOf(audible)) - GATE_LU
  const kept = audible.filter(({ power }) => loudnessOf(power) > gate)
  return kept.length === 0 ? SILENCE_LUFS : loudnessOf(meanOf(kept))
}

const meanOf = (steps: readonly { power: number; weight: number }[]): number =>
  steps.reduce((sum, { power, weight }) => sum + power * weight, 0) /
  Math.max(
    1e-9,
    steps.reduce((sum, { weight }) => sum + weight, 0),
  )

/** The level of each band in dB, of both sides in the middle. */
function bandsOf(heard: readonly Heard[]): number[] {
  const powers = new Float64Array(BAND_EDGES.length - 1)
  let total = 0
  for (const { left, right, weight } of heard) {
    const middle = new Float32Array(left.length)
    for (let index = 0; index < middle.length; index++) middle[index] = 0.5 * ((left[index] ?? 0) + (right[index] ?? 0))
    const band = new Float32Array(middle.length)
    for (let number = 0; number < powers.length; number++) {
      band.set(middle)
      const [low, high] = [BAND_EDGES[number] ?? 0, BAND_EDGES[number + 1] ?? SAMPLE_RATE / 2]
      openCascade([highPass(low), lowPass(high)]).processOne(band, band.length)
      powers[number] = (powers[number] ?? 0) + (weight * powerOf(band)) / Math.max(1, band.length)
    }
    total += weight
  }
  return Array.from(powers, (power) => 10 * Math.log10(power / Math.max(1e-9, total) + 1e-12))
}

function filtersFor(bands: readonly number[], { bands: wanted }: Tone): Coefficients[] {
  const middle = [1, 2, 3].reduce((sum, band) => sum + (bands[band] ?? 0) - (wanted[band] ?? 0), 0) / 3
  const [sub = 0, low = 0, mid = 0, presence = 0, high = 0, air = 0] = bands.map((level, band) =>
    Math.max(-MOST_DB, Math.min(MOST_DB, PULL * ((wanted[band] ?? 0) + middle - level))),
  )
  return [
    highPass(RUMBLE_HERTZ),
    shelf(95, sub, 'low'),
    peaking(190, low, 0.9),
    peaking(520, mid, 0.9),
    peaking(1500, presence, 0.9),
    peaking(4200, high, 0.9),
    shelf(8500, air, 'high'),
  ]
}
