import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DAY_MS, SECOND_MS } from '../core/clock.ts'

/** Origins whose pages may call the API; `*` = all. */
export type CorsOrigins = readonly string[]

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const MAX_AGE = String(DAY_MS / SECOND_MS)

/**
 * Lets pages of other origins call every route, and read the answers and errors (https://fetch.spec.whatwg.org/#http-cors-protocol).
 * A preflight carries no key, so it is answered before one is asked for. Cookies are never allowed to travel: a page can
 * do only what the key that it has allows. Call it before any hook that may refuse a request.
 */
export function addCors(app: FastifyInstance, origins: CorsOrigins): void {
  if (origins.length === 0) return
  app.addHook('onRequest', (request, reply, done) => {
    if (!allowOrigin(request, reply, origins) || !isPreflight(request)) return done()
    const { 'access-control-request-headers': headers } = request.headers
    reply
      .headers({ 'access-control-allow-methods': METHODS, 'access-control-max-age': MAX_AGE })
      // `*` would not stand for Authorization.
      .headers(headers === undefined ? {} : { 'access-control-allow-headers': headers })
      .code(204)
      .send()
  })
}

/** Says that the page which sent the request may read the answer. False when it may not, or no page sent it. */
export function allowOrigin(request: FastifyRequest, reply: FastifyReply, origins: CorsOrigins): boolean {
  const { origin } = request.headers
  if (origin === undefined) return false
  const isForAll = origins.includes('*')
  if (!isForAll) reply.header('vary', 'Origin')
  if (!isForAll && !origins.includes(origin)) return false
  reply.header('access-control-allow-origin', isForAll ? '*' : origin).header('access-control-expose-headers', '*')
  return true
}

/** Whether a request comes from a page of this gateway, or of an allowed origin. True for programs, which name no origin. */
export function isAllowedOrigin(
  { headers, protocol, host }: Pick<FastifyRequest, 'headers' | 'protocol' | 'host'>,
  origins: CorsOrigins,
  publicUrl: string,
): boolean {
  const { origin } = headers
  if (origin === undefined || origins.includes('*') || origins.includes(origin)) return true
  return origin === `${protocol}://${host}` || origin === URL.parse(publicUrl)?.origin
}

function isPreflight({ method, headers, server, url }: FastifyRequest): boolean {
  const isAsked = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
  return isAsked && server.methodsAt(url).length > 0 // an unknown path stays 404
}
