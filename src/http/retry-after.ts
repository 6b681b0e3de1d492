import type { FastifyInstance } from 'fastify'

/** For errors without a time of their own: some protocols answer 429 for a lack of credit, for instance. */
const DEFAULT_SECONDS = 60
const STATUSES: ReadonlySet<number> = new Set([429, 503, 507])

/** Puts `Retry-After` on every 429, 503 and 507 that has none yet. */
export function addRetryAfter(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (STATUSES.has(reply.statusCode) && !reply.hasHeader('Retry-After')) {
      reply.header('Retry-After', String(DEFAULT_SECONDS))
    }
    done()
  })
}
