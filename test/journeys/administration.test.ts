import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pathFieldsOf, type Verb } from '../../src/admin/verb.ts'
import { OPERATOR_VERBS, OWN_VERBS } from '../../src/admin/verbs.ts'
import { newId } from '../../src/core/ids.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { points } from '../../src/core/points.ts'
import { type Answer, LIVE_KEY, openGateway, type Sending, TEST_KEY, type TestGateway } from '../support/gateway.ts'

const SONG = { model: 'suno', task_type: 'lyrics', input: { prompt: 'fog sandbox:fast' } }

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

interface Answered {
  code: number
  data: JsonObject
  error?: { type: string; field?: string }
  message: string
}

async function send(method: string, path: string, sending?: Sending): Promise<Answer<Answered>> {
  return (await gateway.send(method, path, sending)) as unknown as Answer<Answered> // the envelope of these routes
}

async function data<Data = JsonObject>(method: string, path: string, sending?: Sending): Promise<Data> {
  const { status, body } = await send(method, path, sending)
  expect(body, `${method} ${path}`).toMatchObject({ code: 200, message: 'success' })
  expect(status).toBe(200)
  return body.data as Data // as the caller says
}

let tenants = 0
async function aTenant(name = `tenant ${++tenants}`) {
  return data<{ id: string; name: string }>('POST', '/api/admin/tenants', { body: { name } })
}

async function aKey(body: JsonObject) {
  return data<{ id: string; key: string }>('POST', '/api/admin/keys', { body: { name: 'a key', ...body } })
}

interface Page extends JsonObject {
  items: JsonObject[]
  next_cursor: string | null
}

