import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { freePort } from '../support/free-port.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { rawRequest } from '../support/raw-request.ts'

/** The status, and an error without what differs from request to request. */
async function answerOf(url: string, method: string, path: string): Promise<[number, string]> {
  const headers = { 'x-api-key': TEST_KEY, ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) }
  const answer = await fetch(url + path, { method, headers, ...(method === 'GET' ? {} : { body: '{}' }) })
  // A stream of events has no end.
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  if (isStream) await answer.body?.cancel()
  const text = isStream ? '' : await answer.text()
  // Answers have ids and instants of their own; errors have the id of the request at most.
  return [answer.status, answer.ok ? '' : text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')]
}

describe('the path of a request', () => {
  let gateway: TestGateway
  let routes: [method: string, path: string][]
  beforeAll(async () => {
    gateway = await openGateway()
    const document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as {
      paths: Record<string, JsonObject>
    }
    routes = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((method) => method === 'get' || method === 'post')
        .map((method): [string, string] => [
          method.toUpperCase(),
          path.replace('{speed}', 'fast').replaceAll(/\{\w+\}/g, 'x'),
        ]),
    )
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  it('several slashes count as one, on every route', async () => {
    console.log(`slashes: ${routes.length} routes`)
    const wrong: unknown[] = []
    for (const [method, path] of routes) {
      const [plain, doubled] = [
        await answerOf(gateway.url, method, path),
        await answerOf(gateway.url, method, `/${path.replace(/\/(?=[^/]*$)/, '//')}`),
      ]
      if (plain[0] !== doubled[0]) wrong.push([method, path, plain, doubled])
    }
    expect(wrong).toEqual([])
  })

  it.each(['suno', 'mj', 'mj-fast', 'luma', 'runway', 'kling', 'udio', 'ideogram', 'replicate', 'fal', 'minimax'])(
    'the routes of /%s are answered below /v1, too',
    async (first) => {
      const own = routes.filter(([, path]) => path.startsWith(`/${first}/`))
      expect(own.length).toBeGreaterThan(0)
      for (const [method, path] of own) {
        const [plain, below] = [
          await answerOf(gateway.url, method, path),
          await answerOf(gateway.url, method, `/v1${path}`),
        ]
        expect([path, ...below]).toEqual([path, ...plain])
      }
    },
  )

  it('OpenAI’s calls are served below /openai/v1, and models to a key in Gemini’s header as Gemini lists them', async () => {
    const models = async (path: string, headers: Record<string, string>) =>
      (await gateway.send('GET', path, { key: null, headers })).body
    const bearer = { authorization: `Bearer ${LIVE_KEY}` }
    expect(await models('/openai/v1/models', bearer)).toMatchObject({ object: 'list' })
    expect(await models('/v1/models', bearer)).toMatchObject({ object: 'list' })
    expect(await models('/v1/models', { 'x-goog-api-key': LIVE_KEY })).toMatchObject({ models: expect.any(Array) })
    const called = await gateway.send('POST', '/openai/v1/chat/completions', { body: {} })
    expect(called).toMatchObject({ status: 400, body: { error: { param: 'model' } } })
  })

  it.each(['/v1/nothing', '/v1/files/a.png', '/v1/healthz', '/v1'])('%s is no route', async (path) => {
    expect((await answerOf(gateway.url, 'GET', path))[0]).toBe(404)
  })

  it('a path without a route is 404, whatever its body', async () => {
    for (const type of ['application/json', 'text/xml', 'multipart/form-data']) {
      const headers = { 'x-api-key': LIVE_KEY, 'content-type': type, 'content-encoding': 'none of ours' }
      for (const path of ['/nothing', '/api/v1/nothing', '/suno/nothing', '/v1/nothing']) {
        const { status } = await fetch(gateway.url + path, { method: 'POST', headers, body: '{' })
        expect([path, type, status]).toEqual([path, type, 404])
      }
    }
  })
})

describe('a gateway that listens at all addresses and was given no public one', () => {
  let gateway: TestGateway
  let port: number
  beforeAll(async () => {
    port = await freePort()
    gateway = await openGateway({
      env: { HOST: '0.0.0.0', PORT: String(port), POLYPHONY_TRUSTED_PROXIES: '127.0.0.1' },
    })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const at = (path: string, host: string, more: Record<string, string> = {}) => {
    const headers = { Host: host, 'x-api-key': TEST_KEY, ...more }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    return rawRequest(`http://127.0.0.1:${port}`, [`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`])
  }

  it('builds URLs from the address of the request, and warns at the start', async () => {
    expect(gateway.gateway.report.warnings.join()).toContain('set PUBLIC_URL to the address that callers use')
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:fast', title: 'a' }, { key: TEST_KEY })
    await gateway.piapi.ended(id, { key: TEST_KEY })
    const urls = (text: string) => [...text.matchAll(/(https?:\/\/[^/"]+)\/files\//g)].map(([, origin]) => origin)
    const read = async (host: string, more?: Record<string, string>) => [
      ...new Set(urls((await at(`/api/v1/task/${id}`, host, more)).body)),
    ]
    expect(await read('media.example')).toEqual(['http://media.example'])
    expect(await read('192.168.1.9:8080')).toEqual(['http://192.168.1.9:8080'])
    expect(await read('[fe80::1]:8080')).toEqual(['http://[fe80::1]:8080'])
    const forwarded = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'studio.example' }
    expect(await read('inside', forwarded)).toEqual(['https://studio.example'])
    expect(await read('a b"<c')).toEqual([`http://localhost:${port}`])
  })

  it('is described under a relative address, which is the same for all', async () => {
    const { body } = await at('/openapi.json', 'media.example')
    expect(body).toContain('"servers":[{"url":"/"}]')
    expect(body).not.toContain('media.example')
  })
})

describe('a gateway with proxies that are not trusted', () => {
  it('does not believe what they say, and needs no public address to be reached at its own', async () => {
    const port = await freePort()
    await using gateway = await openGateway({ env: { HOST: '0.0.0.0', PORT: String(port) } })
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:fast', title: 'a' }, { key: TEST_KEY })
    await gateway.piapi.ended(id, { key: TEST_KEY })
    const { body } = await gateway.send('GET', `/api/v1/task/${id}`, {
      key: TEST_KEY,
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    })
    expect(JSON.stringify(body)).toContain(`http://localhost:${port}/files/`)
    expect(JSON.stringify(body)).not.toContain('evil.example')
  })
})
