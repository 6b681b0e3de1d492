import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { PolyphonyError } from '../../core/errors.ts'
import type { Protocol } from './protocol.ts'

/**
 * The official packages of several vendors send a request again after 409, 429 and 5xx, unless the answer says that it is
 * of no use: `x-should-retry: false`. So a protocol of theirs says so of every error that stays as it is.
 */
export function finalErrors(error: Protocol['error']): {
  error: Protocol['error']
  mark: (app: FastifyInstance) => void
} {
  const final = new WeakSet<FastifyRequest>()
  return {
    error(thrown: PolyphonyError, request) {
      if (thrown.retry !== 'again') final.add(request)
      return error(thrown, request)
    },
    mark(app) {
      app.addHook('onSend', (request, reply, _payload, done) => {
        if (final.has(request)) reply.header('x-should-retry', 'false')
        done()
      })
    },
  }
}
