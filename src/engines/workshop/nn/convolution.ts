import {
  add,
  addFour,
  type Code,
  constant,
  get,
  isLess,
  type Local,
  load,
  loadFour,
  loadSplat,
  maxFour,
  moduleBytes,
  multiply,
  multiplyFour,
  repeatWhile,
  set,
  shiftLeft,
  storeFour,
  subtract,
  when,
} from './wasm-code.ts'

/**
 * The convolution that all networks here spend their time in, as WebAssembly with four floats at once. It computes `PIXELS`
 * neighbours by `CHANNELS` outputs at a time, whose sums stay in registers. Additions have one order and multiplications are
 * not fused, so that the results are the same bytes on every machine.
 */

/** Pixels of a row that are computed together: a row of the output has room for a multiple of it. */
export const PIXELS = 6
/** Output channels that are computed together; tensors have a multiple of them. */
export const CHANNELS = 8

/** All addresses and strides are in bytes. */
export interface ConvolutionCall {
  /** The first pixel of the input; its surroundings are readable and zero as far as the taps reach. */
  input: number
  inputPixel: number
  inputRow: number
  /** How many channels of the input count, at least 1. */
  inputChannels: number
  /** By block of output channels, tap, input channel and output channel in the block. */
  weights: number
  /** A float for each output channel. */
  bias: number
  output: number
  outputPixel: number
  outputRow: number
  widthPx: number
  heightPx: number
  /** Blocks of `CHANNELS` output channels. */
  blocks: number
  /** Whole numbers: how far from the pixel each tap reads. */
  taps: number
  tapCount: number
  /** 1 makes negative sums zero. */
  relu: 0 | 1
}

const PARAMETERS = [
  'input',
  'inputPixel',
  'inputRow',
  'inputChannels',
  'weights',
  'bias',
  'output',
  'outputPixel',
  'outputRow',
  'widthPx',
  'heightPx',
  'blocks',
  'taps',
  'tapCount',
  'relu',
] as const satisfies (keyof ConvolutionCall)[]

type Convolve = (call: ConvolutionCall) => void

/** Compiles the convolution for a memory. */
export function openConvolution(memory: WebAssembly.Memory): Convolve {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(convolutionBytes()), { env: { memory } })
  const convolve = exports.convolve as (...values: number[]) => void // as `convolutionBytes` declares it
  return (call) => convolve(...PARAMETERS.map((name) => call[name]))
}

/** The module's bytes, about a thousand. */
export function convolutionBytes(): Uint8Array<ArrayBuffer> {
  const all: Local[] = []
  const local = (type: Local['type']): Local => {
    const one = { index: all.length, type }
    all.push(one)
    return one
  }
  const each = (type: Local['type']): Local[] => Array.from({ length: PIXELS }, () => local(type))
  const parameter = Object.fromEntries(PARAMETERS.map((name) => [name, local('i32')])) as Record<
    (typeof PARAMETERS)[number],
    Local
  >
  const own = {
    block: local('i32'),
    y: local('i32'),
    x: local('i32'),
    tap: local('i32'),
    channel: local('i32'),
    blockWeights: local('i32'),
    weight: local('i32'),
    target: local('i32'),
    read: each('i32'),
    value: local('v128'),
    first: local('v128'),
    second: local('v128'),
    zero: local('v128'),
    low: each('v128'),
    high: each('v128'),
  }
  return moduleBytes({
    name: 'convolve',
    parameters: all.slice(0, PARAMETERS.length),
    locals: all.slice(PARAMETERS.length),
    body: allBlocks({ ...parameter, ...own }),
  })
}

type Names = Record<(typeof PARAMETERS)[number], Local> & {
  [name in
    | 'block'
    | 'y'
    | 'x'
    | 'tap'
    | 'channel'
    | 'blockWeights'
    | 'weight'
    | 'target'
    | 'value'
    | 'first'
    | 'second'
    | 'zero']: Local
} & { read: Local[]; low: Local[]; high: Local[] }

