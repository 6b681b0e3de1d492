/** Transforms of one even, power-of-two length between real samples and their spectrum. Its buffers are used again. */
export class RealFft {
  readonly #half: number
  readonly #cosine: Float64Array
  readonly #sine: Float64Array
  readonly #reversed: Uint32Array
  readonly #turnCosine: Float64Array
  readonly #turnSine: Float64Array
  readonly #real: Float64Array
  readonly #imaginary: Float64Array

  constructor(length: number) {
    const half = length / 2
    this.#half = half
    const angle = (index: number, count: number): number => (2 * Math.PI * index) / count
    this.#cosine = Float64Array.from({ length: half / 2 }, (_, index) => Math.cos(angle(index, half)))
    this.#sine = Float64Array.from({ length: half / 2 }, (_, index) => Math.sin(angle(index, half)))
    this.#turnCosine = Float64Array.from({ length: half }, (_, index) => Math.cos(angle(index, length)))
    this.#turnSine = Float64Array.from({ length: half }, (_, index) => Math.sin(angle(index, length)))
    this.#real = new Float64Array(half)
    this.#imaginary = new Float64Array(half)
    const bits = Math.log2(half)
    this.#reversed = Uint32Array.from({ length: half }, (_, index) => {
      let reversed = 0
      for (let bit = 0; bit < bits; bit++) if (index & (1 << bit)) reversed |= 1 << (bits - 1 - bit)
      return reversed
    })
  }

  /** `samples` to the real and imaginary parts of its spectrum, each half the length and one. */
  forward(samples: Float64Array, real: Float64Array, imaginary: Float64Array): void {
    const half = this.#half
    const a = this.#real
    const b = this.#imaginary
    for (let index = 0; index < half; index++) {
      a[index] = samples[2 * index] ?? 0
      b[index] = samples[2 * index + 1] ?? 0
    }
    this.#transform(-1)
    for (let low = 0; low <= half / 2; low++) {
      const high = low === 0 ? 0 : half - low
      const al = a[low] ?? 0
      const ah = a[high] ?? 0
      const bl = b[low] ?? 0
      const bh = b[high] ?? 0
      const evenReal = 0.5 * (al + ah)
      const evenImaginary = 0.5 * (bl - bh)
      const oddReal = 0.5 * (bl + bh)
      const oddImaginary = -0.5 * (al - ah)
      const cosine = this.#turnCosine[low] ?? 0
      const sine = -(this.#turnSine[low] ?? 0)
      const turnedReal = oddReal * cosine - oddImaginary * sine
      const turnedImaginary = oddReal * sine + oddImaginary * cosine
      real[low] = evenReal + turnedReal
      imaginary[low] = evenImaginary + turnedImaginary
      real[half - low] = evenReal - turnedReal
      imaginary[half - low] = turnedImaginary - evenImaginary
    }
  }

  /** The other way round. */
  inverse(real: Float64Array, imaginary: Float64Array, samples: Float64Array): void {
    const half = this.#half
    const a = this.#real
    const b = this.#imaginary
    for (let low = 0; low < half; low++) {
      const high = half - low
      const rl = real[low] ?? 0
      const rh = real[high] ?? 0
      const il = imaginary[low] ?? 0
      const ih = imaginary[high] ?? 0
      const evenReal = 0.5 * (rl + rh)
      const evenImaginary = 0.5 * (il - ih)
      const oddReal = 0.5 * (rl - rh)
      const oddImaginary = 0.5 * (il + ih)
      const cosine = this.#turnCosine[low] ?? 0
      const sine = this.#turnSine[low] ?? 0
      a[low] = evenReal - (oddReal * sine + oddImaginary * cosine)
      b[low] = evenImaginary + (oddReal * cosine - oddImaginary * sine)
    }
    this.#transform(1)
    for (let index = 0; index < half; index++) {
      samples[2 * index] = (a[index] ?? 0) / half
      samples[2 * index + 1] = (b[index] ?? 0) / half
    }
  }

  #transform(sign: 1 | -1): void {
    const length = this.#half
    const a = this.#real
    const b = this.#imaginary
    const reversed = this.#reversed
    for (let index = 0; index < length; index++) {
      const other = reversed[index] ?? 0
      if (other <= index) continue
      const real = a[index] ?? 0
      const imaginary = b[index] ?? 0
      a[index] = a[other] ?? 0
      b[index] = b[other] ?? 0
      a[other] = real
      b[other] = imaginary
    }
    // The first turns are by nothing.
    for (let low = 0; low < length; low += 2) {
      const ah = a[low + 1] ?? 0
      const bh = b[low + 1] ?? 0
      const al = a[low] ?? 0
      const bl = b[low] ?? 0
      a[low + 1] = al - ah
      b[low + 1] = bl - bh
      a[low] = al + ah
      b[low] = bl + bh
    }
    for (let size = 4; size <= length; size *= 2) {
      const middle = size / 2
      const stride = length / size
      for (let offset = 0; offset < middle; offset++) {
        const cosine = this.#cosine[offset * stride] ?? 0
        const sine = sign * (this.#sine[offset * stride] ?? 0)
        for (let low = offset; low < length; low += size) {
          const high = low + middle
          const ah = a[high] ?? 0
          const bh = b[high] ?? 0
          const al = a[low] ?? 0
          const bl = b[low] ?? 0
          const real = ah * cosine - bh * sine
          const imaginary = ah * sine + bh * cosine
          a[high] = al - real
          b[high] = bl - imaginary
          a[low] = al + real
          b[low] = bl + imaginary
        }
      }
    }
  }
}
