import { CHANNELS, type Kernel, openKernel, ROOM_PX } from './convolution.ts'
import { type Memory, openMemory } from './memory.ts'
import { type ConvolutionStep, type ModelFile, type Step, weightsOf } from './model-file.ts'

export interface Network {
  /**
   * Runs the network on one picture: floats by row, pixel and channel, as the result. The same input gives the same bytes
   * on every machine. Memory grows with the picture, so large ones are given in tiles.
   */
  run(input: Picture): Picture
  /** What the network takes at present. */
  memoryBytes(): number
}

/** Floats by row, pixel and channel. */
export interface Picture {
  data: Float32Array
  widthPx: number
  heightPx: number
  channels: number
}

/** A tensor in memory. Around it is a margin of zeroes, for the convolutions that read it. All counts are of floats. */
interface Tensor {
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

interface Prepared {
  weights: number
  bias: number
  taps: number
}

const FLOAT_BYTES = 4
/** Channels that are copied together. */
const GROUP = 4

export function openNetwork(model: ModelFile): Network {
  const memory = openMemory()
  const kernel = openKernel(memory)
  const prepared = new Map(
    model.steps.flatMap((step) => (step.op === 'convolve' ? [[step, prepare(memory, model, step)] as const] : [])),
  )
  const margins = marginsOf(model.steps)
  const uses = usesOf(model)

  function create(name: string, { widthPx, heightPx, channels }: Omit<Picture, 'data'>): Tensor {
    const margin = margins.get(name) ?? 0
    const pixel = upTo(channels, CHANNELS)
    const row = (upTo(widthPx, ROOM_PX) + 2 * margin) * pixel
    const size = (upTo(heightPx, ROOM_PX) + 2 * margin) * row
    const start = memory.take(size)
    return { widthPx, heightPx, channels, pixel, row, margin, start, size, at: start + margin * (row + pixel) }
  }

  function convolution(step: ConvolutionStep, input: Tensor, output: Tensor): void {
    const { weights, bias, taps } = prepared.get(step) ?? unknown(step.to)
    const { whole } = memory.views()
    const reach = (step.dilation * (step.kernel - 1)) / 2
    for (let y = 0, tap = taps; y < step.kernel; y++)
      for (let x = 0; x < step.kernel; x++, tap++)
        whole[tap] = FLOAT_BYTES * ((y * step.dilation - reach) * input.row + (x * step.dilation - reach) * input.pixel)
    kernel.convolve({
      input: input.at * FLOAT_BYTES,
      inputPixel: input.pixel * FLOAT_BYTES,
      inputRow: input.row * FLOAT_BYTES,
      inputChannels: step.inputs,
      weights: weights * FLOAT_BYTES,
      bias: bias * FLOAT_BYTES,
      output: output.at * FLOAT_BYTES,
      outputPixel: output.pixel * FLOAT_BYTES,
      outputRow: output.row * FLOAT_BYTES,
      widthPx: output.widthPx,
      heightPx: output.heightPx,
      blocks: output.pixel / CHANNELS,
      taps: taps * FLOAT_BYTES,
      kernel: step.kernel,
      dilation: step.dilation,
      relu: step.relu,
    })
  }

  function perform(step: Step, tensors: Map<string, Tensor>): void {
    const [input, ...others] = step.from.map((name) => tensors.get(name) ?? unknown(name))
    if (!input) throw new Error(`${step.op} of ${step.to} reads nothing.`)
    const output = create(step.to, sizeAfter(step, input, others, tensors))
    tensors.set(step.to, output)
    const { floats } = memory.views()
    switch (step.op) {
      case 'convolve':
        convolution(step, input, output)
        break
      case 'halve':
        halve(floats, input, output)
        break
      case 'stretch':
        stretch(floats, input, output)
        break
      case 'repeat':
        repeat(floats, input, output, step.times)
        break
      case 'join':
        join(kernel, floats, [input, ...others], output)
        break
      case 'add':
        combine(floats, input, others[0] ?? unknown(step.to), output)
        break
      case 'scale':
        each(floats, input, output, (value) => value * step.by)
        break
      case 'unfold':
        unfold(floats, input, output, step.times)
        break
      case 'sigmoid':
        each(floats, input, output, (value) => 1 / (1 + Math.exp(-value)))
        break
    }
    // A convolution may have written beyond the last pixels of a row, and below the last row.
    clearMargin(memory.views().floats, output)
  }

  return {
    run(picture) {
      const tensors = new Map<string, Tensor>()
      const input = create(model.input.name, picture)
      write(memory.views().floats, input, picture)
      tensors.set(model.input.name, input)
      const left = new Map(uses)
      for (const step of model.steps) {
        perform(step, tensors)
        for (const name of namesRead(step)) {
          const remaining = (left.get(name) ?? 0) - 1
          left.set(name, remaining)
          if (remaining === 0) release(tensors, name)
        }
      }
      const result = read(memory.views().floats, tensors.get(model.output) ?? unknown(model.output))
      for (const name of [...tensors.keys()]) release(tensors, name)
      return result
    },
    memoryBytes: () => memory.wasm.buffer.byteLength,
  }

  function release(tensors: Map<string, Tensor>, name: string): void {
    const tensor = tensors.get(name)
    if (!tensor) return
    memory.free(tensor.start, tensor.size)
    tensors.delete(name)
  }
}

function unknown(name: string): never {
  throw new Error(`The network has no ${name} at this step.`)
}

const upTo = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple

function namesRead(step: Step): string[] {
  return step.op === 'stretch' ? [...step.from, step.like] : step.from
}

/** How often each tensor is read; the result once more. */
function usesOf({ steps, output }: ModelFile): Map<string, number> {
  const uses = new Map([[output, 1]])
  for (const name of steps.flatMap(namesRead)) uses.set(name, (uses.get(name) ?? 0) + 1)
  return uses
}

/** How far convolutions reach beyond each tensor. */
function marginsOf(steps: readonly Step[]): Map<string, number> {
  const margins = new Map<string, number>()
  for (const step of steps) {
    if (step.op !== 'convolve') continue
    const [name] = step.from
    margins.set(name, Math.max(margins.get(name) ?? 0, (step.dilation * (step.kernel - 1)) / 2))
  }
  return margins
}

/** Brings the weights into the order in which the convolution reads them. */
function prepare(memory: Memory, model: ModelFile, step: ConvolutionStep): Prepared {
  const { inputs, outputs, kernel } = step
  const taps = kernel ** 2
  const blocks = Math.ceil(outputs / CHANNELS)
  const { weights, bias } = weightsOf(model, step)
  const places = {
    weights: memory.take(blocks * taps * inputs * CHANNELS),
    bias: memory.take(blocks * CHANNELS),
    taps: memory.take(taps),
  }
  const { floats } = memory.views()
  floats.fill(0, places.weights, places.weights + blocks * taps * inputs * CHANNELS)
  floats.fill(0, places.bias, places.bias + blocks * CHANNELS)
  floats.set(bias, places.bias)
  for (let output = 0, from = 0; output < outputs; output++) {
    const block = places.weights + Math.floor(output / CHANNELS) * taps * inputs * CHANNELS + (output % CHANNELS)
    for (let place = 0; place < taps * inputs; place++, from++) floats[block + place * CHANNELS] = weights[from] ?? 0
  }
  return places
}

function sizeAfter(step: Step, input: Tensor, others: Tensor[], tensors: Map<string, Tensor>): Omit<Picture, 'data'> {
  const { widthPx, heightPx, channels } = input
  switch (step.op) {
    case 'convolve':
      return { widthPx, heightPx, channels: step.outputs }
    case 'halve':
      return { widthPx: Math.ceil(widthPx / 2), heightPx: Math.ceil(heightPx / 2), channels }
    case 'stretch': {
      const like = tensors.get(step.like) ?? unknown(step.like)
      return { widthPx: like.widthPx, heightPx: like.heightPx, channels }
    }
    case 'repeat':
      return { widthPx: widthPx * step.times, heightPx: heightPx * step.times, channels }
    case 'unfold':
      return { widthPx: widthPx * step.times, heightPx: heightPx * step.times, channels: channels / step.times ** 2 }
    case 'join':
      return { widthPx, heightPx, channels: others.reduce((sum, other) => sum + other.channels, channels) }
    case 'add':
    case 'scale':
    case 'sigmoid':
      return { widthPx, heightPx, channels }
  }
}

/** Zeroes around the pixels: the margin, and the room at the ends of rows. */
function clearMargin(floats: Float32Array, { start, size, at, row, pixel, widthPx, heightPx, margin }: Tensor): void {
  floats.fill(0, start, start + margin * row)
  floats.fill(0, at + heightPx * row - margin * pixel, start + size)
  for (let y = 0; y < heightPx; y++) {
    const first = at + y * row
    floats.fill(0, first - margin * pixel, first)
    floats.fill(0, first + widthPx * pixel, first - margin * pixel + row)
  }
}

function write(floats: Float32Array, tensor: Tensor, { data, channels }: Picture): void {
  floats.fill(0, tensor.start, tensor.start + tensor.size)
  for (let y = 0, from = 0; y < tensor.heightPx; y++)
    for (let x = 0; x < tensor.widthPx; x++) {
      const to = tensor.at + y * tensor.row + x * tensor.pixel
      for (let channel = 0; channel < channels; channel++, from++) floats[to + channel] = data[from] ?? 0
    }
}

function read(floats: Float32Array, { widthPx, heightPx, channels, at, row, pixel }: Tensor): Picture {
  const data = new Float32Array(widthPx * heightPx * channels)
  for (let y = 0, to = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      const from = at + y * row + x * pixel
      for (let channel = 0; channel < channels; channel++, to++) data[to] = floats[from + channel] ?? 0
    }
  return { data, widthPx, heightPx, channels }
}

/** Applies a function to every float; rows hold their pixels without a gap. */
function each(floats: Float32Array, input: Tensor, output: Tensor, change: (value: number) => number): void {
  for (let y = 0; y < input.heightPx; y++) {
    const [from, to] = [input.at + y * input.row, output.at + y * output.row]
    for (let index = 0; index < input.widthPx * input.pixel; index++)
      floats[to + index] = change(floats[from + index] as number)
  }
}

function combine(floats: Float32Array, first: Tensor, second: Tensor, output: Tensor): void {
  for (let y = 0; y < first.heightPx; y++) {
    const [a, b, to] = [first.at + y * first.row, second.at + y * second.row, output.at + y * output.row]
    for (let index = 0; index < first.widthPx * first.pixel; index++)
      floats[to + index] = (floats[a + index] as number) + (floats[b + index] as number)
  }
}

function halve(floats: Float32Array, input: Tensor, output: Tensor): void {
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

function stretch(floats: Float32Array, input: Tensor, output: Tensor): void {
  const columns = Array.from({ length: output.widthPx }, (_, x) => between(x, input.widthPx, output.widthPx))
  for (let y = 0; y < output.heightPx; y++) {
    const rows = between(y, input.heightPx, output.heightPx)
    const [top, bottom] = [input.at + rows.first * input.row, input.at + rows.second * input.row]
    for (let x = 0, to = output.at + y * output.row; x < output.widthPx; x++, to += output.pixel) {
      const column = columns[x] as (typeof columns)[number] // x is in it
      const [left, right] = [column.first * input.pixel, column.second * input.pixel]
      for (let channel = 0; channel < input.pixel; channel++) {
        const a = floats[top + left + channel] as number
        const c = floats[bottom + left + channel] as number
        const above = a + ((floats[top + right + channel] as number) - a) * column.share
        const below = c + ((floats[bottom + right + channel] as number) - c) * column.share
        floats[to + channel] = above + (below - above) * rows.share
      }
    }
  }
}

function repeat(floats: Float32Array, input: Tensor, output: Tensor, times: number): void {
  for (let y = 0; y < output.heightPx; y++)
    for (let x = 0; x < output.widthPx; x++) {
      const from = input.at + Math.floor(y / times) * input.row + Math.floor(x / times) * input.pixel
      floats.copyWithin(output.at + y * output.row + x * output.pixel, from, from + input.pixel)
    }
}

function join(kernel: Kernel, floats: Float32Array, inputs: Tensor[], output: Tensor): void {
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

function unfold(floats: Float32Array, input: Tensor, output: Tensor, times: number): void {
  for (let y = 0; y < output.heightPx; y++)
    for (let x = 0; x < output.widthPx; x++) {
      const part = ((y % times) * times + (x % times)) * output.channels
      const from = input.at + Math.floor(y / times) * input.row + Math.floor(x / times) * input.pixel + part
      const to = output.at + y * output.row + x * output.pixel
      for (let channel = 0; channel < output.channels; channel++)
        floats[to + channel] = floats[from + channel] as number
    }
}
