import type { FastifyInstance, FastifyRequest } from 'fastify'

interface Log {
  warn(fields: object, message: string): void
}

/**
 * Warns, once, of a proxy that is not among the trusted ones: all of its callers have one address then, which they share in
 * the limits of sign-in attempts and in the audit, and its `X-Forwarded-*` headers are ignored. For all routers of a server.
 */
export function unknownProxyWarning(log: Log): (app: FastifyInstance) => void {
  let hasWarned = false
  return (app) => {
    app.addHook('onRequest', (request, _reply, done) => {
      if (!hasWarned && request.headers['x-forwarded-for'] !== undefined && !isBelieved(request)) {
        hasWarned = true
        log.warn(
          { proxy: request.ip },
          'a request came through a proxy that POLYPHONY_TRUSTED_PROXIES does not name: its X-Forwarded-* headers are ignored, and all of its callers have its address',
        )
      }
      done()
    })
  }
}

/** Fastify has the address of the connection alone where no proxy is trusted, or not this one. */
function isBelieved({ ips }: FastifyRequest): boolean {
  return (ips?.length ?? 1) > 1
}
