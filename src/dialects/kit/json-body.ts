import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify'
import { scan } from 'secure-json-parse'
import { PolyphonyError } from '../../core/errors.ts'
import { BODY_LIMITS, checkJson, hasNul } from '../../core/json-limits.ts'

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

/**
 * Fastify's parser of JSON behind a check of how much structure the body has. Members named `__proto__` are looked for in the
 * parsed value, whose members are few, and not in the text, which may be long. Throws as `checkBody` does.
 */
export function jsonParser(app: FastifyInstance): BodyParser {
  const parse = app.getDefaultJsonParser('ignore', 'ignore')
  return (request, body, done) => {
    try {
      checkBody(request, body)
    } catch (error) {
      done(error as Error) // as `checkJson` throws it
      return
    }
    void parse(request, body.toString(), (error, value) => {
      if (error === null && hasPrototype(value, body)) done(new errorCodes.FST_ERR_CTP_INVALID_JSON_BODY())
      else done(error, value)
    })
  }
}

/** Up to here, a search in the text takes less time than a walk through the value. */
const SEARCHED_BYTES = 16 * 2 ** 10

/** Whether a member could replace the prototype of an object into which the value is copied. */
function hasPrototype(value: unknown, text: Buffer): boolean {
  if (text.length <= SEARCHED_BYTES && !PROTOTYPES.some((part) => text.includes(part))) return false
  return typeof value === 'object' && value !== null && scan(value, { safe: true }) === null
}

/** One of these is in every text with such a member; its name may be written with escapes. */
const PROTOTYPES = ['__proto__', 'prototype', '\\u']

/** Throws `payload_too_large`, and `invalid_input` for a NUL character. */
export function checkBody({ routeOptions }: FastifyRequest, body: Buffer): void {
  const { maxMembers = BODY_LIMITS.maxMembers } = routeOptions.config
  checkJson(body, { ...BODY_LIMITS, maxMembers })
  if (hasNul(body)) throw new PolyphonyError('invalid_input', 'The body must not hold the character NUL (\\u0000).')
}
