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
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
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
    const byte = bytes[at]
    if (byte === QUOTE) {
      at = endOfString(bytes, at + 1)
    } else if (byte === COMMA) {
      members++
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      members++
      depth++
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth--
    }
    if (members > maxMembers) throw tooLarge(`has more than ${maxMembers} members and elements`)
    if (depth > maxDepth) throw tooLarge(`is nested more than ${maxDepth} levels deep`)
  }
}

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
  for (let at = bytes.indexOf(NUL); at !== -1; at = bytes.indexOf(NUL, at + NUL.length)) {
    // An even number of backslashes before it is backslashes, and then the letter "u".
    let before = at
    while (before > 0 && bytes[before - 1] === BACKSLASH) before--
    if ((at - before) % 2 === 0) return true
  }
  return false
}

const NUL = '\\u0000'

function tooLarge(fault: string): PolyphonyError {
  return new PolyphonyError('payload_too_large', `The body ${fault}.`)
}
