/** For tests: what the spectrum of a sound says. Sounds are at 44.1 kHz. */

const FRAME = 4096
const SAMPLE_RATE = 44_100
const MEL_BANDS = 40
const COEFFICIENTS = 13

/** The mean power spectrum of a sound, from 0 to half the sampling rate. */
export function spectrumOf(sound: Float32Array): Float64Array {
  const mean = new Float64Array(FRAME / 2)
  for (const frame of framesOf(sound, FRAME / 2))
    for (let bin = 0; bin < mean.length; bin++) mean[bin] = (mean[bin] ?? 0) + (frame[bin] ?? 0)
  return mean
}

/** The share of the power between two frequencies, in dB of the whole. */
export function bandShareDb(spectrum: Float64Array, lowHertz: number, highHertz: number): number {
  const inside = spectrum.slice(binOf(lowHertz), binOf(highHertz))
  return 10 * Math.log10((sum(inside) + 1e-15) / (sum(spectrum) + 1e-15))
}

/** How the spectrum falls between 100 Hz and 10 kHz, in dB an octave. */
export function slopeDb(spectrum: Float64Array): number {
  const points = [...spectrum].flatMap((power, bin): [number, number][] => {
    const hertz = (bin * SAMPLE_RATE) / FRAME
    return hertz > 100 && hertz < 10_000 ? [[Math.log2(hertz), 10 * Math.log10(power + 1e-15)]] : []
  })
  const [x, y] = [mean(points.map(([one]) => one)), mean(points.map(([, other]) => other))]
  const covariance = sum(points.map(([one, other]) => (one - x) * (other - y)))
  return covariance / sum(points.map(([one]) => (one - x) ** 2))
}

/** The power of the difference of the sides against their middle, in dB: -20 is nearly mono, -6 very wide. */
export function sideToMiddleDb(left: Float32Array, right: Float32Array): number {
  let side = 1e-12
  let middle = 1e-12
  for (let index = 0; index < left.length; index++) {
    side += ((left[index] ?? 0) - (right[index] ?? 0)) ** 2
    middle += ((left[index] ?? 0) + (right[index] ?? 0)) ** 2
  }
  return 10 * Math.log10(side / middle)
}

/** The timbre as means and spreads of mel-frequency cepstral coefficients. */
export function timbreOf(sound: Float32Array): number[] {
  const cepstra = framesOf(sound, 2 * FRAME).map((power) => {
    const mel = melBands(power)
    return Array.from({ length: COEFFICIENTS }, (_, order) =>
      sum(mel.map((value, band) => value * Math.cos((Math.PI * order * (band + 0.5)) / MEL_BANDS))),
    )
  })
  const column = (order: number): number[] => cepstra.map((cepstrum) => cepstrum[order] ?? 0)
  // The first coefficient is loudness, which is the same for all.
  const orders = Array.from({ length: COEFFICIENTS - 1 }, (_, index) => index + 1)
  return [...orders.map((order) => mean(column(order))), ...orders.map((order) => spread(column(order)))]
}

/** Distances between timbres, each property counted by how far it spreads among all of them. */
export function timbreDistance(all: readonly number[][]): (one: number, other: number) => number {
  const spreads = (all[0] ?? []).map((_, property) => spread(all.map((timbre) => timbre[property] ?? 0)) + 1e-9)
  return (one, other) =>
    Math.sqrt(
      sum(
        spreads.map((scale, property) => (((all[one]?.[property] ?? 0) - (all[other]?.[property] ?? 0)) / scale) ** 2),
      ),
    )
}

function melBands(power: Float64Array): number[] {
  const mel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700)
  const borders = Array.from({ length: MEL_BANDS + 2 }, (_, index) => {
    const place = mel(40) + ((mel(11_000) - mel(40)) * index) / (MEL_BANDS + 1)
    return (700 * (10 ** (place / 2595) - 1) * FRAME) / SAMPLE_RATE
  })
  return Array.from({ length: MEL_BANDS }, (_, band) => {
    const [low = 0, centre = 0, high = 0] = borders.slice(band, band + 3)
    let total = 0
    for (let bin = Math.floor(low); bin <= high; bin++) {
      const weight = bin < centre ? (bin - low) / (centre - low) : (high - bin) / (high - centre)
      if (weight > 0) total += weight * (power[bin] ?? 0)
    }
    return 10 * Math.log10(total + 1e-9)
  })
}

/** Power spectra of frames that begin `hop` samples apart. */
function framesOf(sound: Float32Array, hop: number): Float64Array[] {
  const frames: Float64Array[] = []
  const real = new Float64Array(FRAME)
  const imaginary = new Float64Array(FRAME)
  for (let start = 0; start + FRAME <= sound.length; start += hop) {
    for (let index = 0; index < FRAME; index++) real[index] = (sound[start + index] ?? 0) * (WINDOW[index] ?? 0)
    imaginary.fill(0)
    transform(real, imaginary)
    const power = new Float64Array(FRAME / 2)
    for (let bin = 0; bin < power.length; bin++) power[bin] = (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2
    frames.push(power)
  }
  return frames
}

const WINDOW = Float64Array.from({ length: FRAME }, (_, index) => Math.sin((Math.PI * (index + 0.5)) / FRAME) ** 2)
const TURNS = Float64Array.from({ length: FRAME }, (_, index) =>
  index % 2 === 0 ? Math.cos((-Math.PI * index) / FRAME) : Math.sin((-Math.PI * (index - 1)) / FRAME),
)
const BITS = Math.log2(FRAME)
const REVERSED = Uint16Array.from({ length: FRAME }, (_, index) => {
  let reversed = 0
  for (let bit = 0; bit < BITS; bit++) reversed |= ((index >> bit) & 1) << (BITS - 1 - bit)
  return reversed
})

/** The fast Fourier transform of Cooley and Tukey, in place. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  for (let index = 0; index < FRAME; index++) {
    const other = REVERSED[index] ?? 0
    if (other <= index) continue
    const held = real[index] ?? 0
    real[index] = real[other] ?? 0
    real[other] = held
  }
  for (let size = 2; size <= FRAME; size *= 2) {
    const stride = FRAME / size
    for (let block = 0; block < FRAME; block += size) {
      for (let step = 0; step < size / 2; step++) {
        const cosine = TURNS[2 * step * stride] ?? 1
        const sine = TURNS[2 * step * stride + 1] ?? 0
        const one = block + step
        const other = one + size / 2
        const x = (real[other] ?? 0) * cosine - (imaginary[other] ?? 0) * sine
        const y = (real[other] ?? 0) * sine + (imaginary[other] ?? 0) * cosine
        real[other] = (real[one] ?? 0) - x
        imaginary[other] = (imaginary[one] ?? 0) - y
        real[one] = (real[one] ?? 0) + x
        imaginary[one] = (imaginary[one] ?? 0) + y
      }
    }
  }
}

const binOf = (hertz: number): number => Math.round((hertz * FRAME) / SAMPLE_RATE)
const sum = (values: ArrayLike<number>): number =>
  Array.prototype.reduce.call(values, (total, value) => (total as number) + value, 0) as number
const mean = (values: readonly number[]): number => sum(values) / Math.max(1, values.length)
function spread(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}
