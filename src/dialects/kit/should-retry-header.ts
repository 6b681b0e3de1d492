import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { PolyphonyError } from '../../core/errors.ts'
import type { Protocol } from './protocol.ts'

/** What a call that failed may be sent again for: no work of it goes on. */
export const RETRIED_CALLS = ['again', 'elsewhere', 'reconcile'] as const

/**
 * The official packages of several vendors send a request again after 409, 429 and 5xx, unless the answer says that it is
 * of no use: `x-should-retry: false`. So a protocol of theirs says so of every error that stays as it is. `retried`: what is worth
 * another request; of calls, which are answered on the spot, everything that may end otherwise.
 */
export function finalErrors(
  error: Protocol['error'],
  retried: readonly PolyphonyError['retry'][] = ['again'],
): {
  error: Protocol['error']
  mark: (app: FastifyInstance) => void
} {
  const final = new WeakSet<FastifyRequest>()
  return {
    error(thrown: PolyphonyError, request) {
      if (!retried.includes(thrown.retry)) final.add(request)
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
