/** What is read of an ONNX file: its graph. The format is protocol buffers (onnx.proto3 of the ONNX project). */

export interface Graph {
  nodes: Node[]
  /** Constant tensors by name. */
  tensors: Record<string, Tensor>
  inputs: string[]
  outputs: string[]
}

export interface Node {
  op: string
  inputs: string[]
  outputs: string[]
  attributes: Record<string, number | number[] | string | Tensor | undefined>
}

export interface Tensor {
  dimensions: number[]
  values: number[]
}

type Field = { id: number; number: bigint; bytes: Uint8Array }

const NOTHING = new Uint8Array()
const FLOAT = 1
const WHOLE = 7

export function readOnnx(bytes: Uint8Array): Graph {
  const graph = fieldsOf(bytes).find(({ id }) => id === 7)?.bytes ?? NOTHING
  const found: Graph = { nodes: [], tensors: {}, inputs: [], outputs: [] }
  for (const { id, bytes: content } of fieldsOf(graph)) {
    if (id === 1) found.nodes.push(nodeOf(content))
    if (id === 5) found.tensors[textOf(content, 8)] = tensorOf(content)
    if (id === 11) found.inputs.push(textOf(content, 1))
    if (id === 12) found.outputs.push(textOf(content, 1))
  }
  return found
}

/** Messages that a message has in a field, and whole numbers: for other files in the same format. */
export function messagesOf(bytes: Uint8Array, id: number): Uint8Array[] {
  return fieldsOf(bytes)
    .filter((field) => field.id === id)
    .map((field) => field.bytes)
}

export function wholesAt(bytes: Uint8Array, id: number): number[] {
  return fieldsOf(bytes)
    .filter((field) => field.id === id)
    .flatMap(wholesOf)
}

function nodeOf(bytes: Uint8Array): Node {
  const node: Node = { op: textOf(bytes, 4), inputs: [], outputs: [], attributes: {} }
  for (const { id, bytes: content } of fieldsOf(bytes)) {
    if (id === 1) node.inputs.push(Buffer.from(content).toString())
    if (id === 2) node.outputs.push(Buffer.from(content).toString())
    if (id === 5) node.attributes[textOf(content, 1)] = attributeOf(content)
  }
  return node
}

function attributeOf(bytes: Uint8Array): Node['attributes'][string] {
  const fields = fieldsOf(bytes)
  const list = fields.filter(({ id }) => id === 8).flatMap(wholesOf)
  if (list.length > 0) return list
  for (const { id, number, bytes: content } of fields) {
    if (id === 3) return Number(BigInt.asIntN(64, number))
    if (id === 4) return Buffer.from(content).toString()
    if (id === 5) return tensorOf(content)
  }
  return undefined
}

function tensorOf(bytes: Uint8Array): Tensor {
  const fields = fieldsOf(bytes)
  const dimensions = fields.filter(({ id }) => id === 1).flatMap(wholesOf)
  const type = Number(fields.find(({ id }) => id === 2)?.number ?? 0n)
  const raw = Buffer.from(fields.find(({ id }) => id === 9)?.bytes ?? NOTHING)
  const listed = fields.filter(({ id }) => id === (type === FLOAT ? 4 : 7))
  if (raw.length === 0 && type === WHOLE) return { dimensions, values: listed.flatMap(wholesOf) }
  const floats = raw.length > 0 ? raw : Buffer.concat(listed.map((field) => field.bytes))
  const size = type === WHOLE ? 8 : 4
  const values = Array.from({ length: floats.length / size }, (_, index) =>
    type === WHOLE ? Number(floats.readBigInt64LE(8 * index)) : floats.readFloatLE(4 * index),
  )
  return { dimensions, values }
}

/** Whole numbers, packed or one by one. */
function wholesOf({ number, bytes }: Field): number[] {
  if (bytes === NOTHING) return [Number(BigInt.asIntN(64, number))]
  const numbers: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const [value, next] = varint(bytes, at)
    numbers.push(Number(BigInt.asIntN(64, value)))
    at = next
  }
  return numbers
}

function textOf(bytes: Uint8Array, id: number): string {
  return Buffer.from(fieldsOf(bytes).find((field) => field.id === id)?.bytes ?? NOTHING).toString()
}

function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = []
  for (let at = 0; at < bytes.length; ) {
    const [tag, start] = varint(bytes, at)
    const [id, kind] = [Number(tag >> 3n), Number(tag & 7n)]
    if (kind === 0) {
      const [number, next] = varint(bytes, start)
      fields.push({ id, number, bytes: NOTHING })
      at = next
      continue
    }
    const [length, from] = kind === 2 ? varint(bytes, start) : [kind === 5 ? 4n : 8n, start]
    at = from + Number(length)
    fields.push({ id, number: 0n, bytes: bytes.subarray(from, at) })
  }
  return fields
}

/** A number, and where the next field begins. */
function varint(bytes: Uint8Array, start: number): [bigint, number] {
  let value = 0n
  for (let at = start, shift = 0n; ; at++, shift += 7n) {
    const byte = bytes[at] ?? 0
    value |= BigInt(byte & 127) << shift
    if (byte < 128) return [value, at + 1]
  }
}
