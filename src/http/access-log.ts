import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { type LineWriter, lineWriter } from './line-writer.ts'

/** Asked every few seconds by load balancers and monitors: their lines would hide the others. */
export const QUIET_ROUTES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

export type LogAccess = (request: FastifyRequest, reply: FastifyReply) => void

/**
 * Logs one line for each request, when its answer has been sent. A mistake of a client is no more than `info`: an error of
 * the gateway has a line of its own, `request failed`, at `error`. No line holds a query, a body or a key.
 */
export function addAccessLog(app: FastifyInstance, logAccess: LogAccess): void {
  app.addHook('onResponse', (request, reply, done) => {
    logAccess(request, reply)
    done()
  })
}

/** In characters: in a path it is whatever the client wrote. */
const MAX_ID = 64

export function openAccessLog(log: Logger): LogAccess {
  const writers = { debug: lineWriter(log, 'debug'), info: lineWriter(log, 'info') }
  return (request, reply) => {
    const { url } = request.routeOptions
    const level = url !== undefined && QUIET_ROUTES.has(url) ? 'debug' : 'info'
    if (log.isLevelEnabled(level)) writers[level](fieldsOf(request, reply, url), 'request')
  }
}

function fieldsOf(request: FastifyRequest, reply: FastifyReply, url: string | undefined): Parameters<LineWriter>[0] {
  const { caller, taskId, errorCode } = request
  const bytes = reply.getHeader('content-length')
  return {
    requestId: request.id,
    method: request.method,
    route: url ?? null,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    bytes: bytes === undefined ? undefined : Number(bytes),
    tenantId: caller?.tenantId,
    keyId: caller?.keyId,
    taskId: taskId?.slice(0, MAX_ID),
    code: errorCode,
    // A WebSocket has no answer that could be whole.
    aborted: reply.raw.writableFinished || reply.statusCode === 101 ? undefined : true,
  }
}
