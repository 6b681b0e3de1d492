import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../src/core/clock.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { type FakeLuma, openFakeLuma } from '../support/fake-luma.ts'
import { download, openGateway, type PiapiTask, type Sending, type TestGateway } from '../support/gateway.ts'

const KEY = 'luma-the-key-of-the-test'
const OTHER_KEY = 'luma-another-key-of-the-test'
const WRONG_KEY = 'luma-a-wrong-key-of-the-test'
const PICTURE = { prompt: 'a teapot', model: 'photon-1', aspect_ratio: '3:4', format: 'png' }
const OPERATORS = '/api/admin/accounts'
const OWN = '/api/v1/accounts'

let luma: FakeLuma
let folder: string
beforeEach(async () => {
  luma = await openFakeLuma(KEY)
  folder = await mkdtemp(join(tmpdir(), 'polyphony-accounts-'))
})
afterEach(async () => {
  await luma.close()
  await rm(folder, { recursive: true, force: true })
})

interface Account extends JsonObject {
  id: string
  state: string
  reason: string
}

/** The data of an answer, which must be a success. */
async function data<Data = Account>(
  gateway: TestGateway,
  method: string,
  path: string,
  sending: Sending = {},
): Promise<Data> {
  const { status, body } = await gateway.send(method, path, sending)
  expect(body, `${method} ${path}`).toMatchObject({ code: 200, message: 'success' })
  expect(status).toBe(200)
  return (body as { data: Json }).data as Data // as the caller says
}

function luma_(given: JsonObject = {}, fields: JsonObject = {}): JsonObject {
  return { provider: 'luma', name: 'main', fields: { apiKey: KEY, baseUrl: luma.baseUrl, ...fields }, ...given }
}

function draw(gateway: TestGateway, sending: Sending = {}): Promise<PiapiTask> {
  return gateway.piapi.create('image_generation', PICTURE, { model: 'luma', ...sending })
}

const MIB = 2 ** 20

