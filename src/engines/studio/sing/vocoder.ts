import { noiseSource, SAMPLE_RATE, sine } from '../synth/signal.ts'
import { BINS, type Envelopes, FFT_LENGTH, HOP_SECONDS } from './envelopes.ts'
import { RealFft } from './fft.ts'
import type { Singer } from './singers.ts'
import type { Track } from './track.ts'

/** One of those who sing a line together: the same mouth, another pitch and place. */
export interface LineVoice {
  hertz: Float32Array
  /** How much later than the first. */
  lateSeconds: number
  gain: number
  /** Where it is written to. */
  bus: number
}

/** What of a singer shapes the sound. */
type Mouth = Pick<Singer, 'warp' | 'breath' | 'tilt' | 'ring'>

export interface LineOptions {
  envelopes: Envelopes
  track: Track
  voices: readonly LineVoice[]
  singer: Mouth
  seed: number
}

export interface DrawnLine {
  /** Draws on to a sample of the song, into buses whose first sample is `from`; false when the line has ended. */
  drawTo(until: number, buses: readonly Float32Array[], from: number): boolean
}

/** How far behind the place up to which a line was drawn its sounds may reach, in samples. */
export const VOICE_TAIL = 4_096

const STEP = Math.round(HOP_SECONDS * SAMPLE_RATE)
/** Speech at 16 kHz has nothing above; what is there is continued, ever softer. */
const EDGE_HERTZ = 7_000
/** The shape of the mouth is worked out anew when it has moved so far, or after so many frames. */
const MOVED_FRAMES = 0.3
const STILL_FRAMES = 4
/** What is so much softer than the peak of a pulse is left out at its end. */
const SILENT_SHARE = 0.004

/**
 * A line as minimum-phase pulses through the shape of the mouth, and shaped noise. Only what is asked for is drawn: a song
 * holds no more than a window of each line.
 */
export function drawLine({ envelopes, track, voices, singer, seed }: LineOptions): DrawnLine {
  const mouth = openMouth(envelopes, singer)
  const noise = openBreath(seed)
  const first = Math.round(track.start * SAMPLE_RATE)
  const last = track.source.length
  const nextPulse = voices.map(({ lateSeconds }) => first + lateSeconds * SAMPLE_RATE)
  let frame = 0
  return {
    drawTo(until, buses, from) {
      for (; frame < last; frame++) {
        const here = first + frame * STEP
        if (here - STEP >= until) return true
        const gain = track.gain[frame] ?? 0
        const isVoiced = gain >= 1e-4 && mouth.moveTo(track.source[frame] ?? 0)
        if (gain >= 1e-4) noise(mouth.hiss, gain, buses[0], here - STEP - from)
        voices.forEach((voice, index) => {
          const start = here + voice.lateSeconds * SAMPLE_RATE
          if (!isVoiced) nextPulse[index] = Math.max(nextPulse[index] ?? 0, start + STEP)
          const bus = buses[voice.bus]
          for (let place = nextPulse[index] ?? 0; place < start + STEP; place = nextPulse[index] ?? 0) {
            const share = Math.max(0, (place - start) / STEP)
            const hertz = between(voice.hertz, frame, share)
            const level = voice.gain * between(track.gain, frame, share) * Math.sqrt(SAMPLE_RATE / hertz)
            if (bus) addPulse(mouth.pulse, mouth.taps(), level, bus, place - from)
            nextPulse[index] = place + SAMPLE_RATE / hertz
          }
        })
      }
      return false
    },
  }
}

function between(values: Float32Array, frame: number, share: number): number {
  const value = values[frame] ?? 0
  return value + ((values[Math.min(values.length - 1, frame + 1)] ?? 0) - value) * share
}

/** Empty samples before a pulse, so that it can be read between its samples. */
const PULSE_MARGIN = 2

/** Adds a pulse at a place between samples: cubic Lagrange. */
function addPulse(pulse: Float64Array, taps: number, level: number, bus: Float32Array, place: number): void {
  const whole = Math.floor(place)
  const d = place - whole
  const c0 = (-level * d * (d - 1) * (d - 2)) / 6
  const c1 = (level * (d + 1) * (d - 1) * (d - 2)) / 2
  const c2 = (-level * (d + 1) * d * (d - 2)) / 2
  const c3 = (level * (d + 1) * d * (d - 1)) / 6
  const start = Math.max(0, -whole)
  const end = Math.min(taps, bus.length - whole)
  let x0 = pulse[start + 3] ?? 0
  let x1 = pulse[start + 2] ?? 0
  let x2 = pulse[start + 1] ?? 0
  let x3 = pulse[start] ?? 0
  for (let index = start; index < end; index++) {
    bus[whole + index] = (bus[whole + index] ?? 0) + c0 * x0 + c1 * x1 + c2 * x2 + c3 * x3
    x3 = x2
    x2 = x1
    x1 = x0
    x0 = pulse[index + 4] ?? 0
  }
}