describe('which key may call which administrative route', () => {
  const ROLES = ['none', 'test', 'limited', 'member', 'foreign', 'admin'] as const
  type Role = (typeof ROLES)[number]

  const keys = {} as Record<Role, string | null>
  /** The id of a thing of the member's tenant, by the field and the noun of a path. */
  const own: Record<string, string> = {}

  beforeAll(async () => {
    const mine = await aTenant('mine')
    const other = await aTenant('other')
    await data('POST', '/api/admin/credit', { body: { tenant: mine.id, amount_usd: 10 } })
    const member = await aKey({ tenant: mine.id })
    const subject = await aKey({ tenant: mine.id })
    keys.none = null
    keys.test = (await aKey({ tenant: mine.id, mode: 'test' })).key
    keys.limited = (await aKey({ tenant: mine.id, spend_limit_usd: 1 })).key
    keys.member = member.key
    keys.foreign = (await aKey({ tenant: other.id })).key
    keys.admin = LIVE_KEY
    const task = await gateway.piapi.post(SONG, { key: member.key })
    const { id } = await data('POST', '/api/v1/accounts', {
      key: member.key,
      body: { provider: 'luma', name: 'main', fields: { apiKey: 'luma-a-key-of-the-test' } },
    })
    const taskId = task.body.data.task_id
    await gateway.piapi.ended(taskId, { key: member.key })
    const draft = { url: 'https://receiver.example/', body: '{}', headers: {} }
    const now = Date.now()
    await gateway.store.addDeliveries({ taskId, tenantId: mine.id, deliveries: [draft], now })
    const [delivery] = await gateway.store.listDeliveries({ tenantId: mine.id, limit: 1 })
    const someone = { email: 'someone@example.org', name: 'Someone', tenant: mine.id, role: 'viewer' }
    const person = await data('POST', '/api/admin/people', { body: someone })
    const invitation = await data('POST', '/api/v1/invitations', { key: member.key, body: { role: 'viewer' } })
    Object.assign(own, {
      people: person.id,
      members: person.id,
      invitations: invitation.id,
      keys: subject.id,
      tenants: mine.id,
      tasks: taskId,
      webhooks: delivery?.id,
      deliveries: delivery?.id,
      accounts: String(id),
    })
  })

  /** A request of the verb about things that exist, and that changes nothing. */
  function requestOf(verb: Verb, at: string): { path: string; sending: Sending; isOfOne: boolean } {
    const noun = verb.path.split('/')[1] ?? ''
    const fields = pathFieldsOf(verb)
    const path = fields.reduce((text, name) => text.replace(`:${name}`, own[noun] ?? 'none'), `${at}${verb.path}`)
    // Whether a key may call it is decided before the body is read, and this is no body of any verb.
    const sending = verb.method === 'GET' ? {} : { body: { 'no such field': true } }
    return { path, sending, isOfOne: fields.length > 0 }
  }

  /** Verbs that say what is wrong with a body before they look for the thing. */
  const BODIES: Record<string, JsonObject> = {
    'own.key.change': { name: 'x' },
    'own.member.change': { role: 'viewer' },
  }

  async function statusOf(verb: Verb, at: string, role: Role): Promise<number> {
    const { path, sending } = requestOf(verb, at)
    const { status } = await send(verb.method, path, { ...sending, key: keys[role] ?? null })
    return status
  }

  it('the operator’s routes are open to admin keys of the first tenant alone', async () => {
    const counts: Record<string, number> = {}
    for (const verb of OPERATOR_VERBS) {
      // These would change things without a body; every-verb.test.ts runs each of them.
      const isBare =
        verb.method !== 'GET' && !requestOf(verb, '').isOfOne && Object.keys(verb.input.properties).length === 0
      for (const role of ROLES) {
        if (role === 'admin' && (verb.changes || isBare)) continue
        const status = await statusOf(verb, '/api/admin', role)
        const expected = role === 'none' ? [401] : role === 'admin' ? [200, 400] : [403]
        expect(expected, `${verb.name} by ${role}: ${status}`).toContain(status)
        counts[`${role} ${status}`] = (counts[`${role} ${status}`] ?? 0) + 1
      }
    }
    console.info('routes of the operator, by key and status', counts)
  })

  it('a tenant’s routes are open to the keys that may call them, and things of other tenants do not exist', async () => {
    const counts: Record<string, number> = {}
    for (const verb of OWN_VERBS) {
      const { isOfOne } = requestOf(verb, '/api/v1')
      const { access = [] } = verb
      for (const role of ROLES) {
        const isRefused =
          (role === 'test' && access.includes('live')) || (role === 'limited' && access.includes('unlimited'))
        // What would be done is done in the tests of each verb.
        if (!isRefused && verb.changes && ['member', 'limited', 'test'].includes(role)) continue
        const status = await statusOf(verb, '/api/v1', role)
        const isForeign = isOfOne && ['foreign', 'admin', 'test'].includes(role)
        const expected = role === 'none' ? [401] : isRefused ? [403] : isForeign ? [404, 400] : [200, 400]
        expect(expected, `${verb.name} by ${role}: ${status}`).toContain(status)
        counts[`${role} ${status}`] = (counts[`${role} ${status}`] ?? 0) + 1
      }
    }
    console.info('routes of tenants, by key and status', counts)
  })

  it.each(OWN_VERBS.filter((verb) => pathFieldsOf(verb).length > 0 && !verb.hasOpenBody).map(({ name }) => name))(
    'the verb %s answers 404 about a thing of another tenant',
    async (name) => {
      const verb = OWN_VERBS.find((one) => one.name === name) as Verb // one of them
      const { path } = requestOf(verb, '/api/v1')
      for (const key of [keys.foreign ?? null, LIVE_KEY]) {
        expect(await send(verb.method, path, { key, ...(name in BODIES ? { body: BODIES[name] } : {}) })).toMatchObject(
          { status: 404, body: { code: 404 } },
        )
      }
    },
  )

  it('a limited key reads usage, its statement and deliveries, and is told why it may not manage keys', async () => {
    const key = keys.limited ?? ''
    for (const path of ['/api/v1/usage', '/api/v1/ledger', '/api/v1/deliveries']) await data('GET', path, { key })
    for (const path of ['/api/v1/keys', '/api/v1/webhook-secret']) {
      expect(await send('GET', path, { key })).toMatchObject({
        status: 403,
        body: { error: { type: 'forbidden' }, message: expect.stringContaining('this key has spend_limit') },
      })
    }
  })

  it('a test key sees what concerns tasks of test keys', async () => {
    const key = keys.test ?? ''
    const deliveries = await data<Page>('GET', '/api/v1/deliveries', { key })
    expect(deliveries.items).toEqual([])
    expect(await data('GET', '/api/v1/usage', { key })).toMatchObject({ total: { tasks: 0, consumed_points: 0 } })
    const live = await data('GET', '/api/v1/webhook-secret', { key: keys.member ?? '' })
    const test = await data('GET', '/api/v1/webhook-secret', { key })
    expect(test).toMatchObject({ mode: 'test', secret: expect.stringMatching(/^whsec_/) })
    expect(test.secret).not.toBe(live.secret)
  })

  it('a member’s key of the first tenant does not change an admin key, nor read its pair', async () => {
    const { key } = await aKey({})
    const all = await data<Page>('GET', '/api/v1/keys', { key })
    const admin = all.items.find(({ role }) => role === 'admin')
    const at = `/api/v1/keys/${admin?.id}`
    const attempts: [string, string, JsonObject][] = [
      ['PATCH', at, { name: 'mine now' }],
      ['POST', `${at}/rotate`, {}],
      ['POST', `${at}/revoke`, {}],
    ]
    for (const [method, path, body] of attempts) expect((await send(method, path, { key, body })).status).toBe(403)
    expect((await send('GET', `${at}/pair`, { key })).status).toBe(403)
    expect((await send('GET', '/api/admin/keys', { key: LIVE_KEY })).status).toBe(200)
  })

  it('tenants, people and keys are found by a part of their names, ids and addresses', async () => {
    const { id } = await data('POST', '/api/admin/tenants', { body: { name: 'Blue_Door 100%' } })
    const someone = { email: 'carla@blue-door.example', name: 'Carla', tenant: String(id), role: 'owner' }
    await data('POST', '/api/admin/people', { body: someone })
    const { key } = await aKey({ tenant: String(id), name: 'Night shift' })
    await aKey({ tenant: String(id), name: 'Day shift' })
    const found = async (path: string, search: string, as = LIVE_KEY) =>
      (await data<Page>('GET', `${path}?search=${encodeURIComponent(search)}`, { key: as })).items.map(
        ({ name }) => name,
      )
    for (const search of ['blue_DOOR', '100%', String(id)]) {
      expect(await found('/api/admin/tenants', search)).toEqual(['Blue_Door 100%'])
    }
    // Its signs mean nothing to the database.
    for (const search of ['blue%door', 'b_ue', '\\']) expect(await found('/api/admin/tenants', search)).toEqual([])
    for (const search of ['CARLA', '@blue-door']) expect(await found('/api/admin/people', search)).toEqual(['Carla'])
    expect(await found('/api/admin/keys', 'night SHIFT')).toEqual(['Night shift'])
    expect(await found('/api/v1/keys', 'shift', key)).toEqual(['Night shift', 'Day shift'])
    expect(await found('/api/v1/keys', 'dusk', key)).toEqual([])
  })

  it('admin keys belong to the first tenant', async () => {
    const tenant = await aTenant()
    const refused = await send('POST', '/api/admin/keys', { body: { name: 'x', tenant: tenant.id, admin: true } })
    expect(refused).toMatchObject({ status: 400, body: { error: { field: 'admin' } } })
    expect((await aKey({ admin: true })).key).toMatch(/^sk-live-/)
    // As an earlier version made them.
    const { key } = await gateway.tenant({ key: { role: 'admin' } })
    expect((await send('GET', '/api/admin/tenants', { key })).status).toBe(403)
    expect((await send('GET', '/api/v1/keys', { key })).body).toMatchObject({ data: { items: [{ role: 'member' }] } })
  })
})

