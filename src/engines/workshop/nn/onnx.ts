import {
  type ConvolutionStep,
  type DepthwiseStep,
  type ModelFile,
  type Step,
  slopesOf,
  weightsOf,
} from './model-file.ts'
import { bytes, bytesOf, inner, type Message, text, whole } from './protobuf.ts'

/**
 * A network in ONNX's format (https://onnx.ai/onnx/repo-docs/IR.html; numbers of fields as in onnx.proto3). It takes and gives
 * one picture, as floats by row, pixel and channel; inside, channels come first, as ONNX's operators want it.
 */

export const INPUT = 'picture'
export const OUTPUT = 'result'

const IR_VERSION = 8
const OPERATOR_SET = 13
const FLOAT_TYPE = 1
const INT64_TYPE = 7

/** The file's bytes. */
export function onnxOf(model: ModelFile): Uint8Array {
  const first = node('Transpose', [INPUT], model.input.name, [wholes('perm', [0, 3, 1, 2])])
  const last = node('Transpose', [model.output], OUTPUT, [wholes('perm', [0, 2, 3, 1])])
  const graph = inner(
    7,
    text(2, model.name),
    ...[first, ...model.steps.map((step) => partOf(model, step)), last],
    pictureOf(11, INPUT, ['height', 'width', model.input.channels]),
    pictureOf(12, OUTPUT, ['height of the result', 'width of the result', 'channels']),
  )
  return Buffer.concat([...whole(1, IR_VERSION), ...graph, ...inner(8, text(1, ''), whole(2, OPERATOR_SET))])
}

/** Nodes and constants of one step, as fields of the graph. */
function partOf(model: ModelFile, step: Step): Message {
  const { from, to } = step
  switch (step.op) {
    case 'convolve':
      return convolution(model, step)
    case 'halve':
      return node('MaxPool', from, to, [
        wholes('kernel_shape', [2, 2]),
        wholes('strides', [2, 2]),
        wholeOf('ceil_mode', 1),
      ])
    case 'stretch':
      return stretch(from[0], step.like, to)
    case 'repeat': {
      const attributes = [
        textOf('mode', 'nearest'),
        textOf('coordinate_transformation_mode', 'asymmetric'),
        textOf('nearest_mode', 'floor'),
      ]
      const scales = floats(`${to} scales`, [4], Float32Array.of(1, 1, step.times, step.times))
      return [...scales, ...node('Resize', [from[0], '', `${to} scales`], to, attributes)]
    }
    case 'join':
      return node('Concat', from, to, [wholeOf('axis', 1)])
    case 'add':
      return node('Add', from, to)
    case 'scale':
      return [...floats(`${to} factor`, [], Float32Array.of(step.by)), ...node('Mul', [from[0], `${to} factor`], to)]
    case 'unfold':
      return node('DepthToSpace', from, to, [wholeOf('blocksize', step.times), textOf('mode', 'DCR')])
    case 'sigmoid':
      return node('Sigmoid', from, to)
    case 'depthwise':
      return depthwise(model, step)
    case 'prelu': {
      const slopes = floats(`${to} slopes`, [step.channels, 1, 1], slopesOf(model, step))
      return [...slopes, ...node('PRelu', [from[0], `${to} slopes`], to)]
    }
    case 'pick':
      return [
        ...int64s(`${to} first`, [step.first, step.first]),
        ...int64s(`${to} end`, [2 ** 31, 2 ** 31]),
        ...int64s(`${to} sides`, [2, 3]),
        ...int64s(`${to} every`, [step.every, step.every]),
        ...node('Slice', [from[0], ...['first', 'end', 'sides', 'every'].map((name) => `${to} ${name}`)], to),
      ]
    case 'widen':
      return [...int64s(`${to} more`, [0, 0, 0, 0, 0, step.added, 0, 0]), ...node('Pad', [from[0], `${to} more`], to)]
  }
}

