import { parsed } from '../../calls/pass-through.ts'
import type { Dialect } from '../dialect.ts'
import { answerCall, CALL_BODY_BYTES, keepBodies } from '../kit/calls.ts'
import { describedBy } from '../kit/described.ts'
import { serve } from '../kit/protocol.ts'
import { errorBody } from './errors.ts'
import { messagesFormat } from './messages-format.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

/** Anthropic's Messages API: https://docs.anthropic.com/en/api/messages. */
export const anthropic: Dialect = {
  id: 'anthropic',
  async routes(app, context) {
    await serve(app, context, {
      prefixes: [''],
      error: (error) => ({ status: error.status, body: errorBody(error) }),
      routes(inside) {
        keepBodies(inside)
        inside.post('/v1/messages', { bodyLimit: CALL_BODY_BYTES, ...described('messages') }, (request, reply) =>
          answerCall(request, reply, context, {
            endpoint: 'messages',
            format: messagesFormat,
            required: ['model', 'messages', 'max_tokens'],
          }),
        )
        inside.post(
          '/v1/messages/count_tokens',
          { bodyLimit: CALL_BODY_BYTES, ...described('count_tokens') },
          (request, reply) =>
            answerCall(request, reply, context, {
              endpoint: 'messages/count_tokens',
              required: ['model', 'messages'],
              boundOf: () => ({}),
              // Counting costs nothing.
              usageOf: (answer) => (parsed(answer) ? {} : undefined),
            }),
        )
      },
    })
  },
  describe: async () => (await import('./openapi.ts')).describeAnthropic(),
}
