import type { FastifyReply, FastifyRequest } from 'fastify'
import { PolyphonyError } from '../../core/errors.ts'

/**
 * The error for a path or a method without a route; undefined where the answer was sent, since OPTIONS requests nothing
 * but the methods.
 */
export function unknownRoute(request: FastifyRequest, reply: FastifyReply): PolyphonyError | undefined {
  const { method, server, url } = request
  const path = url.split('?', 1)[0] ?? ''
  const methods = server.methodsAt(path)
  if (methods.length === 0) {
    const isOfProtocol = server.protocolPaths.ownerOf(url) !== undefined
    const says = isOfProtocol ? `Invalid URL (${method} ${path})` : `No route ${method} ${path}.`
    return new PolyphonyError('not_found', says)
  }
  reply.header('Allow', [...methods, 'OPTIONS'].join(', '))
  if (method === 'OPTIONS') {
    reply.code(204).send()
    return undefined
  }
  return new PolyphonyError('method_not_allowed', `${path} takes ${methods.join(', ')}, not ${method}.`)
}
