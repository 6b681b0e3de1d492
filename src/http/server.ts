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
import { SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Tracer } from '../core/tracer.ts'
import type { DialectContext, RouteModule } from '../dialects/dialect.ts'
import { jsonParser } from '../dialects/kit/json-body.ts'
import { answerUnknownRoutes } from '../dialects/kit/protocol-paths.ts'
import { asPolyphonyError, logServerError } from '../dialects/kit/requests.ts'
import { unknownRoute } from '../dialects/kit/unknown-routes.ts'
import type { Callbacks } from '../tasks/callbacks.ts'
import { addAccessLog, type LogAccess, openAccessLog } from './access-log.ts'
import { callbackRoutes } from './callbacks.ts'
import { decoded } from './compressed-bodies.ts'
import { addCors, allowOrigin, type CorsOrigins, isAllowedOrigin } from './cors.ts'
import { docs } from './docs.ts'
import { fileSender, files } from './files.ts'
import { frontDoor } from './front-door.ts'
import { guide } from './guide.ts'
import { type HealthOptions, health } from './health.ts'
import { addJsonAnswers } from './json-answers.ts'
import { type LiveSoundsOptions, liveSoundRoutes } from './live-sounds.ts'
import { noteRoutes } from './noted-routes.ts'
import { openApi, type ServedModule } from './openapi.ts'
import { addRequestIds, requestIdOf, requestLog, sendRequestId } from './request-ids.ts'
import type { RequestOrigins } from './request-origins.ts'
import { RequestPaths } from './request-paths.ts'
import { addRequestSpans } from './request-spans.ts'
import { addRetryAfter } from './retry-after.ts'
import { noteMethods } from './route-methods.ts'
import { openSockets } from './sockets.ts'
import { warnOfUnknownProxy } from './unknown-proxy.ts'
import { web } from './web.ts'

export interface ServerOptions {
  dialects: readonly RouteModule[]
  context: Omit<DialectContext, 'sendFile' | 'acceptSocket' | 'allowsOrigin'>
  assets: Assets
  callbacks: Callbacks
  health: HealthOptions
  log: Logger
  tracer?: Pick<Tracer, 'request'> | undefined
  bodyMaxBytes: number
  /** How long a whole request may take to arrive. */
  requestTimeoutMs: number
  corsOrigins: CorsOrigins
  /** Proxies whose X-Forwarded-* headers are believed, as addresses or CIDRs. */
  trustedProxies: readonly string[]
  /** Sounds that are being made in this process, and the tasks that they are of. */
  liveSounds: LiveSoundsOptions['sounds']
  findTask: LiveSoundsOptions['findTask']
  /** Where the URLs in answers are those under which requests come in. */
  origins?: RequestOrigins
}

/** How often connections are checked for requests that take too long. */
const CHECK_MS = 10 * SECOND_MS
const HEADERS_MS = 30 * SECOND_MS

/** Puts the dialects, the files and the health routes on one HTTP server. */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const logAccess = openAccessLog(options.log)
  const paths = new RequestPaths(options.dialects.flatMap(({ claims = [] }) => claims))
  const log: FastifyBaseLogger = options.log // Fastify would make the logger's type its own
  const app = Fastify({
    loggerInstance: log,
    childLoggerFactory: (logger, { reqId }) => requestLog(logger, String(reqId)),
    genReqId: requestIdOf,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyMaxBytes,
    // An unfinished request keeps in memory what has arrived of it.
    requestTimeout: options.requestTimeoutMs,
    http: {
      connectionsCheckingInterval: Math.min(CHECK_MS, options.requestTimeoutMs),
      // Node takes the longer of the two as that of the whole request.
      headersTimeout: Math.min(HEADERS_MS, options.requestTimeoutMs),
    },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_000 },
    rewriteUrl: ({ url = '/', headers }) => paths.served(url, headers),
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    // Long-polling and event streams would hold a stop for as long as they wait.
    forceCloseConnections: true,
    // Bodies are validated by the catalogue; Ajv would coerce them, and drop unknown fields.
    // Errors before a route is found, such as a path that is not a valid URL.
    frameworkErrors: (thrown, request, reply) =>
      sendFrameworkError(options, logAccess, thrown, request as FastifyRequest, reply as unknown as FastifyReply), // no route, so no types of one
    schemaController: { compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas } },
  })
  for (const name of ['caller', 'taskId', 'errorCode', 'isOpenEnded', 'traceparent', 'rates']) app.decorateRequest(name)
  addRequestIds(app)
  addAccessLog(app, logAccess)
  if (options.tracer) addRequestSpans(app, options.tracer)
  options.origins?.follow(app)
  warnOfUnknownProxy(app, options.log)
  noteMethods(app)
  addCors(app, options.corsOrigins)
  refuseNul(app)
  prepareBodies(app)
  addRetryAfter(app)
  addJsonAnswers(app)
  readBodies(app)
  const sendFile = fileSender({ assets: options.assets })
  const context: DialectContext = {
    ...options.context,
    sendFile: (reference, request, reply) => sendFile(reference.slice(ASSET_SCHEME.length), request, reply),
    acceptSocket: openSockets(app),
    allowsOrigin: (request) => isAllowedOrigin(request, options.corsOrigins, options.context.urls.publicUrl),
  }
  // Before any plugin: each takes the hooks and the error handler that are there when it is added.
  answerUnknownRoutes(app, sendDefaultError)
  const addHealth = health(app, options.health)
  const served: ServedModule[] = []
  for (const module of [...options.dialects, ownModule(options, addHealth, served)]) {
    await app.register(async (scope) => {
      const routes = noteRoutes(scope)
      served.push({ module, routes })
      await module.routes(scope, context)
      if (options.dialects.includes(module)) paths.add(routes)
    })
  }
  return app
}

