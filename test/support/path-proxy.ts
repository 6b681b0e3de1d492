import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A reverse proxy that has a gateway below a path of its own address, and something else beside it. `removesPath` says whether
 * it sends requests on without that path, as `proxy_pass http://gateway/;` of nginx does, or as they are.
 */
export interface PathProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/poly` */
  url: string
  removesPath: boolean
  /** Where requests go; undefined until there is a gateway. */
  gateway: string | undefined
}

/** Beside the path: what the proxy answers itself, so that a link that leaves the gateway is found. */
const ELSEWHERE = 418

export async function openPathProxy(path: string): Promise<PathProxy> {
  const wellKnown = new RegExp(`^/\\.well-known/[\\w-]+${path}(?=/)`)
  const server = createServer((request, response) => {
    const { url = '/', method, headers } = request
    const isBelow = url.startsWith(path) && /^(?:$|[/?])/.test(url.slice(path.length))
    if (self.gateway === undefined || !(isBelow || wellKnown.test(url))) {
      response.writeHead(ELSEWHERE).end()
      return
    }
    const sent = isBelow && self.removesPath ? url.slice(path.length).replace(/^(?!\/)/, '/') : url
    const onward = send(new URL(self.gateway).origin + sent, { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  server.keepAliveTimeout = 60_000 // longer than a test pauses: a connection that is just closed fails the next request
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const self: PathProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    removesPath: true,
    gateway: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return self
}
