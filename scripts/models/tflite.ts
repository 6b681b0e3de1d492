/** What is read of a TensorFlow Lite file: its first graph. The format is FlatBuffers (schema.fbs of TensorFlow Lite, version 3). */

export interface Graph {
  operators: Operator[]
  tensors: Tensor[]
  inputs: number[]
  outputs: number[]
}

export interface Operator {
  /** By its number in the schema's BuiltinOperator. */
  code: number
  /** Places among the tensors. */
  inputs: number[]
  outputs: number[]
  /** The first three of a convolution's or a pool's options. */
  padding: 'same' | 'valid'
  stride: number
}

export interface Tensor {
  name: string
  shape: number[]
  /** Of a constant. */
  values: number[]
}

export const CODES = {
  add: 0,
  concatenate: 2,
  convolve: 3,
  depthwise: 4,
  dequantize: 6,
  maxPool: 17,
  relu: 19,
  reshape: 22,
  pad: 34,
  prelu: 54,
} as const

const FLOAT32 = 0
const FLOAT16 = 1
const INT32 = 2

export function readTflite(bytes: Uint8Array): Graph {
  const reader = readerOf(bytes)
  const model = reader.root()
  const codes = reader.tables(model, 1).map((code) => Math.max(reader.byte(code, 0), reader.whole(code, 3)))
  const buffers = reader.tables(model, 4)
  const [graph = 0] = reader.tables(model, 2)
  const tensors = reader.tables(graph, 0).map((tensor): Tensor => {
    const buffer = buffers[reader.whole(tensor, 2)] ?? 0
    const values = valuesOf(reader.bytes(buffer, 0), reader.byte(tensor, 1))
    return { name: reader.text(tensor, 3), shape: reader.wholes(tensor, 0), values }
  })
  const operators = reader.tables(graph, 3).map((operator): Operator => {
    const options = reader.table(operator, 4)
    return {
      code: codes[reader.whole(operator, 0)] ?? -1,
      inputs: reader.wholes(operator, 1),
      outputs: reader.wholes(operator, 2),
      padding: options !== undefined && reader.byte(options, 0) === 1 ? 'valid' : 'same',
      stride: options === undefined ? 1 : reader.whole(options, 1),
    }
  })
  return { operators, tensors, inputs: reader.wholes(graph, 1), outputs: reader.wholes(graph, 2) }
}

/** Tables are named by where they are, and their fields by number; a field that is missing is 0 or empty. */
function readerOf(content: Uint8Array) {
  const buffer = Buffer.from(content.buffer, content.byteOffset, content.length)
  const follow = (at: number): number => at + buffer.readUInt32LE(at)

  function field(table: number, id: number): number | undefined {
    const offsets = table - buffer.readInt32LE(table)
    const place = 4 + 2 * id
    if (place >= buffer.readUInt16LE(offsets)) return undefined
    const offset = buffer.readUInt16LE(offsets + place)
    return offset === 0 ? undefined : table + offset
  }

  function vector<Item>(table: number, id: number, item: (at: number) => Item): Item[] {
    const at = field(table, id)
    if (at === undefined) return []
    const start = follow(at)
    return Array.from({ length: buffer.readUInt32LE(start) }, (_, index) => item(start + 4 + 4 * index))
  }

  function bytes(table: number, id: number): Buffer {
    const at = field(table, id)
    if (at === undefined) return Buffer.alloc(0)
    const start = follow(at)
    return buffer.subarray(start + 4, start + 4 + buffer.readUInt32LE(start))
  }

  return {
    root: () => follow(0),
    tables: (table: number, id: number) => vector(table, id, follow),
    wholes: (table: number, id: number) => vector(table, id, (at) => buffer.readInt32LE(at)),
    bytes,
    text: (table: number, id: number) => bytes(table, id).toString(),
    table(table: number, id: number) {
      const at = field(table, id)
      return at === undefined ? undefined : follow(at)
    },
    byte(table: number, id: number) {
      const at = field(table, id)
      return at === undefined ? 0 : buffer.readInt8(at)
    },
    whole(table: number, id: number) {
      const at = field(table, id)
      return at === undefined ? 0 : buffer.readInt32LE(at)
    },
  }
}

function valuesOf(bytes: Buffer, type: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const each = (size: number, read: (at: number) => number): number[] =>
    Array.from({ length: bytes.length / size }, (_, index) => read(size * index))
  switch (type) {
    case FLOAT32:
      return each(4, (at) => view.getFloat32(at, true))
    case FLOAT16:
      return each(2, (at) => view.getFloat16(at, true))
    case INT32:
      return each(4, (at) => view.getInt32(at, true))
    default:
      return [] // of no use here
  }
}