describe('administrative input', () => {
  const wrong: [string, string, Json, string, RegExp][] = [
    ['POST', '/api/admin/tenants', {}, 'name', /name is required/],
    ['POST', '/api/admin/tenants', { name: 'x', colour: 'red' }, 'colour', /colour is not a field of this/],
    ['POST', '/api/admin/tenants', { name: 'house' }, 'name', /a tenant "house" already/],
    ['POST', '/api/admin/tenants', { name: newId(1) }, 'name', /form of an id/],
    ['POST', '/api/admin/tenants', { name: 'x', max_concurrent: 0 }, 'max_concurrent', /max_concurrent/],
    ['POST', '/api/admin/keys', { name: 'x', models: ['sumo'] }, 'models', /there is no model sumo/],
    ['POST', '/api/admin/keys', { name: 'x', mode: 'dry' }, 'mode', /mode must be one of/],
    ['POST', '/api/admin/keys', { name: 'x', expires_at: 'soon' }, 'expires_at', /RFC 3339/],
    [
      'POST',
      '/api/admin/keys',
      { name: 'x', spend_limit_usd: 1, spend_limit_points: 1 },
      'spend_limit_points',
      /together/,
    ],
    ['POST', '/api/admin/credit', {}, 'amount_usd', /amount_usd is required/],
    ['POST', '/api/admin/credit', { amount_usd: 0.00000001 }, 'amount_usd', /at least 0\.0000001 USD/],
    ['POST', '/api/admin/credit', { amount_points: 0.5 }, 'amount_points', /integer|whole/],
    ['GET', '/api/admin/tasks?limit=many', null, 'limit', /limit must be an integer/],
    ['GET', '/api/admin/tasks?limit=1001', null, 'limit', /at most 1000/],
    ['GET', '/api/admin/tasks?state=done', null, 'state', /state is not a field of this/],
    ['GET', '/api/admin/tasks?status=lost', null, 'status.0', /must be one of/],
    ['GET', '/api/admin/usage?from=2026-01-02&to=2026-01-01', null, 'from', /before to/],
    ['GET', '/api/admin/usage?from=2020-01-01', null, 'from', /366 days/],
    ['GET', '/api/admin/usage?by=hour', null, 'by', /must be one of/],
    ['GET', '/api/admin/ledger?cursor=x', null, 'cursor', /the page before/],
    ['GET', '/api/admin/ledger?limit=1&limit=2', null, 'limit', /limit must be/],
    ['GET', '/api/admin/tenants?cursor=unknown', null, 'cursor', /the page before/],
  ]
  it.each(wrong)('%s %s with %j is refused, and names the field', async (method, path, body, field, words) => {
    const answer = await send(method, path, body === null ? {} : { body })
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 400, data: null, error: { type: 'invalid_input', field } },
    })
    expect(answer.body.message).toMatch(words)
  })

  it('a body that is no object, or that names the field of the path, is refused', async () => {
    expect((await send('POST', '/api/admin/tenants', { body: [] })).body).toMatchObject({
      error: { type: 'malformed_body' },
    })
    const twice = await send('PATCH', `/api/admin/tenants/${gateway.tenantId}`, { body: { tenant: 'x' } })
    expect(twice.body).toMatchObject({ error: { type: 'invalid_input', field: 'tenant' } })
    const empty = await send('PATCH', `/api/admin/tenants/${gateway.tenantId}`, { body: {} })
    expect(empty.body.message).toMatch(/names nothing to change/)
  })
})

