import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { migratedDatabase } from '../support/postgres-database.ts'
import { claimed, type Visitor, visitor } from '../support/visitor.ts'

const ANA = { email: 'ana@example.org', password: 'a long password of ana', name: 'Ana' }
const BEN = { email: 'ben@example.org', password: 'a long password of ben', name: 'Ben' }
const SONG = { operation: 'suno/lyrics', input: { prompt: 'fog sandbox:fast' } }

interface SessionBody extends JsonObject {
  claimed: boolean
  person: { id: string; email: string; name: string; locale: string | null } | null
  tenants: { id: string; name: string; role: string }[]
  tenant: string | null
  role: string | null
  is_operator: boolean
}

const session = (one: Visitor) => one.data<SessionBody>('GET', '/api/workspace/session')

describe.each(['SQLite', 'PostgreSQL'])('people on %s', (engine) => {
  let gateway: TestGateway
  let ana: Visitor

  beforeAll(async () => {
    const env = engine === 'SQLite' ? {} : { DATABASE_URL: await migratedDatabase() }
    gateway = await openGateway({ env })
  })
  afterAll(() => gateway?.[Symbol.asyncDispose]())

  async function signedIn({ email, password }: { email: string; password: string }): Promise<Visitor> {
    const one = visitor(gateway)
    const { status, body } = await one.send('POST', '/api/auth/sign-in/email', { body: { email, password } })
    expect(status, JSON.stringify(body)).toBe(200)
    return one
  }

  async function invited(role: string, who: typeof BEN): Promise<Visitor> {
    const { token } = await ana.data('POST', '/api/v1/invitations', { body: { role } })
    const one = visitor(gateway)
    await one.data('POST', '/api/workspace/sign-up', { body: { ...who, invitation: token } })
    return one
  }

  it('a new gateway is claimed once, by the token of its link, and its first person is operator and owner', async () => {
    const first = visitor(gateway)
    expect(await session(first)).toMatchObject({ claimed: false, person: null, tenants: [], sign_up: 'invitation' })
    const wrong = await first.send('POST', '/api/workspace/claim', { body: { token: 'x', ...ANA } })
    expect(wrong).toMatchObject({ status: 403, body: { error: { type: 'forbidden' } } })
    const short = await first.send('POST', '/api/workspace/claim', { body: { token: 'x', ...ANA, name: '' } })
    expect(short).toMatchObject({ status: 400, body: { error: { field: 'name' } } })
    ana = await claimed(gateway, ANA)
    expect(await session(ana)).toMatchObject({
      claimed: true,
      person: { email: ANA.email, name: 'Ana' },
      tenants: [{ name: 'house', role: 'owner' }],
      tenant: gateway.tenantId,
      role: 'owner',
      is_operator: true,
    })
    expect(await gateway.gateway.claimLink()).toBeUndefined()
    const again = await first.send('POST', '/api/workspace/claim', { body: { token: 'x', ...BEN } })
    expect(again).toMatchObject({ status: 409, body: { error: { type: 'conflict' } } })
  })

  it('a person signs in by a password, and a wrong one is refused', async () => {
    const again = await signedIn(ANA)
    expect(await session(again)).toMatchObject({ person: { email: ANA.email } })
    const body = { email: ANA.email, password: 'not the password' }
    const wrong = await visitor(gateway).send('POST', '/api/auth/sign-in/email', { body })
    expect(wrong).toMatchObject({ status: 401, body: { code: 'INVALID_EMAIL_OR_PASSWORD' } })
  })

  it('a person makes a task without a key, whose cost and author are known', async () => {
    const made = await ana.send('POST', '/polyphony/v1/tasks', { body: SONG })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const read = await ana.send('GET', `/polyphony/v1/tasks/${made.body.id}?wait=20`)
    expect(read.body).toMatchObject({ status: 'completed' })
    const task = await gateway.store.getTask({ id: String(made.body.id) })
    const key = await gateway.store.getKey({ id: task?.keyId ?? '' })
    expect(key).toMatchObject({ personId: (await session(ana)).person?.id, mode: 'live', tenantId: gateway.tenantId })
    expect(key?.spentPoints).toBeGreaterThan(0)
    const keys = await ana.data<{ items: { id: string }[] }>('GET', '/api/v1/keys')
    expect(keys.items.map(({ id }) => id)).not.toContain(key?.keyId)
    const mine = await ana.send('POST', `/api/v1/keys/${key?.keyId}/rotate`, { body: {} })
    expect(mine.status).toBe(404)
    await gateway.assertBalanced()
  })

  it('a task of test mode is made by naming the mode', async () => {
    const headers = { 'polyphony-mode': 'test' }
    const made = await ana.send('POST', '/polyphony/v1/tasks', { body: SONG, headers })
    expect(made.status).toBe(201)
    expect((await gateway.store.getTask({ id: String(made.body.id) }))?.mode).toBe('test')
    const other = await ana.send('GET', '/polyphony/v1/tasks', { headers: { 'polyphony-mode': 'dry' } })
    expect(other.status).toBe(400)
  })

  it('an invitation is accepted once, by someone new or by someone who is here', async () => {
    const { token, link } = await ana.data('POST', '/api/v1/invitations', {
      body: { role: 'member', email: 'Ben@Example.org' },
    })
    expect(link).toBe(`${gateway.url}/invitation#${token}`)
    const ben = visitor(gateway)
    expect(await ben.data('POST', '/api/workspace/invitation', { body: { token } })).toMatchObject({
      tenant: { name: 'house' },
      role: 'member',
      email: BEN.email,
    })
    const body = { ...BEN, invitation: token }
    const other = await ben.send('POST', '/api/workspace/sign-up', { body: { ...body, email: 'eve@example.org' } })
    expect(other).toMatchObject({ status: 400, body: { error: { field: 'email' } } })
    expect(await ben.data('POST', '/api/workspace/sign-up', { body })).toMatchObject({
      role: 'member',
      is_operator: false,
    })
    const late = await visitor(gateway).send('POST', '/api/workspace/invitation', { body: { token } })
    expect(late.status).toBe(404)
    const uninvited = await visitor(gateway).send('POST', '/api/workspace/sign-up', {
      body: { ...BEN, email: 'c@d.org' },
    })
    expect(uninvited).toMatchObject({ status: 403, body: { error: { type: 'forbidden' } } })

    const { tenantId } = await gateway.tenant({})
    const to = { tenant: tenantId, role: 'viewer' }
    const second = await ana.data('POST', '/api/admin/invitations', { body: to })
    const joined = await ben.data<SessionBody>('POST', '/api/workspace/invitation/accept', {
      body: { token: second.token },
    })
    expect(joined).toMatchObject({ tenant: tenantId, role: 'viewer' })
    const back = await ben.data('POST', '/api/workspace/tenant', { body: { id: gateway.tenantId } })
    expect(back).toMatchObject({ tenant: gateway.tenantId, role: 'member' })
    const foreign = await ben.send('POST', '/api/workspace/tenant', { body: { id: 'none' } })
    expect(foreign.status).toBe(404)
  })

  it('the last owner and the last operator stay, and who is removed is out at once', async () => {
    const cleo = await invited('owner', { ...BEN, email: 'cleo@example.org', name: 'Cleo' })
    const { person } = await session(cleo)
    const me = (await session(ana)).person?.id
    expect((await cleo.send('GET', '/api/admin/tenants')).status).toBe(403)
    expect(await ana.send('PATCH', `/api/admin/people/${me}`, { body: { operator: false } })).toMatchObject({
      status: 409,
    })
    const unseat = await cleo.send('DELETE', `/api/v1/members/${me}`)
    expect(unseat).toMatchObject({ status: 403, body: { error: { type: 'forbidden' } } })
    await ana.data('PATCH', `/api/v1/members/${person?.id}`, { body: { role: 'viewer' } })
    const refused = await cleo.send('POST', '/polyphony/v1/tasks', { body: SONG })
    expect(refused).toMatchObject({ status: 403 })
    expect(await ana.send('DELETE', `/api/v1/members/${me}`)).toMatchObject({ status: 409 })
    await ana.data('DELETE', `/api/v1/members/${person?.id}`)
    expect(await cleo.send('GET', '/polyphony/v1/tasks')).toMatchObject({ status: 403 })
    expect(await session(cleo)).toMatchObject({ person: { name: 'Cleo' }, tenants: [], tenant: null })
    const { items } = await ana.data<{ items: JsonObject[] }>('GET', `/api/admin/audit?actor=person:${me}`)
    expect(items.map(({ verb }) => verb)).toEqual(
      expect.arrayContaining(['person.claim', 'invitation.create', 'member.change', 'member.remove']),
    )
  })

  it('a session is listed and revoked, and signing out ends it', async () => {
    const other = await signedIn(ANA)
    const { items } = await ana.data<{ items: { id: string; current: boolean }[] }>('GET', '/api/workspace/sessions')
    expect(items.filter(({ current }) => current)).toHaveLength(1)
    const [newest] = items
    await ana.data('DELETE', `/api/workspace/sessions/${newest?.id}`)
    expect(await session(other)).toMatchObject({ person: null })
    expect(await other.send('GET', '/api/v1/keys')).toMatchObject({ status: 401 })
    const third = await signedIn(ANA)
    const kept = new Map(third.cookies)
    await third.data('POST', '/api/workspace/sign-out', { body: {} })
    expect(third.cookies.size).toBe(0)
    for (const [name, value] of kept) third.cookies.set(name, value)
    expect(await session(third)).toMatchObject({ person: null })
  })

  it('a person who is blocked loses sessions and cannot sign in; the operator’s link sets another password', async () => {
    await ana.data('PATCH', `/api/admin/people/${BEN.email}`, { body: { blocked: true } })
    const blocked = await visitor(gateway).send('POST', '/api/auth/sign-in/email', { body: BEN })
    expect(blocked).toMatchObject({ status: 403, body: { code: 'BLOCKED' } })
    await ana.data('PATCH', `/api/admin/people/${BEN.email}`, { body: { blocked: false } })
    const reset = `/api/admin/people/${BEN.email}/reset`
    const earlier = await ana.data('POST', reset)
    const { token } = await ana.data('POST', reset)
    const password = 'another password of ben'
    const ben = visitor(gateway)
    const replaced = { token: earlier.token, password }
    expect((await ben.send('POST', '/api/workspace/password', { body: replaced })).status).toBe(404)
    expect(await ben.send('POST', '/api/workspace/password', { body: { token, password: 'short' } })).toMatchObject({
      status: 400,
      body: { error: { field: 'password' } },
    })
    expect(await ben.data('POST', '/api/workspace/password', { body: { token, password } })).toEqual({
      email: BEN.email,
    })
    expect((await ben.send('POST', '/api/workspace/password', { body: { token, password } })).status).toBe(404)
    const later = await ana.data('POST', reset)
    const known = await signedIn({ email: BEN.email, password })
    const body = { currentPassword: password, newPassword: `${password} again` }
    expect((await known.send('POST', '/api/auth/change-password', { body })).status).toBe(200)
    const unused = { token: later.token, password }
    expect((await ben.send('POST', '/api/workspace/password', { body: unused })).status).toBe(404)
    await signedIn({ email: BEN.email, password: body.newPassword })
  })

  it('a second factor is asked for once it is on', async () => {
    const dora = { ...BEN, email: 'dora@example.org', name: 'Dora' }
    const one = await invited('viewer', dora)
    const enabled = await one.send('POST', '/api/auth/two-factor/enable', { body: { password: dora.password } })
    expect(enabled.body).toMatchObject({ totpURI: expect.stringContaining('otpauth://totp/') })
    const secret = new URL(String(enabled.body.totpURI)).searchParams.get('secret') ?? ''
    const verified = await one.send('POST', '/api/auth/two-factor/verify-totp', { body: { code: totp(secret) } })
    expect(verified.status, JSON.stringify(verified.body)).toBe(200)
    const again = visitor(gateway)
    const half = await again.send('POST', '/api/auth/sign-in/email', { body: dora })
    expect(half.body).toMatchObject({ twoFactorRedirect: true })
    expect(await session(again)).toMatchObject({ person: null })
    expect((await again.send('POST', '/api/auth/two-factor/verify-totp', { body: { code: '000000' } })).status).toBe(
      401,
    )
    expect(
      (await again.send('POST', '/api/auth/two-factor/verify-totp', { body: { code: totp(secret) } })).status,
    ).toBe(200)
    expect(await session(again)).toMatchObject({ person: { name: 'Dora' } })
  })

  it('a page begins to register a passkey and to sign in by one, for the host that it is on', async () => {
    const options = await ana.send('GET', '/api/auth/passkey/generate-register-options')
    expect(options).toMatchObject({ status: 200, body: { rp: { id: '127.0.0.1' }, user: { name: ANA.email } } })
    const asked = await visitor(gateway).send('GET', '/api/auth/passkey/generate-authenticate-options')
    expect(asked).toMatchObject({ status: 200, body: { rpId: '127.0.0.1', challenge: expect.any(String) } })
    expect((await ana.send('GET', '/api/auth/passkey/list-user-passkeys')).body).toEqual([])
  })
})

/** https://www.rfc-editor.org/rfc/rfc6238 with the usual 30 s, SHA-1 and six digits. */
function totp(base32: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...base32.replaceAll('=', '')].map((one) => letters.indexOf(one).toString(2).padStart(5, '0')).join('')
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const digest = createHmac('sha1', Buffer.from(bytes)).update(counter).digest()
  const at = (digest.at(-1) ?? 0) & 15
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
