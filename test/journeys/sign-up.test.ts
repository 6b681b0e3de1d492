import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { hashingFor } from '../../src/people/hashing-turns.ts'
import { inTurn } from '../../src/people/password.ts'
import { aTenant } from '../../src/tenants/first-tenant.ts'
import { type FakeOidc, openFakeOidc } from '../support/fake-oidc.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { rawRequest } from '../support/raw-request.ts'
import { type Visitor, visitor } from '../support/visitor.ts'

const OPERATOR = { email: 'op@example.org', password: 'the password of the settings' }
const CLIENT = { clientId: 'polyphony', clientSecret: 'the secret at the provider' }
const PASSWORD = 'a long password'

let oidc: FakeOidc
let gateway: TestGateway
let operator: Visitor

beforeAll(async () => {
  oidc = await openFakeOidc(CLIENT)
  gateway = await openGateway({
    env: {
      POLYPHONY_ADMIN_EMAIL: OPERATOR.email,
      POLYPHONY_ADMIN_PASSWORD: OPERATOR.password,
      POLYPHONY_SIGN_UP: 'open',
      POLYPHONY_SIGN_UP_CREDIT: '5',
      POLYPHONY_OIDC_ISSUER: oidc.issuer,
      POLYPHONY_OIDC_CLIENT_ID: CLIENT.clientId,
      POLYPHONY_OIDC_CLIENT_SECRET: CLIENT.clientSecret,
      POLYPHONY_OIDC_NAME: 'Example',
    },
  })
  operator = visitor(gateway)
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await oidc?.close()
})

/** Signs in at the provider, and comes back as a browser does: by a navigation from another site. */
async function byProvider(one: Visitor): Promise<{ status: number; location: string }> {
  return comeBack(one, await begin(one))
}

/** To the address to which the provider sends back. */
async function begin(one: Visitor): Promise<URL> {
  const body = { provider: 'oidc', callbackURL: '/', errorCallbackURL: '/sign-in' }
  const begun = await one.send('POST', '/api/auth/sign-in/social', { body })
  expect(begun.status, JSON.stringify(begun.body)).toBe(200)
  const back = new URL(oidc.consent(String(begun.body.url)))
  expect(back.origin + back.pathname).toBe(`${gateway.url}/api/auth/callback/oidc`)
  return back
}

async function comeBack(one: Visitor, back: URL): Promise<{ status: number; location: string }> {
  const cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  const answer = await fetch(back, { headers, redirect: 'manual' })
  for (const set of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
    if (value !== '') one.cookies.set(name, value)
  }
  return { status: answer.status, location: answer.headers.get('location') ?? '' }
}

it('the settings make the first operator, and no link is shown', async () => {
  // The login opens while its provider does not answer: people sign in by it as soon as it does.
  oidc.isDown = true
  expect(await gateway.gateway.claimLink()).toBeUndefined()
  expect((await operator.send('POST', '/api/auth/sign-in/email', { body: OPERATOR })).status).toBe(200)
  expect(await operator.data('GET', '/api/workspace/session')).toMatchObject({
    claimed: true,
    sign_up: 'open',
    person: { email: OPERATOR.email, name: 'op' },
    is_operator: true,
    features: { sign_in_with: [{ id: 'oidc', name: 'Example' }] },
  })
  const body = { provider: 'oidc', callbackURL: '/' }
  expect((await operator.send('POST', '/api/auth/sign-in/social', { body })).status).toBe(404)
  oidc.isDown = false
})

it('whoever signs up where that is open owns a tenant, with the credit of the settings', async () => {
  const one = visitor(gateway)
  const body = { email: 'New@Example.org', name: 'New', password: PASSWORD }
  const made = await one.data('POST', '/api/workspace/sign-up', { body })
  expect(made).toMatchObject({ person: { email: 'new@example.org' }, tenants: [{ name: 'New', role: 'owner' }] })
  expect(made).toMatchObject({ is_operator: false, role: 'owner' })
  expect(await gateway.balance(String(made.tenant))).toMatchObject({ available: 50_000_000 })
  const again = await visitor(gateway).send('POST', '/api/workspace/sign-up', { body })
  expect(again).toMatchObject({ status: 400, body: { error: { field: 'email' } } })
  const namesake = await visitor(gateway).data<JsonObject>('POST', '/api/workspace/sign-up', {
    body: { ...body, email: 'other@example.org' },
  })
  expect(namesake).toMatchObject({ tenants: [{ name: 'other@example.org' }] })
  await gateway.assertBalanced()
})

