import { RealFft } from './fft.ts'
import { BUZZING, UNVOICED, VOWELS } from './phones.ts'
import type { Phrase } from './phrase.ts'

/** How often the shape of the mouth is looked at. */
export const HOP_SECONDS = 0.005
export const FFT_LENGTH = 1024
export const BINS = FFT_LENGTH / 2 + 1

/** What of a spoken line is kept to sing it: the shape of the mouth, every 5 ms. */
export interface Envelopes {
  count: number
  sampleRate: number
  /** Natural logarithms of power; `BINS` values a frame, from 0 Hz to half the sample rate. */
  power: Float32Array
  isVoiced: Uint8Array
  /** 1 where the voice is full of noise, as in "z". */
  buzz: Uint8Array
  isVowel: Uint8Array
  /** Root mean square of the samples. */
  level: number
}

/** Where there is no voice, the spectrum is smoothed as for one of this pitch. */
const UNVOICED_HERTZ = 320

/**
 * CheapTrick (M. Morise, 2015: "CheapTrick, a spectral envelope estimator for high-quality speech synthesis"), with a pitch that is
 * known, since the line was spoken on one tone: so there is no pitch to track and no voicing to guess.
 */
export function envelopesOf({ samples, sampleRate, phones }: Phrase, spokenHertz: number): Envelopes {
  const count = Math.max(1, Math.floor(samples.length / (HOP_SECONDS * sampleRate)))
  const envelopes: Envelopes = {
    count,
    sampleRate,
    power: new Float32Array(count * BINS),
    isVoiced: new Uint8Array(count),
    buzz: new Uint8Array(count),
    isVowel: new Uint8Array(count),
    level: Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length)),
  }
  const voiced = openEstimate(samples, sampleRate, spokenHertz)
  const unvoiced = openEstimate(samples, sampleRate, UNVOICED_HERTZ)
  let place = 0
  for (let frame = 0; frame < count; frame++) {
    const time = frame * HOP_SECONDS
    while (place < phones.length - 1 && (phones[place]?.endSeconds ?? 0) <= time) place++
    const name = phones[place]?.name ?? 'pau'
    const hasVoice = !UNVOICED.has(name)
    envelopes.isVoiced[frame] = Number(hasVoice)
    envelopes.buzz[frame] = Number(BUZZING.has(name))
    envelopes.isVowel[frame] = Number(VOWELS.has(name))
    const estimate = hasVoice ? voiced : unvoiced
    estimate(Math.round(time * sampleRate), envelopes.power.subarray(frame * BINS, (frame + 1) * BINS))
  }
  return envelopes
}

/** Returns the function that writes the envelope around a sample, for sounds of this pitch. */
function openEstimate(
  samples: Float32Array,
  sampleRate: number,
  hertz: number,
): (centre: number, out: Float32Array) => void {
  const fft = new RealFft(FFT_LENGTH)
  const half = Math.floor((1.5 * sampleRate) / hertz)
  const window = Float64Array.from(
    { length: 2 * half + 1 },
    (_, index) => 0.5 + 0.5 * Math.cos((Math.PI * (index - half)) / (half + 1)),
  )
  const norm = Math.sqrt(window.reduce((sum, value) => sum + value * value, 0))
  const total = window.reduce((sum, value) => sum + value, 0)
  const lifter = Float64Array.from({ length: BINS }, (_, quefrency) => {
    const angle = (Math.PI * hertz * quefrency) / sampleRate
    return (quefrency === 0 ? 1 : Math.sin(angle) / angle) * (1.18 - 0.18 * Math.cos(2 * angle))
  })
  const frame = new Float64Array(FFT_LENGTH)
  const real = new Float64Array(BINS)
  const imaginary = new Float64Array(BINS)
  const spectrum = new Float64Array(BINS)
  const binsPerPitch = (hertz * FFT_LENGTH) / sampleRate
  const smooth = openSmoothing((2 / 3) * binsPerPitch)

  return (centre, out) => {
    let mean = 0
    for (let index = -half; index <= half; index++) mean += (window[index + half] ?? 0) * (samples[centre + index] ?? 0)
    mean /= total
    frame.fill(0)
    for (let index = -half; index <= half; index++)
      frame[index + half] = ((window[index + half] ?? 0) * ((samples[centre + index] ?? 0) - mean)) / norm
    fft.forward(frame, real, imaginary)
    for (let bin = 0; bin < BINS; bin++) spectrum[bin] = (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2
    // Below the pitch there is nothing: what is above it is mirrored there.
    const pitch = Math.floor(binsPerPitch)
    for (let bin = 0; bin < pitch / 2; bin++) spectrum[bin] = (spectrum[bin] ?? 0) + (spectrum[pitch - bin] ?? 0)
    smooth(spectrum, real)
    imaginary.fill(0)
    fft.inverse(real, imaginary, frame)
    for (let quefrency = 0; quefrency < BINS; quefrency++) {
      const value = (frame[quefrency] ?? 0) * (lifter[quefrency] ?? 0)
      frame[quefrency] = value
      if (quefrency > 0 && quefrency < BINS - 1) frame[FFT_LENGTH - quefrency] = value
    }
    fft.forward(frame, real, imaginary)
    for (let bin = 0; bin < BINS; bin++) out[bin] = real[bin] ?? 0
  }
}

/** Against the logarithm of nothing. */
const FLOOR = 1e-11

/** Returns the function that writes the logarithm of a spectrum, averaged over so many bins around each. */
function openSmoothing(width: number): (spectrum: Float64Array, out: Float64Array) => void {
  const margin = Math.ceil(width) + 1
  const sums = new Float64Array(BINS + 2 * margin + 1)
  const last = BINS - 1
  const sumAt = (place: number): number => {
    const shifted = place + margin + 0.5
    const index = Math.floor(shifted)
    const low = sums[index] ?? 0
    return low + ((sums[index + 1] ?? 0) - low) * (shifted - index)
  }
  return (spectrum, out) => {
    for (let index = 0; index < sums.length - 1; index++) {
      const bin = index - margin
      const mirrored = bin < 0 ? -bin : bin > last ? 2 * last - bin : bin
      sums[index + 1] = (sums[index] ?? 0) + (spectrum[mirrored] ?? 0)
    }
    for (let bin = 0; bin < BINS; bin++)
      out[bin] = Math.log((sumAt(bin + width / 2) - sumAt(bin - width / 2)) / width + FLOOR)
  }
}
