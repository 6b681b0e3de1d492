import { moduleBytes } from '../../wasm-code.ts'
import { COPY_PARAMETERS, type CopyCall, channelCopy } from './copy.ts'
import { CHANNELS, type DirectCall, directConvolution, PARAMETERS, PIXELS } from './direct.ts'
import type { Memory } from './memory.ts'
import { inputTransform, outputTransform, PLACES, TILE_PX, weightTransform } from './winograd.ts'

export { CHANNELS } from './direct.ts'

/**
 * The convolutions that all networks here spend their time in: 3x3 ones by Winograd's way, the others as they read. Additions
 * have one order and multiplications are not fused, so that the results are the same bytes on every machine.
 */

/** Rows of the output have room for a multiple of so many pixels, and its columns too. */
export const ROOM_PX = Math.max(PIXELS, TILE_PX)

/** Addresses and strides are in bytes. */
export interface ConvolutionCall extends Omit<DirectCall, 'weightsRow' | 'tapCount' | 'relu'> {
  /** Taps to a side. */
  kernel: number
  /** Pixels from tap to tap. */
  dilation: number
  /** Makes negative sums zero. */
  relu: boolean
}

/** Tiles that are worked on together. */
const BATCH = 32
const FLOAT_BYTES = 4
/** Channels that the transforms bring over at once. */
const GROUP = 4
/** Floats between places, so that these do not all fall upon the same few lines of the first cache. */
const PLACE_GAP = 16
/** With fewer input channels the transforms take more than they spare. */
const LEAST_CHANNELS = 8

type Functions = Record<'convolve' | 'fromInput' | 'fromWeights' | 'toOutput' | 'copy', (...values: number[]) => void>

export interface Kernel {
  /** May let the memory grow. */
  convolve(call: ConvolutionCall): void
  copy(call: CopyCall): void
}

/** Compiles what works in a memory. */
export function openKernel(memory: Memory): Kernel {
  const module = new WebAssembly.Module(kernelBytes())
  const { exports } = new WebAssembly.Instance(module, { env: { memory: memory.wasm } })
  const code = exports as Functions // as `kernelBytes` declares them
  return {
    convolve(call) {
      if (call.kernel === 3 && call.dilation === 1 && call.inputChannels >= LEAST_CHANNELS) byTiles(code, memory, call)
      else direct(code, { ...call, weightsRow: 0, tapCount: call.kernel ** 2, relu: call.relu ? 1 : 0 })
    },
    copy: (call) => code.copy(...COPY_PARAMETERS.map((name) => call[name])),
  }
}

/** The module's bytes, some nine thousand. */
export function kernelBytes(): Uint8Array<ArrayBuffer> {
  return moduleBytes([directConvolution(), inputTransform(), weightTransform(), outputTransform(), channelCopy()])
}

function direct({ convolve }: Functions, call: DirectCall): void {
  convolve(...PARAMETERS.map((name) => call[name]))
}

/** What a convolution by tiles has in memory beside its tensors. From place to place there are `…Place` bytes. */
interface Scratch {
  weights: number
  weightsPlace: number
  inputs: number
  inputPixel: number
  inputPlace: number
  outputs: number
  outputPixel: number
  outputPlace: number
  zeroes: number
}

function byTiles(code: Functions, memory: Memory, call: ConvolutionCall): void {
  const columns = Math.ceil(call.widthPx / TILE_PX)
  const tiles = columns * Math.ceil(call.heightPx / TILE_PX)
  const batch = Math.min(BATCH, Math.ceil(tiles / PIXELS) * PIXELS)
  withScratch(memory, call, batch, (scratch) => {
    weightsToPlaces(code, call, scratch)
    for (let first = 0; first < tiles; first += batch) {
      const count = Math.min(batch, tiles - first)
      tilesToPlaces(code, call, scratch, { first, count, columns })
      sumChannels(code, call, scratch, count)
      placesToTiles(code, call, scratch, { first, count, columns })
    }
  })
}