it('a person signs in by the provider of the operator’s choice, and is the same one the next time', async () => {
  oidc.become({ sub: 'u1', email: 'olga@example.org', email_verified: true, name: 'Olga' })
  const first = visitor(gateway)
  expect(await byProvider(first)).toMatchObject({ status: 302, location: '/' })
  const session = await first.data<JsonObject>('GET', '/api/workspace/session')
  expect(session).toMatchObject({ person: { email: 'olga@example.org', name: 'Olga' }, tenants: [{ role: 'owner' }] })
  const second = visitor(gateway)
  await byProvider(second)
  expect(await second.data('GET', '/api/workspace/session')).toMatchObject({ person: session.person as JsonObject })
  const rows = await gateway.store.findAuthRows({ table: 'credentials', where: [], limit: 100 })
  expect(JSON.stringify(rows)).not.toContain('an access token')
})

it('a provider’s word for an address does not open the account of a person who has a password', async () => {
  oidc.become({ sub: 'u2', email: OPERATOR.email, email_verified: false, name: 'Eve' })
  const eve = visitor(gateway)
  const { location } = await byProvider(eve)
  expect(location).toContain('/sign-in')
  expect(await eve.data('GET', '/api/workspace/session')).toMatchObject({ person: null })
})

it('an invitation to an address is for whom the provider has proved to have it', async () => {
  const invited = async (email: string, isVerified: boolean): Promise<JsonObject> => {
    await operator.data('POST', '/api/v1/invitations', { body: { role: 'viewer', email } })
    oidc.become({ sub: email, email, email_verified: isVerified, name: email })
    const one = visitor(gateway)
    await byProvider(one)
    return one.data<JsonObject>('GET', '/api/workspace/session')
  }
  expect(await invited('proved@example.org', true)).toMatchObject({ tenants: [{ name: 'house', role: 'viewer' }] })
  const other = await invited('unproved@example.org', false)
  expect(other.tenants).not.toContainEqual(expect.objectContaining({ name: 'house' }))
})

it('a name that is the id of a tenant hides no tenant from who looks for it', async () => {
  const signUp = (email: string, name: string) =>
    visitor(gateway).data('POST', '/api/workspace/sign-up', { body: { email, name, password: PASSWORD } })
  const first = await signUp('first@example.org', 'First')
  const id = String(first.tenant)
  expect(await signUp('second@example.org', id)).toMatchObject({ tenants: [{ name: 'second@example.org' }] })
  // As an earlier version named it.
  await gateway.store.createTenant({ tenant: aTenant(id, Date.now()) })
  expect(await operator.data('GET', `/api/admin/tenants/${id}`)).toMatchObject({ id, name: 'First' })
})

it('hosts that requests name are not each a login that asks the provider where it is', async () => {
  const before = oidc.discoveries
  expect(before).toBe(1)
  for (const host of ['one.example', 'two.example', 'three.example']) {
    const head = `GET /api/auth/passkey/generate-authenticate-options HTTP/1.1\r\nHost: ${host}\r\n\r\n`
    const { status, body } = await rawRequest(gateway.url, [head])
    expect([status, JSON.parse(body).rpId]).toEqual([200, '127.0.0.1'])
  }
  expect(oidc.discoveries).toBe(before)
})

it('where more passwords wait than are hashed in seconds, others are refused, and a link that is none is not hashed', async () => {
  let free = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    free = resolve
  })
  const held = Array.from({ length: 21 }, () => hashingFor.run('127.0.0.1', () => inTurn(() => gate)))
  const one = visitor(gateway)
  const unknown = { email: 'nobody@example.org', password: PASSWORD }
  for (const body of [unknown, OPERATOR]) {
    const refused = await one.send('POST', '/api/auth/sign-in/email', { body })
    expect(refused).toMatchObject({ status: 503, body: { code: 'OVERLOADED' } })
    expect(refused.headers.get('retry-after')).toBe('5')
  }
  const person = { ...unknown, name: 'New' }
  const signUp = await one.send('POST', '/api/workspace/sign-up', { body: person })
  expect(signUp).toMatchObject({ status: 503, body: { error: { type: 'overloaded' } } })
  expect(Number(signUp.headers.get('retry-after'))).toBeGreaterThan(0)
  const reset = { token: 'no such token', password: PASSWORD }
  expect((await one.send('POST', '/api/workspace/password', { body: reset })).status).toBe(404)
  free()
  await Promise.all(held)
  expect((await one.send('POST', '/api/auth/sign-in/email', { body: unknown })).status).toBe(401)
})