/** Noise is drawn two frames at a time: a shorter transform is enough for it. */
const NOISE_LENGTH = FFT_LENGTH / 2
const NOISE_BINS = NOISE_LENGTH / 2 + 1

/** Returns the function that adds two frames' length of noise with a spectrum, which overlaps with that of its neighbours. */
function openBreath(seed: number) {
  const fft = new RealFft(NOISE_LENGTH)
  const random = noiseSource(seed)
  const real = new Float64Array(NOISE_BINS)
  const imaginary = new Float64Array(NOISE_BINS)
  const samples = new Float64Array(NOISE_LENGTH)
  const window = Float64Array.from(
    { length: 2 * STEP },
    (_, index) => Math.sin((Math.PI * (index + 0.5)) / (2 * STEP)) ** 2,
  )
  const scale = 0.5 * 1.22 * 1.155 * Math.sqrt((3 * NOISE_LENGTH) / 4)
  return (hiss: Float64Array, gain: number, bus: Float32Array | undefined, start: number): void => {
    if (!bus) return
    for (let bin = 0; bin < NOISE_BINS; bin++) {
      const size = (hiss[2 * bin] ?? 0) * gain * scale
      const phase = (random() + 1) / 2
      real[bin] = size * sine(phase < 0.75 ? phase + 0.25 : phase - 0.75)
      imaginary[bin] = size * sine(phase)
    }
    imaginary[0] = 0
    imaginary[NOISE_BINS - 1] = 0
    fft.inverse(real, imaginary, samples)
    for (let index = Math.max(0, -start); index < 2 * STEP && start + index < bus.length; index++)
      bus[start + index] = (bus[start + index] ?? 0) + (samples[index] ?? 0) * (window[index] ?? 0)
  }
}

/** The mouth at one place of the spoken line: a pulse for the voice, a spectrum for the breath. */
function openMouth(envelopes: Envelopes, singer: Mouth) {
  const { breath } = singer
  const fft = new RealFft(FFT_LENGTH)
  const shape = shapeOf(envelopes.sampleRate, singer)
  const power = new Float64Array(BINS)
  const zero = new Float64Array(BINS)
  const cepstrum = new Float64Array(FFT_LENGTH)
  const real = new Float64Array(BINS)
  const imaginary = new Float64Array(BINS)
  const hiss = new Float64Array(BINS)
  const pulse = new Float64Array(FFT_LENGTH + 4 * PULSE_MARGIN)
  const sounding = pulse.subarray(PULSE_MARGIN, FFT_LENGTH + PULSE_MARGIN)
  let taps = FFT_LENGTH
  let known = Number.NEGATIVE_INFINITY
  let age = 0
  let wasVoiced = false

  function readPower(position: number, colour: Float64Array): void {
    const { count, power: frames } = envelopes
    const early = Math.floor(position)
    const late = Math.min(count - 1, early + 1)
    const share = position - early
    for (let bin = 0; bin < BINS; bin++) {
      const at = shape.bins[bin] ?? 0
      const part = shape.parts[bin] ?? 0
      const one = frames[early * BINS + at] ?? 0
      const two = frames[late * BINS + at] ?? 0
      const before = one + ((frames[early * BINS + at + 1] ?? 0) - one) * part
      const after = two + ((frames[late * BINS + at + 1] ?? 0) - two) * part
      // Half, since it is the size and not the power that is wanted.
      power[bin] = Math.min(12, 0.5 * (before + (after - before) * share) + (colour[bin] ?? 0))
    }
  }

  /** Minimum phase: the cepstrum folded to its front, so that a pulse begins at once and dies away. */
  function writePulse(): void {
    fft.inverse(power, zero, cepstrum)
    for (let index = 1; index < FFT_LENGTH / 2; index++) {
      cepstrum[index] = 2 * (cepstrum[index] ?? 0)
      cepstrum[FFT_LENGTH - index] = 0
    }
    fft.forward(cepstrum, real, imaginary)
  }

  function separate(isVoiced: boolean, buzz: number): void {
    for (let bin = 0; bin < BINS; bin++) {
      const size = Math.exp(power[bin] ?? 0)
      const clear = shape.noiseOfVowel[bin] ?? 0
      const noisy = shape.noiseOfBuzz[bin] ?? 0
      const noise = isVoiced ? Math.min(1, (clear + (noisy - clear) * buzz) * (1 + breath)) : 1
      hiss[bin] = size * noise
      if (!isVoiced) continue
      const tone = size * Math.sqrt(1 - noise * noise)
      const phase = (imaginary[bin] ?? 0) + (shape.scatter[bin] ?? 0)
      const turns = phase / (2 * Math.PI)
      const turn = turns - Math.floor(turns)
      real[bin] = tone * sine(turn < 0.75 ? turn + 0.25 : turn - 0.75)
      imaginary[bin] = tone * sine(turn)
    }
  }

  function trim(): void {
    let peak = 0
    for (let index = 0; index < 128; index++) peak = Math.max(peak, Math.abs(sounding[index] ?? 0))
    taps = FFT_LENGTH
    while (taps > 256 && Math.abs(sounding[taps - 1] ?? 0) <= SILENT_SHARE * peak) taps--
  }

  return {
    hiss,
    pulse,
    taps: () => taps,
    /** Returns whether there is a voice. */
    moveTo(place: number): boolean {
      const position = Math.max(0, Math.min(envelopes.count - 1, place))
      const isVoiced = envelopes.isVoiced[Math.min(envelopes.count - 1, Math.round(position))] === 1
      age++
      if (isVoiced && wasVoiced && Math.abs(position - known) <= MOVED_FRAMES && age <= STILL_FRAMES) return true
      readPower(position, isVoiced ? shape.colour : shape.hissColour)
      if (isVoiced) writePulse()
      separate(isVoiced, envelopes.buzz[Math.round(position)] ?? 0)
      if (isVoiced) {
        fft.inverse(real, imaginary, sounding)
        trim()
      }
      known = position
      age = 0
      wasVoiced = isVoiced
      return isVoiced
    },
  }
}

