import { AsyncLocalStorage } from 'node:async_hooks'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/**
 * The origin under which the request that is being answered came in. For a gateway that listens at all addresses and was not
 * told which of them callers use: the URLs in its answers begin with it. Only for what that same caller reads: a Host header
 * says what its sender likes.
 */
export interface RequestOrigins {
  /** `https://media.example`; undefined outside a request. */
  current(): string | undefined
  /** Notes the origin of each request of a server. */
  follow(app: FastifyInstance): void
}

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

export function openRequestOrigins(): RequestOrigins {
  const storage = new AsyncLocalStorage<string>()
  return {
    current: () => storage.getStore(),
    follow(app) {
      app.addHook('onRequest', (request, _reply, done) => {
        const origin = originOf(request)
        if (origin === undefined) done()
        else storage.run(origin, done)
      })
    },
  }
}

/** By `Host` or, from a trusted proxy, by `X-Forwarded-Host` and `X-Forwarded-Proto`. */
function originOf({ protocol, host }: FastifyRequest): string | undefined {
  return HOST.test(host) && /^https?$/.test(protocol) ? `${protocol}://${host}` : undefined
}
