import type { FastifyInstance } from 'fastify'
import type { RequestSpan, Tracer } from '../core/tracer.ts'
import { QUIET_ROUTES } from './access-log.ts'

/** Reports each request as a span, below that of the client if it sent one. Tasks that it submits are below it. */
export function addRequestSpans(app: FastifyInstance, tracer: Pick<Tracer, 'request'>): void {
  const spans = new WeakMap<object, RequestSpan>()
  app.addHook('onRequest', (request, _reply, done) => {
    const { url: route } = request.routeOptions
    if (route === undefined || !QUIET_ROUTES.has(route)) {
      const { traceparent } = request.headers
      const given = typeof traceparent === 'string' ? traceparent : undefined
      const span = tracer.request(request.method, route ?? 'none', given)
      request.traceparent = span.traceparent
      spans.set(request, span)
    }
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { id: requestId, taskId, errorCode: code } = request
    spans.get(request)?.end({ status: reply.statusCode, requestId, taskId, code })
    done()
  })
}
