import { isUtf8 } from 'node:buffer'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'

/** A `multipart/form-data` body that passes as it came, but for the value of a field. Files are never copied or decoded. */
export interface RawForm {
  /** Whether there is a file, or anything else, under this name. */
  has(name: string): boolean
  /** The text of the only field with this name; undefined where there is none. Throws `invalid_input` for a file, and for two. */
  text(name: string): string | undefined
  /** The bytes of the only part with this name; empty where there is none. */
  bytes(name: string): Buffer
  /** The whole body with another text in a field that is there. */
  withText(name: string, value: string): Buffer
}

/** A part of a body of the type `multipart/…` (RFC 2046). */
export interface MimePart {
  /** Its header fields as they came, each after a line break. */
  head: string
  /** Of the content, in bytes of the body. */
  start: number
  end: number
}

interface Part extends MimePart {
  name: string
  isFile: boolean
}

const MAX_PARTS = 200
const MAX_HEAD_BYTES = 16 * 2 ** 10
const HEAD_END = '\r\n\r\n'
/** A boundary has at most 70 characters (RFC 2046, 5.1.1). */
const BOUNDARY = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i

/** Reads where the parts of a form are (RFC 7578). Throws `malformed_body`. */
export function rawForm(body: Buffer, contentType: string): RawForm {
  const parts = mimeParts(body, contentType).map((part): Part => ({ ...part, ...described(part.head) }))
  const find = (name: string): Part | undefined => {
    const found = parts.filter((part) => part.name === name)
    if (found.length > 1) throw invalidInput(name, 'must be in the form once')
    return found[0]
  }
  return {
    has: (name) => find(name) !== undefined,
    text(name) {
      const part = find(name)
      if (part?.isFile) throw invalidInput(name, 'must be a text, not a file')
      const text = part && body.subarray(part.start, part.end)
      if (text && !isUtf8(text)) throw invalidInput(name, 'must be text in UTF-8')
      return text?.toString()
    },
    bytes(name) {
      const part = find(name)
      return part ? body.subarray(part.start, part.end) : body.subarray(0, 0)
    },
    withText(name, value) {
      const part = find(name)
      if (!part) return body
      return Buffer.concat([body.subarray(0, part.start), Buffer.from(value), body.subarray(part.end)])
    },
  }
}

/** Where the parts are. Throws `malformed_body`. */
export function mimeParts(body: Buffer, contentType: string): MimePart[] {
  const [, quoted, bare] = BOUNDARY.exec(contentType) ?? []
  const boundary = quoted ?? bare
  if (boundary === undefined) throw malformed('its Content-Type names no boundary')
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const parts: MimePart[] = []
  const opening = delimiter.subarray(2)
  let at = body.subarray(0, opening.length).equals(opening) ? opening.length : after(body, delimiter, 0)
  for (;;) {
    if (body.subarray(at, at + 2).toString() === '--') return parts
    const lineEnd = body.indexOf('\r\n', at)
    if (lineEnd === -1 || body.subarray(at, lineEnd).toString().trim() !== '') throw malformed('a part has no head')
    const headEnd = body.indexOf(HEAD_END, lineEnd)
    if (headEnd === -1 || headEnd - lineEnd > MAX_HEAD_BYTES) throw malformed('the head of a part does not end')
    const start = headEnd + HEAD_END.length
    at = after(body, delimiter, start - 2) // the content may be empty
    const end = Math.max(start, at - delimiter.length)
    parts.push({ head: body.subarray(lineEnd, headEnd).toString(), start, end })
    if (parts.length > MAX_PARTS) throw malformed(`it has more than ${MAX_PARTS} parts`)
  }
}

/** Where the next delimiter ends. */
function after(body: Buffer, delimiter: Buffer, from: number): number {
  const at = body.indexOf(delimiter, from)
  if (at === -1) throw malformed('it ends within a part')
  return at + delimiter.length
}

function described(head: string): Pick<Part, 'name' | 'isFile'> {
  const [, disposition = ''] = /\r\ncontent-disposition:\s*form-data\s*((?:;[^\r\n]*)?)/i.exec(head) ?? []
  const [, quoted, bare] = /;\s*name=(?:"((?:[^"\\]|\\.){0,1000})"|([^\s;"]+))/i.exec(disposition) ?? []
  const name = quoted ?? bare
  if (name === undefined) throw malformed('a part has no name')
  return { name, isFile: /;\s*filename\*?=/i.test(disposition) }
}

function malformed(why: string): PolyphonyError {
  return new PolyphonyError('malformed_body', `The body is not valid as multipart: ${why}.`)
}
