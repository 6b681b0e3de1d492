import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'

describe('what a client may expect of any HTTP server', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await openGateway()
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(gateway.url + path, { headers: { 'x-api-key': LIVE_KEY, ...headers }, redirect: 'manual' })

  describe.each([['/openapi.json'], ['/docs/openapi.json'], ['/openapi/kling.json'], ['/api/v1/models']])(
    '%s',
    (path) => {
      it.each([['br'], ['gzip']])('is sent as %s to a client that accepts it', async (encoding) => {
        const plain = await get(path, { 'accept-encoding': 'identity' })
        const squeezed = await get(path, { 'accept-encoding': `${encoding};q=0.9, deflate` })
        expect(plain.headers.get('content-encoding')).toBeNull()
        expect(squeezed.headers.get('content-encoding')).toBe(encoding)
        expect(squeezed.headers.get('vary')).toBe('accept-encoding')
        const text = await plain.text()
        expect(Number(squeezed.headers.get('content-length'))).toBeLessThan(text.length / 4)
        expect(await squeezed.text()).toBe(text)
      })

      it('is 304 for a client that has it, and only for that', async () => {
        const tag = (await get(path)).headers.get('etag') ?? ''
        expect(tag).toMatch(/^W\/"[\w-]{27}"$/)
        const same = await get(path, { 'if-none-match': `"other", ${tag}` })
        expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', tag])
        expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200)
      })
    },
  )

  it.each([
    ['identity', null],
    ['gzip;q=0, br;q=0.0', null],
    ['GZIP', 'gzip'],
    ['gzip, br', 'br'],
  ])('Accept-Encoding: %s is answered with the encoding %s', async (accepted, encoding) => {
    const answer = await get('/openapi.json', { 'accept-encoding': accepted })
    expect(answer.headers.get('content-encoding')).toBe(encoding)
    await answer.text()
  })

  it('a small answer is sent as it is', async () => {
    const { headers } = await get('/api/status', { 'accept-encoding': 'gzip, br' })
    expect([headers.get('content-encoding'), headers.get('vary'), headers.get('etag')]).toEqual([null, null, null])
  })

  it('a document of one protocol is valid, and has nothing but that protocol and its schemas', async () => {
    const whole = (await (await get('/openapi.json')).json()) as JsonObject
    const wholePaths = Object.keys(whole.paths as JsonObject)
    const seen: string[] = []
    for (const id of ['piapi', 'kling', 'fal', 'openai-images', 'polyphony']) {
      const one = (await (await get(`/openapi/${id}.json`)).json()) as JsonObject
      expect(await new Validator().validate(structuredClone(one)), id).toMatchObject({ valid: true })
      const paths = Object.keys(one.paths as JsonObject)
      expect(paths.length).toBeLessThan(wholePaths.length / 2)
      const { schemas } = one.components as { schemas: JsonObject }
      const named = [...JSON.stringify(one).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name)
      expect([...new Set(named)].sort()).toEqual(Object.keys(schemas).sort())
      seen.push(...paths)
    }
    expect(wholePaths).toEqual(expect.arrayContaining(seen))
    const unknown = await get('/openapi/none.json')
    expect(unknown.status).toBe(404)
    expect(await unknown.text()).toContain('kling.json')
  })

  it('a browser that is given the address finds the workspace, an icon and a robots.txt', async () => {
    const home = await get('/')
    expect([home.status, home.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await home.text()).toContain('<base href="/" />')
    const icon = await get('/favicon.ico')
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
    expect(await icon.text()).toMatch(/^<svg .*<\/svg>$/)
    expect(await (await get('/robots.txt')).text()).toContain('Disallow: /')
  })

  it('a key with a rate limit is told what is left of it on every answer', async () => {
    const { key } = await gateway.tenant({ key: { requestsPerMinute: 3 } })
    const read = async () => {
      const { status, headers } = await get('/api/v1/task/none', { 'x-api-key': key })
      const of = (name: string) => headers.get(name)
      const state = [of('x-ratelimit-limit'), of('x-ratelimit-remaining'), of('ratelimit-policy')]
      return [status, ...state, of('ratelimit')?.split(';')[1], of('retry-after') !== null]
    }
    const policy = '"key";q=3;w=60'
    expect(await read()).toEqual([404, '3', '2', policy, 'r=2', false])
    expect(await read()).toEqual([404, '3', '1', policy, 'r=1', false])
    expect(await read()).toEqual([404, '3', '0', policy, 'r=0', false])
    expect(await read()).toEqual([429, '3', '0', policy, 'r=0', true])
    const { headers } = await get('/api/v1/task/none')
    expect(headers.get('x-ratelimit-limit')).toBeNull()
  })
})
