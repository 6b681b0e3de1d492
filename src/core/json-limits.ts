import { PolyphonyError } from './errors.ts'

/** How much structure a JSON text may have, whatever its length in bytes. */
export interface JsonLimits {
  /** Members of objects and elements of arrays, together. */
  maxMembers: number
  maxDepth: number
}

/** For a body that describes one thing. A single input may have fewer members, see `input-limits.ts`. */
export const BODY_LIMITS: JsonLimits = { maxMembers: 10_000, maxDepth: 2_000 }

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const DIGIT_0 = 0x30
const LETTER_U = 0x75
const CLOSE_ARRAY = 0x5d
const CLOSE_OBJECT = 0x7d

/**
 * Checks a JSON text before it is parsed: a million members are parsed, copied and written several times, and each time
 * takes up to a second. One pass over the bytes, which ends at the first excess; whether the text is JSON is left to the
 * parser. Throws `payload_too_large`.
 */
export function checkJson(bytes: Buffer, { maxMembers, maxDepth }: JsonLimits): void {
  let members = 0
  let depth = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number // within the buffer
    if (IS_STRUCTURE[byte] === 0) continue
    if (byte === QUOTE) {
      at = endOfString(bytes, at + 1)
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth--
    } else {
      members++
      if (byte !== COMMA) depth++
      if (members > maxMembers) throw tooLarge(`has more than ${maxMembers} members and elements`)
      if (depth > maxDepth) throw tooLarge(`is nested more than ${maxDepth} levels deep`)
    }
  }
}

/** For each byte, 1 where it begins a string, an object, an array or a member, or ends an object or an array. */
const IS_STRUCTURE = Uint8Array.from({ length: 256 }, (_, byte) =>
  '",[]{}'.includes(String.fromCharCode(byte)) ? 1 : 0,
)

/** The position of the quotation mark that ends the string whose first character is at `from`. */
function endOfString(bytes: Buffer, from: number): number {
  // Files in base64 are the longest strings, and have nothing escaped: their end is found without looking at each byte.
  const next = bytes.indexOf(QUOTE, from)
  if (next === -1) return bytes.length
  if (bytes[next - 1] !== BACKSLASH) return next
  let at = from
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}

/** Whether a text or a name of a JSON text holds the NUL character, which PostgreSQL cannot store. */
export function hasNul(bytes: Buffer): boolean {
  // A search for the six bytes stops at every backslash, and takes long where there are millions: they are walked through.
  let at = bytes.indexOf(BACKSLASH)
  while (at !== -1) {
    const end = Math.min(at + WALKED_BYTES, bytes.length)
    while (at < end) {
      if (bytes[at] !== BACKSLASH) at++
      else if (bytes[at + 1] === LETTER_U && isZeros(bytes, at + 2)) return true
      else at += 2
    }
    at = bytes.indexOf(BACKSLASH, at)
  }
  return false
}

/** Whether the four digits at a position are zeros. */
function isZeros(bytes: Buffer, at: number): boolean {
  return [0, 1, 2, 3].every((place) => bytes[at + place] === DIGIT_0)
}

/** After so many bytes without a backslash, the next one is searched for. */
const WALKED_BYTES = 64

function tooLarge(fault: string): PolyphonyError {
  return new PolyphonyError('payload_too_large', `The body ${fault}.`)
}