/** Each channel is a group of its own; weights have this order in both. */
function depthwise(model: ModelFile, step: DepthwiseStep): Message {
  const { from, to, outputs, kernel } = step
  const { weights, bias } = weightsOf(model, step)
  const reach = (kernel - 1) / 2
  const attributes = [
    wholes('kernel_shape', [kernel, kernel]),
    wholes('pads', [reach, reach, reach, reach]),
    wholeOf('group', outputs),
  ]
  return [
    ...floats(`${to} weights`, [outputs, 1, kernel, kernel], weights),
    ...floats(`${to} bias`, [outputs], bias),
    ...node('Conv', [from[0], `${to} weights`, `${to} bias`], to, attributes),
  ]
}

function convolution(model: ModelFile, step: ConvolutionStep): Message {
  const { from, to, inputs, outputs, kernel, dilation, relu } = step
  const { weights, bias } = weightsOf(model, step)
  const taps = kernel ** 2
  const ordered = new Float32Array(weights.length)
  for (let output = 0, at = 0; output < outputs; output++)
    for (let tap = 0; tap < taps; tap++)
      for (let input = 0; input < inputs; input++, at++)
        ordered[(output * inputs + input) * taps + tap] = weights[at] as number
  const reach = (dilation * (kernel - 1)) / 2
  const attributes = [
    wholes('kernel_shape', [kernel, kernel]),
    wholes('dilations', [dilation, dilation]),
    wholes('pads', [reach, reach, reach, reach]),
  ]
  const sum = relu ? `${to} sum` : to
  return [
    ...floats(`${to} weights`, [outputs, inputs, kernel, kernel], ordered),
    ...floats(`${to} bias`, [outputs], bias),
    ...node('Conv', [from[0], `${to} weights`, `${to} bias`], sum, attributes),
    ...(relu ? node('Relu', [sum], to) : []),
  ]
}

/** To the size of another tensor, which is known only when the network runs. */
function stretch(from: string, like: string, to: string): Message {
  const part = (name: string, of: string, first: number, end: number): Message => [
    ...node('Shape', [of], `${to} ${name} shape`),
    ...int64s(`${to} ${name} first`, [first]),
    ...int64s(`${to} ${name} end`, [end]),
    ...node('Slice', [`${to} ${name} shape`, `${to} ${name} first`, `${to} ${name} end`], `${to} ${name}`),
  ]
  return [
    ...part('channels', from, 0, 2),
    ...part('sides', like, 2, 4),
    ...node('Concat', [`${to} channels`, `${to} sides`], `${to} size`, [wholeOf('axis', 0)]),
    ...node('Resize', [from, '', '', `${to} size`], to, [
      textOf('mode', 'linear'),
      textOf('coordinate_transformation_mode', 'half_pixel'),
    ]),
  ]
}

function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: readonly Message[] = [],
): Message {
  return inner(
    1,
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(3, `${output} ${operator}`),
    text(4, operator),
    ...attributes,
  )
}

const wholeOf = (name: string, value: number): Message => inner(5, text(1, name), whole(3, value), whole(20, 2))
const textOf = (name: string, value: string): Message => inner(5, text(1, name), text(4, value), whole(20, 3))
const wholes = (name: string, values: readonly number[]): Message =>
  inner(5, text(1, name), ...values.map((value) => whole(8, value)), whole(20, 7))

function constant(name: string, type: number, dimensions: readonly number[], data: Uint8Array): Message {
  return inner(5, ...dimensions.map((size) => whole(1, size)), whole(2, type), text(8, name), bytes(9, data))
}

const floats = (name: string, dimensions: readonly number[], values: Float32Array): Message =>
  constant(name, FLOAT_TYPE, dimensions, bytesOf(values))
const int64s = (name: string, values: readonly number[]): Message =>
  constant(name, INT64_TYPE, [values.length], bytesOf(BigInt64Array.from(values, BigInt)))

/** One picture of any size; what has a name is known when the network runs. */
function pictureOf(field: number, name: string, sides: readonly (string | number)[]): Message {
  const dimensions = [1, ...sides].map((side) => inner(1, typeof side === 'number' ? whole(1, side) : text(2, side)))
  return inner(field, text(1, name), inner(2, inner(1, whole(1, FLOAT_TYPE), inner(2, ...dimensions))))
}
