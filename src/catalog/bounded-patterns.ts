import type { TSchema } from 'typebox'

/** Longer texts are files in base64, or nothing that a field takes: `input-limits.ts` bounds all others together. */
const MAX_PATTERN_TEXT = 256 * 2 ** 10
/** A data URI's media type and the first characters of base64. */
const HEAD = 1_024
/** No pattern accepts it: each is of a word, or of a file. */
const NO_FILE = ' '

/**
 * A schema whose patterns may run over texts of any length. V8 stops optimizing regular expressions once a process has
 * compiled a mebibyte of them, and what it then keeps for each repetition overflows its stack at some ten million
 * characters: a server that has run for long would answer a large file with an error of its own. So a long text is
 * looked through for what is no base64, and the pattern sees its two ends.
 */
export function withBoundedPatterns<Schema extends TSchema>(schema: Schema): Schema {
  return bounded(schema) as Schema
}

function bounded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bounded)
  if (typeof value !== 'object' || value === null) return value
  // TypeBox marks a schema's optional members with properties that are not enumerable.
  const copy = Object.create(Object.getPrototypeOf(value), Object.getOwnPropertyDescriptors(value))
  for (const [name, one] of Object.entries(value)) {
    const isPattern = name === 'pattern' && typeof one === 'string'
    Object.defineProperty(copy, name, {
      value: isPattern ? new BoundedPattern(one, 'u') : bounded(one),
      enumerable: true,
    })
  }
  return copy
}

class BoundedPattern extends RegExp {
  override test(text: string): boolean {
    if (text.length <= MAX_PATTERN_TEXT) return super.test(text)
    const foreign = /[^A-Za-z0-9+/\r\n]/g
    foreign.lastIndex = HEAD
    const at = foreign.exec(text)?.index ?? text.length
    return super.test(at < text.length - HEAD ? NO_FILE : text.slice(0, HEAD) + text.slice(-HEAD))
  }
}
