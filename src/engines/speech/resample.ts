const ZERO_CROSSINGS = 12

/** Another sample rate, `up / down` times as high: a windowed sinc, flat to nine tenths of the lower band. */
export function resampled(samples: Float32Array, up: number, down: number): Float32Array {
  if (up === down) return samples
  const out = new Float32Array(Math.floor((samples.length * up) / down))
  const cutoff = 0.95 * Math.min(1, up / down)
  const reach = Math.ceil(ZERO_CROSSINGS / cutoff)
  const phases = Array.from({ length: up }, (_, phase) => kernel(phase / up, cutoff, reach))
  for (let index = 0; index < out.length; index++) {
    const position = index * down
    const first = Math.floor(position / up) - reach + 1
    const taps = phases[position % up] ?? []
    let sum = 0
    for (let tap = 0; tap < taps.length; tap++) sum += (taps[tap] ?? 0) * (samples[first + tap] ?? 0)
    out[index] = sum
  }
  return out
}

/** The weights of the samples around a place that lies `fraction` of a sample behind one. */
function kernel(fraction: number, cutoff: number, reach: number): Float64Array {
  const taps = Float64Array.from({ length: 2 * reach }, (_, tap) => {
    const distance = tap - reach + 1 - fraction
    const angle = Math.PI * distance * cutoff
    const sinc = angle === 0 ? 1 : Math.sin(angle) / angle
    return sinc * Math.cos((Math.PI * distance) / (2 * (reach + 1))) ** 2
  })
  const sum = taps.reduce((total, tap) => total + tap, 0)
  return taps.map((tap) => tap / sum)
}
