import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { type FakeOidc, openFakeOidc } from '../support/fake-oidc.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
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
  const body = { provider: 'oidc', callbackURL: '/', errorCallbackURL: '/sign-in' }
  const begun = await one.send('POST', '/api/auth/sign-in/social', { body })
  expect(begun.status, JSON.stringify(begun.body)).toBe(200)
  const back = new URL(oidc.consent(String(begun.body.url)))
  expect(back.origin + back.pathname).toBe(`${gateway.url}/api/auth/callback/oidc`)
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
  expect(await gateway.gateway.claimLink()).toBeUndefined()
  expect((await operator.send('POST', '/api/auth/sign-in/email', { body: OPERATOR })).status).toBe(200)
  expect(await operator.data('GET', '/api/workspace/session')).toMatchObject({
    claimed: true,
    sign_up: 'open',
    person: { email: OPERATOR.email, name: 'op' },
    is_operator: true,
    features: { sign_in_with: [{ id: 'oidc', name: 'Example' }] },
  })
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
