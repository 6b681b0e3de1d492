import type { FastifyInstance } from 'fastify'
import { jsonParser } from './json-body.ts'

/** For the protocols of hosts of models, whose clients announce JSON where there is no body, as in a cancel. */
export function takeHostedClients(app: FastifyInstance): void {
  const parseJson = jsonParser(app)
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) done(null, undefined)
    else parseJson(request, body, done)
  })
}
