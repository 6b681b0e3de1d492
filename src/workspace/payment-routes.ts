import type { FastifyInstance } from 'fastify'
import { PolyphonyError } from '../core/errors.ts'
import { undocumented } from '../dialects/kit/described.ts'
import { handleErrors } from '../dialects/kit/protocol.ts'
import type { Payments } from '../payments/payments.ts'
import { errorBody } from './errors.ts'

const MAX_BYTES = 256 * 1_024

/** Where the payment provider says how payments ended. Its signature is of the bytes, so they are kept as they come. */
export function paymentRoutes(app: FastifyInstance, payments: Payments | undefined): void {
  handleErrors(app, (error, { id }) => errorBody(error, id))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BYTES }, (_request, body, done) => done(null, body))
  app.post<{ Params: { provider: string } }>(
    '/api/payments/:provider',
    undocumented('for the payment provider, which signs what it sends'),
    async ({ params: { provider }, headers, body }, reply) => {
      if (payments?.id !== provider)
        throw new PolyphonyError('not_found', `No payments are taken by "${provider}" here.`)
      if (!(body instanceof Uint8Array)) throw new PolyphonyError('malformed_body', 'The body must be an event.')
      await payments.receive({ headers, body })
      return reply.send({ received: true })
    },
  )
}
