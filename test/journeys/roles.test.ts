import { afterAll, beforeAll, expect, it } from 'vitest'
import { roleFor } from '../../src/admin/own-access.ts'
import { pathFieldsOf, type Verb } from '../../src/admin/verb.ts'
import { OPERATOR_VERBS, OWN_VERBS } from '../../src/admin/verbs.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { isEnough, type Role } from '../../src/core/person.ts'
import { points } from '../../src/core/points.ts'
import { LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'
import { claimed, type Visitor, visitor } from '../support/visitor.ts'

/** People in one tenant, the operator, and an owner of another tenant. */
const WHO = ['nobody', 'viewer', 'member', 'owner', 'foreign', 'operator'] as const
type Who = (typeof WHO)[number]
const ROLE_OF: Partial<Record<Who, Role>> = { viewer: 'viewer', member: 'member', owner: 'owner', foreign: 'owner' }

const PASSWORD = 'a password of the test'
const SONG = { operation: 'suno/lyrics', input: { prompt: 'fog sandbox:fast' } }

let gateway: TestGateway
const people = {} as Record<Who, Visitor>
/** The id of a thing of the tenant, by the noun of a path. */
const own: Record<string, string> = {}

beforeAll(async () => {
  gateway = await openGateway()
  people.nobody = visitor(gateway)
  people.operator = await claimed(gateway, { email: 'op@example.org', password: PASSWORD, name: 'Op' })
  const [mine, other] = [await gateway.tenant({}), await gateway.tenant({})]
  const join = async (who: Who, tenant: string, role: Role): Promise<void> => {
    const { token } = await people.operator.data('POST', '/api/admin/invitations', { body: { tenant, role } })
    people[who] = visitor(gateway)
    const body = { email: `${who}@example.org`, password: PASSWORD, name: who, invitation: token }
    await people[who].data('POST', '/api/workspace/sign-up', { body })
  }
  await join('owner', mine.tenantId, 'owner')
  await join('member', mine.tenantId, 'member')
  await join('viewer', mine.tenantId, 'viewer')
  await join('foreign', other.tenantId, 'owner')
  const task = await people.member.send('POST', '/polyphony/v1/tasks', { body: SONG })
  const taskId = String(task.body.id)
  await people.member.send('GET', `/polyphony/v1/tasks/${taskId}?wait=20`)
  const account = { provider: 'luma', name: 'main', fields: { apiKey: 'luma-a-key-of-the-test' } }
  const { id: accountId } = await people.owner.data('POST', '/api/v1/accounts', { body: account })
  const draft = { url: 'https://receiver.example/', body: '{}', headers: {} }
  await gateway.store.addDeliveries({ taskId, tenantId: mine.tenantId, deliveries: [draft], now: Date.now() })
  const [delivery] = await gateway.store.listDeliveries({ tenantId: mine.tenantId, limit: 1 })
  const invitation = await people.owner.data('POST', '/api/v1/invitations', { body: { role: 'viewer' } })
  const { items } = await people.owner.data<{ items: JsonObject[] }>('GET', '/api/v1/members')
  Object.assign(own, {
    keys: mine.keyId,
    tenants: mine.tenantId,
    tasks: taskId,
    webhooks: delivery?.id,
    deliveries: delivery?.id,
    accounts: String(accountId),
    invitations: invitation.id,
    members: items.find(({ name }) => name === 'owner')?.id,
    people: items[0]?.id,
  })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

/** A request about things of the tenant, with a body that no verb takes. */
function requestOf(verb: Verb, at: string): { path: string; visit: { body?: unknown }; isOfOne: boolean } {
  const noun = verb.path.split('/')[1] ?? ''
  const fields = pathFieldsOf(verb)
  const path = fields.reduce((text, name) => {
    return text.replace(`:${name}`, name === 'tenant' ? (own.tenants ?? '') : (own[noun] ?? 'none'))
  }, `${at}${verb.path}`)
  return { path, visit: verb.method === 'GET' ? {} : { body: { 'no such field': true } }, isOfOne: fields.length > 0 }
}

/** Whether the verb would do something although its body is of no verb: there is none that it reads. */
function readsNoBody(verb: Verb): boolean {
  const inPath = pathFieldsOf(verb)
  return Object.keys(verb.input.properties).every((name) => inPath.includes(name)) && !verb.hasOpenBody
}

function counter(title: string) {
  const counts: Record<string, number> = {}
  return {
    note: (who: Who, status: number) => {
      counts[`${who} ${status}`] = (counts[`${who} ${status}`] ?? 0) + 1
    },
    print: () => {
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
      console.info(`${title}: ${total} combinations`, counts)
      return total
    },
  }
}

it('chat takes the session of whoever may make something, and of no other site; the other calls take keys alone', async () => {
  const body = { model: 'sandbox', messages: [{ role: 'user', content: 'Hello' }] }
  const headers = { 'polyphony-mode': 'test' }
  const statuses: Partial<Record<Who, number>> = {}
  for (const who of WHO) {
    statuses[who] = (await people[who].send('POST', '/v1/chat/completions', { body, headers })).status
  }
  expect(statuses).toEqual({ nobody: 401, viewer: 403, member: 200, owner: 200, foreign: 200, operator: 200 })
  const { status } = await people.member.send('POST', '/v1/responses', {
    body: { model: 'sandbox', input: 'Hello' },
    headers,
  })
  expect(status).toBe(401)
  const elsewhere = { ...headers, origin: 'https://elsewhere.example' }
  expect((await people.member.send('POST', '/v1/chat/completions', { body, headers: elsewhere })).status).toBe(403)
  const { body: listed } = await people.viewer.send('GET', '/polyphony/v1/chat-models', { headers })
  expect(listed.models).toContainEqual({
    ...{ id: 'gpt-5', provider: null, usd_per_million_input: 0, usd_per_million_output: 0, usd_per_call: 0 },
  })
})

it('the operator’s routes are open to operators alone', async () => {
  const counted = counter('routes of the operator, by person and status')
  for (const verb of OPERATOR_VERBS as readonly Verb[]) {
    const { path, visit } = requestOf(verb, '/api/admin')
    // What the operator changes is in every-verb.test.ts.
    const some = WHO.filter((who) => who !== 'operator' || verb.method === 'GET')
    const answers = await Promise.all(some.map((who) => people[who].send(verb.method, path, visit)))
    for (const [index, who] of some.entries()) {
      const { status = 0 } = answers[index] ?? {}
      const expected = who === 'nobody' ? [401] : who === 'operator' ? [200, 400] : [403]
      expect(expected, `${verb.method} ${path} by ${who}: ${status}`).toContain(status)
      counted.note(who, status)
    }
  }
  expect(counted.print()).toBeGreaterThan(5 * OPERATOR_VERBS.length)
})

it('a tenant’s routes are open to the roles that they need, and things of other tenants do not exist', async () => {
  const counted = counter('routes of tenants, by person and status')
  for (const verb of OWN_VERBS) {
    const { path, visit, isOfOne } = requestOf(verb, '/api/v1')
    const check = async (who: Who): Promise<void> => {
      const role = ROLE_OF[who]
      const isEnoughHere = role === undefined || isEnough(role, roleFor(verb))
      const isForeign = isOfOne && (who === 'foreign' || who === 'operator')
      const wouldRun = verb.changes && readsNoBody(verb) && isEnoughHere && !isForeign && who !== 'nobody'
      const isLeaving = verb.name === 'own.member.remove' && !isEnough(role ?? 'owner', 'owner')
      if (wouldRun && !isLeaving) return
      const { status } = await people[who].send(verb.method, path, visit)
      const isLeave = verb.name === 'own.member.remove' && (who === 'member' || who === 'viewer')
      const expected = who === 'nobody' ? [401] : !isEnoughHere || isLeave ? [403] : isForeign ? [404, 400] : [200, 400]
      expect(expected, `${verb.name} by ${who}: ${status}`).toContain(status)
      counted.note(who, status)
    }
    await Promise.all(WHO.map(check))
  }
  expect(counted.print()).toBeGreaterThan(4 * OWN_VERBS.length)
})

it('tasks are made by members and owners, read by viewers, and unknown to other tenants', async () => {
  const at = '/polyphony/v1'
  const rows: [method: string, path: string, body: unknown, expected: Record<Who, number>][] = [
    [
      'GET',
      `${at}/tasks`,
      undefined,
      { nobody: 401, viewer: 200, member: 200, owner: 200, foreign: 200, operator: 200 },
    ],
    [
      'GET',
      `${at}/tasks/${own.tasks}`,
      undefined,
      { nobody: 401, viewer: 200, member: 200, owner: 200, foreign: 404, operator: 404 },
    ],
    [
      'GET',
      `${at}/operations`,
      undefined,
      { nobody: 401, viewer: 200, member: 200, owner: 200, foreign: 200, operator: 200 },
    ],
    ['POST', `${at}/tasks`, {}, { nobody: 401, viewer: 403, member: 400, owner: 400, foreign: 400, operator: 400 }],
    [
      'POST',
      `${at}/tasks/${own.tasks}/cancel`,
      {},
      { nobody: 401, viewer: 403, member: 409, owner: 409, foreign: 404, operator: 404 },
    ],
    ['POST', `${at}/files`, {}, { nobody: 401, viewer: 403, member: 415, owner: 415, foreign: 415, operator: 415 }],
  ]
  const counted = counter('routes of tasks, by person and status')
  for (const [method, path, body, expected] of rows) {
    for (const who of WHO) {
      const { status } = await people[who].send(method, path, body === undefined ? {} : { body })
      expect(status, `${method} ${path} by ${who}`).toBe(expected[who])
      counted.note(who, status)
    }
  }
  counted.print()
})

it('no route of a session may be used from another site, or by a program that only has the cookie', async () => {
  const { owner } = people
  const elsewhere = { origin: 'https://elsewhere.example' }
  const crossSite = { 'sec-fetch-site': 'cross-site' }
  const sibling = { 'sec-fetch-site': 'same-site', origin: 'http://other.127.0.0.1' }
  for (const headers of [elsewhere, crossSite, sibling]) {
    for (const path of ['/api/v1/keys', '/polyphony/v1/tasks', '/api/admin/tenants', '/api/workspace/sessions']) {
      const visitor = path.startsWith('/api/admin') ? people.operator : owner
      const refused = await visitor.send('GET', path, { headers })
      expect(refused.status, `${path} with ${JSON.stringify(headers)}`).toBe(403)
    }
    const made = await owner.send('POST', '/polyphony/v1/tasks', { body: SONG, headers })
    expect(made).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    const out = await owner.send('POST', '/api/workspace/sign-out', { body: {}, headers })
    expect(out).toMatchObject({ status: 403, body: { error: { type: 'forbidden' } } })
    const signIn = { email: 'owner@example.org', password: PASSWORD }
    expect((await people.nobody.send('POST', '/api/auth/sign-in/email', { body: signIn, headers })).status).toBe(403)
  }
  const cookie = [...owner.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const bare = await gateway.send('POST', '/polyphony/v1/tasks', { key: null, headers: { cookie }, body: SONG })
  expect(bare.status).toBe(403)
  const read = await gateway.send('GET', '/polyphony/v1/tasks', { key: null, headers: { cookie } })
  expect(read.status).toBe(200)
  // A key that is sent counts, and the cookie beside it does not.
  const keyed = await gateway.send('GET', '/api/admin/tenants', { key: LIVE_KEY, headers: { cookie, ...elsewhere } })
  expect(keyed.status).toBe(200)
})

it('other protocols take no session', async () => {
  for (const path of ['/api/v1/task/none', '/v1/models', '/suno/fetch/none']) {
    expect((await people.owner.send('GET', path)).status, path).toBe(401)
  }
})

it('a forged or foreign cookie is no session', async () => {
  const [[name = '', value = ''] = []] = [...people.owner.cookies]
  for (const forged of [`${value.slice(0, -6)}AAAAAA`, value.split('.')[0] ?? '', 'x', '%E0%A4%A']) {
    const headers = { cookie: `${name}=${forged}` }
    expect((await gateway.send('GET', '/api/v1/keys', { key: null, headers })).status, forged).toBe(401)
  }
})

it('a session’s cookie is hidden from scripts and bound to the site, and travels by TLS alone where there is TLS', async () => {
  const body = JSON.stringify({ email: 'owner@example.org', password: PASSWORD })
  const cookiesOf = async (origin: string) => {
    const headers = { origin, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
    const answer = await fetch(`${gateway.url}/api/auth/sign-in/email`, { method: 'POST', headers, body })
    expect(answer.status).toBe(200)
    return answer.headers.getSetCookie().filter((cookie) => cookie.includes('session_token='))
  }
  const [plain = ''] = await cookiesOf(gateway.url)
  for (const flag of ['HttpOnly', 'SameSite=Lax', 'Path=/']) expect(plain).toContain(flag)
  expect(plain).not.toContain('Secure')
  const [secure = ''] = await cookiesOf('https://media.example')
  expect(secure).toContain('; Secure')
})

it('a key signs in as itself: with its rights, and no person', async () => {
  const byKey = visitor(gateway)
  expect((await byKey.send('POST', '/api/workspace/key', { body: { key: 'sk-live-unknown' } })).status).toBe(401)
  expect(await byKey.data('POST', '/api/workspace/key', { body: { key: LIVE_KEY } })).toMatchObject({
    person: null,
    key: { role: 'admin', mode: 'live' },
    tenant: gateway.tenantId,
    is_operator: true,
  })
  expect((await byKey.send('GET', '/api/admin/tenants')).status).toBe(200)
  expect((await byKey.send('PATCH', '/api/workspace/person', { body: { name: 'x' } })).status).toBe(403)
  const limited = visitor(gateway)
  for (const limit of [{ tokensPerMinute: 1 }, { dayLimitPoints: points(1) }, { monthLimitPoints: points(1) }]) {
    const { key } = await gateway.tenant({ key: limit })
    expect(await limited.data('POST', '/api/workspace/key', { body: { key } })).toMatchObject({ role: 'member' })
  }
  const { key } = await gateway.tenant({ key: { maxConcurrent: 1 } })
  expect(await limited.data('POST', '/api/workspace/key', { body: { key } })).toMatchObject({
    role: 'member',
    is_operator: false,
  })
  expect((await limited.send('GET', '/api/v1/keys')).status).toBe(403)
  await limited.data('POST', '/api/workspace/sign-out', { body: {} })
  expect((await limited.send('GET', '/polyphony/v1/tasks')).status).toBe(401)
})

it('a session that began with the text of a key ends when the key gets another, but not for who rotates it', async () => {
  const admin = { name: 'another', admin: true }
  const { id, key } = await people.operator.data('POST', '/api/admin/keys', { body: admin })
  const [owner, thief, late] = [visitor(gateway), visitor(gateway), visitor(gateway)]
  const signIn = (who: Visitor, text: unknown) => who.send('POST', '/api/workspace/key', { body: { key: text } })
  const reads = async (who: Visitor) => (await who.send('GET', '/api/admin/tenants')).status
  for (const who of [owner, thief]) await signIn(who, key)
  expect([await reads(owner), await reads(thief)]).toEqual([200, 200])
  const body = { grace_seconds: 60 }
  const second = await owner.data('POST', `/api/admin/keys/${id}/rotate`, { body })
  await signIn(late, key)
  const ends = (await gateway.store.listSessions({ of: { keyId: String(id) }, now: Date.now() })).map(
    ({ expiresAt }) => expiresAt <= Date.now() + 60_000,
  )
  expect(ends.toSorted()).toEqual([false, true, true])
  await owner.data('POST', `/api/admin/keys/${id}/rotate`, { body: {} })
  expect([await reads(owner), await reads(thief), await reads(late)]).toEqual([200, 401, 401])
  for (const text of [key, second.key]) expect((await signIn(late, text)).status).toBe(401)
})

it('an account is tried ten times a minute, and the rest are refused with the time to wait', async () => {
  const body = { email: 'viewer@example.org', password: 'a guess' }
  const statuses: number[] = []
  for (let attempt = 0; attempt < 12; attempt += 1) {
    statuses.push((await people.nobody.send('POST', '/api/auth/sign-in/email', { body })).status)
  }
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401))
  expect(statuses.slice(10)).toEqual([429, 429])
  const refused = await people.nobody.send('POST', '/api/auth/sign-in/email', { body })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await people.viewer.send('GET', '/polyphony/v1/tasks')).status).toBe(200)
})

it('routes of the login’s package that would bypass ours are not served', async () => {
  const rows: [string, string][] = [
    ['POST', 'sign-up/email'],
    ['POST', 'update-user'],
    ['POST', 'delete-user'],
    ['POST', 'reset-password'],
    ['POST', 'two-factor/send-otp'],
    ['GET', 'list-sessions'],
    ['GET', 'get-session'],
  ]
  for (const [method, path] of rows) {
    const { status } = await people.owner.send(method, `/api/auth/${path}`, method === 'GET' ? {} : { body: {} })
    expect(status, path).toBe(404)
  }
})