const FLOAT_BYTES_BITS = 2
const BLOCK_BYTES_BITS = 5

function countTo(counter: Local, end: Local, step: number, body: Code): Code {
  return [
    ...set(counter, constant(0)),
    ...repeatWhile(isLess(get(counter), get(end)), [...body, ...set(counter, add(get(counter), constant(step)))]),
  ]
}

function allBlocks(names: Names): Code {
  const { block, blocks, blockWeights, weights, y, x, heightPx, widthPx, tapCount, inputChannels } = names
  const blockSize = shiftLeft(multiply(get(tapCount), get(inputChannels)), BLOCK_BYTES_BITS)
  return [
    ...set(blockWeights, get(weights)),
    ...countTo(block, blocks, 1, [
      ...countTo(y, heightPx, 1, countTo(x, widthPx, PIXELS, pixels(names))),
      ...set(blockWeights, add(get(blockWeights), blockSize)),
    ]),
  ]
}

/** `PIXELS` pixels of one block of channels: from the bias over all taps to the output. */
function pixels(names: Names): Code {
  const { weight, blockWeights, bias, block, low, high, tap, tapCount } = names
  const biasOfBlock = add(get(bias), shiftLeft(get(block), BLOCK_BYTES_BITS))
  return [
    ...set(weight, get(blockWeights)),
    ...low.flatMap((sum) => set(sum, loadFour(biasOfBlock))),
    ...high.flatMap((sum) => set(sum, loadFour(biasOfBlock, 16))),
    ...countTo(tap, tapCount, 1, oneTap(names)),
    ...store(names),
  ]
}

function oneTap(names: Names): Code {
  const { taps, tap, input, y, x, inputRow, inputPixel, inputChannels, channel, weight } = names
  const { read, value, first, second, low, high } = names
  const pixel = add(multiply(get(y), get(inputRow)), multiply(get(x), get(inputPixel)))
  const shift = load(add(get(taps), shiftLeft(get(tap), FLOAT_BYTES_BITS)))
  const start = add(shift, add(get(input), pixel))
  const starts = read.map((one, index) => {
    const before = read[index - 1]
    return set(one, before ? add(get(before), get(inputPixel)) : start)
  })
  const sums = read.map((one, index) => {
    const [a, b] = [low[index] ?? value, high[index] ?? value] // both have an entry for each pixel
    return [
      ...set(value, loadSplat(get(one))),
      ...set(a, addFour(get(a), multiplyFour(get(value), get(first)))),
      ...set(b, addFour(get(b), multiplyFour(get(value), get(second)))),
      ...set(one, add(get(one), constant(4))),
    ]
  })
  return [
    ...starts.flat(),
    ...set(channel, get(inputChannels)),
    ...repeatWhile(get(channel), [
      ...set(first, loadFour(get(weight))),
      ...set(second, loadFour(get(weight), 16)),
      ...sums.flat(),
      ...set(weight, add(get(weight), constant(4 * CHANNELS))),
      ...set(channel, subtract(get(channel), constant(1))),
    ]),
  ]
}

function store(names: Names): Code {
  const { relu, zero, low, high, target, output, block, y, x, outputRow, outputPixel } = names
  const pixel = add(multiply(get(y), get(outputRow)), multiply(get(x), get(outputPixel)))
  const positive = [...low, ...high].flatMap((sum) => set(sum, maxFour(get(sum), get(zero))))
  return [
    ...when(get(relu), positive),
    ...set(target, add(add(get(output), shiftLeft(get(block), BLOCK_BYTES_BITS)), pixel)),
    ...low.flatMap((sum, index) => [
      ...storeFour(get(target), get(sum)),
      ...storeFour(get(target), get(high[index] ?? sum), 16),
      ...set(target, add(get(target), get(outputPixel))),
    ]),
  ]
}
