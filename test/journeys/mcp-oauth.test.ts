import { auth, Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Egress } from '../../src/assets/egress.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { AuthCondition } from '../../src/store/people-verbs.ts'
import type { Store } from '../../src/store/store.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { Host, RETURNS_TO, type Tokens } from '../support/oauth-host.ts'
import { rawRequest } from '../support/raw-request.ts'
import { openReceiver, type Receiver, type Reply } from '../support/receiver.ts'
import { claimed, type Visitor, visitor } from '../support/visitor.ts'

/** Hosts of language models that are let in by a person, with the official client's own steps of OAuth, over real HTTP. */

const ANA = { email: 'ana@example.org', password: 'a long password of ana', name: 'Ana' }
const BEN = { email: 'ben@example.org', password: 'a long password of ben', name: 'Ben' }
const CLEO = { email: 'cleo@example.org', password: 'a long password of cleo', name: 'Cleo' }
const DORA = { email: 'dora@example.org', password: 'a long password of dora', name: 'Dora' }

describe('a client of MCP that a person lets in', () => {
  let gateway: TestGateway
  let ana: Visitor
  let host: Host
  const clients: Client[] = []

  beforeAll(async () => {
    gateway = await openGateway()
  })
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()))
    await gateway?.[Symbol.asyncDispose]()
  })

  const server = (path = '/mcp') => new URL(path, gateway.url)

  /** Where an address of the gateway redirects a browser. */
  async function redirected(address: string | URL, { cookies }: Visitor): Promise<URL> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const { status, headers } = await fetch(address, { redirect: 'manual', headers: { cookie } })
    expect(status).toBe(302)
    return new URL(headers.get('location') ?? '', gateway.url)
  }

  /** Where the browser is led from the client's address, as the query of the page that asks. */
  async function ledTo({ sentTo }: Host, browser: Visitor): Promise<string> {
    const page = await redirected(sentTo ?? '', browser)
    expect(page.pathname).toBe('/connect')
    return page.search.slice(1)
  }

  async function decided(browser: Visitor, body: JsonObject): Promise<URL> {
    const { url } = await browser.data<{ url: string }>('POST', '/api/workspace/connection/decision', { body })
    return new URL(url)
  }

  async function letIn(one: Host, browser: Visitor, choices: JsonObject = {}, path = '/mcp'): Promise<void> {
    expect(await auth(one, { serverUrl: server(path) })).toBe('REDIRECT')
    const back = await decided(browser, { query: await ledTo(one, browser), allow: true, mode: 'test', ...choices })
    expect(back.href.startsWith(RETURNS_TO)).toBe(true)
    expect(back.searchParams.get('state')).toBe('a state')
    const authorizationCode = back.searchParams.get('code') ?? ''
    const iss = back.searchParams.get('iss') ?? undefined
    expect(await auth(one, { serverUrl: server(path), authorizationCode, ...(iss === undefined ? {} : { iss }) })).toBe(
      'AUTHORIZED',
    )
  }

  async function connected(one: Host, path = '/mcp'): Promise<Client> {
    const client = new Client({ name: 'journey', version: '1.0.0' })
    await client.connect(new StreamableHTTPClientTransport(server(path), { authProvider: one }))
    clients.push(client)
    return client
  }

  const keyOf = async () =>
    (await ana.data<{ items: JsonObject[] }>('GET', '/api/v1/keys')).items.findLast(({ name }) => name === 'A host')
  const bare = (path: string, token: string) =>
    gateway.send('POST', path, { key: null, headers: { authorization: `Bearer ${token}` }, body: {} })

  it('before anyone could sign in, the metadata of MCP names no authorization server', async () => {
    const { body } = await gateway.send('GET', '/.well-known/oauth-protected-resource/mcp', { key: null })
    expect(body).not.toHaveProperty('authorization_servers')
    const { status } = await gateway.send('GET', '/.well-known/oauth-authorization-server/api/auth', { key: null })
    expect(status).toBe(404)
    ana = await claimed(gateway, ANA)
  })

  it('a request without a key is told where the metadata is, by the path that it was for', async () => {
    for (const path of ['/mcp', '/mcp/piapi']) {
      const { status, headers } = await gateway.send('POST', path, { key: null, body: {} })
      expect(status).toBe(401)
      const metadata = `${gateway.url}/.well-known/oauth-protected-resource${path}`
      expect(headers.get('www-authenticate')).toBe(`Bearer realm="polyphony", resource_metadata="${metadata}"`)
    }
    expect((await bare('/mcp', 'poly_at_unknown')).headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  it('the official client registers, is let in with its limits, and makes what a person asks of it', async () => {
    host = new Host()
    await expect(connected(host)).rejects.toThrow(UnauthorizedError)
    const query = await ledTo(host, visitor(gateway)) // not signed in: to the same page, which leads to signing in
    const asked = await ana.data('POST', '/api/workspace/connection', { body: { query } })
    expect(asked).toEqual({ client: 'A host', uri: null, document: null, returns_to: 'http://127.0.0.1:7777' })
    await letIn(host, ana, { monthly_limit_usd: 2 })
    expect(host.kept).toMatchObject({ token_type: 'Bearer', refresh_token: expect.stringMatching(/^poly_rt_/) })
    const client = await connected(host)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('submit')
    const input = { prompt: 'fog sandbox:fast' }
    const made = await client.callTool({
      name: 'submit',
      arguments: { operation: 'suno/lyrics', input, wait_seconds: 20 },
    })
    expect(made.structuredContent).toMatchObject({ status: 'completed' })
    expect(await keyOf()).toMatchObject({ mode: 'test', role: 'member', monthly_limit_usd: 2, revoked_at: null })
  })

  it('the connection is in the audit, with the client and the person, and without a secret', async () => {
    const { items } = await ana.data<{ items: JsonObject[] }>('GET', '/api/admin/audit?verb=connection.allow')
    expect(items).toMatchObject([
      { verb: 'connection.allow', actor: expect.stringMatching(/^person:/), after: { name: 'A host', mode: 'test' } },
    ])
    expect(JSON.stringify(items)).not.toMatch(/poly_|sk-/)
  })

  it('an access token is for MCP alone, and is refreshed by a token that works once', async () => {
    const { access_token: access, refresh_token: refresh = '' } = host.kept as Tokens
    expect(access).toMatch(/^poly_at_/)
    expect((await bare('/polyphony/v1/tasks', access)).status).toBe(401)
    expect(await auth(host, { serverUrl: server() })).toBe('AUTHORIZED')
    expect(host.kept?.access_token).not.toBe(access)
    await connected(host)
    const again = await fetch(new URL('/api/auth/oauth2/token', gateway.url), {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: refresh,
        client_id: host.registration?.client_id ?? '',
      }),
    })
    expect(again.status).toBe(400)
    expect(await again.json()).toMatchObject({ error: 'invalid_grant' })
  })

  it('a revoked key ends the connection: no token of it works, and none is refreshed', async () => {
    await letIn(host, ana) // the replay above ended the earlier tokens
    const client = await connected(host)
    const { access_token: access, refresh_token: refresh = '' } = host.kept as Tokens
    const { id } = (await keyOf()) as { id: string }
    await ana.data('POST', `/api/v1/keys/${id}/revoke`)
    await expect(client.listTools()).rejects.toThrow()
    expect((await bare('/mcp', access)).status).toBe(401)
    const refreshed = await fetch(new URL('/api/auth/oauth2/token', gateway.url), {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: refresh,
        client_id: host.registration?.client_id ?? '',
      }),
    })
    expect(await refreshed.json()).toMatchObject({ error: 'invalid_grant' })
  })

  it('a person sees and ends their own connections, and nobody else’s', async () => {
    const own = new Host()
    await letIn(own, ana, { mode: 'live' })
    const path = '/api/workspace/connections'
    const list = async () => (await ana.data<{ items: JsonObject[] }>('GET', path)).items
    const [one] = await list()
    expect(one).toMatchObject({ client: 'A host', tenant: gateway.tenantId, tenant_name: 'house', mode: 'live' })
    const { token } = await ana.data('POST', '/api/v1/invitations', { body: { role: 'member' } })
    const cleo = visitor(gateway)
    await cleo.data('POST', '/api/workspace/sign-up', { body: { ...CLEO, invitation: token } })
    expect(await cleo.data('GET', path)).toEqual({ items: [] })
    expect((await cleo.send('DELETE', `${path}/${one?.id}`)).status).toBe(404)
    await ana.data('DELETE', `${path}/${one?.id}`)
    expect((await bare('/mcp', own.kept?.access_token ?? '')).status).toBe(401)
    expect(await list()).not.toContainEqual(expect.objectContaining({ id: one?.id }))
  })

  it('a token that the client revokes works no more', async () => {
    const own = new Host()
    await letIn(own, ana)
    const { access_token: token } = own.kept as Tokens
    expect((await bare('/mcp', token)).status).not.toBe(401)
    const revoked = await fetch(new URL('/api/auth/oauth2/revoke', gateway.url), {
      method: 'POST',
      body: new URLSearchParams({
        token,
        token_type_hint: 'access_token',
        client_id: own.registration?.client_id ?? '',
      }),
    })
    expect(revoked.status).toBe(200)
    expect((await bare('/mcp', token)).status).toBe(401)
  })

  it('a person may refuse, and the client is told so', async () => {
    const own = new Host()
    expect(await auth(own, { serverUrl: server() })).toBe('REDIRECT')
    const back = await decided(ana, { query: await ledTo(own, ana), allow: false })
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', state: 'a state' })
  })

  it('a changed query, a viewer and a key’s session let nobody in, and nothing is stored', async () => {
    const own = new Host()
    await auth(own, { serverUrl: server() })
    const query = await ledTo(own, ana)
    const path = '/api/workspace/connection/decision'
    const keys = async () => (await ana.data<{ items: unknown[] }>('GET', '/api/v1/keys')).items.length
    const before = await keys()
    for (const wrong of [
      query.replace('mcp', 'mcp+x'),
      'client_id=unknown',
      `${query}&redirect_uri=https://evil.example`,
    ]) {
      const { status, body } = await ana.send('POST', path, { body: { query: wrong, allow: true } })
      expect({ status, body }).toMatchObject({ status: 400, body: { error: { field: 'query' } } })
    }
    const { token } = await ana.data('POST', '/api/v1/invitations', { body: { role: 'viewer' } })
    const ben = visitor(gateway)
    await ben.data('POST', '/api/workspace/sign-up', { body: { ...BEN, invitation: token } })
    const refused = await ben.send('POST', path, { body: { query, allow: true } })
    expect(refused).toMatchObject({ status: 403, body: { error: { type: 'forbidden' } } })
    const elsewhere = { query, allow: true, tenant: '01234567-89ab-4cde-8f01-23456789ab00' }
    expect((await ana.send('POST', path, { body: elsewhere })).status).toBe(404)
    expect((await visitor(gateway).send('POST', path, { body: { query, allow: true } })).status).toBe(401)
    expect(await keys()).toBe(before)
  })

  it('nobody who was removed keeps a connection', async () => {
    const { token } = await ana.data('POST', '/api/v1/invitations', { body: { role: 'member' } })
    const dora = visitor(gateway)
    await dora.data('POST', '/api/workspace/sign-up', { body: { ...DORA, invitation: token } })
    const own = new Host()
    await letIn(own, dora)
    expect((await bare('/mcp', own.kept?.access_token ?? '')).status).not.toBe(401)
    const { items } = await ana.data<{ items: JsonObject[] }>('GET', '/api/admin/people')
    const { id } = items.find(({ email }) => email === DORA.email) as { id: string }
    await ana.data('DELETE', `/api/admin/people/${id}`)
    expect((await bare('/mcp', own.kept?.access_token ?? '')).status).toBe(401)
    const where: AuthCondition[] = [{ column: 'person_id', operator: 'eq', value: id, connector: 'AND' }]
    for (const table of ['oauth_access_tokens', 'oauth_refresh_tokens', 'oauth_consents'] as const) {
      expect([table, await gateway.store.countAuthRows({ table, where })]).toEqual([table, 0])
    }
  })

  it('a client without PKCE, or for another resource, is sent back with an error', async () => {
    const own = new Host()
    await auth(own, { serverUrl: server() })
    const errors = async (change: (search: URLSearchParams) => void) => {
      const url = new URL(own.sentTo ?? '')
      change(url.searchParams)
      return (await redirected(url, ana)).searchParams.get('error')
    }
    expect(await errors((search) => search.delete('code_challenge'))).toBe('invalid_request')
    expect(await errors((search) => search.set('resource', 'https://elsewhere.example/mcp'))).toBe('invalid_target')
    expect(await errors((search) => search.set('scope', 'everything'))).toBe('invalid_scope')
  })
})

