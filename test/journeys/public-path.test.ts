import { auth } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from '../../packages/client/src/index.ts'
import { KNOWN_SETTINGS } from '../../src/compose/known-settings.ts'
import { readSettings } from '../../src/config/read-settings.ts'
import { freePort } from '../support/free-port.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { Host } from '../support/oauth-host.ts'
import { openPathProxy, type PathProxy } from '../support/path-proxy.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { claimed, type Visitor, visitor } from '../support/visitor.ts'

const ANA = { email: 'ana@example.org', password: 'a long password of ana', name: 'Ana' }

let proxy: PathProxy
let gateway: TestGateway
let receiver: Receiver
let ana: Visitor

beforeAll(async () => {
  ;[proxy, receiver] = await Promise.all([openPathProxy('/poly'), openReceiver()])
  const port = await freePort()
  gateway = await openGateway({
    env: { PORT: String(port), PUBLIC_URL: `${proxy.url}/`, POLYPHONY_TRUSTED_PROXIES: '127.0.0.1' },
  })
  proxy.gateway = `http://127.0.0.1:${port}`
  ana = await claimed(gateway, ANA)
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await receiver?.close()
  await proxy?.[Symbol.asyncDispose]()
})

/** Every address that a page names, as a browser follows it. */
async function linksOf(address: string): Promise<string[]> {
  const answer = await fetch(address, { headers: { accept: 'text/html' } })
  const text = await answer.text()
  expect([address, answer.status]).toEqual([address, 200])
  const [, base = answer.url] = /<base href="([^"]+)"/.exec(text) ?? []
  return [...text.matchAll(/(?:href|src)="([^"#]+)/g)]
    .map(([, link = '']) => new URL(link, new URL(base, answer.url)).href)
    .filter((link) => link.startsWith(new URL(proxy.url).origin) && !link.endsWith('/poly/'))
}

/** All are of the path; those of the whole host, from before the public address had a path, end with the session. */
function expectCookiesOfPath(cookies: string[], least: number): void {
  const ofHost = cookies.filter((cookie) => /; Path=\/(?:;|$)/.test(cookie))
  expect(ofHost.map((cookie) => cookie.split(';', 2).join())).toEqual([
    expect.stringMatching(/^polyphony-[0-9a-f]{8}\.session_token=, Max-Age=0$/),
    expect.stringMatching(/^polyphony-[0-9a-f]{8}\.key_session=, Max-Age=0$/),
  ])
  const others = cookies.filter((cookie) => !ofHost.includes(cookie))
  expect(others.length).toBeGreaterThanOrEqual(least)
  for (const cookie of others) expect(cookie).toMatch(/; Path=\/poly(?:;|$)/)
}

/** Addresses in a text that are of the proxy's host. */
const addressesIn = (text: string): string[] =>
  [...text.matchAll(/https?:\/\/127\.0\.0\.1:\d+[^"'\s\\)]*/g)].map(([address]) => address)

describe.each([
  ['removes it from requests', true],
  ['leaves it in requests', false],
])('a gateway below a path of its public address, behind a proxy that %s', (_what, removesPath) => {
  beforeEach(() => {
    proxy.removesPath = removesPath
  })

  it('answers with addresses below the path, at which the files are', async () => {
    const { task_id: id } = await gateway.piapi.song(
      { prompt: 'sandbox:fast', title: 'a' },
      { key: TEST_KEY, config: { webhook_config: { endpoint: `${receiver.url}/hook`, secret: '' } } },
    )
    await gateway.piapi.ended(id, { key: TEST_KEY })
    const { body } = await gateway.send('GET', `/api/v1/task/${id}`, { key: TEST_KEY })
    await receiver.until((received) => received.some((one) => one.body.includes(id)))
    const sent = receiver.received.find((one) => one.body.includes(id))?.body ?? ''
    for (const text of [JSON.stringify(body), sent]) {
      const files = addressesIn(text).filter((address) => !address.startsWith(receiver.url))
      expect(files.length).toBeGreaterThan(1)
      for (const address of files) {
        expect(address.startsWith(`${proxy.url}/files/`), address).toBe(true)
        expect((await fetch(address)).status).toBe(200)
      }
    }
  })

  it('links from its pages only to what is below the path', async () => {
    const pages = ['/', '', '/library', '/docs', '/docs/suno', '/guide', '/guide/en/mcp', '/guide/zh/getting-started']
    const links = new Set((await Promise.all(pages.map((page) => linksOf(proxy.url + page)))).flat())
    expect(links.size).toBeGreaterThan(50)
    const wrong: unknown[] = []
    for (const link of links) {
      const { status, url } = await fetch(link, { method: 'HEAD', headers: { accept: 'text/html' } })
      if (status !== 200 || !url.startsWith(proxy.url)) wrong.push([link, status, url])
    }
    expect(wrong).toEqual([])
  })

  it('names its whole address where it is described', async () => {
    const document = (await (await fetch(`${proxy.url}/openapi.json`)).json()) as { servers: { url: string }[] }
    expect(document.servers).toEqual([{ url: proxy.url }])
    for (const page of ['/llms.txt', '/docs/suno']) {
      const addresses = addressesIn(await (await fetch(proxy.url + page)).text())
      expect(addresses.filter((address) => !address.startsWith(proxy.url))).toEqual([])
    }
  })

  it('keeps the session of its pages in cookies of the path, which the host’s other pages do not get', async () => {
    const other = visitor(gateway)
    const { headers } = await other.send('POST', '/api/auth/sign-in/email', { body: ANA })
    expectCookiesOfPath(headers.getSetCookie(), 1)
    expect(await other.data('GET', '/api/workspace/session')).toMatchObject({ person: { email: ANA.email } })
    const ended = await other.send('POST', '/api/workspace/sign-out')
    expectCookiesOfPath(ended.headers.getSetCookie(), 2)
    expect((await other.send('GET', '/api/v1/keys')).status).toBe(401)
  })

  it('sends a sign-in that failed back to its own page', async () => {
    for (const path of ['callback/oidc?code=x', 'error?error=state_not_found']) {
      const { headers } = await fetch(`${proxy.url}/api/auth/${path}`, { redirect: 'manual' })
      expect(headers.get('location')).toBe(`${proxy.url}/sign-in?error=state_not_found`)
    }
  })

  it('lets hosts of MCP in, whose metadata is between the host and the path', async () => {
    const host = new Host()
    const serverUrl = `${proxy.url}/mcp`
    const challenge = (await gateway.send('POST', '/mcp', { key: null, body: {} })).headers.get('www-authenticate')
    const { origin } = new URL(proxy.url)
    expect(challenge).toContain(`resource_metadata="${origin}/.well-known/oauth-protected-resource/poly/mcp"`)
    expect(await auth(host, { serverUrl })).toBe('REDIRECT')
    expect(host.sentTo?.href.startsWith(`${proxy.url}/api/auth/oauth2/authorize?`)).toBe(true)
    const cookie = [...ana.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const asks = await fetch(host.sentTo ?? '', { redirect: 'manual', headers: { cookie } })
    const page = new URL(asks.headers.get('location') ?? '', proxy.url)
    expect(page.href.startsWith(`${proxy.url}/connect?`)).toBe(true)
    const decision = { query: page.search.slice(1), allow: true, mode: 'test' }
    const { url } = await ana.data<{ url: string }>('POST', '/api/workspace/connection/decision', { body: decision })
    const { code: authorizationCode = '', iss = '' } = Object.fromEntries(new URL(url).searchParams)
    expect(await auth(host, { serverUrl, authorizationCode, iss })).toBe('AUTHORIZED')
    const initialize = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
    const headers = {
      authorization: `Bearer ${host.kept?.access_token}`,
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    }
    expect((await gateway.send('POST', '/mcp', { key: null, headers, body: initialize })).status).toBe(200)
  })

  it('is called by the client of TypeScript at its whole address', async () => {
    const client = createClient({ url: proxy.url, key: TEST_KEY })
    const song = await client.suno.music({ prompt: 'sandbox:fast' })
    const [clip] = song.output.clips
    expect(clip?.audio.startsWith(`${proxy.url}/files/`)).toBe(true)
    expect((await fetch(clip?.audio ?? '')).status).toBe(200)
  })

  it('makes links for people below the path', async () => {
    const { link } = await ana.data<{ link: string }>('POST', '/api/v1/invitations', { body: { role: 'member' } })
    expect(link.startsWith(`${proxy.url}/invitation#`)).toBe(true)
    expect((await fetch(link, { headers: { accept: 'text/html' } })).status).toBe(200)
    expect(gateway.gateway.enterLink('a key', '/library')).toMatch(new RegExp(`^${proxy.url}/enter\\?`))
  })
})

it('two gateways of one host keep their sessions apart in one browser, whose cookies know neither ports nor paths above', async () => {
  await using other = await openGateway({ env: { POLYPHONY_SECRET: 'the master secret of another gateway' } })
  await claimed(other, ANA)
  const browser = new Map(ana.cookies)
  const at = (gateway: Pick<TestGateway, 'send' | 'url'>): Visitor => {
    const one = visitor(gateway)
    for (const [name, value] of browser) one.cookies.set(name, value)
    return one
  }
  const second = at(other)
  expect((await second.send('POST', '/api/auth/sign-in/email', { body: ANA })).status).toBe(200)
  expect(second.cookies.size).toBeGreaterThan(browser.size)
  for (const [name, value] of second.cookies) browser.set(name, value)
  expect([...ana.cookies.keys()].filter((name) => !second.cookies.has(name))).toEqual([])
  for (const one of [at(gateway), at(other)]) {
    expect(await one.data('GET', '/api/workspace/session')).toMatchObject({ person: { email: ANA.email } })
  }
  const leaves = at(other)
  await leaves.data('POST', '/api/workspace/sign-out', { body: {} })
  expect([...ana.cookies.keys()].filter((name) => !leaves.cookies.has(name))).toEqual([])
  expect(await at(gateway).data('GET', '/api/workspace/session')).toMatchObject({ person: { email: ANA.email } })
})

describe('the path of a public address', () => {
  it.each([
    ['https://media.example/v1', /routes of the gateway begin with \/v1/],
    ['https://media.example/polyphony/x', /routes of the gateway begin with \/polyphony/],
    ['https://media.example/studio', /begin with \/studio/],
    ['https://media.example/mj-fast', /begin with \/mj-fast/],
    ['https://media.example/poly?x=1', /a host, a port and a path, and nothing else/],
    ['https://user:password@media.example', /a host, a port and a path, and nothing else/],
    ['https://media.example/a//b', /between single slashes/],
    ['https://media.example/a%20b', /between single slashes/],
  ])('%s is refused in one sentence', (address, why) => {
    const { faults } = readSettings({ PUBLIC_URL: address }, KNOWN_SETTINGS)
    expect(faults).toEqual([expect.stringMatching(why)])
    expect(faults[0]).toMatch(/^PUBLIC_URL/)
  })

  it.each([
    ['https://media.example', 'https://media.example'],
    ['https://media.example/', 'https://media.example'],
    ['https://media.example:8443/poly/', 'https://media.example:8443/poly'],
    ['http://media.example/a/b-c', 'http://media.example/a/b-c'],
  ])('%s is used as %s', (address, used) => {
    expect(readSettings({ PUBLIC_URL: address }, KNOWN_SETTINGS).values?.PUBLIC_URL).toBe(used)
  })
})
