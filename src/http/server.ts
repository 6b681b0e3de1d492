import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Assets } from '../assets/assets.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Dialect, DialectContext } from '../dialects/dialect.ts'
import { asPolyphonyError } from '../dialects/requests.ts'
import { files } from './files.ts'
import { health, type HealthOptions } from './health.ts'

export interface ServerOptions {
  dialects: readonly Dialect[]
  context: DialectContext
  assets: Assets
  health: HealthOptions
  log: Logger
  bodyMaxBytes: number
}

/** Puts the dialects, the files and the health routes on one HTTP server. */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const log: FastifyBaseLogger = options.log // Fastify would make the logger's type its own
  const app = Fastify({
    loggerInstance: log,
    disableRequestLogging: true,
    bodyLimit: options.bodyMaxBytes,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_000 },
    // Long-polling and event streams would hold a stop for as long as they wait.
    forceCloseConnections: true,
    // Bodies are validated by the catalogue; Ajv would coerce them, and drop what it does not know.
    schemaController: { compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas } },
  })
  app.decorateRequest('caller')
  // A body without a type is read as JSON: several clients of these protocols send none.
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, _body, done) =>
    done(new PolyphonyError('unsupported_media', 'Send the body as application/json.')),
  )
  await app.register(files, { assets: options.assets })
  health(app, options.health)
  for (const dialect of options.dialects) {
    await app.register(async (scope) => dialect.routes(scope, options.context))
  }
  app.setNotFoundHandler((request, reply) => {
    const error = new PolyphonyError('not_found', `No route ${request.method} ${request.url.split('?', 1)[0]}.`)
    return reply.code(error.status).send(plainError(error))
  })
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    const error = asPolyphonyError(thrown)
    if (error.status >= 500) request.log.error({ err: thrown }, 'request failed')
    return reply.code(error.status).send(plainError(error))
  })
  return app
}

/** The form of errors outside the dialects: PiAPI's members and OpenAI's, so that every client finds a message. */
function plainError(error: PolyphonyError): object {
  return { code: error.status, message: error.message, error: { type: error.code, message: error.message } }
}

function refuseSchemas(): never {
  throw new Error('Routes carry no Ajv schemas: validate with the catalogue, or with TypeBox.')
}
