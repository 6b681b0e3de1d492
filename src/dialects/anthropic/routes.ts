import type { FastifyInstance } from 'fastify'
import { parsed } from '../../calls/pass-through.ts'
import type { Dialect } from '../dialect.ts'
import { answerCall, callOptions, keepBodies } from '../kit/calls.ts'
import { describedBy } from '../kit/described.ts'
import { serve } from '../kit/protocol.ts'
import { anthropicRates, sendRates } from '../kit/rate-headers.ts'
import { finalErrors, RETRIED_CALLS } from '../kit/should-retry-header.ts'
import { errorBody, statusOf } from '../shared/anthropic-errors.ts'
import { batchRoutes } from './batches.ts'
import { COUNTED, MESSAGES } from './call-routes.ts'
import { FILES_IN_SOURCES, fileRoutes } from './files.ts'
import { namedIn } from './messages-format.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

/** The id of the request under the name that Anthropic's clients read: https://docs.anthropic.com/en/api/errors#request-id. */
function sendAnthropicId(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('request-id', request.id)
    done()
  })
}

/** Where the routes are whose paths are also those of another API. */
const OWN_PREFIX = '/anthropic'

/** Anthropic's Messages API: https://docs.anthropic.com/en/api/messages. */
export const anthropic: Dialect = {
  id: 'anthropic',
  async routes(app, context) {
    sendAnthropicId(app)
    const errors = finalErrors((error) => ({ status: statusOf(error), body: errorBody(error) }), RETRIED_CALLS)
    const files = { parts: FILES_IN_SOURCES, in: context.callFiles }
    await serve(app, context, {
      kind: 'call',
      prefixes: [''],
      error: errors.error,
      async routes(inside) {
        errors.mark(inside)
        sendRates(inside, anthropicRates, context.clock)
        keepBodies(inside)
        inside.post('/v1/messages', callOptions(described('messages')), (request, reply) =>
          answerCall(request, reply, context, { ...MESSAGES, files }),
        )
        inside.post('/v1/messages/count_tokens', callOptions(described('count_tokens')), (request, reply) =>
          answerCall(request, reply, context, {
            endpoint: 'messages/count_tokens',
            names: namedIn,
            files,
            fields: COUNTED,
            isStreamed: false,
            boundOf: () => ({}),
            // Counting costs nothing.
            usageOf: (answer) => (parsed(answer) ? {} : undefined),
            statusOf,
          }),
        )
        await batchRoutes(inside, context)
      },
    })
    await serve(app, context, {
      kind: 'call',
      prefixes: [OWN_PREFIX],
      error: errors.error,
      async routes(inside) {
        errors.mark(inside)
        sendRates(inside, anthropicRates, context.clock)
        await fileRoutes(inside, context)
      },
    })
  },
  describe: async () => (await import('./openapi.ts')).describeAnthropic(),
}