describe('a tenant', () => {
  it('a frozen tenant gets no new tasks, reads what it has, and is unfrozen', async () => {
    const { id } = await aTenant()
    await data('POST', '/api/admin/credit', { body: { tenant: id, amount_points: 1_000_000 } })
    const { key } = await aKey({ tenant: id })
    const before = await gateway.piapi.post(SONG, { key })
    expect(before.status).toBe(200)
    expect(await data('POST', `/api/admin/tenants/${id}/freeze`)).toMatchObject({ frozen_at: expect.any(String) })
    const refused = await gateway.piapi.post(SONG, { key })
    expect(refused).toMatchObject({ status: 403, body: { message: expect.stringContaining('frozen') } })
    expect(await gateway.piapi.ended(before.body.data.task_id, { key })).toMatchObject({ status: 'completed' })
    expect(await data('POST', `/api/admin/tenants/${id}/unfreeze`)).toMatchObject({ frozen_at: null })
    expect((await gateway.piapi.post(SONG, { key })).status).toBe(200)
  })

  it('a tenant is deleted when its tasks have ended; its keys are refused, and its name is free again', async () => {
    const { id } = await aTenant('short-lived')
    await data('POST', '/api/admin/credit', { body: { tenant: id, amount_points: 1_000_000 } })
    await data('PATCH', `/api/admin/tenants/${id}`, { body: { max_concurrent: 1 } })
    const { key } = await aKey({ tenant: 'short-lived' })
    const slow = { ...SONG, input: { prompt: 'slow' } }
    const ids = await Promise.all(
      [slow, slow].map(async (body) => (await gateway.piapi.post(body, { key })).body.data.task_id),
    )
    expect(await send('DELETE', `/api/admin/tenants/${id}`)).toMatchObject({ status: 409, body: { code: 409 } })
    for (const task of ids) await gateway.piapi.ended(task, { key })
    expect(await data('DELETE', '/api/admin/tenants/short-lived')).toEqual({ id, deleted: true })
    expect((await send('GET', '/api/v1/usage', { key })).status).toBe(401)
    expect((await send('GET', `/api/admin/tenants/${id}`)).status).toBe(404)
    await aTenant('short-lived')
    expect(await gateway.store.listLedger({ tenantId: id, limit: 99 })).toHaveLength(5)
    await gateway.assertBalanced()
  })

  it('the operator’s own tenant is not deleted', async () => {
    expect(await send('DELETE', '/api/admin/tenants/house')).toMatchObject({ status: 409 })
  })

  it('a tenant’s limits are changed after its creation, and what is not named stays', async () => {
    const { id } = await aTenant()
    const set = { name: `renamed ${id}`, max_concurrent: 3, max_staged: 4, falls_back: true }
    expect(await data('PATCH', `/api/admin/tenants/${id}`, { body: set })).toMatchObject(set)
    const cleared = await data('PATCH', `/api/admin/tenants/${id}`, { body: { max_concurrent: null } })
    expect(cleared).toMatchObject({ ...set, max_concurrent: null })
    expect(await data('GET', `/api/admin/tenants/${id}`)).toEqual(cleared)
  })
})

