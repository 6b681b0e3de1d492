import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

const PAGE = 'https://app.example'
const PREFLIGHT = {
  origin: PAGE,
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-type,x-api-key',
}

/** Every path of the document, with something in the place of its parameters. */
async function pathsOf({ url }: TestGateway): Promise<string[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, unknown> }
  return Object.keys(document.paths).map((path) => path.replaceAll(/\{\w+\}/g, 'x'))
}

describe('a page of another origin', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await openGateway()
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  it('a preflight is answered with 204 on every route, without a key', async () => {
    const paths = await pathsOf(gateway)
    console.log(`preflights: ${paths.length} paths`)
    expect(paths.length).toBeGreaterThan(300)
    const wrong: unknown[] = []
    for (const path of paths) {
      const { status, headers } = await fetch(gateway.url + path, { method: 'OPTIONS', headers: PREFLIGHT })
      const found = [
        status,
        headers.get('access-control-allow-origin'),
        headers.get('access-control-allow-headers'),
        headers.get('access-control-allow-credentials'),
      ]
      if (found.join('|') !== `204|*|${PREFLIGHT['access-control-request-headers']}|`) wrong.push([path, ...found])
      if (!headers.get('access-control-allow-methods')?.includes('PATCH')) wrong.push([path, 'methods'])
    }
    expect(wrong).toEqual([])
  })

  it('reads answers, errors and streams of every protocol', async () => {
    const body = JSON.stringify({ operation: 'suno/lyrics', input: { prompt: 'sandbox:fast' } })
    const json = { origin: PAGE, 'content-type': 'application/json' }
    const submitted = await fetch(`${gateway.url}/polyphony/v1/tasks`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${TEST_KEY}` },
      body,
    })
    const { id } = (await submitted.json()) as { id: string }
    const key = { authorization: `Bearer ${TEST_KEY}` }
    const answers = [
      submitted,
      await fetch(`${gateway.url}/api/v1/task/${id}/events`, { headers: { ...key, origin: PAGE } }),
      await fetch(`${gateway.url}/api/v1/models`, { headers: { ...key, origin: PAGE } }),
      await fetch(`${gateway.url}/api/v1/task/none`, { headers: { origin: PAGE } }),
      await fetch(`${gateway.url}/nothing`, { headers: { origin: PAGE } }),
      await fetch(`${gateway.url}/files/%zz`, { headers: { origin: PAGE } }),
      await fetch(`${gateway.url}/kling/v1/videos/text2video`, { method: 'POST', headers: json, body: '{' }),
      await fetch(`${gateway.url}/luma/generations`, { method: 'POST', headers: { ...json, ...key }, body: '{' }),
    ]
    await Promise.all(answers.filter(({ bodyUsed }) => !bodyUsed).map((answer) => answer.text()))
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 401, 404, 404, 401, 400])
    for (const { url, headers } of answers) {
      expect([url, headers.get('access-control-allow-origin')]).toEqual([url, '*'])
      expect([url, headers.get('access-control-expose-headers')]).toEqual([url, '*'])
    }
  })

  it('a request without an origin has no header of this kind in its answer', async () => {
    const { headers } = await fetch(`${gateway.url}/api/v1/models`, { headers: { 'x-api-key': LIVE_KEY } })
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('origins that the operator names', () => {
  const allowed = (url: string, origin: string) => fetch(`${url}/healthz`, { headers: { origin } })

  it('only pages of those may call, and caches are told so', async () => {
    await using gateway = await openGateway({ env: { POLYPHONY_CORS_ORIGINS: `${PAGE},http://localhost:5173` } })
    const ours = await allowed(gateway.url, PAGE)
    expect(ours.headers.get('access-control-allow-origin')).toBe(PAGE)
    expect(ours.headers.get('vary')).toContain('Origin')
    const other = await allowed(gateway.url, 'https://other.example')
    expect([other.headers.get('access-control-allow-origin'), other.headers.get('vary')]).toEqual([null, 'Origin'])
    const models = await fetch(`${gateway.url}/api/v1/models`, { headers: { 'x-api-key': LIVE_KEY, origin: PAGE } })
    expect(models.headers.get('vary')).toBe('Origin, accept-encoding')
  })

  it('with "off" no page may call', async () => {
    await using gateway = await openGateway({ env: { POLYPHONY_CORS_ORIGINS: 'off' } })
    const answer = await fetch(`${gateway.url}/api/v1/task`, { method: 'OPTIONS', headers: PREFLIGHT })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, null])
  })
})
