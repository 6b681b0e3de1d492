import { parsed } from '../../calls/pass-through.ts'
import type { Dialect } from '../dialect.ts'
import { answerCall, callOptions, keepBodies } from '../kit/calls.ts'
import { describedBy } from '../kit/described.ts'
import { serve } from '../kit/protocol.ts'
import { batchRoutes } from './batches.ts'
import { COUNTED, MESSAGES } from './call-routes.ts'
import { errorBody, statusOf } from './errors.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

/** Anthropic's Messages API: https://docs.anthropic.com/en/api/messages. */
export const anthropic: Dialect = {
  id: 'anthropic',
  async routes(app, context) {
    await serve(app, context, {
      prefixes: [''],
      error: (error) => ({ status: statusOf(error), body: errorBody(error) }),
      async routes(inside) {
        keepBodies(inside)
        inside.post('/v1/messages', callOptions(described('messages')), (request, reply) =>
          answerCall(request, reply, context, MESSAGES),
        )
        inside.post('/v1/messages/count_tokens', callOptions(described('count_tokens')), (request, reply) =>
          answerCall(request, reply, context, {
            endpoint: 'messages/count_tokens',
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
  },
  describe: async () => (await import('./openapi.ts')).describeAnthropic(),
}
