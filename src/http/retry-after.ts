import type { FastifyInstance } from 'fastify'

/** Where a protocol answers something else by such a status: a lack of credit, for instance, is 429 at some. */
const OTHERWISE_SECONDS = 60
const STATUSES: ReadonlySet<number> = new Set([429, 503, 507])

/** Puts `Retry-After` on every 429, 503 and 507 that has none yet. */
export function addRetryAfter(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (STATUSES.has(reply.statusCode) && !reply.hasHeader('Retry-After')) {
      reply.header('Retry-After', String(OTHERWISE_SECONDS))
    }
    done()
  })
}
