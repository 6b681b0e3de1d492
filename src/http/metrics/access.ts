import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Metrics } from './registry.ts'

/** Whether the request may read the metrics: every one if there is no key, and else one with the key as its bearer. */
export function hasMetricsKey(key: string | undefined, { authorization }: IncomingHttpHeaders): boolean {
  if (key === undefined) return true
  const sent = authorization?.replace(/^Bearer\s+/i, '') ?? ''
  return timingSafeEqual(hash('sha256', sent, 'buffer'), hash('sha256', key, 'buffer'))
}

interface OwnPort {
  host: string
  port: number
  key: string | undefined
  metrics: () => Promise<Metrics>
}

/** Serves the metrics at a port of their own, which no caller of the gateway reaches, for as long as the gateway listens. */
export function metricsServer(app: FastifyInstance, { host, port, key, metrics }: OwnPort): void {
  const answer = async ({ url, headers }: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (url?.split('?', 1)[0] !== '/metrics') return void response.writeHead(404).end()
    if (!hasMetricsKey(key, headers)) return void response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
    const { contentType, scrape } = await metrics()
    response.writeHead(200, { 'content-type': contentType }).end(await scrape())
  }
  let server: Server | undefined
  app.addHook('onReady', async () => {
    // Imported here only: a static import of this module reads its lazy exports, which takes Node.js 50 ms at every start.
    const { createServer } = await import('node:http')
    const listening = createServer((request, response) => {
      answer(request, response).catch((error: unknown) => {
        app.log.error({ err: error }, 'the metrics could not be read')
        response.writeHead(500).end()
      })
    })
    server = listening
    await new Promise<void>((resolve, reject) => {
      // What is said of a port that cannot be listened at is to name the setting of this one.
      listening.once('error', (error) => reject(Object.assign(error, { portSetting: 'POLYPHONY_METRICS_PORT' })))
      listening.listen(port, host, resolve)
    })
  })
  app.addHook('onClose', async () => {
    server?.closeAllConnections()
    if (server?.listening) await new Promise((resolve) => server?.close(resolve))
  })
}
