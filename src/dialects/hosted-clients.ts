import type { FastifyInstance } from 'fastify'

/** For the protocols of hosts of models, whose clients announce JSON where there is no body, as in a cancel. */
export function takeHostedClients(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '') done(null, undefined)
    else parseJson(request, body, done)
  })
}
