import { ModelWriter } from './model-writer.ts'
import { CODES, type Graph, type Operator, readTflite, type Tensor } from './tflite.ts'

/**
 * Packs a network of TensorFlow Lite. `outputs`: the tensors, by name, whose channels the result has one after another; a
 * smaller one is repeated to the size of the first.
 */
export function ofTflite(bytes: Uint8Array, name: string, outputs: readonly string[]): Buffer {
  const graph = readTflite(bytes)
  const writer = new ModelWriter('float16')
  const packing: Packing = { graph, writer, constants: new Map() }
  for (const operator of graph.operators) pack(packing, operator)
  const [input = 0] = graph.inputs
  return writer.finish({ name, input: { name: nameOf(input), channels: 3 }, output: joined(packing, outputs) })
}

interface Packing {
  graph: Graph
  writer: ModelWriter
  /** Constants that an operator has brought from half floats. */
  constants: Map<number, Tensor>
}

const nameOf = (tensor: number): string => `t${tensor}`

function pack({ graph, writer, constants }: Packing, operator: Operator): void {
  const [first = 0, second = 0, third = 0] = operator.inputs
  const [result = 0] = operator.outputs
  const [from, to] = [nameOf(first), nameOf(result)]
  const tensorAt = (at: number): Tensor => constants.get(at) ?? graph.tensors[at] ?? missing(at)
  const input = tensorAt(first)
  switch (operator.code) {
    case CODES.dequantize:
      constants.set(result, { ...tensorAt(result), values: input.values })
      return
    case CODES.convolve: {
      const { shape, values: weights } = tensorAt(second)
      const [outputs = 0, kernel = 0, , inputs = 0] = shape
      const own = { from: [from] as [string], to: beforeStride(operator, kernel, to), inputs, outputs, kernel }
      writer.convolve({ ...own, dilation: 1, relu: false }, { weights, bias: tensorAt(third).values })
      stride(writer, operator, { input, kernel, to })
      return
    }
    case CODES.depthwise: {
      const { shape, values } = tensorAt(second)
      const [, kernel = 0, , outputs = 0] = shape
      const taps = kernel ** 2
      const weights = Array.from({ length: values.length }, (_, index) => {
        const [channel, tap] = [Math.floor(index / taps), index % taps]
        return values[tap * outputs + channel] ?? 0
      })
      const own = { from: [from] as [string], to: beforeStride(operator, kernel, to), outputs, kernel }
      writer.depthwise(own, { weights, bias: tensorAt(third).values })
      stride(writer, operator, { input, kernel, to })
      return
    }
    case CODES.maxPool:
      writer.steps.push({ op: 'halve', from: [from], to })
      return
    case CODES.add:
      writer.steps.push({ op: 'add', from: [from, nameOf(second)], to })
      return
    case CODES.relu:
      writer.prelu(from, to, new Array<number>(input.shape.at(-1) ?? 0).fill(0))
      return
    case CODES.prelu:
      writer.prelu(from, to, tensorAt(second).values)
      return
    case CODES.pad:
      writer.steps.push({ op: 'widen', from: [from], to, added: tensorAt(second).values[7] ?? 0 })
      return
    case CODES.reshape:
    case CODES.concatenate:
      return // `joined` puts the outputs together
    default:
      throw new Error(`${to} is made by operator ${operator.code}, which is not known.`)
  }
}

const beforeStride = ({ stride, padding }: Operator, kernel: number, to: string): string =>
  stride === 1 && (padding === 'same' || kernel === 1) ? to : `${to}/all`

/** A stride takes pixels of the convolution without one: which, follows from where TensorFlow begins. */
function stride(
  writer: ModelWriter,
  operator: Operator,
  { input, kernel, to }: { input: Tensor; kernel: number; to: string },
): void {
  const from = beforeStride(operator, kernel, to)
  if (from === to) return
  const side = input.shape[1] ?? 0
  const reach = (kernel - 1) / 2
  if (operator.padding === 'valid') {
    if (side !== kernel) throw new Error(`${to} has ${side} pixels for a kernel of ${kernel}.`)
    writer.steps.push({ op: 'pick', from: [from], to, first: reach, every: side })
    return
  }
  const more = Math.max(0, (Math.ceil(side / operator.stride) - 1) * operator.stride + kernel - side)
  writer.steps.push({ op: 'pick', from: [from], to, first: reach - Math.floor(more / 2), every: operator.stride })
}

function joined({ graph, writer }: Packing, outputs: readonly string[]): string {
  const found = outputs.map((name) => {
    const at = graph.tensors.findIndex((tensor) => tensor.name === name)
    return { name: nameOf(at), side: graph.tensors[at]?.shape[1] ?? missing(at) }
  })
  const side = found[0]?.side ?? 0
  const sized = found.map((one) => {
    if (one.side === side) return one.name
    writer.steps.push({ op: 'repeat', from: [one.name], to: `${one.name}/large`, times: side / one.side })
    return `${one.name}/large`
  })
  writer.steps.push({ op: 'join', from: sized, to: 'joined' })
  return 'joined'
}

function missing(at: number): never {
  throw new Error(`There is no tensor ${at}.`)
}
