/**
 * A network with its weights in one file: the length of the header (4 bytes, little-endian), the header as JSON, and the
 * weights, each at its place from the header's end on.
 */

/** A step; it reads what earlier steps, or the input, wrote under these names. */
export type Step =
  | ConvolutionStep
  | DepthwiseStep
  /** The largest of each 2x2 pixels; an odd edge is kept. */
  | { op: 'halve'; from: [string]; to: string }
  /** To the size of another tensor, between the pixels' centres. */
  | { op: 'stretch'; from: [string]; to: string; like: string }
  /** Each pixel `times` by `times`. */
  | { op: 'repeat'; from: [string]; to: string; times: number }
  /** All channels, one tensor after another. */
  | { op: 'join'; from: string[]; to: string }
  | { op: 'add'; from: [string, string]; to: string }
  | { op: 'scale'; from: [string]; to: string; by: number }
  /** `times` by `times` pixels from the channels of one; the channels of each are together. */
  | { op: 'unfold'; from: [string]; to: string; times: number }
  | { op: 'sigmoid'; from: [string]; to: string }
  /** Negative values times the slope of their channel: 32-bit floats at `slopes`. */
  | { op: 'prelu'; from: [string]; to: string; channels: number; slopes: number }
  /** Every so manieth pixel of each row and of each column, from pixel `first` on: what a stride leaves. */
  | { op: 'pick'; from: [string]; to: string; first: number; every: number }
  /** So many channels more, of zeroes. */
  | { op: 'widen'; from: [string]; to: string; added: number }

/** Same size out as in, zeroes beyond the edges. */
export interface ConvolutionStep {
  op: 'convolve'
  from: [string]
  to: string
  inputs: number
  outputs: number
  /** Width and height of the kernel, an odd number. */
  kernel: number
  /** Pixels from tap to tap. */
  dilation: number
  relu: boolean
  /** Ordered by output channel, tap and input channel. */
  weights: Weights
  /** Where the biases are: 32-bit floats. */
  bias: number
}

/** Each channel by a kernel of its own; otherwise as a convolution, whose `outputs` are the channels. */
export interface DepthwiseStep extends Omit<ConvolutionStep, 'op' | 'inputs' | 'dilation' | 'relu'> {
  op: 'depthwise'
}

/** Half floats; or bytes, with a 32-bit float for each output channel at `scales` by which they are multiplied. */
export type Weights = { type: 'float16'; at: number } | { type: 'int8'; at: number; scales: number }

export interface ModelHeader {
  name: string
  input: { name: string; channels: number }
  /** Name of the tensor that is the result. */
  output: string
  steps: Step[]
}

export interface ModelFile extends ModelHeader {
  data: Uint8Array
}

export function readModel(bytes: Uint8Array): ModelFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = 4 + view.getUint32(0, true)
  const header = JSON.parse(Buffer.from(bytes.subarray(4, end)).toString()) as ModelHeader // a file of ours
  return { ...header, data: bytes.subarray(end) }
}

/** Weights and biases of a step as floats, in the file's order. */
export function weightsOf(
  { data }: ModelFile,
  step: ConvolutionStep | DepthwiseStep,
): { weights: Float32Array; bias: Float32Array } {
  const { weights: stored, outputs } = step
  const count = outputs * (step.op === 'depthwise' ? 1 : step.inputs) * step.kernel ** 2
  const bias = floatsAt(data, step.bias, outputs)
  if (stored.type === 'float16') return { weights: halvesAt(data, stored.at, count), bias }
  const scales = floatsAt(data, stored.scales, outputs)
  const bytes = new Int8Array(data.buffer, data.byteOffset + stored.at, count)
  const weights = new Float32Array(count)
  for (let output = 0, at = 0; output < outputs; output++) {
    const scale = scales[output] as number
    for (const end = at + count / outputs; at < end; at++) weights[at] = (bytes[at] as number) * scale
  }
  return { weights, bias }
}

/** The slopes of a step, one for each channel. */
export function slopesOf({ data }: ModelFile, { slopes, channels }: Extract<Step, { op: 'prelu' }>): Float32Array {
  return floatsAt(data, slopes, channels)
}

function floatsAt(data: Uint8Array, at: number, count: number): Float32Array {
  const view = new DataView(data.buffer, data.byteOffset + at, 4 * count)
  const floats = new Float32Array(count)
  for (let index = 0; index < count; index++) floats[index] = view.getFloat32(4 * index, true)
  return floats
}

function halvesAt(data: Uint8Array, at: number, count: number): Float32Array {
  const view = new DataView(data.buffer, data.byteOffset + at, 2 * count)
  const floats = new Float32Array(count)
  for (let index = 0; index < count; index++) floats[index] = fromHalf(view.getUint16(2 * index, true))
  return floats
}

/** A half float (IEEE 754 binary16) by its bits; Node 22 has none of its own. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
