import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import { SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Tracer } from '../core/tracer.ts'
import { jsonParser } from '../dialects/kit/json-body.ts'
import { type AnswerError, answerUnknownRoutes } from '../dialects/kit/protocol-paths.ts'
import { asPolyphonyError, logServerError } from '../dialects/kit/requests.ts'
import { unknownRoute } from '../dialects/kit/unknown-routes.ts'
import { addAccessLog, type LogAccess } from './access-log.ts'
import { decoded } from './compressed-bodies.ts'
import { addCors, allowOrigin, type CorsOrigins } from './cors.ts'
import { addJsonAnswers } from './json-answers.ts'
import { addRequestIds, requestIdOf, requestLog, sendRequestId } from './request-ids.ts'
import type { RequestOrigins } from './request-origins.ts'
import { addRequestSpans } from './request-spans.ts'
import { addRetryAfter } from './retry-after.ts'
import { noteMethods } from './route-methods.ts'

export interface RouterOptions {
  log: Logger
  logAccess: LogAccess
  tracer?: Pick<Tracer, 'request'> | undefined
  /** Adds what looks at every request and answer. */
  watch(router: FastifyInstance): void
  bodyMaxBytes: number
  /** How long a whole request may take to arrive. */
  requestTimeoutMs: number
  corsOrigins: CorsOrigins
  /** Proxies whose X-Forwarded-* headers are believed, as addresses or CIDRs. */
  trustedProxies: readonly string[]
  /** Where the URLs in answers are those under which requests come in. */
  origins?: RequestOrigins
  /** Answers people whose address leads nowhere; undefined for all others, who get the error. */
  unknownPage?: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>
}

/** How often connections are checked for requests that take too long. */
const CHECK_MS = 10 * SECOND_MS
const HEADERS_MS = 30 * SECOND_MS

/** A router without routes, with everything that is done for each request, whatever its route. */
export function newRouter(options: RouterOptions, serverFactory?: FastifyServerFactory): FastifyInstance {
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
    ...(serverFactory && { serverFactory }),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_000 },
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    // Long-polling and event streams would hold a stop for as long as they wait.
    forceCloseConnections: true,
    // Bodies are validated by the catalogue; Ajv would coerce them, and drop unknown fields.
    // Errors before a route is found, such as a path that is not a valid URL.
    frameworkErrors: (thrown, request, reply) =>
      sendFrameworkError(options, thrown, request as FastifyRequest, reply as unknown as FastifyReply), // no route, so no types of one
    schemaController: { compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas } },
  })
  for (const name of ['caller', 'taskId', 'errorCode', 'isOpenEnded', 'traceparent', 'rates']) app.decorateRequest(name)
  addRequestIds(app)
  addAccessLog(app, options.logAccess)
  if (options.tracer) addRequestSpans(app, options.tracer)
  options.origins?.follow(app)
  noteMethods(app)
  addCors(app, options.corsOrigins)
  refuseNul(app)
  prepareBodies(app)
  addRetryAfter(app)
  addJsonAnswers(app)
  readBodies(app)
  // Before any plugin: each takes the hooks and the error handler that are there when it is added.
  answerUnknownRoutes(app, errorAnswer(options))
  options.watch(app)
  return app
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
  { corsOrigins, logAccess }: Pick<RouterOptions, 'corsOrigins' | 'logAccess'>,
  thrown: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  sendRequestId(request, reply)
  allowOrigin(request, reply, corsOrigins)
  reply.raw.once('finish', () => logAccess(request, reply))
  return sendDefaultError(thrown, request, reply)
}

/** What answers errors outside the protocols. */
function errorAnswer({ unknownPage }: Pick<RouterOptions, 'unknownPage'>): AnswerError {
  if (!unknownPage) return sendDefaultError
  return async (thrown, request, reply) => {
    const isUnknown = thrown instanceof PolyphonyError && thrown.code === 'not_found'
    const page = isUnknown ? await unknownPage(request, reply) : undefined
    return page ?? sendDefaultError(thrown, request, reply)
  }
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