describe('a key', () => {
  it('a key’s limits are changed after its creation, and hold at once', async () => {
    const { id, key } = await aKey({})
    const money = { spend_limit_usd: 1.5, daily_limit_usd: 0.5, monthly_limit_usd: 1 }
    const limited = {
      models: ['suno'],
      requests_per_minute: 2,
      tokens_per_minute: 5_000,
      max_concurrent: 3,
      ...money,
    }
    const expected = {
      ...limited,
      spend_limit_points: 15_000_000,
      daily_limit_points: 5_000_000,
      spent_today_points: 0,
    }
    expect(await data('PATCH', `/api/admin/keys/${id}`, { body: limited })).toMatchObject(expected)
    const other = { model: 'luma', task_type: 'video_generation', input: { prompt: 'x' } }
    expect((await gateway.piapi.post(other, { key })).status).toBe(403)
    await gateway.piapi.post(other, { key })
    expect((await gateway.piapi.post(other, { key })).status).toBe(429)
    const none = {
      models: null,
      requests_per_minute: null,
      tokens_per_minute: null,
      max_concurrent: null,
      spend_limit_points: null,
      daily_limit_points: null,
      monthly_limit_points: null,
    }
    expect(await data('PATCH', `/api/admin/keys/${id}`, { body: none })).toMatchObject({
      ...none,
      spend_limit_usd: null,
    })
    expect((await send('GET', '/api/v1/usage', { key })).status).toBe(200)
    const past = { expires_at: '2026-01-01' }
    await data('PATCH', `/api/admin/keys/${id}`, { body: past })
    expect((await send('GET', '/api/v1/usage', { key })).status).toBe(401)
  })

  it('a key is rotated with a grace period, in which both texts work, and without', async () => {
    const first = await aKey({})
    const at = `/api/admin/keys/${first.id}`
    const second = await data<{ key: string }>('POST', `${at}/rotate`, { body: { grace_seconds: 600 } })
    expect(second).toMatchObject({ id: first.id, previous_valid_until: expect.any(String) })
    for (const { key } of [first, second]) expect((await send('GET', '/api/v1/usage', { key })).status).toBe(200)
    const third = await data<{ key: string }>('POST', `${at}/rotate`)
    for (const { key } of [first, second]) expect((await send('GET', '/api/v1/usage', { key })).status).toBe(401)
    expect((await send('GET', '/api/v1/usage', { key: third.key })).status).toBe(200)
    expect(await data('POST', `${at}/revoke`)).toEqual({ id: first.id, revoked: true })
    expect((await send('GET', '/api/v1/usage', { key: third.key })).status).toBe(401)
    expect((await send('POST', `${at}/revoke`)).status).toBe(404)
  })

  it('a tenant creates, changes, rotates and revokes its own keys', async () => {
    const { id: tenant } = await aTenant()
    const { key } = await aKey({ tenant })
    const made = await data<{ id: string; key: string }>('POST', '/api/v1/keys', {
      key,
      body: { name: 'an app', max_concurrent: 2 },
    })
    expect(made).toMatchObject({ tenant, role: 'member', max_concurrent: 2, last_used_at: null })
    const changed = await data('PATCH', `/api/v1/keys/${made.id}`, { key, body: { models: ['suno'] } })
    expect(changed).toMatchObject({ models: ['suno'], max_concurrent: 2 })
    // What an import took over stays, also when a model is added to it.
    await gateway.store.changeKey({ id: made.id, set: { allowedModels: ['of-a-relay'] } })
    const both = { models: ['of-a-relay', 'suno'] }
    expect(await data('PATCH', `/api/v1/keys/${made.id}`, { key, body: both })).toMatchObject(both)
    const rotated = await data<{ key: string }>('POST', `/api/v1/keys/${made.id}/rotate`, { key })
    expect((await send('GET', '/api/v1/usage', { key: rotated.key })).status).toBe(200)
    const used = async () => (await data('GET', `/api/v1/keys/${made.id}`, { key })).last_used_at
    await expect.poll(used).toEqual(expect.any(String))
    expect(await data('GET', `/api/v1/keys/${made.id}/pair`, { key })).toMatchObject({ access_key: made.id })
    const { items } = await data<Page>('GET', '/api/v1/keys', { key })
    expect(items).toHaveLength(2)
    expect(JSON.stringify(items)).not.toContain(rotated.key)
    await data('POST', `/api/v1/keys/${made.id}/revoke`, { key })
    expect((await send('GET', '/api/v1/usage', { key: rotated.key })).status).toBe(401)
    for (const body of [
      { name: 'x', admin: true },
      { name: 'x', tenant: 'house' },
    ]) {
      expect((await send('POST', '/api/v1/keys', { key, body })).status).toBe(400)
    }
  })
})

