import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ResponseRequest } from '../../calls/stored-responses.ts'
import type { DialectContext } from '../dialect.ts'
import { passedHeaders } from '../kit/calls.ts'
import { describedBy } from '../kit/described.ts'
import { abortOnDisconnect, originOf } from '../kit/requests.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

type About = Pick<ResponseRequest, 'method' | 'part'>

/** Responses that their vendor keeps: https://platform.openai.com/docs/api-reference/responses/get. */
export function responseRoutes(app: FastifyInstance, { responses }: DialectContext): void {
  async function pass(request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply, about: About) {
    request.isOpenEnded = true
    const query = request.url.indexOf('?')
    const { status, headers, body, provider } = await responses.answer({
      ...about,
      caller: request.caller,
      traceparent: originOf(request).traceparent ?? null,
      id: request.params.id,
      headers: passedHeaders(request),
      query: query === -1 ? '' : request.url.slice(query),
      signal: abortOnDisconnect(reply),
    })
    if (provider !== undefined) reply.header('x-polyphony-provider', provider)
    return reply.code(status).headers(headers).send(body)
  }
  type Route = { Params: { id: string } }
  const path = '/v1/responses/:id'
  app.get<Route>(path, described('response'), (request, reply) => pass(request, reply, { method: 'GET', part: '' }))
  app.delete<Route>(path, described('responseDelete'), (request, reply) =>
    pass(request, reply, { method: 'DELETE', part: '' }),
  )
  app.get<Route>(`${path}/input_items`, described('responseInput'), (request, reply) =>
    pass(request, reply, { method: 'GET', part: '/input_items' }),
  )
  app.post<Route>(`${path}/cancel`, described('responseCancel'), (request, reply) =>
    pass(request, reply, { method: 'POST', part: '/cancel' }),
  )
}
