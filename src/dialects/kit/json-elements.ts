import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

export interface ElementLimits {
  /** Of one element. */
  elementBytes: number
  /** Of all elements together. */
  elements: number
}

/** What stands beside the list has so many bytes at most. */
const MAX_REST_BYTES = 64 * 2 ** 10

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

/**
 * The elements of a list in a JSON object, such as `{"requests":[…]}`, as they come: a body of hundreds of megabytes is
 * read with one element in memory. Returns the rest of the object when it is complete, with `null` for the list; undefined
 * in its place where there was no such list. Throws `malformed_body`, `payload_too_large`, and `invalid_input` for too many.
 */
export async function* elementsOf(
  body: AsyncIterable<Buffer>,
  field: string,
  limits: ElementLimits,
): AsyncGenerator<Buffer, { rest: JsonObject; hasList: boolean }> {
  let rest = ''
  let pieces: Buffer[] = []
  let size = 0
  let depth = 0
  let isInString = false
  let isEscaped = false
  let isInList = false
  let hasList = false
  let count = 0

  function keep(bytes: Buffer): void {
    if (bytes.length === 0) return
    if (!isInList) {
      rest += bytes.toString('latin1')
      if (rest.length > MAX_REST_BYTES) throw tooLarge(`more than ${MAX_REST_BYTES} bytes beside ${field}`)
      return
    }
    pieces.push(bytes)
    size += bytes.length
    if (size > limits.elementBytes) throw tooLarge(`an element of ${field} of more than ${limits.elementBytes} bytes`)
  }

  function taken(isLast: boolean): Buffer | undefined {
    const element = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
    pieces = []
    size = 0
    const isBlank = element.toString('latin1', 0, 64).trim() === '' && element.toString('latin1').trim() === ''
    if (isBlank && isLast && count === 0) return undefined
    if (isBlank) throw malformed()
    count++
    if (count > limits.elements) {
      throw new PolyphonyError('invalid_input', `${field} has at most ${limits.elements} elements.`, { field })
    }
    return element
  }

  for await (const chunk of body) {
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]
      if (isInString) {
        if (isEscaped) isEscaped = false
        else if (byte === BACKSLASH) isEscaped = true
        else if (byte === QUOTE) isInString = false
        continue
      }
      if (byte === QUOTE) isInString = true
      else if (byte === 0x7b || byte === 0x5b) {
        if (!isInList && byte === 0x5b && depth === 1) {
          keep(chunk.subarray(from, at))
          from = at
          if (!hasList && opensList(rest, field)) {
            isInList = true
            hasList = true
            from = at + 1
          }
        }
        depth++
      } else if (byte === 0x7d || byte === 0x5d) {
        depth--
        if (isInList && depth === 1) {
          keep(chunk.subarray(from, at))
          const last = taken(true)
          isInList = false
          rest += 'null'
          from = at + 1
          if (last) yield last
        }
      } else if (byte === COMMA && isInList && depth === 2) {
        keep(chunk.subarray(from, at))
        from = at + 1
        const element = taken(false)
        if (element) yield element
      }
    }
    keep(chunk.subarray(from))
  }
  return { rest: objectIn(rest), hasList }
}

/** So much of the end of what was read is looked at: a name, and white space around it. */
const MAX_NAME = 1_000

/** Whether what precedes a bracket is the name of this member. In the outermost object, nothing else is followed by ":". */
function opensList(before: string, field: string): boolean {
  const end = before.slice(-MAX_NAME).trimEnd()
  const name = end.slice(0, -1).trimEnd()
  const quoted = `"${field}"`
  return end.endsWith(':') && name.endsWith(quoted) && /[{,]$/.test(name.slice(0, -quoted.length).trimEnd())
}

function objectIn(latin1: string): JsonObject {
  let value: Json
  try {
    value = JSON.parse(Buffer.from(latin1, 'latin1').toString()) as Json
  } catch (cause) {
    throw malformed(cause)
  }
  if (!isJsonObject(value)) throw new PolyphonyError('malformed_body', 'The body must be a JSON object.')
  return value
}

function malformed(cause?: unknown): PolyphonyError {
  return new PolyphonyError('malformed_body', 'The body is not valid JSON.', { cause })
}

function tooLarge(what: string): PolyphonyError {
  return new PolyphonyError('payload_too_large', `The body has ${what}.`)
}
