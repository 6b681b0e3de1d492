import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { unknownRoute } from './unknown-routes.ts'

declare module 'fastify' {
  interface FastifyInstance {
    protocolPaths: ProtocolPaths
  }
}

/** Sends an error, perhaps after something was read for its answer. */
export type AnswerError = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>

/** What a protocol does with a request that none of its routes takes. */
interface PathOwner {
  authenticate: onRequestHookHandler
  answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply
}

/**
 * The prefixes of protocols: below them, a path without a route is answered by its protocol. And the paths of their routes,
 * of which some have no prefix: a method that such a path does not take is answered likewise.
 */
class ProtocolPaths {
  #owners: { form: RegExp; length: number; owner: PathOwner }[] = []
  /** By the path as it was registered. Of two protocols with one path, the first answers. */
  readonly #routes = new Map<string, { form: RegExp; owner: PathOwner }>()

  /** The prefix may have a parameter, such as `/mj-:speed/mj`. */
  add(prefix: string, owner: PathOwner): void {
    this.#owners.push({ form: belowForm(prefix), length: prefix.length, owner })
    // The most specific one comes first.
    this.#owners.sort((one, other) => other.length - one.length)
  }

  addRoute(path: string, owner: PathOwner): void {
    if (!this.#routes.has(path)) this.#routes.set(path, { form: new RegExp(`^${patternOf(path)}/?(?:[?]|$)`), owner })
  }

  ownerOf(url: string): PathOwner | undefined {
    const isOf = ({ form }: { form: RegExp }) => form.test(url)
    return (this.#owners.find(isOf) ?? [...this.#routes.values()].find(isOf))?.owner
  }
}

/**
 * Answers requests without a route: below a prefix of a protocol, as that one answers errors, and only with a key; elsewhere
 * by `answerElsewhere`. One handler for all, since Fastify registers each at every method: thirty of them took a tenth of a
 * start. Call it before any protocol is added.
 */
export function answerUnknownRoutes(app: FastifyInstance, answerElsewhere: AnswerError): void {
  const paths = new ProtocolPaths()
  app.decorate('protocolPaths', paths)
  app.addHook('onRequest', function authenticateUnknown(request, reply, done) {
    // What methods a path has is no secret, and asked for without a key.
    const owner = request.is404 && request.method !== 'OPTIONS' ? paths.ownerOf(request.url) : undefined
    if (owner) owner.authenticate.call(this, request, reply, done)
    else done()
  })
  const answerError: AnswerError = (error, request, reply) => {
    const owner = request.is404 ? paths.ownerOf(request.url) : undefined
    return owner ? owner.answerError(error, request, reply) : answerElsewhere(error, request, reply)
  }
  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request, reply) => {
    const error = unknownRoute(request, reply)
    return error ? answerError(error, request, reply) : reply
  })
}

function belowForm(prefix: string): RegExp {
  return new RegExp(`^${patternOf(prefix)}(?:[/?]|$)`)
}

function patternOf(path: string): string {
  return path
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^?]*')
    .replaceAll(/:\w+/g, '[^/?]+')
}
