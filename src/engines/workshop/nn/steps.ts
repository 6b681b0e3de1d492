import type { Kernel } from './convolution.ts'

/** A tensor in memory. Around it is a margin of zeroes, for the convolutions that read it. All counts are of floats. */
export interface Tensor {
  widthPx: number
  heightPx: number
  channels: number
  /** From pixel to pixel: the channels, up to a multiple of `CHANNELS`. What is beyond them is not read. */
  pixel: number
  row: number
  margin: number
  /** Where the first pixel is. */
  at: number
  start: number
  size: number
}

/** The steps of a network beside its convolutions: each fills the pixels of `output`, and leaves its margin as it is. */

const FLOAT_BYTES = 4
/** Channels that are copied together. */
const GROUP = 4

/** Applies a function to every float; rows hold their pixels without a gap. */
export function each(floats: Float32Array, input: Tensor, output: Tensor, change: (value: number) => number): void {
  for (let y = 0; y < input.heightPx; y++) {
    const [from, to] = [input.at + y * input.row, output.at + y * output.row]
    for (let index = 0; index < input.widthPx * input.pixel; index++)
      floats[to + index] = change(floats[from + index] as number)
  }
}

export function combine(floats: Float32Array, first: Tensor, second: Tensor, output: Tensor): void {
  for (let y = 0; y < first.heightPx; y++) {
    const [a, b, to] = [first.at + y * first.row, second.at + y * second.row, output.at + y * output.row]
    for (let pixel = 0; pixel < first.widthPx * first.pixel; pixel += first.pixel)
      for (let index = pixel; index < pixel + first.channels; index++)
        floats[to + index] = (floats[a + index] as number) + (floats[b + index] as number)
  }
}

export function halve(floats: Float32Array, input: Tensor, output: Tensor): void {
  for (let y = 0; y < output.heightPx; y++)
    for (let x = 0; x < output.widthPx; x++) {
      const right = Math.min(input.widthPx - 1, 2 * x + 1) - 2 * x
      const below = Math.min(input.heightPx - 1, 2 * y + 1) - 2 * y
      const a = input.at + 2 * y * input.row + 2 * x * input.pixel
      const [b, c] = [a + right * input.pixel, a + below * input.row]
      const d = c + right * input.pixel
      const to = output.at + y * output.row + x * output.pixel
      for (let channel = 0; channel < input.pixel; channel++) {
        const top = Math.max(floats[a + channel] as number, floats[b + channel] as number)
        const bottom = Math.max(floats[c + channel] as number, floats[d + channel] as number)
        floats[to + channel] = Math.max(top, bottom)
      }
    }
}

/** The pixels before and after a place between centres, and how near the second one is. */
function between(place: number, from: number, to: number): { first: number; second: number; share: number } {
  const exact = Math.max(0, ((place + 0.5) * from) / to - 0.5)
  const first = Math.min(from - 1, Math.floor(exact))
  return { first, second: Math.min(from - 1, first + 1), share: exact - first }
}

export function stretch(floats: Float32Array, input: Tensor, output: Tensor): void {
  const columns = Array.from({ length: output.widthPx }, (_, x) => between(x, input.widthPx, output.widthPx))
  for (let y = 0; y < output.heightPx; y++) {
    const rows = between(y, input.heightPx, output.heightPx)
    const [top, bottom] = [input.at + rows.first * input.row, input.at + rows.second * input.row]
    for (let x = 0, to = output.at + y * output.row; x < output.widthPx; x++, to += output.pixel) {
      const column = columns[x] as (typeof columns)[number] // x is in it
      const [left, right] = [column.first * input.pixel, column.second * input.pixel]
      for (let channel = 0; channel < input.channels; channel++) {
        const a = floats[top + left + channel] as number
        const c = floats[bottom + left + channel] as number
        const above = a + ((floats[top + right + channel] as number) - a) * column.share
        const below = c + ((floats[bottom + right + channel] as number) - c) * column.share
        floats[to + channel] = above + (below - above) * rows.share
      }
    }
  }
}

export function repeat(floats: Float32Array, input: Tensor, output: Tensor, times: number): void {
  for (let y = 0; y < output.heightPx; y++)
    for (let x = 0; x < output.widthPx; x++) {
      const from = input.at + Math.floor(y / times) * input.row + Math.floor(x / times) * input.pixel
      floats.copyWithin(output.at + y * output.row + x * output.pixel, from, from + input.pixel)
    }
}