describe('a client of MCP that is known by the address of a document about it', () => {
  const ADDRESS = 'https://host.example/mcp/client.json'
  const SILENT = '/silent'
  let gateway: TestGateway
  let receiver: Receiver
  let ana: Visitor
  let now = Date.now()
  /** What the host answers at each of its paths. */
  let answers: Record<string, Reply | 'silence'>

  const document = (changes: JsonObject = {}) => ({
    client_id: ADDRESS,
    client_name: 'A host with a page',
    redirect_uris: [RETURNS_TO],
    token_endpoint_auth_method: 'none',
    ...changes,
  })
  const json = (body: unknown, headers = {}): Reply => ({ status: 200, headers, body: JSON.stringify(body) })
  const asked = () => receiver.received.length

  beforeAll(async () => {
    receiver = await openReceiver()
    receiver.onRequest = ({ path }) => answers[path] ?? 404
    // The far side of the network: a host of its own name, which needs a certificate. Limits and errors are the real ones.
    const egress = (opened: Egress): Egress => ({
      ...opened,
      readJson: (url, limits) =>
        opened.readJson(url.replace('https://host.example', receiver.url), {
          ...limits,
          timeoutMs: url.endsWith(SILENT) ? 200 : 60_000, // the machine may be busy
        }),
    })
    gateway = await openGateway({ replaced: { egress, clock: { ...systemClock, now: () => now } } })
    ana = await claimed(gateway, ANA)
  })
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await receiver?.close()
  })

  /** What a browser is answered that comes with the request of a client. */
  async function led(clientId: string, change: Record<string, string> = {}): Promise<Response> {
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      redirect_uri: RETURNS_TO,
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
      scope: 'mcp',
      ...change,
    })
    const cookie = [...ana.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return fetch(`${gateway.url}/api/auth/oauth2/authorize?${query}`, { redirect: 'manual', headers: { cookie } })
  }

  const pageOf = ({ headers }: Response): URL => new URL(headers.get('location') ?? '/none', gateway.url)

  it('is let in by the official client without a registration, and its document is read once', async () => {
    answers = { '/mcp/client.json': json(document()) }
    const pages = await Promise.all([led(ADDRESS), led(ADDRESS), led(ADDRESS)])
    expect(pages.map((one) => pageOf(one).pathname)).toEqual(['/connect', '/connect', '/connect'])
    const host = new Host(ADDRESS)
    const serverUrl = `${gateway.url}/mcp`
    expect(await auth(host, { serverUrl })).toBe('REDIRECT')
    expect(host.sentTo?.searchParams.get('client_id')).toBe(ADDRESS)
    const page = pageOf(await led(ADDRESS, Object.fromEntries(host.sentTo?.searchParams ?? [])))
    const query = page.search.slice(1)
    expect(await ana.data('POST', '/api/workspace/connection', { body: { query } })).toEqual({
      client: 'A host with a page',
      uri: null,
      document: ADDRESS,
      returns_to: 'http://127.0.0.1:7777',
    })
    const decision = { query, allow: true, mode: 'test' }
    const { url } = await ana.data<{ url: string }>('POST', '/api/workspace/connection/decision', { body: decision })
    const { code: authorizationCode = '', iss = '' } = Object.fromEntries(new URL(url).searchParams)
    expect(await auth(host, { serverUrl, authorizationCode, iss })).toBe('AUTHORIZED')
    expect(await auth(host, { serverUrl })).toBe('AUTHORIZED') // by the refresh token
    expect(asked()).toBe(1)
  })

  it('is known by what its document says now, and by what it said while its host is away', async () => {
    const other = 'https://host.example/callback'
    const returnsTo = async (address: string) => pageOf(await led(ADDRESS, { redirect_uri: address })).pathname
    answers = { '/mcp/client.json': json(document({ redirect_uris: [other] }), { 'cache-control': 'max-age=3600' }) }
    expect(await returnsTo(RETURNS_TO)).toBe('/connect') // five minutes have not passed
    now += 6 * 60_000
    expect(await returnsTo(RETURNS_TO)).not.toBe('/connect')
    expect(await returnsTo(other)).toBe('/connect')
    const before = asked()
    now += 59 * 60_000
    expect(await returnsTo(other)).toBe('/connect')
    expect(asked()).toBe(before)
    now += 2 * 60_000
    answers = { '/mcp/client.json': { status: 503 } }
    expect(await returnsTo(other)).toBe('/connect')
    now += 2 * 60_000
    answers = {}
    expect(await returnsTo(other)).not.toBe('/connect')
    expect(asked()).toBe(before + 2)
  })

  it.each<[string, string, Reply | 'silence', RegExp]>([
    ['no document', '/a', { status: 404 }, /answered 404/],
    ['a redirect', '/b', { status: 302, headers: { location: '/mcp/client.json' } }, /answered 302/],
    ['no JSON', '/c', { status: 200, body: '<html>' }, /no JSON object/],
    ['another id', '/d', json(document()), /another client_id/],
    ['a secret', '/e', json(document({ client_id: 'https://host.example/e', client_secret: 'x' })), /client_secret/],
    [
      'keys to prove it by',
      '/f',
      json(document({ client_id: 'https://host.example/f', token_endpoint_auth_method: 'private_key_jwt' })),
      /must be none/,
    ],
    [
      'no addresses',
      '/g',
      json(document({ client_id: 'https://host.example/g', redirect_uris: [] })),
      /needs client_name and redirect_uris/,
    ],
    [
      'a script',
      '/h',
      json(document({ client_id: 'https://host.example/h', redirect_uris: ['javascript:alert(1)'] })),
      /redirect_uris/,
    ],
    [
      'more than 5 KiB',
      '/i',
      json(document({ client_id: 'https://host.example/i', contacts: ['a'.repeat(5_200)] })),
      /more than 5120 bytes/,
    ],
    [
      'a scope that there is not',
      '/k',
      json(document({ client_id: 'https://host.example/k', scope: 'everything' })),
      /cannot request scope everything/,
    ],
    ['silence', SILENT, 'silence', /does not answer/],
  ])('is refused with %s at its address, which is not asked again at once', async (_what, path, answer, why) => {
    answers = { [path]: answer, '/mcp/client.json': json(document()) }
    const before = asked()
    for (const _again of [1, 2]) {
      const refused = await led(`https://host.example${path}`)
      expect(refused.status).toBe(400)
      expect(await refused.json()).toEqual({ error: 'invalid_client', error_description: expect.stringMatching(why) })
    }
    expect(asked()).toBe(before + 1)
  })

  it.each([
    'https://host.example',
    'https://host.example/',
    'https://user@host.example/a',
    'https://host.example/a#b',
    'https://host.example/a/../b',
    'https://HOST.example/a',
    `https://host.example/${'a'.repeat(2_000)}`,
  ])('has no id such as %s, and nothing is asked', async (clientId) => {
    const before = asked()
    expect(await (await led(clientId)).json()).toMatchObject({ error: 'invalid_client' })
    expect(asked()).toBe(before)
  })

  it('has no document at an address inside', async () => {
    const { error_description: why } = (await (await led('https://10.0.0.1/client.json')).json()) as JsonObject
    expect(why).toMatch(/cannot be read: .*10\.0\.0\.1/)
  })
})

