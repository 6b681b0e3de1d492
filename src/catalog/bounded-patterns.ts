import { plainBytes } from '../core/base64.ts'

/** Longer texts are files in base64, or nothing that a field takes: `input-limits.ts` bounds all others together. */
const MAX_PATTERN_TEXT = 256 * 2 ** 10
/** A data URI's media type and the first characters of base64. */
const HEAD = 1_024

/**
 * A schema's pattern that may run over texts of any length. V8 stops optimizing regular expressions once a process has
 * compiled a mebibyte of them, and what it then keeps for each repetition overflows its stack at some ten million
 * characters: a server that has run for long would answer a large file with an error of its own. So the
 * pattern sees the two ends of a long text, and what is between them must be base64.
 */
export function boundedPattern(pattern: string): RegExp {
  return new BoundedPattern(pattern, 'u')
}

class BoundedPattern extends RegExp {
  override test(text: string): boolean {
    if (text.length <= MAX_PATTERN_TEXT) return super.test(text)
    // The rest between the ends has whole groups of base64, and is looked at last: it has nearly all of the characters.
    const start = HEAD + (text.length % 4)
    const end = text.length - HEAD
    return super.test(text.slice(0, start) + text.slice(end)) && isOfBase64(text.slice(start, end))
  }
}

/** Base64 in one line, or in several as MIME has it. */
function isOfBase64(text: string): boolean {
  return plainBytes(text) !== undefined || !/[^A-Za-z0-9+/\r\n]/.test(text)
}