describe('lists, statements and usage', () => {
  it('lists and statements are read page by page', async () => {
    for (const amount_usd of [1, 2, 3]) await data('POST', '/api/admin/credit', { body: { amount_usd } })
    for (const path of [
      '/api/admin/tenants',
      '/api/admin/keys',
      '/api/admin/tasks',
      '/api/admin/audit',
      '/api/admin/ledger',
    ]) {
      const all = await data<Page>('GET', `${path}?limit=1000`)
      const pages: JsonObject[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const page: Page = await data<Page>('GET', `${path}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
        expect(page.items.length).toBeLessThanOrEqual(2)
        pages.push(...page.items)
        cursor = page.next_cursor
      }
      expect(pages, path).toEqual(all.items)
      expect(all.items.length).toBeGreaterThan(2)
    }
  })

  it('usage and statement show what a tenant paid, and the statement is also CSV', async () => {
    const { id: tenant } = await aTenant()
    const memo = '=HYPERLINK("x"), and more'
    await data('POST', '/api/admin/credit', { body: { tenant, amount_points: 1_000_000, memo } })
    const { key, id } = await aKey({ tenant })
    const task = await gateway.piapi.post(SONG, { key })
    await gateway.piapi.ended(task.body.data.task_id, { key })
    const { items } = await data<Page>('GET', '/api/v1/ledger', { key })
    expect(items.map(({ kind }) => kind).at(-1)).toBe('credit')
    expect(items[0]).toMatchObject({ consumed_points: 20_000, available_points: 980_000, held_points: 0, key_id: id })
    const csv = await gateway.send('GET', '/api/v1/ledger?format=csv', { key })
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const lines = String(csv.body).split('\r\n')
    expect(lines[0]).toBe(
      'id,kind,at,task_id,key_id,memo,available_change_points,available_change_usd,held_change_points,held_change_usd,' +
        'consumed_points,consumed_usd,available_points,available_usd,held_points,held_usd',
    )
    expect(lines[3]).toContain(`"'=HYPERLINK(""x""), and more"`)
    for (const [by, group] of [
      ['day', new Date().toISOString().slice(0, 10)],
      ['model', 'suno'],
      ['key', id],
    ]) {
      const counts = {
        tasks: 1,
        completed: 1,
        failed: 0,
        cancelled: 0,
        calls: 0,
        consumed_points: 20_000,
        consumed_usd: 0.002,
      }
      const expected = { by, items: [{ group, ...counts }], total: counts }
      expect(await data('GET', `/api/v1/usage?by=${by}`, { key })).toMatchObject(expected)
      expect(await data('GET', `/api/admin/usage?by=${by}&tenant=${tenant}`)).toMatchObject(expected)
    }
  })

  it('the operator lists tasks of all tenants, and reads one task with the URLs of its files', async () => {
    const task = await gateway.piapi.song({ prompt: 'rain sandbox:fast' }, { key: TEST_KEY })
    await gateway.piapi.ended(task.task_id, { key: TEST_KEY })
    const found = await data<Page>('GET', '/api/admin/tasks?mode=test&status=completed,failed&operation=suno/music')
    expect(found.items.map(({ id }) => id)).toContain(task.task_id)
    const shown = await data<{ files: string[] }>('GET', `/api/admin/tasks/${task.task_id}`)
    expect(shown).toMatchObject({ status: 'completed', attempt_list: [{ provider: 'sandbox' }], deliveries: [] })
    expect(shown.files.length).toBeGreaterThan(0)
    for (const url of shown.files) expect((await fetch(url)).status).toBe(200)
  })

  it('the operator reads the settings in force, without secrets', async () => {
    const { settings } = await data<{ settings: JsonObject[] }>('GET', '/api/admin/config')
    expect(settings).toContainEqual(expect.objectContaining({ name: 'POLYPHONY_SANDBOX_SECONDS', value: '0.7' }))
    expect(JSON.stringify(settings)).not.toContain(LIVE_KEY)
  })

  it('the operator proves that the ledger is right, and rebuilds the balances', async () => {
    expect(await data('GET', '/api/admin/reconcile')).toMatchObject({ clean: true, faults: [] })
    expect(await data('POST', '/api/admin/reconcile')).toMatchObject({ clean: true })
  })
})

describe('credit', () => {
  it('credit is booked once under an id, and never makes a debt', async () => {
    const { id: tenant } = await aTenant()
    const body = { tenant, amount_usd: 25, id: `invoice of ${tenant}` }
    const booked = { amount_points: 250_000_000, available_points: 250_000_000, available_usd: 25 }
    expect(await data('POST', '/api/admin/credit', { body })).toMatchObject({ booked: true, ...booked })
    expect(await data('POST', '/api/admin/credit', { body })).toMatchObject({ booked: false, ...booked })
    for (const id of [undefined, `debt of ${tenant}`]) {
      const debt = await send('POST', '/api/admin/credit', { body: { tenant, amount_usd: -26, id } })
      expect(debt).toMatchObject({ status: 402, body: { message: expect.stringContaining('has only $25') } })
    }
    const { id: other } = await aTenant()
    for (const different of [{ amount_usd: 26 }, { tenant: other }]) {
      const taken = await send('POST', '/api/admin/credit', { body: { ...body, ...different } })
      expect(taken).toMatchObject({ status: 409, body: { error: { field: 'id' } } })
    }
    const back = { tenant, amount_points: -1 }
    expect(await data('POST', '/api/admin/credit', { body: back })).toMatchObject({
      available_points: points(249_999_999),
    })
  })
})

describe('the audit', () => {
  it('the audit records who changed what, from which address, before and after, without secrets', async () => {
    const { id: tenant } = await aTenant()
    const made = await aKey({ tenant, requests_per_minute: 5 })
    await data('PATCH', `/api/admin/keys/${made.id}`, { body: { requests_per_minute: 6 } })
    const rotated = await data<{ key: string }>('POST', `/api/admin/keys/${made.id}/rotate`)
    const { items } = await data<Page>('GET', `/api/admin/audit?subject=${made.id}`)
    expect(items.map(({ verb }) => verb)).toEqual(['key.rotate', 'key.change', 'key.create'])
    const [, changed, created] = items
    const who = { tenant, subject: made.id, address: '127.0.0.1', actor: expect.stringMatching(/^[0-9a-f-]{36}$/) }
    expect(changed).toMatchObject({ ...who, before: { requests_per_minute: 5 }, after: { requests_per_minute: 6 } })
    expect(created).toMatchObject({ ...who, before: null, after: { name: 'a key', mode: 'live', role: 'member' } })
    for (const text of [made.key, rotated.key]) expect(JSON.stringify(items)).not.toContain(text)
  })
})
