import { PolyphonyError } from '../core/errors.ts'

/** A line of a file, without its end. */
export interface Line {
  /** From 0. Empty lines have none. */
  index: number
  /** In the file, from 1. */
  number: number
  bytes: Buffer
}

const NEWLINE = 0x0a
const RETURN = 0x0d
const BOM = Buffer.from('\uFEFF')

/** The lines of a file that are not empty, with one of them in memory. Throws `payload_too_large` for a longer one. */
export async function* linesOf(file: AsyncIterable<Buffer> | Iterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  let pieces: Buffer[] = []
  let size = 0
  let number = 0
  let index = 0

  function take(last: Buffer): Line | undefined {
    const whole = pieces.length === 0 ? last : Buffer.concat([...pieces, last])
    pieces = []
    size = 0
    number++
    const bytes = trimmed(
      number === 1 && whole.subarray(0, BOM.length).equals(BOM) ? whole.subarray(BOM.length) : whole,
    )
    return bytes.length === 0 ? undefined : { index: index++, number, bytes }
  }

  for await (const chunk of file) {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const line = take(chunk.subarray(from, end))
      from = end + 1
      if (line) yield line
    }
    if (from < chunk.length) {
      pieces.push(chunk.subarray(from))
      size += chunk.length - from
      if (size > maxBytes) {
        throw new PolyphonyError('payload_too_large', `Line ${number + 1} has more than ${maxBytes} bytes.`)
      }
    }
  }
  const line = take(Buffer.alloc(0))
  if (line) yield line
}

function trimmed(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && isBlank(bytes[end - 1])) end--
  let start = 0
  while (start < end && isBlank(bytes[start])) start++
  return bytes.subarray(start, end)
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === RETURN
}