function withScratch(memory: Memory, call: ConvolutionCall, batch: number, use: (scratch: Scratch) => void): void {
  const outputPixel = call.blocks * CHANNELS
  const inputPixel = Math.ceil(call.inputChannels / GROUP) * GROUP
  const places = [call.inputChannels * outputPixel, batch * inputPixel, batch * outputPixel].map(
    (floats) => floats + PLACE_GAP,
  )
  const sizes = [...places.map((floats) => floats * PLACES), outputPixel]
  const starts = sizes.map((size) => memory.take(size))
  const [weights = 0, inputs = 0, outputs = 0, zeroes = 0] = starts.map((start) => start * FLOAT_BYTES)
  const [weightsPlace = 0, inputPlace = 0, outputPlace = 0] = places.map((floats) => floats * FLOAT_BYTES)
  memory.views().floats.fill(0, zeroes / FLOAT_BYTES, zeroes / FLOAT_BYTES + outputPixel)
  use({
    ...{ weights, weightsPlace, inputs, inputPlace, outputs, outputPlace, zeroes },
    inputPixel: inputPixel * FLOAT_BYTES,
    outputPixel: outputPixel * FLOAT_BYTES,
  })
  for (const [index, start] of starts.entries()) memory.free(start, sizes[index] ?? 0)
}

function weightsToPlaces({ fromWeights }: Functions, call: ConvolutionCall, scratch: Scratch): void {
  const { inputChannels, blocks, kernel } = call
  const tap = inputChannels * CHANNELS * FLOAT_BYTES
  const groups = (inputChannels * CHANNELS) / GROUP
  for (let block = 0; block < blocks; block++) {
    const from = call.weights + block * kernel ** 2 * tap
    fromWeights(from, tap, scratch.weights + block * tap, scratch.weightsPlace, groups)
  }
}

/** Some of the tiles, counted by row. */
interface Tiles {
  first: number
  count: number
  columns: number
}

function eachTile({ first, count, columns }: Tiles, work: (y: number, x: number, index: number) => void): void {
  for (let index = 0; index < count; index++) {
    const tile = first + index
    work(TILE_PX * Math.floor(tile / columns), TILE_PX * (tile % columns), index)
  }
}

function tilesToPlaces({ fromInput }: Functions, call: ConvolutionCall, scratch: Scratch, tiles: Tiles): void {
  const { input, inputRow, inputPixel } = call
  const groups = Math.ceil(call.inputChannels / GROUP)
  eachTile(tiles, (y, x, index) => {
    const from = input + (y - 1) * inputRow + (x - 1) * inputPixel
    fromInput(from, inputRow, inputPixel, scratch.inputs + index * scratch.inputPixel, scratch.inputPlace, groups)
  })
}

/** At each place the tiles are the pixels of a row, and the weights are those of a 1x1 convolution. */
function sumChannels(code: Functions, { inputChannels, blocks }: ConvolutionCall, scratch: Scratch, count: number) {
  direct(code, {
    input: scratch.inputs,
    inputPixel: scratch.inputPixel,
    inputRow: scratch.inputPlace,
    inputChannels,
    weights: scratch.weights,
    weightsRow: scratch.weightsPlace,
    bias: scratch.zeroes,
    output: scratch.outputs,
    outputPixel: scratch.outputPixel,
    outputRow: scratch.outputPlace,
    widthPx: count,
    heightPx: PLACES,
    blocks,
    taps: scratch.zeroes,
    tapCount: 1,
    relu: 0,
  })
}

function placesToTiles({ toOutput }: Functions, call: ConvolutionCall, scratch: Scratch, tiles: Tiles): void {
  const { output, outputRow, outputPixel, bias, blocks } = call
  const groups = (blocks * CHANNELS) / GROUP
  const relu = call.relu ? 1 : 0
  eachTile(tiles, (y, x, index) => {
    const from = scratch.outputs + index * scratch.outputPixel
    const to = output + y * outputRow + x * outputPixel
    toOutput(from, scratch.outputPlace, to, outputRow, outputPixel, bias, groups, relu)
  })
}