export function join(kernel: Kernel, floats: Float32Array, inputs: Tensor[], output: Tensor): void {
  let offset = 0
  for (const input of inputs) {
    const place = { ...output, at: output.at + offset }
    if (input.channels % GROUP === 0) copyGroups(kernel, input, place)
    else copyChannels(floats, input, place)
    offset += input.channels
  }
}

function copyGroups(kernel: Kernel, input: Tensor, output: Tensor): void {
  for (let y = 0; y < input.heightPx; y++)
    kernel.copy({
      from: (input.at + y * input.row) * FLOAT_BYTES,
      fromPixel: input.pixel * FLOAT_BYTES,
      to: (output.at + y * output.row) * FLOAT_BYTES,
      toPixel: output.pixel * FLOAT_BYTES,
      groups: input.channels / GROUP,
      pixels: input.widthPx,
    })
}

function copyChannels(floats: Float32Array, input: Tensor, output: Tensor): void {
  for (let y = 0; y < input.heightPx; y++) {
    let from = input.at + y * input.row
    let to = output.at + y * output.row
    for (let x = 0; x < input.widthPx; x++, from += input.pixel, to += output.pixel)
      for (let channel = 0; channel < input.channels; channel++) floats[to + channel] = floats[from + channel] as number
  }
}

export function unfold(floats: Float32Array, input: Tensor, output: Tensor, times: number): void {
  for (let y = 0; y < output.heightPx; y++)
    for (let x = 0; x < output.widthPx; x++) {
      const part = ((y % times) * times + (x % times)) * output.channels
      const from = input.at + Math.floor(y / times) * input.row + Math.floor(x / times) * input.pixel + part
      const to = output.at + y * output.row + x * output.pixel
      for (let channel = 0; channel < output.channels; channel++)
        floats[to + channel] = floats[from + channel] as number
    }
}

/** A filter of each channel: weights by tap and channel. */
export interface Depthwise {
  weights: Float32Array
  bias: Float32Array
  /** Taps to a side. */
  kernel: number
}

/** Zeroes beyond the edges, which the margin of `input` holds. */
export function depthwise(
  floats: Float32Array,
  input: Tensor,
  output: Tensor,
  { weights, bias, kernel }: Depthwise,
): void {
  const reach = (kernel - 1) / 2
  const { channels } = output
  for (let y = 0; y < output.heightPx; y++)
    for (let x = 0; x < output.widthPx; x++) {
      const to = output.at + y * output.row + x * output.pixel
      const first = input.at + (y - reach) * input.row + (x - reach) * input.pixel
      for (let channel = 0; channel < channels; channel++) {
        let sum = bias[channel] as number
        for (let down = 0, weight = channel; down < kernel; down++)
          for (let right = 0, from = first + down * input.row + channel; right < kernel; right++) {
            sum += (floats[from] as number) * (weights[weight] as number)
            from += input.pixel
            weight += channels
          }
        floats[to + channel] = sum
      }
    }
}

export function prelu(floats: Float32Array, input: Tensor, output: Tensor, slopes: Float32Array): void {
  for (let y = 0; y < input.heightPx; y++) {
    let [from, to] = [input.at + y * input.row, output.at + y * output.row]
    for (let x = 0; x < input.widthPx; x++, from += input.pixel, to += output.pixel)
      for (let channel = 0; channel < slopes.length; channel++) {
        const value = floats[from + channel] as number
        floats[to + channel] = value < 0 ? value * (slopes[channel] as number) : value
      }
  }
}

export function pick(
  floats: Float32Array,
  input: Tensor,
  output: Tensor,
  { first, every }: { first: number; every: number },
): void {
  for (let y = 0; y < output.heightPx; y++)
    for (let x = 0; x < output.widthPx; x++) {
      const from = input.at + (first + every * y) * input.row + (first + every * x) * input.pixel
      floats.copyWithin(output.at + y * output.row + x * output.pixel, from, from + input.pixel)
    }
}

export function widen(floats: Float32Array, input: Tensor, output: Tensor): void {
  for (let y = 0; y < output.heightPx; y++)
    for (let x = 0; x < output.widthPx; x++) {
      const from = input.at + y * input.row + x * input.pixel
      const to = output.at + y * output.row + x * output.pixel
      floats.copyWithin(to, from, from + input.channels)
      floats.fill(0, to + input.channels, to + output.pixel)
    }
}