/** The routes of no protocol: files, callbacks of vendors, health, and the description of everything that is served. */
function ownModule(
  {
    assets,
    callbacks,
    origins,
    liveSounds,
    findTask,
  }: Pick<ServerOptions, 'assets' | 'callbacks' | 'origins' | 'liveSounds' | 'findTask'>,
  addHealth: (app: FastifyInstance) => void,
  served: readonly ServedModule[],
): RouteModule {
  return {
    id: 'server',
    async routes(app, context) {
      await app.register(files, { assets })
      await app.register(liveSoundRoutes, { sounds: liveSounds, findTask, urls: context.urls })
      addHealth(app)
      openApi(app, { served, context, publicUrl: () => (origins ? '' : context.urls.publicUrl) })
      frontDoor(app)
      web(app, { publicUrl: () => context.urls.publicUrl })
      guide(app, { publicUrl: () => context.urls.publicUrl })
      docs(app, { publicUrl: () => context.urls.publicUrl })
      await app.register(callbackRoutes(callbacks))
    },
    describe: async () => (await import('./health-openapi.ts')).describeHealth(),
  }
}

/** PostgreSQL has no place for NUL in a text; no id, cursor or name here has one. Bodies are looked at as they are read. */
function refuseNul(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (!request.url.includes('%00')) return done()
    const [path = '', query = ''] = request.url.split('?', 2)
    if (path.includes('%00')) return done(new PolyphonyError('not_found', 'The path holds the character NUL (%00).'))
    const [field = 'The query'] = [...new URLSearchParams(query)].find(([, value]) => value.includes('\0')) ?? []
    return done(new PolyphonyError('invalid_input', `${field} must not hold the character NUL (%00).`, { field }))
  })
}

/**
 * Bodies of unknown routes are not read: they would be kept in memory, up to the limit of bodies, only to be answered with
 * 404. Compressed ones are decoded.
 */
function prepareBodies(app: FastifyInstance): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    const { 'content-encoding': encoding = '' } = request.headers
    if (request.is404) {
      const error = unknownRoute(request, reply)
      if (error) done(error)
    } else if (encoding === '' || encoding === 'identity') done(null, payload)
    else done(null, decoded(payload, encoding))
  })
}

/**
 * Reads JSON bodies, also if the content type is missing or ends in `+json`: several clients of these protocols send such.
 * A request may announce JSON and have no body, as from HTTP libraries with a default type: a route that needs one says so.
 */
function readBodies(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain') // Fastify's own, which takes any text
  const parseJson = jsonParser(app)
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) done(null, undefined)
    else parseJson(request, body, done)
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const type = request.headers['content-type'] ?? ''
    if (body.length === 0) done(null, undefined)
    else if (type === '' || /^application\/[^;]+\+json\b/i.test(type)) parseJson(request, body, done)
    else done(new PolyphonyError('unsupported_media', 'Send the body as application/json.'))
  })
}

/** Fastify runs no hooks for these. */
function sendFrameworkError(
  { corsOrigins }: Pick<ServerOptions, 'corsOrigins'>,
  logAccess: LogAccess,
  thrown: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  sendRequestId(request, reply)
  allowOrigin(request, reply, corsOrigins)
  reply.raw.once('finish', () => logAccess(request, reply))
  return sendDefaultError(thrown, request, reply)
}

function sendDefaultError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asPolyphonyError(thrown)
  logServerError(request, reply, error)
  return reply.code(error.status).send(plainError(error, request))
}

/** The error envelope outside the dialects: PiAPI's members and OpenAI's, so that every client finds a message. */
function plainError({ status, code, message }: PolyphonyError, { id }: FastifyRequest): object {
  return { code: status, message, error: { type: code, message, request_id: id } }
}

function refuseSchemas(): never {
  throw new Error('Routes carry no Ajv schemas: validate with the catalogue, or with TypeBox.')
}
