import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import { type Egress, openEgress } from './egress.ts'
import type { Resolve } from './resolver.ts'

const log = pino({ level: 'silent' })
const now = Date.parse('2026-01-01T00:00:00Z')
const signal = new AbortController().signal

let names: Record<string, string[][]>
const servers: Server[] = []
const opened: Egress[] = []
let egress: Egress

/** Each look-up of a name takes the next of its answers; the last one stays. */
const resolve: Resolve = async (hostname) => {
  const answers = names[hostname]
  const addresses = answers && answers.length > 1 ? answers.shift() : answers?.[0]
  if (!addresses) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' })
  return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}

function open(allow: string[], postTimeoutMs = 5_000): Egress {
  const one = openEgress({ allow, log, clock: { now: () => now }, resolve, postTimeoutMs })
  opened.push(one)
  return one
}

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port // it listens on TCP
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof PolyphonyError ? error.code : String(error)
}

beforeEach(() => {
  names = {}
  egress = open(['127.0.0.0/8'])
})

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

describe('judge', () => {
  it.each([
    'ftp://example.com/x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'example.com/hook',
    '/hook',
    '',
    'http://user:pass@example.com/',
    'https://user@example.com/',
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://017700000001/',
    'http://127.1:8080/',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://127.0.0.1./',
    'http://127。0。0。1/',
  ])('a URL at submission is refused: %s', async (url) => {
    await expect(open([]).judge(url, 'webhook.url')).rejects.toMatchObject({
      code: 'address_refused',
      status: 400,
      details: { field: 'webhook.url' },
    })
  })

  it('a URL at submission is refused when any address of its name is special, without saying which', async () => {
    names['mixed.test'] = [['93.184.216.34', '10.0.0.5']]
    const error = await egress.judge('https://mixed.test/hook', 'notify_hook').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'address_refused', details: { field: 'notify_hook' } })
    expect(String(error)).toContain('mixed.test')
    expect(String(error)).not.toContain('10.0.0.5')
  })

  it('a URL at submission passes when it is public, allowed, or does not resolve yet', async () => {
    names['public.test'] = [['93.184.216.34']]
    await egress.judge('https://public.test/hook', 'url')
    await egress.judge('http://127.0.0.1:3000/hook', 'url')
    await egress.judge('https://unknown.test/hook', 'url')
    await open([]).judge('https://93.184.216.34/', 'url')
  })
})

