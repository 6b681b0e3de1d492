import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'

/** Asked every few seconds by load balancers and monitors: their lines would hide the others. */
const QUIET: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

/**
 * Logs one line for each request, when its answer has been sent. A mistake of a client is no more than `info`: an error of
 * the gateway has a line of its own, `request failed`, at `error`. No line holds a query, a body or a key.
 */
export function addAccessLog(app: FastifyInstance, log: Logger): void {
  app.addHook('onResponse', (request, reply, done) => {
    logAccess(log, request, reply)
    done()
  })
}

/** In characters: in a path it is whatever the client wrote. */
const MAX_ID = 64

export function logAccess(log: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const route = request.routeOptions.url ?? null
  const level = route !== null && QUIET.has(route) ? 'debug' : 'info'
  if (!log.isLevelEnabled(level)) return
  const line: Record<string, unknown> = {
    requestId: request.id,
    method: request.method,
    route,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
  }
  const bytes = reply.getHeader('content-length')
  if (bytes !== undefined) line.bytes = Number(bytes)
  const { caller, taskId, errorCode } = request
  if (caller) {
    line.tenantId = caller.tenantId
    line.keyId = caller.keyId
  }
  if (taskId !== undefined) line.taskId = taskId.slice(0, MAX_ID)
  if (errorCode !== undefined) line.code = errorCode
  if (!reply.raw.writableFinished) line.aborted = true
  log[level](line, 'request')
}