/** Answers every call with up to 300 MiB, for as long as the caller reads. */
async function endlessVendor() {
  let sentBytes = 0
  const server = createServer(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const chunk = Buffer.alloc(MIB, ' ')
    for (let sent = 0; sent < 300 && !response.destroyed; sent++) {
      sentBytes += chunk.byteLength
      if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')])
    }
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    sentBytes: () => sentBytes,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The vendor has taken the task. */
async function begun(gateway: TestGateway, { task_id }: PiapiTask): Promise<void> {
  await gateway.until(task_id, ({ status }) => status === 'processing')
}

describe('an account of the operator', () => {
  it('is added by a request, and the next task runs on it', async () => {
    await using gateway = await openGateway()
    const refused = await gateway.piapi.post({ model: 'luma', task_type: 'image_generation', input: PICTURE })
    expect(refused).toMatchObject({ status: 503, body: { error: { type: 'no_provider' } } })

    const account = await data(gateway, 'POST', OPERATORS, { body: luma_({ slots: 3, weight: 2, daily_cap: 7 }) })
    expect(account).toMatchObject({
      provider: 'luma',
      name: 'main',
      tenant: null,
      state: 'connected',
      reason: '',
      retry_at: null,
      is_usable: true,
      draining: false,
      slots: 3,
      weight: 2,
      priority: 0,
      daily_cap: 7,
      price_factor: 1,
      serves: null,
      credential: 'stored',
      settings: { baseUrl: luma.baseUrl },
      operations: expect.arrayContaining(['luma/image_generation', 'luma/video_generation']),
    })

    const before = await gateway.balance()
    const task = await gateway.piapi.ended((await draw(gateway)).task_id)
    expect(task).toMatchObject({ status: 'completed', meta: { is_using_private_pool: false } })
    const [url] = /http[^"]+\.png/.exec(JSON.stringify(task.output)) ?? []
    expect((await download(String(url))).headers.get('content-type')).toBe('image/png')
    expect((await gateway.balance()).available).toBeLessThan(before.available)
    expect(await data(gateway, 'GET', `${OPERATORS}/${account.id}`)).toMatchObject({ begun_today: 1, running: 0 })
    expect(await data(gateway, 'GET', '/api/admin/providers')).toContainEqual(
      expect.objectContaining({
        id: 'luma',
        fields: [
          expect.objectContaining({ name: 'apiKey', env: 'LUMAAI_API_KEY', secret: true, required: true }),
          expect.objectContaining({ name: 'baseUrl', secret: false, required: false }),
        ],
      }),
    )
    expect((await gateway.send('GET', '/api/status')).body).toMatchObject({
      providers: expect.arrayContaining([{ id: 'luma', accounts: 1, connected: 1 }]),
    })
    const metrics = String((await gateway.send('GET', '/metrics')).body)
    expect(metrics).toContain('polyphony_accounts{provider="luma",owner="operator",state="connected"} 1')
    expect(metrics).toContain(`polyphony_account_slots{provider="luma",account="${account.id}"} 3`)
    await gateway.assertBalanced()
  })

  it('finishes its tasks while it drains, begins none, and begins tasks again when it is resumed', async () => {
    await using gateway = await openGateway()
    const { id } = await data(gateway, 'POST', OPERATORS, { body: luma_() })
    luma.hold(true)
    const first = await draw(gateway)
    await begun(gateway, first)

    expect(await data(gateway, 'POST', `${OPERATORS}/${id}/drain`)).toMatchObject({ draining: true, running: 1 })
    const second = await draw(gateway)
    luma.hold(false)
    expect((await gateway.piapi.ended(first.task_id)).status).toBe('completed')
    // Submitted later, and done: so the dispatcher has seen the second task and left it waiting.
    await gateway.piapi.ended((await gateway.piapi.create('lyrics', { prompt: 'rain' })).task_id)
    expect((await gateway.piapi.read(second.task_id)).status).toBe('pending')
    expect(luma.begun()).toBe(1)
    expect(await data<JsonObject>(gateway, 'GET', `${OPERATORS}/${id}/debug`)).toMatchObject({
      account: { id, draining: true, running: 0, begun_today: 1 },
      advice: [expect.stringContaining('drains')],
      waiting: [{ operation: 'luma/image_generation', count: 1 }],
      attempts: [{ task_id: first.task_id, number: 1, outcome: 'completed', reason: null }],
    })

    expect(await data(gateway, 'POST', `${OPERATORS}/${id}/resume`)).toMatchObject({ draining: false })
    await begun(gateway, second)
    expect(await data<JsonObject>(gateway, 'GET', `${OPERATORS}/${id}/debug`)).toMatchObject({
      advice: ['It is ready; no task waits for it.'],
      waiting: [],
      attempts: [{ task_id: second.task_id, outcome: 'accepted' }, { task_id: first.task_id }],
    })
  })

  it('is ignored while it is disabled, and finishes its tasks', async () => {
    await using gateway = await openGateway()
    const { id } = await data(gateway, 'POST', OPERATORS, { body: luma_() })
    luma.hold(true)
    const running = await draw(gateway)
    await begun(gateway, running)
    expect(await gateway.send('DELETE', `${OPERATORS}/${id}`)).toMatchObject({
      status: 409,
      body: { code: 409, message: expect.stringContaining('drain it'), error: { type: 'conflict' } },
    })

    expect(await data(gateway, 'POST', `${OPERATORS}/${id}/disable`)).toMatchObject({
      state: 'disabled',
      reason: 'The operator switched it off.',
    })
    const refused = await gateway.piapi.post({ model: 'luma', task_type: 'image_generation', input: PICTURE })
    expect(refused.body).toMatchObject({ code: 503, error: { type: 'no_provider' } })
    luma.hold(false)
    expect((await gateway.piapi.ended(running.task_id)).status).toBe('completed')

    expect(await data(gateway, 'POST', `${OPERATORS}/${id}/enable`)).toMatchObject({ state: 'connected', reason: '' })
    expect(await data(gateway, 'DELETE', `${OPERATORS}/${id}`)).toEqual({ id, removed: true })
    expect((await gateway.send('GET', `${OPERATORS}/${id}`)).body).toMatchObject({ code: 404 })
    expect(await data<Account[]>(gateway, 'GET', OPERATORS)).toEqual([])
  })

  it('reports the vendor’s error when it is tested, and works again with another credential', async () => {
    await using gateway = await openGateway()
    const { id } = await data(gateway, 'POST', OPERATORS, { body: luma_({}, { apiKey: WRONG_KEY }) })
    const wrong = await data<JsonObject>(gateway, 'POST', `${OPERATORS}/${id}/test`)
    expect(wrong).toMatchObject({
      works: false,
      says: expect.stringMatching(
        /Luma Dream Machine does not accept the credential: .*Not authenticated.*a new one\./,
      ),
      account: { state: 'expired_credential', reason: expect.stringContaining('Not authenticated') },
    })
    expect(Date.parse(String((wrong.account as JsonObject).retry_at))).toBeGreaterThan(Date.now())
    expect(await data<JsonObject>(gateway, 'GET', `${OPERATORS}/${id}/debug`)).toMatchObject({
      advice: ['The vendor rejects its credential. Set a new one.'],
    })

    const changed = await data(gateway, 'PATCH', `${OPERATORS}/${id}`, { body: { fields: { apiKey: KEY } } })
    expect(changed).toMatchObject({ state: 'connected', reason: '', settings: { baseUrl: luma.baseUrl } })
    expect(await data<JsonObject>(gateway, 'POST', `${OPERATORS}/${id}/test`)).toMatchObject({
      works: true,
      says: 'Luma Dream Machine answered and accepts the credential.',
      account: { state: 'connected' },
    })

    luma.next.push({ status: 429, headers: { 'retry-after': '30' }, json: { detail: 'Too many requests' } })
    expect(await data<JsonObject>(gateway, 'POST', `${OPERATORS}/${id}/test`)).toMatchObject({
      works: false,
      says: expect.stringContaining('at its limit: Too many requests.'),
      account: { state: 'limited' },
    })
    luma.next.push({ status: 402, json: { detail: 'No credits left' } })
    expect(await data<JsonObject>(gateway, 'POST', `${OPERATORS}/${id}/test`)).toMatchObject({
      works: false,
      says: expect.stringContaining('Top up'),
    })
    expect(await data(gateway, 'POST', `${OPERATORS}/${id}/enable`)).toMatchObject({ state: 'connected' })
    await luma.close()
    expect(await data<JsonObject>(gateway, 'POST', `${OPERATORS}/${id}/test`)).toMatchObject({
      works: false,
      says: expect.stringContaining('Check the base address'),
      account: { state: 'connected' }, // a single failure changes no state
    })
  })

  it('of the environment can be drained and disabled, but its settings are changed in the environment', async () => {
    const env = { LUMAAI_API_KEY: KEY, LUMAAI_BASE_URL: luma.baseUrl, POLYPHONY_PROVIDERS: 'luma:3' }
    await using gateway = await openGateway({ env })
    const at = `${OPERATORS}/env:luma`
    expect(await data(gateway, 'GET', at)).toMatchObject({ credential: 'environment', slots: 3, is_usable: true })
    expect(await data(gateway, 'POST', `${at}/disable`)).toMatchObject({ state: 'disabled' })
    expect(await data(gateway, 'POST', `${at}/enable`)).toMatchObject({ state: 'connected' })
    expect(await data(gateway, 'PATCH', at, { body: { daily_cap: 9, serves: ['luma'] } })).toMatchObject({
      daily_cap: 9,
      serves: ['luma'],
    })
    expect(await data<JsonObject>(gateway, 'POST', `${at}/test`)).toMatchObject({ works: true })
    for (const [body, field] of [
      [{ fields: { apiKey: OTHER_KEY } }, 'fields'],
      [{ slots: 4 }, 'slots'],
      [{ priority: 4 }, 'priority'],
    ] as const) {
      expect((await gateway.send('PATCH', at, { body })).body).toMatchObject({ code: 400, error: { field } })
    }
    expect(await gateway.send('DELETE', at)).toMatchObject({
      status: 409,
      body: { code: 409, message: expect.stringContaining('environment'), error: { type: 'conflict' } },
    })
  })

  it('is visible to admin keys only', async () => {
    await using gateway = await openGateway()
    const { id } = await data(gateway, 'POST', OPERATORS, { body: luma_() })
    const member = await gateway.tenant({})
    const paths = [OPERATORS, `${OPERATORS}/${id}`, `${OPERATORS}/${id}/debug`, '/api/admin/providers']
    for (const path of paths) {
      expect(await gateway.send('GET', path, { key: member.key })).toMatchObject({
        status: 403,
        body: { code: 403, data: null, error: { type: 'forbidden' } },
      })
      expect((await gateway.send('GET', path, { key: null })).status).toBe(401)
    }
    const added = await gateway.send('POST', OPERATORS, { key: member.key, body: luma_({ name: 'mine' }) })
    expect(added.status).toBe(403)
    expect((await gateway.send('POST', `${OPERATORS}/${id}/disable`, { key: member.key })).status).toBe(403)
    expect(await data<Account[]>(gateway, 'GET', OPERATORS)).toHaveLength(1)
    expect((await gateway.send('GET', '/api/admin/none')).body).toMatchObject({ code: 404, data: null })
  })
})

describe('a tenant’s own account', () => {
  it('runs the tenant’s tasks at no cost, and no other tenant’s', async () => {
    await using gateway = await openGateway()
    const { key, tenantId } = await gateway.tenant({ creditPoints: 0 })
    const account = await data(gateway, 'POST', OWN, { key, body: luma_({ slots: 2 }) })
    expect(account).toMatchObject({ state: 'connected', price_factor: 0, slots: 2 })
    expect(account).not.toHaveProperty('tenant')

    const task = await gateway.piapi.ended((await draw(gateway, { key })).task_id, { key })
    expect(task).toMatchObject({
      status: 'completed',
      meta: { is_using_private_pool: true, usage: { frozen: 0, consume: 0 } },
    })
    const others = await gateway.piapi.post({ model: 'luma', task_type: 'image_generation', input: PICTURE })
    expect(others.body).toMatchObject({ code: 503, error: { type: 'no_provider' } })
    expect(await data<JsonObject>(gateway, 'GET', `${OWN}/${account.id}/debug`, { key })).toMatchObject({
      attempts: [{ task_id: task.task_id, outcome: 'completed' }],
    })
    // The operator sees it, and may disable it.
    expect(await data<Account[]>(gateway, 'GET', OPERATORS)).toMatchObject([{ id: account.id, tenant: tenantId }])
    expect(await data(gateway, 'POST', `${OPERATORS}/${account.id}/disable`)).toMatchObject({ state: 'disabled' })
    expect(await data(gateway, 'GET', `${OWN}/${account.id}`, { key })).toMatchObject({
      reason: 'The operator switched it off.',
    })
    const metrics = String((await gateway.send('GET', '/metrics')).body)
    expect(metrics).toContain('polyphony_account_slots{provider="luma",account="tenants"} 2')
    expect(metrics).not.toContain(account.id)
    await gateway.assertBalanced()
  })

  it('is unknown to every other tenant', async () => {
    await using gateway = await openGateway()
    const [one, other] = [await gateway.tenant({}), await gateway.tenant({})]
    const { id } = await data(gateway, 'POST', OWN, { key: one.key, body: luma_() })
    const house = await data(gateway, 'POST', OPERATORS, { body: luma_() })
    const { key } = other
    for (const hidden of [id, house.id, 'env:luma', 'house:studio', 'none']) {
      for (const [method, path] of [
        ['GET', `${OWN}/${hidden}`],
        ['GET', `${OWN}/${hidden}/debug`],
        ['DELETE', `${OWN}/${hidden}`],
        ['POST', `${OWN}/${hidden}/test`],
        ['POST', `${OWN}/${hidden}/drain`],
        ['POST', `${OWN}/${hidden}/resume`],
        ['POST', `${OWN}/${hidden}/disable`],
        ['POST', `${OWN}/${hidden}/enable`],
      ] as const) {
        expect((await gateway.send(method, path, { key })).status, `${method} ${path}`).toBe(404)
      }
      expect((await gateway.send('PATCH', `${OWN}/${hidden}`, { key, body: { slots: 9 } })).status).toBe(404)
    }
    expect(await data<Account[]>(gateway, 'GET', OWN, { key })).toEqual([])
    // A name is taken only among accounts of the same owner.
    await data(gateway, 'POST', OWN, { key, body: luma_() })
    expect(await data<Account[]>(gateway, 'GET', OWN, { key: one.key })).toMatchObject([{ id, state: 'connected' }])
  })

  it('may reach public addresses only, and has its price set by the operator', async () => {
    await using gateway = await openGateway({
      env: { POLYPHONY_EGRESS_ALLOW: '', POLYPHONY_PRIVATE_PRICE_FACTOR: '0.25' },
    })
    const { key, tenantId } = await gateway.tenant({})
    for (const baseUrl of [luma.baseUrl, 'http://10.1.2.3/v1', 'http://169.254.169.254', 'http://localhost:1']) {
      expect(await gateway.send('POST', OWN, { key, body: luma_({}, { baseUrl }) })).toMatchObject({
        status: 400,
        body: { error: { type: 'address_refused', field: 'fields.baseUrl' } },
      })
    }
    // The operator may use a private address; later changes by the tenant are checked all the same.
    await data(gateway, 'POST', OPERATORS, { body: luma_() })
    for (const [body, field] of [
      [luma_({ price_factor: 0 }), 'price_factor'],
      [luma_({ tenant: tenantId }), 'tenant'],
      [luma_({ mode: 'test' }), 'mode'],
    ] as const) {
      expect((await gateway.send('POST', OWN, { key, body })).body).toMatchObject({ code: 400, error: { field } })
    }
    const body = luma_({}, { baseUrl: 'https://93.184.215.14/v1' })
    const { id } = await data(gateway, 'POST', OWN, { key, body })
    expect(await data(gateway, 'GET', `${OWN}/${id}`, { key })).toMatchObject({ price_factor: 0.25 })
    const moved = { fields: { apiKey: KEY, baseUrl: luma.baseUrl } }
    expect((await gateway.send('PATCH', `${OWN}/${id}`, { key, body: moved })).body).toMatchObject({
      error: { type: 'address_refused' },
    })
    expect((await gateway.send('PATCH', `${OWN}/${id}`, { key, body: { price_factor: 0 } })).status).toBe(400)
    expect(await data(gateway, 'PATCH', `${OPERATORS}/${id}`, { body: { price_factor: 0.5 } })).toMatchObject({
      price_factor: 0.5,
    })
    expect(luma.seen).toEqual([])
  })

  it('uses little memory for large answers of its vendor, and reports them as too large', async () => {
    const vendor = await endlessVendor()
    try {
      await using gateway = await openGateway()
      const { key } = await gateway.tenant({})
      const accounts: Account[] = []
      for (const name of ['one', 'two', 'three', 'four']) {
        const body = luma_({ name, provider: 'replicate' }, { baseUrl: vendor.baseUrl })
        accounts.push(await data(gateway, 'POST', OWN, { key, body }))
      }
      const before = process.memoryUsage().rss
      const tests = await Promise.all(
        accounts.map(({ id }) => data<JsonObject>(gateway, 'POST', `${OWN}/${id}/test`, { key })),
      )
      for (const { works, says } of tests) {
        expect(works).toBe(false)
        expect(says).toContain('more than 4 MiB')
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(150 * MIB)
      expect(vendor.sentBytes()).toBeLessThan(100 * MIB)
    } finally {
      await vendor.close()
    }
  })

  it('counts towards the number that the operator allows a tenant', async () => {
    await using gateway = await openGateway({ env: { POLYPHONY_ACCOUNTS_PER_TENANT: '2' } })
    const { key, tenantId } = await gateway.tenant({})
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) => gateway.send('POST', OWN, { key, body: luma_({ name: `number ${n}` }) })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 403, 403])
    expect(await data<Account[]>(gateway, 'GET', OWN, { key })).toHaveLength(2)
    // The limit does not apply to the operator.
    await data(gateway, 'POST', OPERATORS, { body: luma_({ name: 'a gift', tenant: tenantId }) })
    expect(await data<Account[]>(gateway, 'GET', OWN, { key })).toHaveLength(3)

    await using closed = await openGateway({ env: { POLYPHONY_ACCOUNTS_PER_TENANT: '0' } })
    const refused = await closed.send('POST', OWN, { body: luma_() })
    expect(refused.body).toMatchObject({ code: 403, message: 'Tenants connect no accounts here.' })
  })

  it('is used first, last or never, as the tenant sets', async () => {
    await using gateway = await openGateway()
    const { key } = await gateway.tenant({})
    const pool = '/api/v1/account/pool'
    expect(await data(gateway, 'GET', pool, { key })).toEqual({ default_pool: 'private', falls_back: false })
    await data(gateway, 'POST', OPERATORS, { body: luma_() })
    const own = await data(gateway, 'POST', OWN, { key, body: luma_() })
    const isPrivate = async () => (await draw(gateway, { key })).meta.is_using_private_pool
    expect(await isPrivate()).toBe(true)
    expect(await data(gateway, 'PATCH', pool, { key, body: { default_pool: 'public' } })).toEqual({
      default_pool: 'public',
      falls_back: false,
    })
    expect(await isPrivate()).toBe(false)

    await data(gateway, 'PATCH', pool, { key, body: { default_pool: 'private', falls_back: true } })
    expect(await isPrivate()).toBe(true)
    await data(gateway, 'POST', `${OWN}/${own.id}/drain`, { key })
    const { task_id } = await draw(gateway, { key })
    const fallen = await gateway.until(task_id, ({ status }) => status === 'processing')
    expect(fallen).toMatchObject({ pool: 'live', provider: 'luma' })

    for (const [body, field] of [
      [{ default_pool: 'mine' }, 'default_pool'],
      [{ falls_back: 'yes' }, 'falls_back'],
      [{ pool: 'public' }, 'pool'],
    ] as const) {
      expect((await gateway.send('PATCH', pool, { key, body })).body).toMatchObject({ code: 400, error: { field } })
    }
  })

  it('is not used for test keys', async () => {
    await using gateway = await openGateway()
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    expect(await gateway.send('GET', OWN, { key })).toMatchObject({
      status: 403,
      body: { error: { type: 'forbidden' } },
    })
    expect((await gateway.send('POST', OWN, { key, body: luma_() })).status).toBe(403)
    expect((await gateway.send('PATCH', '/api/v1/account/pool', { key, body: {} })).status).toBe(403)
  })
})

describe('an account’s secret', () => {
  it('is in no answer and no log, whatever happens to the account', async () => {
    const said: string[] = []
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        said.push(chunk.toString())
        done()
      },
    })
    const log = pino({ level: 'trace' }, stream)
    await using gateway = await openGateway({ replaced: { log } })
    const answers: string[] = []
    const ask = async (method: string, path: string, sending: Sending = {}) => {
      const { body } = await gateway.send(method, path, sending)
      answers.push(JSON.stringify(body))
      return (body as { data?: Account }).data
    }
    const added = await ask('POST', OPERATORS, { body: luma_({}, { apiKey: WRONG_KEY }) })
    const at = `${OPERATORS}/${added?.id}`
    await ask('POST', `${at}/test`) // the vendor repeats the unknown key in its error
    await ask('GET', at)
    await ask('GET', OPERATORS)
    await ask('GET', `${at}/debug`)
    await ask('PATCH', at, { body: { fields: { apiKey: OTHER_KEY } } })
    await ask('PATCH', at, { body: { fields: { apiKey: KEY, colour: 'red' } } })
    await ask('PATCH', at, { body: { fields: { apiKey: `${KEY}\n` } } })
    await ask('PATCH', at, { body: { fields: { baseUrl: 'https://thief.example' } } })
    await ask('PATCH', at, { body: { fields: { baseUrl: `https://user:${KEY}@thief.example`, apiKey: KEY } } })
    await ask('PATCH', at, { body: { fields: { apiKey: KEY } } })
    await ask('POST', `${at}/test`)
    await ask('POST', OPERATORS, { body: luma_({ provider: 'none', name: 'x' }) })
    await ask('GET', '/api/admin/providers')
    answers.push(JSON.stringify((await gateway.send('GET', '/metrics')).body))

    expect(answers.join('\n')).toContain('Not authenticated')
    for (const secret of [KEY, OTHER_KEY, WRONG_KEY]) {
      expect(answers.filter((answer) => answer.includes(secret))).toEqual([])
      expect(said.filter((line) => line.includes(secret))).toEqual([])
    }
    // The log says what was changed, and with which key.
    expect(said.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ did: 'account.add', subject: added?.id, msg: 'an administrative change' }),
    )
    const rows = await gateway.store.listAccounts({})
    expect(JSON.stringify(rows)).not.toContain(KEY)
  })

  it('goes to no other address than the one that it was given for', async () => {
    await using gateway = await openGateway()
    await using thief = await openFakeLuma(KEY)
    const { id } = await data(gateway, 'POST', OPERATORS, { body: luma_() })
    const at = `${OPERATORS}/${id}`
    expect((await gateway.send('PATCH', at, { body: { fields: { baseUrl: thief.baseUrl } } })).body).toMatchObject({
      code: 400,
      error: { field: 'fields.apiKey', message: expect.stringContaining('again') },
    })
    await gateway.send('POST', `${at}/test`)
    expect(thief.seen).toEqual([])
    const both = { fields: { baseUrl: thief.baseUrl, apiKey: KEY } }
    expect(await data(gateway, 'PATCH', at, { body: both })).toMatchObject({ settings: { baseUrl: thief.baseUrl } })
    expect(await data<JsonObject>(gateway, 'POST', `${at}/test`)).toMatchObject({ works: true })
    expect(thief.seen).toHaveLength(1)
  })
})

