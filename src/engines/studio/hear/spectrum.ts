import { RealFft } from '../sing/fft.ts'

/** The power at each frequency of the window that begins at a sample. The result is used again. */
export function openSpectrum(sound: Float32Array, window: number): (from: number) => Float64Array {
  const fft = new RealFft(window)
  const shape = Float64Array.from(
    { length: window },
    (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / window),
  )
  const samples = new Float64Array(window)
  const real = new Float64Array(window / 2 + 1)
  const imaginary = new Float64Array(window / 2 + 1)
  const powers = new Float64Array(window / 2 + 1)
  return (from) => {
    for (let index = 0; index < window; index++) samples[index] = (sound[from + index] ?? 0) * (shape[index] ?? 0)
    fft.forward(samples, real, imaginary)
    for (let bin = 0; bin < powers.length; bin++) {
      const [a, b] = [real[bin] ?? 0, imaginary[bin] ?? 0]
      powers[bin] = (a * a + b * b) / window
    }
    return powers
  }
}

/** How far from the middle of a bin its peak lies, -0.5 to 0.5, by the parabola through three levels. */
export function peakOffset(before: number, at: number, after: number): number {
  const [a, b, c] = [Math.log(before + 1e-20), Math.log(at + 1e-20), Math.log(after + 1e-20)]
  const bend = a - 2 * b + c
  return bend >= 0 ? 0 : Math.max(-0.5, Math.min(0.5, (0.5 * (a - c)) / bend))
}