describe('download', () => {
  const download = (url: string, maxBytes = 1_000_000) => egress.download(url, { maxBytes, signal })

  it('a download gives the bytes, following redirects', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/file') response.end('bytes')
      else response.writeHead(302, { location: '/file' }).end('moved')
    })
    expect(Buffer.from(await download(`http://127.0.0.1:${port}/`)).toString()).toBe('bytes')
  })

  it('a download follows five redirects and no sixth', async () => {
    const port = await serve((request, response) => {
      const left = Number(request.url?.slice(1))
      if (left === 0) response.end('there')
      else response.writeHead(307, { location: `/${left - 1}` }).end()
    })
    expect(Buffer.from(await download(`http://127.0.0.1:${port}/5`)).toString()).toBe('there')
    expect(await codeOf(download(`http://127.0.0.1:${port}/6`))).toBe('unsupported_media')
  })

  it.each(['http://[::1]/', 'http://10.0.0.1/', 'file:///etc/passwd', 'http://inside.test/', 'http://['])(
    'a download is refused when it is redirected to %s',
    async (location) => {
      names['inside.test'] = [['192.168.0.1']]
      const port = await serve((_request, response) => response.writeHead(301, { location }).end())
      expect(await codeOf(download(`http://127.0.0.1:${port}/`))).toBe('address_refused')
    },
  )

  it('a download is refused when its name was public at submission and is private at use', async () => {
    names['rebinding.test'] = [['93.184.216.34'], ['192.168.0.1']]
    await egress.judge('http://rebinding.test/', 'url')
    expect(await codeOf(download('http://rebinding.test/'))).toBe('address_refused')
  })

  it('a download is refused when a name has a special address among public ones', async () => {
    names['mixed.test'] = [['93.184.216.34', '::1']]
    expect(await codeOf(download('http://mixed.test/'))).toBe('address_refused')
  })

  it('a download connects to the address that was judged, once for each use', async () => {
    const port = await serve((request, response) => response.end(request.headers.host))
    names['allowed.test'] = [['127.0.0.1'], ['127.0.0.1'], ['192.168.0.1']]
    expect(Buffer.from(await download(`http://allowed.test:${port}/`)).toString()).toBe(`allowed.test:${port}`)
    await download(`http://allowed.test:${port}/`)
    expect(await codeOf(download(`http://allowed.test:${port}/`))).toBe('address_refused')
  })

  it('a download ends at the size limit, announced or not', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/announced') response.writeHead(200, { 'content-length': 2_000 })
      response.write(Buffer.alloc(1_000))
      response.write(Buffer.alloc(1_000))
      if (request.url === '/announced') response.end()
      // It never ends by itself: the limit has to end it.
    })
    expect(await codeOf(download(`http://127.0.0.1:${port}/announced`, 1_999))).toBe('payload_too_large')
    expect(await codeOf(download(`http://127.0.0.1:${port}/endless`, 1_999))).toBe('payload_too_large')
    expect(await download(`http://127.0.0.1:${port}/announced`, 2_000)).toHaveLength(2_000)
  })

  it.each([
    [404, 'unsupported_media'],
    [403, 'unsupported_media'],
    [304, 'unsupported_media'],
    [302, 'unsupported_media'],
    [408, 'vendor_unreachable'],
    [429, 'vendor_unreachable'],
    [500, 'vendor_unreachable'],
    [503, 'vendor_unreachable'],
  ])('a download reports status %i as %s', async (status, code) => {
    const port = await serve((_request, response) => response.writeHead(status).end())
    expect(await codeOf(download(`http://127.0.0.1:${port}/`))).toBe(code)
  })

  it('a download reports a broken answer, a closed port and an unknown name as unreachable', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 10 })
      response.write('half', () => response.destroy())
    })
    expect(await codeOf(download(`http://127.0.0.1:${port}/`))).toBe('vendor_unreachable')
    expect(await codeOf(download('http://127.0.0.1:1/'))).toBe('vendor_unreachable')
    expect(await codeOf(download('http://unknown.test/'))).toBe('vendor_unreachable')
  })

  it("a download ends with its signal, and throws the signal's reason", async () => {
    const enough = new AbortController()
    const port = await serve((_request, response) => {
      response.write('slow')
      enough.abort(new Error('enough'))
    })
    const work = egress.download(`http://127.0.0.1:${port}/`, { maxBytes: 100, signal: enough.signal })
    await expect(work).rejects.toThrow('enough')
  })
})

