import type { FastifyInstance } from 'fastify'
import { undocumented } from '../dialects/kit/described.ts'
import { asPolyphonyError, logServerError } from '../dialects/kit/requests.ts'
import type { Callbacks } from '../tasks/callbacks.ts'

const MAX_BYTES = 2 ** 20

/** The route for callbacks of vendors. */
export function callbackRoutes(callbacks: Callbacks) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers()
    // The body unparsed, since signatures are computed over it.
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MAX_BYTES }, (_request, body, done) =>
      done(null, body),
    )
    app.setErrorHandler((error, request, reply) => {
      const known = asPolyphonyError(error)
      logServerError(request, reply, known)
      reply.status(known.status).send({ error: known.code })
    })
    const options = undocumented('vendors call it, no client does')
    app.post<{ Params: { task: string; token: string } }>(
      '/callbacks/:task/:token',
      options,
      async (request, reply) => {
        const { task, token } = request.params
        request.taskId = task
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
        )
        const rawBody = typeof request.body === 'string' ? request.body : ''
        const answer = await callbacks.receive(task, token, { headers, rawBody })
        return reply.send(answer ?? { ok: true })
      },
    )
  }
}