const slope = (value: number, middle: number, width: number): number => 1 / (1 + Math.exp(-(value - middle) / width))

/** What is the same for all lines of one singer: where each bin lies in the spoken spectrum, and how it is coloured. */
function shapeOf(sampleRate: number, { warp, tilt, ring }: Mouth) {
  const bins = new Uint16Array(BINS)
  const tables = ['parts', 'colour', 'hissColour', 'noiseOfVowel', 'noiseOfBuzz', 'scatter'] as const
  const [parts, colour, hissColour, noiseOfVowel, noiseOfBuzz, scatter] = tables.map(() => new Float64Array(BINS)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ] // six tables of one kind
  const random = noiseSource(12_345)
  let slow = 0
  let phase = 0
  for (let bin = 0; bin < BINS; bin++) {
    const hertz = (bin * SAMPLE_RATE) / FFT_LENGTH
    const spoken = hertz / warp
    const place = (Math.min(spoken, EDGE_HERTZ) * FFT_LENGTH) / sampleRate
    bins[bin] = Math.min(BINS - 2, Math.floor(place))
    parts[bin] = place - (bins[bin] ?? 0)
    const octavesBeyond = Math.max(0, Math.log2(Math.max(1, spoken) / EDGE_HERTZ))
    const brightness = (0.046 + (tilt * Math.LN10) / 20) * Math.log2(Math.max(hertz, 200) / 1_000)
    const formant = ring * Math.exp(-(((hertz - 3_000) / 700) ** 2))
    colour[bin] = brightness + formant - 3 * octavesBeyond
    hissColour[bin] = -1.1 * octavesBeyond - (hertz < 500 ? 3 * (1 - hertz / 500) : 0)
    noiseOfVowel[bin] = Math.min(0.95, 0.015 + 0.5 * slope(hertz, 5_200, 900))
    noiseOfBuzz[bin] = Math.min(0.97, 0.12 + 0.85 * slope(hertz, 1_900, 350))
    // A mouth is no impulse: the upper partials come a little later, and scattered. Without this the voice buzzes.
    slow += 0.25 * (random() - slow)
    const delay = slope(hertz, 2_400, 500) * (0.0009 + 0.0022 * slow)
    phase -= 2 * Math.PI * (SAMPLE_RATE / FFT_LENGTH) * delay
    scatter[bin] = phase
  }
  return { bins, parts, colour, hissColour, noiseOfVowel, noiseOfBuzz, scatter }
}
