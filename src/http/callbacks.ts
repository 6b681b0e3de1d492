import type { FastifyInstance } from 'fastify'
import { PolyphonyError } from '../core/errors.ts'
import type { Callbacks } from '../tasks/callbacks.ts'

const MAX_BYTES = 2 ** 20

/** Where vendors call. No client of ours does, so it is in no document of the API. */
export function callbackRoutes(callbacks: Callbacks) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers()
    // As it came: signatures are made over it.
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MAX_BYTES }, (_request, body, done) =>
      done(null, body),
    )
    app.setErrorHandler((error, _request, reply) => {
      const known = error instanceof PolyphonyError ? error : undefined
      reply.status(known?.status ?? 500).send({ error: known?.code ?? 'internal' })
    })
    app.post<{ Params: { task: string; token: string } }>('/callbacks/:task/:token', async (request, reply) => {
      const { task, token } = request.params
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
      )
      const rawBody = typeof request.body === 'string' ? request.body : ''
      const answer = await callbacks.receive(task, token, { headers, rawBody })
      return reply.send(answer ?? { ok: true })
    })
  }
}
