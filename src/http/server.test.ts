import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import type { RouteModule } from '../dialects/dialect.ts'
import { describedBy } from '../dialects/kit/described.ts'
import { serve } from '../dialects/kit/protocol.ts'
import { buildServer, type ServerOptions } from './server.ts'

const described = describedBy<{ ray: object }>()

/** A dialect with the routes that `add` adds below its prefix. */
function dialect(id: string, prefix: `/${string}`, add: (app: FastifyInstance) => void): RouteModule {
  return {
    id,
    title: id,
    paths: [prefix],
    routes: (app, context) =>
      serve(app, context, {
        prefixes: [prefix],
        error: ({ status }) => ({ status, body: { of: id } }),
        routes: add,
      }),
    describe: async () => ({ tags: [], operations: {}, webhooks: {}, schemas: {} }),
  }
}

describe('the server', () => {
  let app: FastifyInstance
  let logged: string
  afterEach(() => app.close())

  /** Its address, with these dialects. */
  async function listening(dialects: RouteModule[]): Promise<string> {
    logged = ''
    const lines = new Writable({
      write(chunk, _encoding, done) {
        logged += String(chunk)
        done()
      },
    })
    const options = {
      dialects,
      context: {
        authenticate: () => ({ tenantId: 't', keyId: 'k', mode: 'test' }),
        checkLoad: () => {},
        rateOf: () => undefined,
        urls: { publicUrl: '' },
      },
      assets: {},
      callbacks: {},
      health: { store: {}, recorders: { answered: () => {} } },
      log: pino({ level: 'error' }, lines),
      bodyMaxBytes: 1_000,
      requestTimeoutMs: 1_000,
      corsOrigins: [],
      trustedProxies: [],
    } as unknown as ServerOptions // what these requests do not need is left out
    app = await buildServer(options)
    await app.listen({ port: 0, host: '127.0.0.1' })
    return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` // it listens on TCP
  }

  it('adds the routes of a dialect with the first request for one of them, and those of the others not', async () => {
    const added: string[] = []
    const counted = (id: string) =>
      dialect(id, `/${id}`, (inside) => {
        added.push(id)
        inside.get('/rays/:id', described('ray'), async () => ({ of: id }))
      })
    const url = await listening([counted('photon'), counted('boson')])
    expect(added).toEqual([])
    const answers = await Promise.all([1, 2, 3].map((ray) => fetch(`${url}/photon/rays/${ray}`)))
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual(Array(3).fill({ of: 'photon' }))
    expect(added).toEqual(['photon'])
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect(added).toEqual(['photon'])
  })

  describe('asked for a WebSocket where there is none', () => {
    const UPGRADE = 'GET /photon/rays HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

    /** The server's end of a client's connection that has sent `UPGRADE`; the client keeps its half open. */
    async function upgraded(url: string): Promise<{ client: Socket; server: Socket }> {
      const [[server], client] = await Promise.all([
        once(app.server, 'connection') as Promise<[Socket]>, // as Node documents it
        connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true }),
      ])
      client.on('error', () => {})
      client.write(UPGRADE)
      return { client, server }
    }

    it('answers, and gives the connection up though the client keeps its half open and sends more', async () => {
      const { client, server } = await upgraded(await listening([]))
      client.once('data', () => client.write('abc'))
      const answers: string[] = []
      client.on('data', (bytes) => answers.push(String(bytes)))
      await Promise.all([once(server, 'close'), once(client, 'end')])
      expect(answers.join('')).toMatch(/^HTTP\/1.1 404/)
      client.destroy()
    })

    it('closes without waiting for the end of a connection that has no answer yet', async () => {
      const url = await listening([
        dialect('photon', '/photon', (inside) => {
          inside.get('/rays', described('ray'), () => new Promise(() => {}))
        }),
      ])
      const { client, server } = await upgraded(url)
      await once(app.server, 'upgrade')
      await Promise.all([app.close(), once(server, 'close')])
      client.destroy()
    })
  })

  it('answers 500 where a route has no description, names it in the log, and serves the other dialects', async () => {
    const silent = dialect('photon', '/photon', (inside) => void inside.get('/rays/:id', async () => ({})))
    const told = dialect('boson', '/boson', (inside) => void inside.get('/rays', described('ray'), async () => ({})))
    const url = await listening([silent, told])
    const answer = await fetch(`${url}/photon/rays/1`, { headers: { 'x-request-id': 'ray-1' } })
    expect(answer.status).toBe(500)
    expect(answer.headers.get('x-request-id')).toBe('ray-1')
    expect(await answer.json()).toMatchObject({ code: 500, error: { request_id: 'ray-1' } })
    expect(logged).toContain('The route GET /photon/rays/:id has no description')
    expect((await fetch(`${url}/boson/rays`)).status).toBe(200)
  })

  it('refuses a route outside the paths of its dialect, which no request would reach', async () => {
    const astray: RouteModule = {
      ...dialect('photon', '/photon', () => {}),
      routes: async (inside) => void inside.get('/v1/rays', described('ray'), async () => ({})),
    }
    const url = await listening([astray])
    expect((await fetch(`${url}/photon/rays`)).status).toBe(500)
    expect(logged).toContain('The route /v1/rays of photon lies outside its paths (/photon)')
  })
})