describe('OAuth at a gateway that listens at all addresses and was given no public one', () => {
  let gateway: TestGateway
  let isBroken = false
  beforeAll(async () => {
    const store = (opened: Store): Store => ({
      ...opened,
      async findAuthRows(args) {
        if (isBroken) throw new Error('The database is away.')
        return opened.findAuthRows(args)
      },
    })
    gateway = await openGateway({ env: { HOST: '0.0.0.0' }, replaced: { store } })
  })
  afterAll(() => gateway?.[Symbol.asyncDispose]())

  const METADATA = '/.well-known/oauth-authorization-server/api/auth'
  const AUTHORIZE = '/api/auth/oauth2/authorize?client_id=unknown&response_type=code'
  const register = () =>
    gateway.send('POST', '/api/auth/oauth2/register', { key: null, body: new Host().clientMetadata })
  const authorized = async () => (await fetch(gateway.url + AUTHORIZE, { redirect: 'manual' })).status
  const at = (host: string, method: string, path: string) =>
    rawRequest(gateway.url, [`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`])

  it('no client registers, and none asks, before anyone could let it in', async () => {
    expect(await register()).toMatchObject({
      status: 404,
      body: { error_description: expect.stringContaining('claimed') },
    })
    expect(await authorized()).toBe(404)
    expect(await gateway.store.countAuthRows({ table: 'oauth_clients', where: [] })).toBe(0)
    await claimed(gateway, ANA)
  })

  it('is back as soon as the database is, after a first request that failed', async () => {
    isBroken = true
    expect(await authorized()).toBe(500)
    isBroken = false
    expect(await authorized()).toBe(302)
    expect((await register()).status).toBe(201)
  })

  it('is served at its own address, and at no other that a request names in its Host', async () => {
    const own = await gateway.send('GET', '/.well-known/oauth-protected-resource/mcp', { key: null })
    expect(own.body).toMatchObject({ authorization_servers: [`${gateway.url}/api/auth`] })
    const other = await at('media.example', 'GET', '/.well-known/oauth-protected-resource/mcp')
    expect(JSON.parse(other.body)).toMatchObject({ resource: 'http://media.example/mcp' })
    expect(other.body).not.toContain('authorization_servers')
    for (const [method, path] of [
      ['GET', METADATA],
      ['GET', AUTHORIZE],
      ...['register', 'token', 'revoke'].map((name) => ['POST', `/api/auth/oauth2/${name}`] as const),
    ] as const) {
      const { status, body } = await at('media.example', method, path)
      expect([path, status, body]).toEqual([path, 404, expect.stringContaining(`served at ${gateway.url} alone`)])
    }
    expect(await gateway.store.countAuthRows({ table: 'oauth_resources', where: [] })).toBe(0)
  })

  it.each([
    ['no object', [], 'invalid_client_metadata'],
    [
      'a method whose keys would be fetched',
      { token_endpoint_auth_method: 'private_key_jwt' },
      'invalid_client_metadata',
    ],
    ['a script as the address', { redirect_uris: ['javascript:alert(1)'] }, undefined],
    ['no address', { redirect_uris: undefined }, undefined],
    ['only a scheme that anyone may claim', { redirect_uris: ['someapp://callback'] }, 'invalid_redirect_uri'],
    ['many addresses', { redirect_uris: Array.from({ length: 11 }, () => RETURNS_TO) }, 'invalid_redirect_uri'],
    ['a long address', { redirect_uris: [`${RETURNS_TO}/${'a'.repeat(2_000)}`] }, 'invalid_redirect_uri'],
    ['a long name', { client_name: 'a'.repeat(101) }, 'invalid_client_metadata'],
    ['a long page', { client_uri: `https://x.example/${'a'.repeat(2_000)}` }, 'invalid_client_metadata'],
  ])('a registration with %s is refused', async (_what, change, error) => {
    const body = Array.isArray(change) ? change : { ...new Host().clientMetadata, ...change }
    const answer = await gateway.send('POST', '/api/auth/oauth2/register', { key: null, body })
    expect(answer.status, JSON.stringify(answer.body)).toBe(400)
    if (error !== undefined) expect(answer.body).toMatchObject({ error })
  })

  it('a registration of more than 8 KiB is refused before it is read', async () => {
    const body = { ...new Host().clientMetadata, contacts: ['a'.repeat(8_192)] }
    const answer = await gateway.send('POST', '/api/auth/oauth2/register', { key: null, body })
    expect(answer).toMatchObject({ status: 413, body: { error: 'invalid_request' } })
  })

  it('a registration goes without its addresses of schemes that anyone may claim, if others are left', async () => {
    const others = [RETURNS_TO, 'https://host.example/callback', 'com.example.app:/callback']
    const body = {
      ...new Host().clientMetadata,
      redirect_uris: ['someapp://a.page/callback', ...others, 'vscode://a.page', 'com.example.app://page', 'data:,a'],
    }
    const answer = await gateway.send('POST', '/api/auth/oauth2/register', { key: null, body })
    expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201, body: { redirect_uris: others } })
  })

  it('of more than 1,000 clients that nobody let in, the oldest is forgotten when another registers', async () => {
    const row = (id: string) => ({ id, client_id: id, redirect_uris: '[]', created_at: Number(id) })
    const ids = Array.from({ length: 1_000 }, (_, number) => `${number}`)
    await Promise.all(ids.map((id) => gateway.store.insertAuthRow({ table: 'oauth_clients', row: row(id) })))
    expect((await register()).status).toBe(201)
    const sort = { column: 'created_at', direction: 'asc' } as const
    const left = await gateway.store.findAuthRows({ table: 'oauth_clients', where: [], limit: 2_000, sort })
    expect(left).toHaveLength(1_000)
    expect(left.map(({ id }) => id)).not.toContain('0')
  })

  it.each([
    ['GET', '/api/auth/oauth2/authorize'],
    ['POST', '/api/auth/oauth2/token'],
    ['POST', '/api/auth/oauth2/revoke'],
    ['POST', '/api/auth/oauth2/register'],
  ])('%s %s counts attempts, as signing in does', async (method, path) => {
    let last = 0
    for (let sent = 0; sent < 1_000 && last !== 429; sent += 1) {
      const answer = await gateway.send(method, path, { key: null })
      last = answer.status
    }
    expect(last).toBe(429)
  })
})