it('on a loopback address pages of localhost at the same port have passkeys, which browsers refuse to IP addresses', async () => {
  const { port } = new URL(gateway.url)
  const idAt = async (host: string): Promise<string> => {
    const head = `GET /api/auth/passkey/generate-authenticate-options HTTP/1.1\r\nHost: ${host}\r\n\r\n`
    return JSON.parse((await rawRequest(gateway.url, [head])).body).rpId
  }
  expect([await idAt(`localhost:${port}`), await idAt('localhost:1')]).toEqual(['localhost', '127.0.0.1'])
})

it('attempts count for the account that is signed in, whatever the body calls its e-mail address', async () => {
  const body = (n: number) => ({ email: `${n}@example.org`, currentPassword: 'a guess', newPassword: PASSWORD })
  const guesses = await Promise.all(
    Array.from({ length: 13 }, (_, n) => operator.send('POST', '/api/auth/change-password', { body: body(n) })),
  )
  expect(guesses.map(({ status }) => status)).toContain(429)
  const victim = { email: 'new@example.org', password: PASSWORD }
  await Promise.all(
    Array.from({ length: 13 }, () =>
      visitor(gateway).send('POST', '/api/auth/two-factor/verify-totp', { body: { email: victim.email, code: '1' } }),
    ),
  )
  expect(await visitor(gateway).send('POST', '/api/auth/sign-in/email', { body: victim })).toMatchObject({
    status: 200,
  })
})

/** Last, since it uses up the attempts of this address. */
it('every route that lets someone in, or waits for someone to come, counts the attempts of an address', async () => {
  const token = 'no token'
  const rows: [method: string, path: string, body?: object][] = [
    ['POST', '/api/workspace/enter', { token }],
    ['POST', '/api/workspace/claim', { token, email: 'a@example.org', password: PASSWORD, name: 'a' }],
    ['POST', '/api/workspace/sign-up', { email: 'a@example.org', password: PASSWORD, name: 'a', invitation: token }],
    ['POST', '/api/workspace/key', { key: 'no key' }],
    ['POST', '/api/workspace/invitation', { token }],
    ['POST', '/api/workspace/invitation/accept', { token }],
    ['POST', '/api/workspace/password', { token, password: PASSWORD }],
    ['POST', '/api/auth/sign-in/email', { email: 'a@example.org', password: 'a guess' }],
    ['POST', '/api/auth/sign-in/social', { provider: 'oidc', callbackURL: '/' }],
    ['POST', '/api/auth/link-social', { provider: 'oidc', callbackURL: '/' }],
    ['POST', '/api/auth/change-password', { currentPassword: 'a guess', newPassword: PASSWORD }],
    ['POST', '/api/auth/two-factor/enable', { password: 'a guess' }],
    ['POST', '/api/auth/two-factor/verify-totp', { code: '000000' }],
    ['POST', '/api/auth/passkey/verify-authentication', { response: {} }],
    ['GET', '/api/auth/passkey/generate-register-options'],
    ['GET', '/api/auth/passkey/generate-authenticate-options'],
    ['GET', '/api/auth/oauth2/authorize?client_id=x'],
    ['POST', '/api/auth/oauth2/register', {}],
    ['POST', '/api/auth/oauth2/token', {}],
    ['POST', '/api/auth/oauth2/revoke', {}],
  ]
  const begun = visitor(gateway)
  const back = await begin(begun)
  const first = await Promise.all(
    Array.from({ length: 70 }, () => operator.send('POST', '/api/workspace/enter', { body: { token } })),
  )
  expect(new Set(first.map(({ status }) => status))).toEqual(new Set([403, 429]))
  for (const [method, path, body] of rows) {
    // An attempt a second comes back meanwhile.
    const tries = await Promise.all(Array.from({ length: 5 }, () => operator.send(method, path, { body })))
    const refused = tries.find(({ status }) => status === 429)
    expect(Number(refused?.headers.get('retry-after')), `${method} ${path}: ${tries[0]?.status}`).toBeGreaterThan(0)
  }
  expect(await operator.data('GET', '/api/workspace/session')).toMatchObject({ person: { email: OPERATOR.email } })
  // What ends a sign-in that was counted when it began is no second attempt; one that fails is sent to a page that says why.
  expect(await comeBack(begun, back)).toMatchObject({ status: 302, location: '/' })
  const stray = new URL('/api/auth/callback/oidc?code=x&state=y', gateway.url)
  const refused = await Promise.all(Array.from({ length: 5 }, () => comeBack(visitor(gateway), stray)))
  const told = refused.find(({ location }) =>
    location.startsWith('/sign-in?error=rate_limited&error_description=At+most'),
  )
  expect(told, JSON.stringify(refused)).toMatchObject({ status: 302 })
})
