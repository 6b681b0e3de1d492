import { RATE } from './sound.ts'
import { openSpectrum } from './spectrum.ts'
import type { ThrowIfStopped } from './stop.ts'

const ONSET_WINDOW = 512
const ONSET_HOP = 128
export const ONSETS_PER_SECOND = RATE / ONSET_HOP
/** A rise is heard in the middle of its window. */
export const ONSET_DELAY = ONSET_WINDOW / 2 / ONSET_HOP

/** Up to here a bass drum is heard, and little else that begins. */
const LOW_HERTZ = 160

/** By moment, with a mean of 0 and a variance of 1. */
export interface Onsets {
  /** Over all pitches. */
  all: Float64Array
  /** Over the lowest. */
  low: Float64Array
}

/** How much louder each moment is than the one before, less what is usual. */
export function onsetsIn(sound: Float32Array, throwIfStopped: ThrowIfStopped): Onsets {
  const powersAt = openSpectrum(sound, ONSET_WINDOW)
  const bins = ONSET_WINDOW / 2
  const lowBins = Math.round((LOW_HERTZ * ONSET_WINDOW) / RATE)
  const before = new Float64Array(bins)
  const count = Math.max(0, Math.floor((sound.length - ONSET_WINDOW) / ONSET_HOP))
  const all = new Float64Array(count)
  const low = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    throwIfStopped()
    const powers = powersAt(index * ONSET_HOP)
    let [rises, lowRises] = [0, 0]
    for (let bin = 1; bin < bins; bin++) {
      const level = Math.log1p(1_000 * Math.sqrt(powers[bin] ?? 0))
      const rise = Math.max(0, level - (before[bin] ?? 0))
      before[bin] = level
      rises += rise
      if (bin <= lowBins) lowRises += rise
    }
    all[index] = rises
    low[index] = lowRises
  }
  return { all: centred(all), low: centred(low) }
}

/** With a mean of 0 and a variance of 1. */
export function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length)
  return values.map((value) => (value - mean) / Math.sqrt(variance + 1e-9))
}
