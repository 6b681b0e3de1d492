import { CHANNELS, openKernel, ROOM_PX } from './convolution.ts'
import { type Memory, openMemory } from './memory.ts'
import { type ConvolutionStep, type ModelFile, type Step, slopesOf, weightsOf } from './model-file.ts'
import {
  combine,
  type Depthwise,
  depthwise,
  each,
  halve,
  join,
  pick,
  prelu,
  repeat,
  stretch,
  type Tensor,
  unfold,
  widen,
} from './steps.ts'

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

interface Prepared {
  weights: number
  bias: number
  taps: number
}

const FLOAT_BYTES = 4

export function openNetwork(model: ModelFile): Network {
  const memory = openMemory()
  const kernel = openKernel(memory)
  const prepared = new Map(
    model.steps.flatMap((step) => (step.op === 'convolve' ? [[step, prepare(memory, model, step)] as const] : [])),
  )
  const filters = new Map(
    model.steps.flatMap((step) => (step.op === 'depthwise' ? [[step, byTap(model, step)] as const] : [])),
  )
  const slopes = new Map(
    model.steps.flatMap((step) => (step.op === 'prelu' ? [[step, slopesOf(model, step)] as const] : [])),
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
      case 'depthwise':
        depthwise(floats, input, output, filters.get(step) ?? unknown(step.to))
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
      case 'prelu':
        prelu(floats, input, output, slopes.get(step) ?? unknown(step.to))
        break
      case 'pick':
        pick(floats, input, output, step)
        break
      case 'widen':
        widen(floats, input, output)
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
    if (step.op !== 'convolve' && step.op !== 'depthwise') continue
    const [name] = step.from
    const dilation = step.op === 'convolve' ? step.dilation : 1
    margins.set(name, Math.max(margins.get(name) ?? 0, (dilation * (step.kernel - 1)) / 2))
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

/** Brings the weights into the order in which a filter of each channel reads them. */
function byTap(model: ModelFile, step: Extract<Step, { op: 'depthwise' }>): Depthwise {
  const { outputs: channels, kernel } = step
  const { weights, bias } = weightsOf(model, step)
  const taps = kernel ** 2
  const ordered = new Float32Array(weights.length)
  for (let channel = 0, from = 0; channel < channels; channel++)
    for (let tap = 0; tap < taps; tap++, from++) ordered[tap * channels + channel] = weights[from] as number
  return { weights: ordered, bias, kernel }
}

function sizeAfter(step: Step, input: Tensor, others: Tensor[], tensors: Map<string, Tensor>): Omit<Picture, 'data'> {
  const { widthPx, heightPx, channels } = input
  switch (step.op) {
    case 'convolve':
    case 'depthwise':
      return { widthPx, heightPx, channels: step.outputs }
    case 'pick': {
      const left = (px: number): number => Math.ceil((px - step.first) / step.every)
      return { widthPx: left(widthPx), heightPx: left(heightPx), channels }
    }
    case 'widen':
      return { widthPx, heightPx, channels: channels + step.added }
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
    case 'prelu':
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
