import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { RouteModule } from '../dialects/dialect.ts'
import { serve } from '../dialects/kit/protocol.ts'
import { buildServer, type ServerOptions } from './server.ts'

/** A dialect with one route, which says nothing of itself. */
const photon: RouteModule = {
  id: 'photon',
  routes: (app, context) =>
    serve(app, context, {
      prefixes: ['/photon/v1'],
      error: ({ status }) => ({ status, body: {} }),
      routes: (inside) => void inside.get('/rays/:id', async () => ({})),
    }),
  describe: async () => ({ tags: [], operations: {}, webhooks: {}, schemas: {} }),
}

describe('the server', () => {
  it('does not start with a dialect that has a route without a description, and names the route', async () => {
    const options = {
      dialects: [photon],
      context: {},
      assets: {},
      callbacks: {},
      health: { store: {} },
      log: pino({ level: 'silent' }),
      bodyMaxBytes: 1_000,
      requestTimeoutMs: 1_000,
      corsOrigins: [],
      trustedProxies: [],
    } as unknown as ServerOptions // no request comes, so nothing of the rest is used
    await expect(buildServer(options)).rejects.toThrow('The route GET /photon/v1/rays/:id has no description')
  })
})
