import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { points } from '../../src/core/points.ts'
import { openFakeLuma } from '../support/fake-luma.ts'
import { openGateway, type PiapiTask, type Sending, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { migratedDatabase } from '../support/postgres-database.ts'
import { handProvider } from './hand-provider.ts'

const PRICES = '/api/admin/prices'
const COSTS = '/api/admin/costs'
const LYRICS_PRICE = 20_000
const PICTURE = { prompt: 'a teapot', model: 'photon-1' }

interface Rule extends JsonObject {
  id: string
  ended_at: string | null
}

/** The data of an answer, which must be a success. */
async function data<Data = Rule>(gateway: TestGateway, method: string, path: string, body?: Json): Promise<Data> {
  const answer = await gateway.send(method, path, body === undefined ? {} : { body })
  expect(answer.body, `${method} ${path}`).toMatchObject({ code: 200, message: 'success' })
  return (answer.body as { data: Json }).data as Data // as the caller says
}

function fault(gateway: TestGateway, method: string, path: string, body?: Json) {
  return gateway.send(method, path, body === undefined ? {} : { body })
}

function lyrics(gateway: TestGateway, sending: Sending = {}): Promise<PiapiTask> {
  return gateway.piapi.create('lyrics', { prompt: 'rain' }, sending)
}

async function held(gateway: TestGateway, { task_id }: PiapiTask): Promise<number | undefined> {
  return (await gateway.store.getTask({ id: task_id }))?.pricePoints
}

const inForce = (gateway: TestGateway) => data<Rule[]>(gateway, 'GET', PRICES)

describe('a price that is changed while the gateway runs', () => {
  it('holds for the next task; a task that waits or runs keeps the price at which it was accepted', async () => {
    const hand = handProvider()
    await using gateway = await openGateway({ replaced: { builtIn: [hand] } })
    const running = await lyrics(gateway)
    const rule = await data(gateway, 'POST', PRICES, { of: 'suno/lyrics', usd: 0.005, note: 'spring' })
    expect(rule).toMatchObject({ points: 50_000, usd: 0.005, factor: null, when: {}, tenant: null, ended_at: null })
    const next = await lyrics(gateway)
    expect(await held(gateway, running)).toBe(LYRICS_PRICE)
    expect(await held(gateway, next)).toBe(50_000)
    expect((await gateway.balance()).held).toBe(LYRICS_PRICE + 50_000)
    expect(await gateway.store.getTask({ id: next.task_id })).toMatchObject({ priceRule: rule.id })

    await data(gateway, 'DELETE', `${PRICES}/${rule.id}`)
    for (const { task_id } of [running, next]) {
      hand.finish(task_id)
      await gateway.piapi.ended(task_id)
    }
    expect(await gateway.store.getTask({ id: next.task_id })).toMatchObject({ consumedPoints: 50_000 })
    const last = await lyrics(gateway)
    expect(await held(gateway, last)).toBe(LYRICS_PRICE)
    expect(await gateway.store.getTask({ id: last.task_id })).toMatchObject({ priceRule: 'list' })
    await gateway.assertBalanced()
  })

  it('is seen at once wherever a protocol shows a price', async () => {
    await using gateway = await openGateway()
    const { tenantId, key } = await gateway.tenant({})
    const shown = async (sending: Sending) => {
      const models = await gateway.send('GET', '/api/v1/models?model=suno', sending)
      const [suno] = (models.body as { data: { task_types: { task_type: string; price: Json }[] }[] }).data
      const dry = await gateway.send('POST', '/api/v1/task?dry_run=true', {
        ...sending,
        body: { model: 'suno', task_type: 'lyrics', input: { prompt: 'rain' } },
      })
      const operations = await gateway.send('GET', '/polyphony/v1/operations', sending)
      const listed = operations.body as { operations: { id: string; price_points: number }[] }
      return {
        models: suno?.task_types.find(({ task_type }) => task_type === 'lyrics')?.price,
        dryRun: JSON.stringify(dry.body).includes('7000'),
        operations: listed.operations.find(({ id }) => id === 'suno/lyrics')?.price_points,
      }
    }
    expect(await shown({ key })).toEqual({
      models: { points: LYRICS_PRICE, usd: 0.002 },
      dryRun: false,
      operations: LYRICS_PRICE,
    })
    await data(gateway, 'POST', PRICES, { of: 'suno', points: 7_000, tenant: tenantId })
    expect(await shown({ key })).toEqual({ models: { points: 7_000, usd: 0.0007 }, dryRun: true, operations: 7_000 })
    expect(await shown({})).toMatchObject({ models: { points: LYRICS_PRICE }, operations: LYRICS_PRICE })
  })

  it('differs by tenant and by group, and a discount multiplies the price for everyone', async () => {
    await using gateway = await openGateway({ env: { POLYPHONY_PRICES: '{"suno/lyrics": 30000}' } })
    const [one, two, three] = [await gateway.tenant({}), await gateway.tenant({}), await gateway.tenant({})]
    const prices = async () =>
      Promise.all([one, two, three].map(async ({ key }) => held(gateway, await lyrics(gateway, { key }))))
    expect(await prices()).toEqual([30_000, 30_000, 30_000])
    await data(gateway, 'POST', `${PRICES}/group`, { tenant: one.tenantId, group: 'gold' })
    await data(gateway, 'POST', `${PRICES}/group`, { tenant: two.tenantId, group: 'gold' })
    await data(gateway, 'POST', PRICES, { of: '*', factor: 0.8, group: 'gold' })
    await data(gateway, 'POST', PRICES, { of: 'suno/lyrics', points: 1, tenant: two.tenantId })
    expect(await prices()).toEqual([24_000, 1, 30_000])
    await data(gateway, 'POST', PRICES, { of: '*', usd: 0.01 })
    expect(await prices()).toEqual([80_000, 1, 100_000])
    await data(gateway, 'POST', `${PRICES}/group`, { tenant: one.tenantId, group: null })
    expect(await prices()).toEqual([100_000, 1, 100_000])
  })

  it('depends on the input, and can be the price of a second', async () => {
    await using gateway = await openGateway({
      replaced: { builtIn: [handProvider({ operations: ['luma/extend_video', 'luma/video_generation'] })] },
    })
    const video = async (input: JsonObject) =>
      held(gateway, await gateway.piapi.create('video_generation', { prompt: 'a fox', ...input }, { model: 'luma' }))
    const byList = await video({ duration: 5 })
    await data(gateway, 'POST', PRICES, { of: 'luma', when: 'duration=10', usd: 0.02, per: 'duration' })
    expect(await video({ duration: 5 })).toBe(byList)
    expect(await video({ duration: 10 })).toBe(2_000_000)
  })

  it('is history that is kept: who set it, when it began and ended', async () => {
    await using gateway = await openGateway()
    const first = await data(gateway, 'POST', PRICES, { of: 'suno', factor: 2 })
    const second = await data(gateway, 'POST', PRICES, { of: 'suno', factor: 3 })
    const other = await data(gateway, 'POST', PRICES, { of: 'music-u', factor: 3 })
    expect(await inForce(gateway)).toEqual([other, second])
    await data(gateway, 'DELETE', `${PRICES}/${second.id}`)
    const history = await data<Rule[]>(gateway, 'GET', `${PRICES}/history?of=suno&limit=5`)
    expect(history).toEqual([
      { ...second, ended_at: expect.any(String) },
      { ...first, ended_at: second.begun_at },
    ])
    expect(history[0]?.made_by).toBe((await gateway.store.listKeys({ tenantId: null }))[0]?.keyId)
    expect(await fault(gateway, 'DELETE', `${PRICES}/${second.id}`)).toMatchObject({ status: 404 })
  })

  it.each<[string, JsonObject, string, string]>([
    ['a misspelt operation', { of: 'suno/musik', factor: 2 }, 'of', 'was suno/music meant?'],
    ['no operation', { factor: 2 }, 'of', 'must be an operation or a model'],
    ['a misspelt parameter', { of: 'suno/music', when: { promt: 'x' }, factor: 2 }, 'when.promt', 'was prompt meant?'],
    ['a value that is not taken', { of: 'kling', when: { mode: 'best' }, factor: 2 }, 'when.mode', '"std", "pro"'],
    ['a value of another kind', { of: 'kling', when: { duration: {} }, factor: 2 }, 'when.duration', 'must be a value'],
    ['no amount', { of: 'suno' }, 'usd', 'one of the three'],
    ['two amounts', { of: 'suno', usd: 1, factor: 2 }, 'usd', 'one of the three'],
    ['a factor of nothing', { of: 'suno', factor: 0 }, 'factor', 'above 0'],
    ['a fraction of a point', { of: 'suno', points: 0.5 }, 'points', 'whole number'],
    ['an amount too small to be written', { of: 'suno', usd: 1e-9 }, 'usd', '0.0000001'],
    ['an amount too large', { of: 'suno', usd: 1e9 }, 'usd', '100,000'],
    ['a parameter that is no number', { of: 'suno', usd: 1, per: 'prompt' }, 'per', 'a field that is a number'],
    ['a factor for a number', { of: 'kling', factor: 1, per: 'duration' }, 'per', 'points or usd'],
    ['an unknown tenant', { of: 'suno', factor: 2, tenant: 'x' }, 'tenant', 'id or name'],
    ['a tenant and a group', { of: 'suno', factor: 2, tenant: 'x', group: 'y' }, 'group', 'left out'],
    ['the group of everyone', { of: 'suno', factor: 2, group: 'default' }, 'group', 'everyone'],
    ['a misspelt field', { of: 'suno', factr: 2 }, 'factr', 'was factor meant?'],
  ])('a price is refused with %s, naming the field', async (_title, body, field, words) => {
    const answer = await fault(shared, 'POST', PRICES, body)
    expect(answer).toMatchObject({ status: 400, body: { error: { type: 'invalid_input', field } } })
    expect(JSON.stringify(answer.body)).toContain(JSON.stringify(words).slice(1, -1))
    expect(await inForce(shared)).toEqual([])
  })

  it('a price can be set by admin keys alone', async () => {
    const { key } = await shared.tenant({})
    for (const one of [key, TEST_KEY]) {
      expect(await shared.send('GET', PRICES, { key: one })).toMatchObject({ status: 403 })
      const body = { of: 'suno', points: 0 }
      expect(await shared.send('POST', PRICES, { key: one, body })).toMatchObject({ status: 403 })
    }
    expect(await shared.send('GET', PRICES, { key: null })).toMatchObject({ status: 401 })
  })

  let shared: TestGateway
  beforeAll(async () => {
    shared = await openGateway()
  })
  afterAll(async () => {
    await shared[Symbol.asyncDispose]()
  })
})

describe('a price that another process changes', () => {
  it('holds in all processes on one PostgreSQL within seconds', async () => {
    const env = { DATABASE_URL: await migratedDatabase() }
    await using one = await openGateway({ env })
    await using other = await openGateway({
      env: { ...env, STORAGE_URL: pathToFileURL(join(one.dataDir, 'files')).href },
    })
    await data(one, 'POST', PRICES, { of: 'suno/lyrics', points: 777 })
    expect(await held(one, await lyrics(one))).toBe(777)
    await expect.poll(async () => held(other, await lyrics(other)), { timeout: 5_000 }).toBe(777)
    await data(other, 'POST', `${PRICES}/import`, { format: 'json', text: '[]', replace: true })
    await expect.poll(async () => held(one, await lyrics(one)), { timeout: 5_000 }).toBe(LYRICS_PRICE)
  })
})

describe('files of prices', () => {
  const CSV = [
    'group,of,when,usd,factor,per,note',
    ',kling/video_generation,"mode=pro; duration=10",0.06,,duration,"for ""all"""',
    'gold,*,,,0.9,,',
    '',
    ',suno/lyrics,,0.0000007,,,=not a formula',
    '',
  ].join('\r\n')

  it('an import begins the new rules and leaves the same ones; an export can be imported again', async () => {
    await using gateway = await openGateway()
    const same = await data(gateway, 'POST', PRICES, { of: '*', factor: 0.9, group: 'gold' })
    const old = await data(gateway, 'POST', PRICES, { of: 'suno/lyrics', usd: 1 })
    const rest = await data(gateway, 'POST', PRICES, { of: 'suno', factor: 2 })

    const dry = await data(gateway, 'POST', `${PRICES}/import`, { text: CSV, dry_run: true })
    expect(dry).toMatchObject({ dry_run: true, unchanged: 1, begun: [{ id: '' }, { id: '' }], ended: [old] })
    expect(await inForce(gateway)).toEqual([rest, old, same])

    const done = await data<{ begun: Rule[] }>(gateway, 'POST', `${PRICES}/import`, { text: CSV })
    expect(done).toMatchObject({ dry_run: false, unchanged: 1, ended: [old] })
    expect(done.begun).toMatchObject([
      { when: { mode: 'pro', duration: 10 }, points: 600_000, per: 'duration', note: 'for "all"' },
      { of: 'suno/lyrics', points: 7, note: '=not a formula' },
    ])
    expect(await inForce(gateway)).toHaveLength(4)

    for (const format of ['csv', 'json']) {
      const file = await data<{ text: string }>(gateway, 'GET', `${PRICES}/export?format=${format}`)
      const again = { ...file, replace: true }
      const nothing = { begun: [], ended: [], unchanged: 4 }
      expect(await data(gateway, 'POST', `${PRICES}/import`, again)).toMatchObject(nothing)
    }
    const replaced = await data(gateway, 'POST', `${PRICES}/import`, { text: CSV, replace: true })
    expect(replaced).toMatchObject({ begun: [], ended: [rest], unchanged: 3 })
  })

  it('an export can be imported again when a tenant or an account of a rule is gone', async () => {
    await using gateway = await openGateway()
    const tenant = await data(gateway, 'POST', '/api/admin/tenants', { name: 'gone soon' })
    const account = await data(gateway, 'POST', '/api/admin/accounts', {
      ...{ provider: 'luma', name: 'gone soon', fields: { apiKey: 'a-key-of-the-test' } },
    })
    await data(gateway, 'POST', PRICES, { of: 'suno', factor: 2, tenant: tenant.id })
    await data(gateway, 'POST', PRICES, { of: 'suno', factor: 3 })
    await data(gateway, 'POST', COSTS, { of: '*', usd: 0.01, account: account.id })
    await data(gateway, 'DELETE', `/api/admin/tenants/${tenant.id}`)
    await data(gateway, 'DELETE', `/api/admin/accounts/${account.id}`)
    for (const [rules, unchanged] of [
      [PRICES, 1],
      [COSTS, 0],
    ] as const) {
      const file = await data<JsonObject>(gateway, 'GET', `${rules}/export?format=json`)
      expect(await data(gateway, 'POST', `${rules}/import`, file)).toMatchObject({ begun: [], ended: [], unchanged })
    }
  })

  it('an import with faults stores nothing, and names the row and the column of each', async () => {
    await using gateway = await openGateway()
    const text = [
      'of,usd,factor,tenant',
      'suno,1,,',
      'suno/musik,1,,',
      'suno/lyrics,,zwei,',
      'udio,1,,',
      'suno,2,,',
    ].join('\n')
    const answer = await fault(gateway, 'POST', `${PRICES}/import`, { text })
    expect(answer.status).toBe(400)
    const { message } = answer.body as { message: string }
    expect(message).toContain('Nothing was stored.')
    expect(message).toContain('row 3, column of: of must be an operation')
    expect(message).toContain('row 4, column factor: factor must be a number')
    expect(message).toContain('row 5, column of:')
    expect(message).toContain('row 6: It is about the same as row 2.')
    expect(answer.body).toMatchObject({ error: { field: 'row 3, column of' } })
    expect(await inForce(gateway)).toEqual([])
    for (const [broken, words] of [
      ['of,factr\nsuno,2', 'was factor meant?'],
      ['of,factor\nsuno,2,3', 'row 2'],
      ['of,factor\n"suno,2', 'not closed'],
      ['', 'names of the columns'],
    ]) {
      const { status, body } = await fault(gateway, 'POST', `${PRICES}/import`, { text: broken ?? '' })
      expect(status).toBe(400)
      expect(JSON.stringify(body)).toContain(words)
    }
  })
})

describe('what tasks earn and cost', () => {
  it('a cost rule gives the cost of a task, and margins add up with the ledger', async () => {
    const luma = await openFakeLuma('luma-key-of-the-test')
    try {
      await using gateway = await openGateway()
      const fields = { apiKey: 'luma-key-of-the-test', baseUrl: luma.baseUrl }
      const account = await data(gateway, 'POST', '/api/admin/accounts', { provider: 'luma', name: 'main', fields })
      const draw = async () => {
        const { task_id } = await gateway.piapi.create('image_generation', PICTURE, { model: 'luma' })
        expect(await gateway.piapi.ended(task_id)).toMatchObject({ status: 'completed' })
        return gateway.store.getTask({ id: task_id })
      }
      const unknown = await draw()
      expect(unknown).toMatchObject({ costPoints: null, costSource: null })
      await data(gateway, 'POST', COSTS, { provider: 'luma', of: 'luma', factor: 0.5 })
      const ruled = await draw()
      const price = unknown?.pricePoints ?? 0
      expect(ruled).toMatchObject({ costPoints: Math.ceil(price / 2), costSource: 'rule' })
      await data(gateway, 'POST', COSTS, { account: account.id, of: '*', points: 11 })
      expect(await draw()).toMatchObject({ costPoints: 11, costSource: 'rule' })
      // On the tenant's own account, which the vendor bills to the tenant.
      const { key } = await gateway.tenant({})
      const own = { ...{ provider: 'luma', name: 'own' }, fields }
      expect(await gateway.send('POST', '/api/v1/accounts', { key, body: own })).toMatchObject({ status: 200 })
      const mine = await gateway.piapi.create('image_generation', PICTURE, { model: 'luma', key })
      expect(await gateway.piapi.ended(mine.task_id, { key })).toMatchObject({ status: 'completed' })
      const free = { pricePoints: 0, priceRule: null, costPoints: 0, costSource: 'free' }
      expect(await gateway.store.getTask({ id: mine.task_id })).toMatchObject(free)
      // In this process, and so free.
      const { task_id } = await lyrics(gateway)
      await gateway.piapi.ended(task_id)
      expect(await gateway.store.getTask({ id: task_id })).toMatchObject({ costPoints: 0, costSource: 'free' })
      // A test key's task is no business.
      await gateway.piapi.ended((await lyrics(gateway, { key: TEST_KEY })).task_id, { key: TEST_KEY })

      const report = await data<JsonObject>(gateway, 'GET', '/api/admin/margins?by=provider')
      const cost = Math.ceil(price / 2) + 11
      expect(report.rows).toMatchObject([
        {
          key: 'luma',
          tasks: 4,
          revenue: { points: 3 * price },
          cost: { points: cost },
          margin: { points: 3 * price - cost },
          unknown_cost: 1,
        },
        { key: 'studio', tasks: 1, revenue: { points: LYRICS_PRICE }, cost: { points: 0 }, unknown_cost: 0 },
      ])
      const ledger = await gateway.store.summary({})
      expect(report.total).toMatchObject({ tasks: 5, revenue: { points: ledger.points.revenue }, unknown_cost: 1 })
      for (const by of ['operation', 'tenant', 'account', 'day']) {
        const { total } = await data<JsonObject>(gateway, 'GET', `/api/admin/margins?by=${by}`)
        expect(total).toEqual(report.total)
      }
      expect(await data(gateway, 'GET', '/api/admin/margins?from=2020-01-01&to=2020-02-01')).toMatchObject({ rows: [] })
      for (const query of ['by=colour', 'from=yesterday', 'from=2020-02-01&to=2020-01-01', 'at=2020-01-01']) {
        expect(await fault(gateway, 'GET', `/api/admin/margins?${query}`)).toMatchObject({ status: 400 })
      }
    } finally {
      await luma.close()
    }
  })

  it('what the vendor reports is the cost, whatever the rules say', async () => {
    const hand = handProvider()
    await using gateway = await openGateway({ replaced: { builtIn: [hand] } })
    const { task_id } = await lyrics(gateway)
    const output = { lyrics: [{ title: 'A', text: 'B', tags: [] }] }
    hand.finish(task_id, { output, files: [], costPoints: points(1_234) })
    await gateway.piapi.ended(task_id)
    expect(await gateway.store.getTask({ id: task_id })).toMatchObject({ costPoints: 1_234, costSource: 'vendor' })
  })

  it.each<[string, JsonObject, string]>([
    ['a misspelt provider', { provider: 'lumma', of: '*', usd: 1 }, 'provider'],
    ['no provider', { of: '*', usd: 1 }, 'provider'],
    ['an unknown account', { account: 'x', of: '*', usd: 1 }, 'account'],
    ['a tenant', { provider: 'luma', of: '*', usd: 1, tenant: 'x' }, 'tenant'],
  ])('a cost is refused with %s', async (_title, body, field) => {
    await using gateway = await openGateway()
    expect(await fault(gateway, 'POST', COSTS, body)).toMatchObject({ status: 400, body: { error: { field } } })
  })
})

describe('the preview of prices', () => {
  interface Call extends JsonObject {
    call: string
    list: { points: number; usd: number }
  }

  it('shows what typical calls cost by the list, now, and as proposed, and changes nothing', async () => {
    await using gateway = await openGateway()
    const { tenantId } = await gateway.tenant({})
    await data(gateway, 'POST', PRICES, { of: 'kling', factor: 2 })
    const rules = [{ of: 'kling/video_generation', when: { mode: 'pro' }, points: 5, tenant: tenantId }]
    const ask = { of: 'kling/video_generation', tenant: tenantId, rules }
    const calls = await data<Call[]>(gateway, 'POST', `${PRICES}/preview`, ask)
    const [example] = calls
    const pro = calls.find(({ call }) => call === 'mode=pro')
    const { points: list } = example?.list ?? { points: 0 }
    expect(example).toMatchObject({ call: '', now: { points: 2 * list }, proposed: { points: 2 * list } })
    expect(pro).toMatchObject({ proposed: { points: 5 } })
    expect(await inForce(gateway)).toHaveLength(1)
    await data(gateway, 'POST', PRICES, { of: 'kling', when: { mode: 'pro', duration: 10 }, points: 9 })
    const both = await data<Call[]>(gateway, 'POST', `${PRICES}/preview`, { of: 'kling/video_generation' })
    expect(both.find(({ call }) => call === 'mode=pro; duration=10')).toMatchObject({ now: { points: 9 } })
    const all = await data<JsonObject[]>(gateway, 'POST', `${PRICES}/preview`, {})
    expect(new Set(all.map(({ operation }) => operation)).size).toBeGreaterThan(150)
  })
})

describe('the public prices', () => {
  interface Entry extends JsonObject {
    model_name: string
    model_price: number
  }
  const read = async (gateway: TestGateway, key: string | null = null) => {
    const { status, body } = await gateway.send('GET', '/api/pricing', { key })
    expect(status).toBe(200)
    return body as unknown as { data: Entry[]; group_ratio: JsonObject; pricing_version: string }
  }

  it('are shown without a key, in the form of new-api; with a key, they are the prices of its tenant', async () => {
    await using gateway = await openGateway()
    const { tenantId, key } = await gateway.tenant({})
    const before = await read(gateway)
    expect(before).toMatchObject({ success: true, group_ratio: { default: 1 }, usable_group: { default: 'default' } })
    const lyricsOf = ({ data }: { data: Entry[] }) => data.find(({ model_name }) => model_name === 'suno/lyrics')
    expect(lyricsOf(before)).toMatchObject({
      quota_type: 1,
      model_price: 0.002,
      model_ratio: 0,
      completion_ratio: 0,
      enable_groups: ['default'],
      unit: 'task',
      prices: [{ call: '', points: LYRICS_PRICE, usd: 0.002 }],
    })
    await data(gateway, 'POST', `${PRICES}/group`, { tenant: tenantId, group: 'gold' })
    await data(gateway, 'POST', PRICES, { of: '*', factor: 0.5, group: 'gold' })
    await data(gateway, 'POST', PRICES, { of: 'suno/lyrics', usd: 0.5 })
    const after = await read(gateway)
    expect(lyricsOf(after)).toMatchObject({ model_price: 0.5 })
    expect(JSON.stringify(after)).not.toContain('gold')
    expect(after.pricing_version).not.toBe(before.pricing_version)
    const own = await read(gateway, key)
    expect(lyricsOf(own)).toMatchObject({ model_price: 0.25, enable_groups: ['default', 'gold'] })
  })

  it('are not shown where the operator switches them off', async () => {
    await using gateway = await openGateway({ env: { POLYPHONY_PUBLIC_PRICES: 'off' } })
    expect(await gateway.send('GET', '/api/pricing', { key: null })).toMatchObject({ status: 404 })
  })
})
