import { isUtf8 } from 'node:buffer'
import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify'
import { scan } from 'secure-json-parse'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { BODY_LIMITS, checkJson, hasNul } from '../../core/json-limits.ts'
import { unusableValue, withWholeCharacters } from '../../core/json-values.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How many members and elements a JSON body of this route may have; by default those of `BODY_LIMITS`. */
    maxMembers?: number
  }
}

/** A content type parser for bodies that were read as a buffer. */
export type BodyParser = (
  request: FastifyRequest,
  body: Buffer,
  done: (error: Error | null, body?: unknown) => void,
) => void

/** What becomes of half of a surrogate pair in a text: `refused` where the body is passed on as it came. */
export type HalfPairs = 'replaced' | 'refused'

/**
 * Fastify's parser of JSON behind a check of how much structure the body has. Values that cannot be kept are looked for in
 * the parsed value, whose members are few, and not in the text, which may be long. Throws as `checkBody` and `checkValues` do.
 */
export function jsonParser(app: FastifyInstance, halfPairs: HalfPairs = 'replaced'): BodyParser {
  const parse = app.getDefaultJsonParser('ignore', 'ignore')
  return (request, body, done) => {
    try {
      checkBody(request, body)
    } catch (error) {
      done(error as Error) // as it throws
      return
    }
    void parse(request, body.toString(), (error, value) => {
      const fault = error ?? faultOf(value, body, halfPairs)
      done(fault, fault === null ? value : undefined)
    })
  }
}

/**
 * Throws for a value of a text that cannot be kept as it was sent, see `unusableValue`, with its field, and for a member that
 * could replace a prototype. Halves of surrogate pairs in texts are replaced in the value.
 */
export function checkValues(value: unknown, text: Buffer | string): void {
  const fault = faultOf(value, text, 'replaced')
  if (fault) throw fault
}

function faultOf(value: unknown, text: Buffer | string, halfPairs: HalfPairs): Error | null {
  if (hasPrototype(value, text)) return new errorCodes.FST_ERR_CTP_INVALID_JSON_BODY()
  const fault = unusableValue(value)
  if (!fault) return null
  const left = halfPairs === 'replaced' ? unusableValue(withWholeCharacters(value)) : fault
  return left ? invalidInput(left.field, left.rule) : null
}

/** Up to here, a search in the text takes less time than a walk through the value. */
const SEARCHED_BYTES = 16 * 2 ** 10

/** Whether a member could replace the prototype of an object into which the value is copied. */
function hasPrototype(value: unknown, text: Buffer | string): boolean {
  if (text.length <= SEARCHED_BYTES && !PROTOTYPES.some((part) => text.includes(part))) return false
  return typeof value === 'object' && value !== null && scan(value, { safe: true }) === null
}

/** One of these is in every text with such a member; its name may be written with escapes. */
const PROTOTYPES = ['__proto__', 'prototype', '\\u']

/** Throws `payload_too_large`, `malformed_body` for text that is not UTF-8, and `invalid_input` for a NUL character. */
export function checkBody({ routeOptions }: FastifyRequest, body: Buffer): void {
  // RFC 8259, 8.1. Decoding would replace what is none, and a text of another encoding would be made as rubbish.
  if (!isUtf8(body)) throw new PolyphonyError('malformed_body', 'The body is not valid UTF-8, which JSON must be.')
  const { maxMembers = BODY_LIMITS.maxMembers } = routeOptions.config
  checkJson(body, { ...BODY_LIMITS, maxMembers })
  if (hasNul(body)) throw new PolyphonyError('invalid_input', 'The body must not hold the character NUL (\\u0000).')
}
