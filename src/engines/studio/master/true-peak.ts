/**
 * The highest value that a converter would reach between the samples (ITU-R BS.1770-4, annex 2: four times oversampled), here by
 * a windowed sinc of ten taps for each of the three places between two samples.
 */
const TAPS = 10
const BEFORE = TAPS / 2 - 1

function kernelAt(place: number): Float64Array {
  const kernel = Float64Array.from({ length: TAPS }, (_, tap) => {
    const distance = tap - BEFORE - place
    const window = Math.cos((Math.PI * distance) / (TAPS + 1)) ** 2
    return (Math.sin(Math.PI * distance) / (Math.PI * distance)) * window
  })
  const sum = kernel.reduce((total, value) => total + value, 0)
  return kernel.map((value) => value / sum)
}

/** Three quarters of the way is a quarter from the other side. */
const QUARTER = kernelAt(0.25)
const HALF = kernelAt(0.5)

/** Samples on both sides of a stretch that decide about its peaks. */
export const PEAK_MARGIN = TAPS / 2

/**
 * The true peak of `sound` from `start` to `end`. Places whose neighbours lie under `floor` are not worked out: between
 * samples that are far from the ceiling, nothing reaches it.
 */
export function truePeak(sound: Float32Array, start: number, end: number, floor = 0): number {
  let peak = 0
  for (let index = start; index < end; index++) {
    const here = Math.abs(sound[index] ?? 0)
    if (here > peak) peak = here
    if (here < floor && Math.abs(sound[index + 1] ?? 0) < floor) continue
    const from = index - BEFORE
    let first = 0
    let second = 0
    let third = 0
    for (let tap = 0; tap < TAPS; tap++) {
      const value = sound[from + tap] ?? 0
      first += (QUARTER[tap] ?? 0) * value
      second += (HALF[tap] ?? 0) * value
      third += (QUARTER[TAPS - 1 - tap] ?? 0) * value
    }
    peak = Math.max(peak, Math.abs(first), Math.abs(second), Math.abs(third))
  }
  return peak
}