describe('accounts after a restart', () => {
  it('have all their settings and their health', async () => {
    const before = await openGateway({ dataDir: folder })
    const given = {
      slots: 4,
      priority: -1,
      weight: 3,
      daily_cap: 50,
      serves: ['luma/image_generation'],
      price_factor: 0.5,
    }
    const { id } = await data(before, 'POST', OPERATORS, { body: luma_(given) })
    const ill = await data(before, 'POST', OPERATORS, { body: luma_({ name: 'ill' }, { apiKey: WRONG_KEY }) })
    await data<JsonObject>(before, 'POST', `${OPERATORS}/${ill.id}/test`)
    const off = await data(before, 'POST', OPERATORS, { body: luma_({ name: 'off' }) })
    await data(before, 'POST', `${OPERATORS}/${off.id}/disable`)
    const task = await before.piapi.ended((await draw(before)).task_id)
    const all = await data<Account[]>(before, 'GET', OPERATORS)
    await before.stop()

    await using after = await openGateway({ dataDir: folder })
    expect(await data<Account[]>(after, 'GET', OPERATORS)).toEqual(all)
    expect(all).toMatchObject([
      { id, ...given, state: 'connected', operations: ['luma/image_generation'] },
      { id: ill.id, state: 'expired_credential' },
      { id: off.id, state: 'disabled' },
    ])
    expect(await data<JsonObject>(after, 'GET', `${OPERATORS}/${id}/debug`)).toMatchObject({
      attempts: [{ task_id: task.task_id, outcome: 'completed' }],
    })
    await begun(after, await draw(after))
  })

  it('open with another master secret once the earlier one is named, and are re-encrypted', async () => {
    const open = (secret: string, earlier?: string) =>
      openGateway({
        dataDir: folder,
        env: { POLYPHONY_SECRET: secret, ...(earlier === undefined ? {} : { POLYPHONY_SECRET_EARLIER: earlier }) },
      })
    const first = await open('the first secret')
    const { id } = await data(first, 'POST', OPERATORS, { body: luma_() })
    await first.stop()

    await expect(open('the second secret')).rejects.toThrow('name the earlier one in POLYPHONY_SECRET_EARLIER')
    const moved = await open('the second secret', 'the first secret')
    expect(await data<JsonObject>(moved, 'POST', `${OPERATORS}/${id}/test`)).toMatchObject({ works: true })
    await moved.stop()

    await using second = await open('the second secret')
    expect(await data<JsonObject>(second, 'POST', `${OPERATORS}/${id}/test`)).toMatchObject({ works: true })
    await begun(second, await draw(second))
  })

  it('whose secret is lost are unusable until they get a complete new credential', async () => {
    const first = await openGateway({ dataDir: folder, env: { POLYPHONY_SECRET: 'the first secret' } })
    const { id } = await data(first, 'POST', OPERATORS, { body: luma_() })
    await first.stop()
    const env = { POLYPHONY_SECRET: 'the second secret' }
    expect(await polyphonyHere(['adopt', 'secret'], { ...env, DATA_DIR: folder })).toMatchObject({ code: 0 })
    await using second = await openGateway({ dataDir: folder, env })
    const at = `${OPERATORS}/${id}`
    expect(await data(second, 'GET', at)).toMatchObject({
      is_usable: false,
      reason: expect.stringContaining('POLYPHONY_SECRET_EARLIER'),
    })
    expect(await data<JsonObject>(second, 'POST', `${at}/test`)).toMatchObject({
      works: false,
      says: expect.stringContaining('POLYPHONY_SECRET_EARLIER'),
    })
    const part = { fields: { baseUrl: luma.baseUrl } }
    expect((await second.send('PATCH', at, { body: part })).body).toMatchObject({ error: { field: 'fields.apiKey' } })
    const whole = { fields: { apiKey: KEY, baseUrl: luma.baseUrl } }
    expect(await data(second, 'PATCH', at, { body: whole })).toMatchObject({ is_usable: true, state: 'connected' })
    expect(await data<JsonObject>(second, 'POST', `${at}/test`)).toMatchObject({ works: true })
  })
})

it('an account’s daily cap counts days of UTC', async () => {
  const midnight = Math.ceil(Date.now() / DAY_MS) * DAY_MS
  let now = midnight - HOUR_MS
  await using gateway = await openGateway({ replaced: { clock: { now: () => now } } })
  const { id } = await data(gateway, 'POST', OPERATORS, { body: luma_({ daily_cap: 1 }) })
  await begun(gateway, await draw(gateway))
  const second = await draw(gateway)
  expect(await data<JsonObject>(gateway, 'GET', `${OPERATORS}/${id}/debug`)).toMatchObject({
    account: { begun_today: 1, daily_cap: 1 },
    advice: ['Its daily cap is reached; it begins tasks again at 00:00 UTC.'],
    waiting: [{ count: 1 }],
  })
  now = midnight
  await begun(gateway, second)
  expect(await data(gateway, 'GET', `${OPERATORS}/${id}`)).toMatchObject({ begun_today: 1 })
})