describe('post', () => {
  const post = (url: string) => egress.post(url, { headers: { 'x-own': 'yes' }, body: '{"a":"é"}', signal })

  it('a post sends body and headers, and gives the status', async () => {
    let seen: { body: string; own: unknown; agent: unknown } | undefined
    const port = await serve(async (request, response) => {
      const body = (await buffer(request)).toString()
      seen = { body, own: request.headers['x-own'], agent: request.headers['user-agent'] }
      response.writeHead(204).end()
    })
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ status: 204, retryAfterSeconds: null })
    expect(seen).toEqual({ body: '{"a":"é"}', own: 'yes', agent: expect.stringMatching(/^Polyphony\/\d/) })
  })

  it('a post follows five redirects that keep the body, and no sixth', async () => {
    const bodies: string[] = []
    const port = await serve((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      request.on('end', () => {
        bodies.push(body)
        response.writeHead(bodies.length % 2 ? 307 : 308, { location: '/other' }).end()
      })
    })
    const answer = await post(`http://127.0.0.1:${port}/`)
    expect(answer).toMatchObject({ status: 308, location: `http://127.0.0.1:${port}/other` })
    expect(bodies).toEqual(Array(6).fill(bodies[0]))
    expect(bodies[0]).not.toBe('')
  })

  it.each([301, 302, 303])('a post does not follow a %i, which would lose the body', async (status) => {
    let requests = 0
    const port = await serve((_request, response) => {
      requests += 1
      response.writeHead(status, { location: '/other' }).end()
    })
    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({
      status,
      location: `http://127.0.0.1:${port}/other`,
    })
    expect(requests).toBe(1)
  })

  it.each(['http://10.0.0.1/', 'http://[::1]/', 'file:///etc/passwd', 'http://169.254.169.254/'])(
    'a post is not redirected to %s',
    async (location) => {
      const port = await serve((_request, response) => response.writeHead(307, { location }).end())
      await expect(post(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'address_refused' })
    },
  )

  it('a post reads Retry-After', async () => {
    const port = await serve((request, response) => {
      const wait = request.url === '/date' ? 'Thu, 01 Jan 2026 00:02:00 GMT' : '30'
      response.writeHead(429, { 'retry-after': wait }).end()
    })
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ status: 429, retryAfterSeconds: 30 })
    expect(await post(`http://127.0.0.1:${port}/date`)).toEqual({ status: 429, retryAfterSeconds: 120 })
  })

  it('a post does not read a long answer to its end', async () => {
    const port = await serve((_request, response) => {
      const more = (): void => {
        if (!response.destroyed && response.write(Buffer.alloc(65_536))) setImmediate(more)
      }
      response.on('drain', more)
      more()
    })
    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200 })
  })

  it('a post is refused when its name leads to a special address', async () => {
    names['inside.test'] = [['169.254.169.254']]
    expect(await codeOf(post('http://inside.test/'))).toBe('address_refused')
    expect(await codeOf(post('http://[::1]:8080/'))).toBe('address_refused')
  })

  it('a post ends at its time limit when there is no answer', async () => {
    const silent = createTcpServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo // it listens on TCP
    const impatient = open(['127.0.0.0/8'], 50)
    const work = impatient.post(`http://127.0.0.1:${port}/`, { headers: {}, body: '{}', signal })
    await expect(work).rejects.toMatchObject({ name: 'TimeoutError' })
    silent.close()
  })
})

