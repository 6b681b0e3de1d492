/** Writes messages of Protocol Buffers, by the numbers of their fields. */

export type Message = readonly Uint8Array[]

const VARINT = 0
const BYTES = 2

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return [...bytes, rest]
}

/** Not negative, and below 2^53. */
export const whole = (field: number, value: number): Message => [
  Uint8Array.from([...varint((field << 3) | VARINT), ...varint(value)]),
]

export function bytes(field: number, value: Uint8Array): Message {
  return [Uint8Array.from([...varint((field << 3) | BYTES), ...varint(value.length)]), value]
}

export const text = (field: number, value: string): Message => bytes(field, Buffer.from(value))

/** A message in a field. */
export function inner(field: number, ...parts: readonly Message[]): Message {
  return bytes(field, Buffer.concat(parts.flat()))
}

/** Little-endian, as all machines that Node runs on are. */
export function bytesOf(values: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
