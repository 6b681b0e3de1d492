import type { FastifyInstance, FastifyRequest } from 'fastify'
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

/** Fastify's parser of JSON behind a check of how much structure the body has. Throws as `checkBody` does. */
export function jsonParser(app: FastifyInstance): BodyParser {
  const parse = app.getDefaultJsonParser('error', 'error')
  return (request, body, done) => {
    try {
      checkBody(request, body)
    } catch (error) {
      done(error as Error) // as `checkJson` throws it
      return
    }
    void parse(request, body.toString(), done)
  }
}

/** Throws `payload_too_large`, and `invalid_input` for a NUL character. */
export function checkBody({ routeOptions }: FastifyRequest, body: Buffer): void {
  const { maxMembers = BODY_LIMITS.maxMembers } = routeOptions.config
  checkJson(body, { ...BODY_LIMITS, maxMembers })
  if (hasNul(body)) throw new PolyphonyError('invalid_input', 'The body must not hold the character NUL (\\u0000).')
}
