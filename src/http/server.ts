import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import type { Assets } from '../assets/assets.ts'
import { ASSET_SCHEME } from '../core/asset.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Dialect, DialectContext } from '../dialects/dialect.ts'
import { asPolyphonyError } from '../dialects/requests.ts'
import type { Callbacks } from '../tasks/callbacks.ts'
import { callbackRoutes } from './callbacks.ts'
import { docs } from './docs.ts'
import { fileSender, files } from './files.ts'
import { type HealthOptions, health } from './health.ts'
import { openApi } from './openapi.ts'
import { addRetryAfter } from './retry-after.ts'

export interface ServerOptions {
  dialects: readonly Dialect[]
  context: Omit<DialectContext, 'sendFile'>
  assets: Assets
  callbacks: Callbacks
  health: HealthOptions
  log: Logger
  bodyMaxBytes: number
}

/** Puts the dialects, the files and the health routes on one HTTP server. */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const log: FastifyBaseLogger = options.log // Fastify would make the logger's type its own
  const app = Fastify({
    loggerInstance: log,
    // One logger for all requests: a child for each would cost as much as reading its task.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyMaxBytes,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_000 },
    // Long-polling and event streams would hold a stop for as long as they wait.
    forceCloseConnections: true,
    // Bodies are validated by the catalogue; Ajv would coerce them, and drop what it does not know.
    // What goes wrong before a route is found: a path that is no URL.
    frameworkErrors: (thrown, request, reply) =>
      answerPlainly(thrown, request as FastifyRequest, reply as unknown as FastifyReply), // no route, so no types of one
    schemaController: { compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas } },
  })
  app.decorateRequest('caller')
  addRetryAfter(app)
  readBodies(app)
  await app.register(files, { assets: options.assets })
  const sendFile = fileSender({ assets: options.assets })
  const context: DialectContext = {
    ...options.context,
    sendFile: (reference, request, reply) => sendFile(reference.slice(ASSET_SCHEME.length), request, reply),
  }
  health(app, options.health)
  openApi(app, { dialects: options.dialects, context })
  docs(app, { publicUrl: () => options.context.urls.publicUrl })
  await app.register(callbackRoutes(options.callbacks))
  for (const dialect of options.dialects) {
    await app.register(async (scope) => dialect.routes(scope, context))
  }
  app.setNotFoundHandler((request, reply) => {
    const error = new PolyphonyError('not_found', `No route ${request.method} ${request.url.split('?', 1)[0]}.`)
    return reply.code(error.status).send(plainError(error))
  })
  app.setErrorHandler(answerPlainly)
  return app
}

/**
 * JSON, also where the type is missing or JSON under another name: several clients of these protocols send such. A
 * DELETE may announce JSON and bring none, as HTTP libraries with a default type do.
 */
function readBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '' && request.method === 'DELETE') done(null, undefined)
    else parseJson(request, body, done)
  })
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body: string, done) => {
    const type = request.headers['content-type'] ?? ''
    if (type === '' || /^application\/[^;]+\+json\b/i.test(type)) parseJson(request, body, done)
    else done(new PolyphonyError('unsupported_media', 'Send the body as application/json.'))
  })
}

function answerPlainly(thrown: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asPolyphonyError(thrown)
  if (error.status >= 500) request.log.error({ err: thrown }, 'request failed')
  return reply.code(error.status).send(plainError(error))
}

/** The form of errors outside the dialects: PiAPI's members and OpenAI's, so that every client finds a message. */
function plainError(error: PolyphonyError): object {
  return { code: error.status, message: error.message, error: { type: error.code, message: error.message } }
}

function refuseSchemas(): never {
  throw new Error('Routes carry no Ajv schemas: validate with the catalogue, or with TypeBox.')
}