describe('socketFor', () => {
  it('connects accounts of the operator anywhere, and those of a tenant to public addresses only', async () => {
    const port = await serve((_request, response) => response.end())
    const strict = open([])
    names = { 'inside.example': [['127.0.0.1']] }
    const connect = (owner: 'operator' | 'tenant', host: string) =>
      strict.socketFor(owner)(`http://${host}:${port}/v1/realtime`, { headers: {}, signal })
    await expect(connect('operator', '127.0.0.1')).rejects.toMatchObject({ statusCode: 200 })
    expect(await codeOf(connect('tenant', '127.0.0.1'))).toBe('address_refused')
    expect(await codeOf(connect('tenant', 'inside.example'))).toBe('address_refused')
  })

  it('ends the attempt with its signal', async () => {
    const port = await serve(() => {}) // never answers
    const leaving = AbortSignal.timeout(20)
    const attempt = egress.socketFor('operator')(`http://127.0.0.1:${port}/`, { headers: {}, signal: leaving })
    await expect(attempt).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})

describe('fetchFor', () => {
  const megabytes = (count: number, status = 200) =>
    serve((_request, response) => response.writeHead(status).end(Buffer.alloc(count * 2 ** 20)))
  const sizeOf = async (answer: Promise<Response>) => (await (await answer).arrayBuffer()).byteLength / 2 ** 20

  it.each([
    ['tenant', false, 3, 5],
    ['tenant', true, 100, 129],
    ['operator', false, 31, 33],
  ] as const)(
    'an answer of a vendor to a %s, with files: %s, may have %d MiB, but not %d',
    async (owner, hasFiles, taken, refused) => {
      const fetch = egress.fetchFor(owner, 'a tenant')
      const from = async (count: number) => fetch(`http://127.0.0.1:${await megabytes(count)}/`, { hasFiles })
      expect(await sizeOf(from(taken))).toBe(taken)
      expect(await codeOf(from(refused))).toBe('payload_too_large')
    },
  )

  it('an error answer of a vendor is limited to a short size, whatever the request', async () => {
    const url = `http://127.0.0.1:${await megabytes(5, 500)}/`
    expect(await codeOf(egress.fetchFor('tenant')(url, { hasFiles: true }))).toBe('payload_too_large')
  })

  it('an answer of a vendor waits for room while others of the tenant are being read, and arrives whole', async () => {
    const fetch = egress.fetchFor('tenant', 'a tenant')
    const url = `http://127.0.0.1:${await megabytes(40)}/`
    const answers = await Promise.all([1, 2, 3, 4].map(() => sizeOf(fetch(url, { hasFiles: true }))))
    expect(answers).toEqual([40, 40, 40, 40])
  })
})

describe('postJson', () => {
  const postJson = (url: string, timeoutMs = 5_000) => egress.postJson(url, { word: 'é' }, { timeoutMs })

  it('a JSON request sends JSON, and gives status and answer, whatever the status', async () => {
    let seen: { body: string; type: unknown; method: unknown } | undefined
    const port = await serve(async (request, response) => {
      const body = (await buffer(request)).toString()
      seen = { body, type: request.headers['content-type'], method: request.method }
      response.writeHead(418).end('{"a":"ü"}')
    })
    expect(await postJson(`http://127.0.0.1:${port}/`)).toEqual({ status: 418, body: '{"a":"ü"}' })
    expect(seen).toEqual({ body: '{"word":"é"}', type: 'application/json', method: 'POST' })
  })

  it('a JSON request follows no redirect', async () => {
    let requests = 0
    const port = await serve((_request, response) => {
      requests += 1
      response.writeHead(307, { location: '/other' }).end('moved')
    })
    expect(await postJson(`http://127.0.0.1:${port}/`)).toEqual({ status: 307, body: 'moved' })
    expect(requests).toBe(1)
  })

  it('a JSON request reads 64 KiB of an answer, and refuses a longer one', async () => {
    const port = await serve((request, response) => {
      response.write('a'.repeat(65_536))
      if (request.url === '/whole') response.end()
      else response.write('a')
      // It never ends by itself: the limit has to end it.
    })
    expect((await postJson(`http://127.0.0.1:${port}/whole`)).body).toHaveLength(65_536)
    expect(await codeOf(postJson(`http://127.0.0.1:${port}/endless`))).toBe('payload_too_large')
  })

  it('a JSON request is refused when its address is special, also when its name was public before', async () => {
    names['rebinding.test'] = [['93.184.216.34'], ['169.254.169.254']]
    await egress.judge('http://rebinding.test/', 'url')
    expect(await codeOf(postJson('http://rebinding.test/'))).toBe('address_refused')
    expect(await codeOf(postJson('http://[::1]:8080/'))).toBe('address_refused')
    expect(await codeOf(postJson('file:///etc/passwd'))).toBe('address_refused')
  })

  it('a JSON request reports a broken answer, a closed port and an unknown name as unreachable', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 10 })
      response.write('half', () => response.destroy())
    })
    expect(await codeOf(postJson(`http://127.0.0.1:${port}/`))).toBe('vendor_unreachable')
    expect(await codeOf(postJson('http://127.0.0.1:1/'))).toBe('vendor_unreachable')
    expect(await codeOf(postJson('http://unknown.test/'))).toBe('vendor_unreachable')
  })

  it.each([
    ['before it begins', ''],
    ['in its middle', 'half'],
  ])('a JSON request ends at its time limit when the answer stays out %s', async (_when, begun) => {
    const port = await serve((_request, response) => {
      if (begun !== '') response.write(begun)
    })
    const error = await postJson(`http://127.0.0.1:${port}/`, 50).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'vendor_unreachable' })
    expect(String(error)).toContain('did not answer within 50 ms')
  })
})
