import {
  add,
  addFour,
  type Code,
  clearBits,
  constant,
  get,
  isLess,
  type Local,
  load,
  loadFour,
  loadSplat,
  maxFour,
  multiply,
  multiplyFour,
  openLocals,
  repeatWhile,
  set,
  shiftLeft,
  splat,
  storeFour,
  subtract,
  type WasmFunction,
  when,
} from '../../wasm-code.ts'

/**
 * The convolution as its definition reads, as WebAssembly with four floats at once. It computes `PIXELS` neighbours by
 * `CHANNELS` outputs at a time: their sums, the weights and a value stay in the 15 registers that V8 has on x86.
 */

/** Pixels of a row that are computed together: a row of the output has room for a multiple of it. */
export const PIXELS = 4
/** Output channels that are computed together; tensors have a multiple of them. */
export const CHANNELS = 8
/** Input channels of a round of the innermost loop. */
const UNROLLED_BITS = 2

/** All addresses and strides are in bytes. */
export interface DirectCall {
  /** The first pixel of the input; its surroundings are readable and zero as far as the taps reach. */
  input: number
  inputPixel: number
  inputRow: number
  /** How many channels of the input count, at least 1. */
  inputChannels: number
  /** By block of output channels, tap, input channel and output channel in the block. */
  weights: number
  /** From the weights of a row of pixels to those of the next: 0 where all have the same. */
  weightsRow: number
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

export const PARAMETERS = [
  'input',
  'inputPixel',
  'inputRow',
  'inputChannels',
  'weights',
  'weightsRow',
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
] as const satisfies (keyof DirectCall)[]

const COUNTERS = ['block', 'y', 'x', 'tap', 'channel', 'rowWeights', 'blockWeights', 'weight', 'target'] as const

/** The function `convolve`, with `PARAMETERS`. */
export function directConvolution(): WasmFunction {
  const locals = openLocals()
  const names: Names = {
    ...locals.named(PARAMETERS),
    ...locals.named(COUNTERS),
    read: locals.many('i32', PIXELS),
    low: locals.many('v128', PIXELS),
    high: locals.many('v128', PIXELS),
    value: locals.one('v128'),
    first: locals.one('v128'),
    second: locals.one('v128'),
  }
  return { name: 'convolve', parameters: PARAMETERS.length, locals: locals.all, body: allRows(names) }
}

type Names = Record<(typeof PARAMETERS)[number] | (typeof COUNTERS)[number] | 'value' | 'first' | 'second', Local> &
  Record<'read' | 'low' | 'high', Local[]>

const FLOAT_BYTES_BITS = 2
const BLOCK_BYTES_BITS = 5
const BLOCK_BYTES = 2 ** BLOCK_BYTES_BITS

function countTo(counter: Local, end: Local, step: number, body: Code): Code {
  return [
    ...set(counter, constant(0)),
    ...repeatWhile(isLess(get(counter), get(end)), [...body, ...set(counter, add(get(counter), constant(step)))]),
  ]
}

function allRows(names: Names): Code {
  const { block, blocks, rowWeights, blockWeights, weights, weightsRow, y, x, heightPx, widthPx } = names
  const blockSize = shiftLeft(multiply(get(names.tapCount), get(names.inputChannels)), BLOCK_BYTES_BITS)
  return [
    ...set(rowWeights, get(weights)),
    ...countTo(y, heightPx, 1, [
      ...set(blockWeights, get(rowWeights)),
      ...countTo(block, blocks, 1, [
        ...countTo(x, widthPx, PIXELS, pixels(names)),
        ...set(blockWeights, add(get(blockWeights), blockSize)),
      ]),
      ...set(rowWeights, add(get(rowWeights), get(weightsRow))),
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
  const { taps, tap, input, y, x, inputRow, inputPixel, inputChannels, channel, read } = names
  const pixel = add(multiply(get(y), get(inputRow)), multiply(get(x), get(inputPixel)))
  const shift = load(add(get(taps), shiftLeft(get(tap), FLOAT_BYTES_BITS)))
  const start = add(shift, add(get(input), pixel))
  const starts = read.map((one, index) => {
    const before = read[index - 1]
    return set(one, before ? add(get(before), get(inputPixel)) : start)
  })
  const whole = clearBits(get(inputChannels), UNROLLED_BITS)
  return [
    ...starts.flat(),
    ...set(channel, whole),
    ...when(get(channel), repeatWhile(get(channel), channels(names, 2 ** UNROLLED_BITS))),
    ...set(channel, subtract(get(inputChannels), whole)),
    ...when(get(channel), repeatWhile(get(channel), channels(names, 1))),
  ]
}

/** So many input channels of one tap, in their order. */
function channels(names: Names, count: number): Code {
  const { read, weight, channel } = names
  return [
    ...Array.from({ length: count }, (_, index) => oneChannel(names, index)).flat(),
    ...read.flatMap((one) => set(one, add(get(one), constant(4 * count)))),
    ...set(weight, add(get(weight), constant(BLOCK_BYTES * count))),
    ...set(channel, subtract(get(channel), constant(count))),
  ]
}

function oneChannel({ read, low, high, weight, value, first, second }: Names, index: number): Code {
  const sums = read.map((one, pixel) => {
    const [a, b] = [low[pixel] ?? value, high[pixel] ?? value] // both have an entry for each pixel
    return [
      ...set(value, loadSplat(get(one), 4 * index)),
      ...set(a, addFour(get(a), multiplyFour(get(value), get(first)))),
      ...set(b, addFour(get(b), multiplyFour(get(value), get(second)))),
    ]
  })
  return [
    ...set(first, loadFour(get(weight), BLOCK_BYTES * index)),
    ...set(second, loadFour(get(weight), BLOCK_BYTES * index + 16)),
    ...sums.flat(),
  ]
}

function store(names: Names): Code {
  const { relu, low, high, target, output, block, y, x, outputRow, outputPixel } = names
  const pixel = add(multiply(get(y), get(outputRow)), multiply(get(x), get(outputPixel)))
  const positive = [...low, ...high].flatMap((sum) => set(sum, maxFour(get(sum), splat(0))))
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
