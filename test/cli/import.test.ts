import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashKey } from '../../src/tenants/keys.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { LIVE_KEY, MASTER_SECRET, openGateway, type TestGateway } from '../support/gateway.ts'
import { freshDatabase, onDatabase } from '../support/postgres-database.ts'
import { type Rows, relayStatements, tokenText, writeSqlite } from '../support/relay-database.ts'

const HOUR = 3_600
const NOW = Math.floor(Date.now() / 1_000)
/** 2024-01-01 */
const THEN = 1_704_067_200
const ENABLED = 1
const DISABLED = 2

const user = (id: number, username: string, more: object = {}) => ({
  id,
  username,
  password: '$2a$10$abcdefghijklmnopqrstuv',
  display_name: username,
  role: 1,
  status: ENABLED,
  email: '',
  quota: 0,
  group: 'default',
  ...more,
})
const token = (id: number, userId: number, more: object = {}) => ({
  id,
  user_id: userId,
  key: tokenText(id),
  status: ENABLED,
  name: `token ${id}`,
  created_time: THEN,
  expired_time: -1,
  remain_quota: 0,
  unlimited_quota: true,
  ...more,
})
const channel = (id: number, type: number, more: object = {}) => ({
  id,
  type,
  key: `sk-of-channel-${id}`,
  status: ENABLED,
  name: `channel ${id}`,
  weight: 0,
  base_url: '',
  models: '',
  group: 'default',
  model_mapping: '',
  priority: 0,
  ...more,
})

/** What an operator of new-api may have: ordinary things, and some that have no counterpart. */
const NEW_API: Rows = {
  users: [
    user(1, 'root', { role: 100, email: 'root@example.org', quota: 5_000_000, created_at: THEN }),
    user(2, 'ada', { email: 'Ada@Example.org', quota: 1_250_000, group: 'vip' }),
    user(3, 'bob', { email: 'ada@example.org', quota: -500 }),
    user(4, 'eve', { status: DISABLED, quota: 500_000 }),
    user(5, 'gone', { deleted_at: '2025-01-01 00:00:00' }),
    user(6, 'house', { quota: 1 }),
    user(7, 'odd', { email: 'no address', display_name: '' }),
  ],
  tokens: [
    token(1, 1),
    token(2, 2, {
      unlimited_quota: false,
      remain_quota: 250_000,
      model_limits_enabled: true,
      model_limits: 'gpt-4o,suno_music',
    }),
    token(3, 2, { status: DISABLED }),
    token(4, 2, { expired_time: NOW - HOUR, status: 3 }),
    token(5, 2, { status: 4, unlimited_quota: false, remain_quota: -20 }),
    token(6, 2, { allow_ips: '10.0.0.0/8\n192.168.1.1', group: 'svip' }),
    token(7, 4),
    token(8, 5),
    token(9, 2, { deleted_at: '2025-01-01 00:00:00' }),
    token(10, 99),
    token(11, 3, { expired_time: NOW + HOUR }),
  ],
  channels: [
    channel(1, 1, { key: 'sk-first\nsk-second\n', openai_organization: 'org-1', priority: 5, weight: 7 }),
    channel(2, 14, { key: 'sk-ant-1', status: DISABLED }),
    channel(3, 1, {
      base_url: 'https://relay.example.org/',
      models: 'gpt-4o,llama-3',
      model_mapping: '{"quick":"gpt-4o"}',
    }),
    channel(4, 36, {
      status: 3,
      base_url: 'https://suno.example.org',
      models: 'suno_music,suno_lyrics',
      group: 'vip,default',
    }),
    channel(5, 33, { key: 'AKID|secret|eu-central-1', models: 'anthropic.claude-3' }),
    channel(6, 50, { key: 'kling-access|kling-secret' }),
    channel(7, 37, { name: 'dify' }),
    channel(8, 43, { priority: 5_000, param_override: '{"temperature":0}' }),
    channel(9, 2, { base_url: 'https://mj.example.org' }),
    channel(10, 1, { key: 'sk-é' }),
    channel(11, 42, {
      key: 'm-1\nm-2',
      channel_info: { is_multi_key: true, multi_key_size: 2, multi_key_status_list: { 1: 2 } },
    }),
  ],
  options: [
    { key: 'GroupRatio', value: '{"default":1,"vip":0.5,"free":0}' },
    { key: 'ModelPrice', value: '{"suno_music":0.2,"mj_imagine":0.08,"dall-e-9":0.04}' },
    { key: 'ModelRatio', value: '{"house-model":1.5,"other-model":1}' },
    { key: 'CompletionRatio', value: '{"house-model":4}' },
    { key: 'CacheRatio', value: '{"house-model":0.1}' },
    { key: 'UserUsableGroups', value: '{"default":"everyone"}' },
  ],
  redemptions: [{ id: 1, user_id: 1, key: 'a'.repeat(32), status: 1, quota: 5 }],
}

interface Report {
  dry_run: boolean
  tenants: Counts
  keys: Counts
  people: Counts
  accounts: Counts
  prices: Counts
  opening: { tenants: number; points: number; usd: number }
  unusable_keys: object
  models: Record<string, object>
  notes: { subject: string; note: string }[]
}
interface Counts {
  created: number
  present: number
  left: number
}

let folder: string
let gateway: TestGateway
const env = () => ({ DATA_DIR: gateway.dataDir, POLYPHONY_SECRET: MASTER_SECRET })

async function importOf(kind: string, ...args: string[]): Promise<Report> {
  const { code, stdout, stderr } = await polyphonyHere(['import', kind, ...args, '--json'], env())
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

const keyOf = (id: number) => `sk-${tokenText(id)}`
const made = (created: number, left = 0, present = 0): Counts => ({ created, present, left })

async function tenantNamed(name: string) {
  return (await gateway.store.listTenants({})).find((tenant) => tenant.name === name)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyphony-import-'))
  gateway = await openGateway()
})
afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('an import of a new-api database in SQLite', () => {
  let path: string
  beforeAll(() => {
    path = join(folder, 'one-api.db')
    writeSqlite(path, 'new-api', NEW_API)
  })

  const MADE = {
    tenants: made(6, 1),
    keys: made(7, 4),
    people: made(2, 2),
    prices: made(4),
    opening: { tenants: 4, points: 135_000_020, usd: 13.5 },
    unusable_keys: { revoked: 1, expired: 1, spent: 1 },
  }

  it('a dry run says what would be done, and writes nothing', async () => {
    const before = await gateway.store.listTenants({})
    expect(await importOf('new-api', path, '--dry-run')).toMatchObject({ dry_run: true, ...MADE })
    expect(await gateway.store.listTenants({})).toEqual(before)
    expect(await gateway.store.listAccounts({})).toEqual([])
    expect(await gateway.store.listPriceRules({ isInForce: false })).toEqual([])
  })

  it('an import makes what the dry run said, and one that is repeated makes nothing', async () => {
    expect(await importOf('new-api', `${path}?_busy_timeout=5000`)).toMatchObject({
      dry_run: false,
      ...MADE,
      accounts: made(11, 2),
    })
    expect(await importOf('new-api', path)).toMatchObject({
      tenants: made(0, 1, 6),
      keys: made(0, 4, 7),
      people: made(0),
      accounts: made(0, 2, 11),
      prices: made(0, 0, 4),
      opening: { tenants: 0, points: 0 },
    })
    expect(await gateway.store.reconcile({})).toEqual([])
  })

  it('what has no counterpart is reported, each with its subject', async () => {
    const { notes } = await importOf('new-api', path)
    const said = (subject: string, note: string) =>
      expect(notes).toContainEqual({ subject, note: expect.stringContaining(note) })
    said('user gone', 'it was deleted')
    said('token 6 of ada', '--drop-ip-limits')
    said('token 2 of ada', 'the whole model')
    said('1 tokens of user 99', 'no such user')
    said('channel 7 (dify)', 'type 37')
    said('channel 10 (channel 10)', 'ASCII')
    said('channel 8 (channel 8)', 'changed parameters')
    said('channel 8 (channel 8)', 'bounds')
    said('channel 4 (channel 4)', 'groups vip, default')
    said('channel 3 (channel 3)', 'quick to gpt-4o')
    said('1 rows of redemptions', 'codes for credit')
    said('prices', 'UserUsableGroups')
    said('prices', 'other-model (input 2)')
  })

  it('an imported token works at once at the running server, and spends the balance that was imported', async () => {
    const ada = await tenantNamed('ada')
    expect(ada).toMatchObject({ priceGroup: 'vip', frozenAt: null })
    expect(await gateway.balance(ada?.id)).toMatchObject({ available: 25_000_000, credited: 25_000_000 })
    const task = await gateway.piapi.create('lyrics', { prompt: 'a fox' }, { key: keyOf(2) })
    expect(task.meta.usage).toMatchObject({ frozen: expect.any(Number) })
    await gateway.piapi.ended(task.task_id, { key: keyOf(2) })
    const [opening] = (await gateway.store.listLedger({ tenantId: ada?.id ?? '', limit: 10 })).toReversed()
    expect(opening).toMatchObject({ kind: 'credit', memo: 'balance at new-api', available: 25_000_000 })
  })

  it.each([
    ['PiAPI', '/api/v1/task/x', 'x-api-key'],
    ['Suno', '/suno/fetch/x', 'authorization'],
    ['Midjourney', '/mj/task/x/fetch', 'mj-api-secret'],
    ['Luma', '/dream-machine/v1/generations/x', 'authorization'],
    ['Kling', '/kling/v1/videos/text2video/x', 'authorization'],
    ['MiniMax', '/minimax/v1/query/video_generation?task_id=x', 'authorization'],
    ['Udio', '/udio/fetch/x', 'authorization'],
    ['Replicate', '/replicate/v1/predictions/x', 'authorization'],
    ['fal', '/fal/fal-ai/flux/dev/requests/x/status', 'authorization'],
    ['Black Forest Labs', '/flux/v1/get_result?id=x', 'x-key'],
    ['Recraft', '/recraft/v1/styles', 'authorization'],
    ['OpenAI', '/v1/models', 'authorization'],
    ['OpenAI videos', '/v1/videos/x', 'authorization'],
    ['Anthropic', '/v1/messages/batches', 'x-api-key'],
    ['Gemini', '/v1beta/models', 'x-goog-api-key'],
    ['Runway', '/runwayml/v1/tasks/x', 'authorization'],
    ['Polyphony', '/polyphony/v1/operations', 'authorization'],
  ])('an imported token authenticates in the protocol of %s', async (_protocol, route, header) => {
    const value = (key: string) => (header === 'authorization' ? `Bearer ${key}` : key)
    const send = async (key: string) => {
      const { status, body } = await gateway.send('GET', route, { key: null, headers: { [header]: value(key) } })
      return { status, said: JSON.stringify(body) }
    }
    const [own, wrong] = [await send(keyOf(1)), await send('sk-wrong')]
    expect(wrong.said).toMatch(/key/i)
    expect(own).not.toEqual(wrong)
    expect(own.status).not.toBe(401)
  })

  it('a token keeps its limits: what it may spend, its models, its end, and that it is disabled', async () => {
    const status = async (id: number) => (await gateway.send('GET', '/v1/models', { key: keyOf(id) })).status
    const found = async (id: number) => {
      const ada = await tenantNamed('ada')
      return (await gateway.store.listKeys({ tenantId: ada?.id ?? '' })).find(({ name }) => name === `token ${id}`)
    }
    expect(await found(2)).toMatchObject({
      spendLimitPoints: 5_000_000,
      allowedModels: ['gpt-4o', 'suno'],
      createdAt: THEN * 1_000,
    })
    expect(await found(3)).toMatchObject({ revokedAt: expect.any(Number) })
    expect(await found(4)).toMatchObject({ expiresAt: (NOW - HOUR) * 1_000 })
    expect(await found(5)).toMatchObject({ spendLimitPoints: 0 })
    expect(await found(6)).toBeUndefined()
    for (const id of [3, 4, 6, 8, 9, 10]) expect(await status(id), `token ${id}`).toBe(401)
    const refused = await gateway.piapi.post(
      { model: 'midjourney', task_type: 'imagine', input: { prompt: 'a fox' } },
      { key: keyOf(2) },
    )
    expect(refused).toMatchObject({ status: 403 })
    // A disabled user's tokens make no tasks.
    const lyrics = { model: 'suno', task_type: 'lyrics', input: { prompt: 'a fox' } }
    expect(await gateway.piapi.post(lyrics, { key: keyOf(7) })).toMatchObject({ status: 403 })
  })

  it('a token that was limited to addresses is imported where the operator says so', async () => {
    expect(await importOf('new-api', path, '--drop-ip-limits')).toMatchObject({ keys: made(1, 3, 7) })
    expect(await gateway.store.findKey({ hash: await hashOf(keyOf(6)) })).toMatchObject({ name: 'token 6' })
  })

  it('a channel becomes an account for each of its keys, of the provider that its type means', async () => {
    const { body } = await gateway.send('GET', '/api/admin/accounts')
    const { data: accounts } = body as unknown as { data: { name: string }[] }
    const one = (name: string) => accounts.find((account) => account.name === name)
    expect(one('channel 1 (new-api 1, key 1)')).toMatchObject({ provider: 'openai', priority: 5, weight: 7 })
    expect(one('channel 1 (new-api 1, key 2)')).toMatchObject({ provider: 'openai' })
    expect(one('channel 2 (new-api 2)')).toMatchObject({ provider: 'anthropic', state: 'disabled' })
    expect(one('channel 3 (new-api 3)')).toMatchObject({ provider: 'openai-compatible' })
    expect(one('channel 4 (new-api 4)')).toMatchObject({ provider: 'relay', state: 'disabled' })
    expect(one('channel 5 (new-api 5)')).toMatchObject({ provider: 'bedrock' })
    expect(one('channel 6 (new-api 6)')).toMatchObject({ provider: 'kling' })
    expect(one('channel 8 (new-api 8)')).toMatchObject({ provider: 'deepseek', priority: 100 })
    expect(one('channel 9 (new-api 9)')).toMatchObject({ provider: 'relay' })
    expect(one('channel 11 (new-api 11, key 2)')).toMatchObject({ provider: 'mistral', state: 'disabled' })
    const stored = await gateway.store.listAccounts({})
    expect(JSON.stringify(stored)).not.toContain('sk-first') // sealed
  })

  it('prices and groups become rules, and prices of calls are shown as settings', async () => {
    const rules = await gateway.store.listPriceRules({ isInForce: true })
    expect(rules).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ of: 'suno/music', points: 2_000_000, group: null }),
        expect.objectContaining({ of: 'midjourney/imagine', points: 800_000 }),
        expect.objectContaining({ of: '*', group: 'vip', factor: 0.5 }),
        expect.objectContaining({ of: '*', group: 'free', points: 0 }),
      ]),
    )
    const { models } = await importOf('new-api', path)
    expect(models).toEqual({
      'dall-e-9': { call: 0.04 },
      'house-model': { input: 3, output: 12, cachedRead: 0.3 },
    })
    const { body } = await gateway.send('POST', '/polyphony/v1/quote', {
      key: keyOf(2),
      body: { operation: 'suno/music', input: { gpt_description_prompt: 'a fox' } },
    })
    expect(body).toMatchObject({ price_points: 1_000_000 }) // half of 0.20 USD
  })

  it('a price that the operator changed after an import is not set back by the next', async () => {
    const set = { of: 'suno/music', usd: 0.3 }
    expect((await gateway.send('POST', '/api/admin/prices', { body: set })).status).toBeLessThan(300)
    expect(await importOf('new-api', path)).toMatchObject({ prices: made(0, 0, 4) })
    const rules = await gateway.store.listPriceRules({ isInForce: true })
    expect(rules).toContainEqual(expect.objectContaining({ of: 'suno/music', points: 3_000_000 }))
  })

  it('prices that changed at the source since follow it, but for those that the operator set or ended', async () => {
    const changed = join(folder, 'changed.db')
    const options = [
      { key: 'GroupRatio', value: '{"default":1,"vip":0.4,"free":0}' },
      { key: 'ModelPrice', value: '{"suno_music":0.25,"mj_imagine":0.09}' },
    ]
    writeSqlite(changed, 'new-api', { ...NEW_API, options })
    const before = await gateway.store.listPriceRules({ isInForce: true })
    const ended = before.find(({ group }) => group === 'vip')
    await gateway.send('DELETE', `/api/admin/prices/${ended?.id}`)
    const { prices, notes } = await importOf('new-api', changed)
    expect(prices).toEqual(made(1, 2, 1))
    const left = notes.flatMap(({ subject, note }) => (subject.startsWith('price of') ? [`${subject}: ${note}`] : []))
    expect(left).toEqual([
      'price of suno/music: left out: there is a price of yours',
      'price of *: left out: you ended the one that was imported before',
    ])
    const rules = await gateway.store.listPriceRules({ isInForce: true })
    expect(rules.map(({ of, group, points }) => [of, group, points])).toEqual(
      expect.arrayContaining([
        ['midjourney/imagine', null, 900_000],
        ['suno/music', null, 3_000_000],
      ]),
    )
    expect(rules.some(({ group }) => group === 'vip')).toBe(false)
  })

  it('people come without passwords, and set one by a link', async () => {
    expect(await gateway.store.getPerson({ email: 'ada@example.org' })).toMatchObject({
      name: 'ada',
      isOperator: false,
    })
    expect(await gateway.store.getPerson({ email: 'root@example.org' })).toMatchObject({ isOperator: false })
    const { code, stdout } = await polyphonyHere(['person', 'reset', 'ada@example.org'], env())
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('/reset#') })
  })

  it('a second installation is told apart by its name, and its tokens that are there already are left out', async () => {
    const other = join(folder, 'other.db')
    const rows = { users: [user(1, 'root', { quota: 500_000 })], tokens: [token(1, 1), token(500, 1)] }
    writeSqlite(other, 'new-api', rows)
    const report = await importOf('new-api', other, '--as', 'second')
    expect(report).toMatchObject({ tenants: made(1), keys: made(1, 1), opening: { tenants: 1, usd: 1 } })
    expect(await tenantNamed('root (second 1)')).toBeDefined()
  })

  it('the report for people names counts, notes and settings', async () => {
    const { code, stdout } = await polyphonyHere(['import', 'new-api', path, '--dry-run'], env())
    expect(code).toBe(0)
    for (const part of [
      'Nothing was written',
      'tenants',
      'POLYPHONY_MODELS:',
      'house-model:',
      '- left out: it was deleted',
    ]) {
      expect(stdout).toContain(part)
    }
  })
})

it('odd values of a database are read as what they stand for, and none ends the import', async () => {
  await using gateway = await openGateway()
  const folder = await mkdtemp(join(tmpdir(), 'import-'))
  const path = join(folder, 'odd.db')
  const rows: Rows = {
    users: [
      user(1, 'endless', { quota: '9000000000000000000' }),
      user(2, 'endless too', { quota: '9000000000000000000' }),
      user(3, '', { quota: null, email: null, display_name: null, group: null }),
      user(4, `${'n'.repeat(99)}🎵`),
      user(5, 'two\n\tlines', { quota: '-9000000000000000000' }),
    ],
    tokens: [
      token(1, 1, { expired_time: '9000000000000000', group: 'auto' }),
      token(2, 1, { unlimited_quota: false, remain_quota: '9000000000000000000' }),
      token(3, 1, { key: tokenText(1) }),
      token(4, 3, { name: null, key: null }),
      token(5, 4, { name: `${'t'.repeat(99)}🎵` }),
    ],
    channels: [
      channel(1, 1, { name: `${'c'.repeat(200)}🎵`, weight: '9000000000000000000' }),
      channel(2, 1, { key: null }),
    ],
    options: [{ key: 'QuotaPerUnit', value: 'none' }],
  }
  writeSqlite(path, 'new-api', rows)
  const importing = async (...more: string[]) => {
    const env = { DATA_DIR: gateway.dataDir, POLYPHONY_SECRET: MASTER_SECRET }
    const { code, stdout, stderr } = await polyphonyHere(['import', 'new-api', path, '--json', ...more], env)
    expect([code, stderr]).toEqual([0, ''])
    return JSON.parse(stdout)
  }
  const counts = { tenants: { created: 5 }, keys: { created: 3, left: 2 }, accounts: { created: 1, left: 1 } }
  expect(await importing('--dry-run')).toMatchObject(counts)
  expect(await importing()).toMatchObject({ ...counts, opening: { tenants: 2, usd: 2_000_000 } })
  expect(await importing()).toMatchObject({ tenants: { created: 0, present: 5 } })
  const tenants = await gateway.store.listTenants({})
  expect(tenants.map(({ name }) => name).sort()).toEqual(
    ['(new-api 3)', 'endless', 'endless too', 'house', 'n'.repeat(99), 'two lines'].sort(),
  )
  const key = await gateway.store.findKey({ hash: hashKey(`sk-${tokenText(1)}`) })
  expect(key).toMatchObject({ expiresAt: null })
  // Limits that stand for none are ones that a person can read, and send back when they change something else.
  const limited = await gateway.store.findKey({ hash: hashKey(`sk-${tokenText(2)}`) })
  expect(limited).toMatchObject({ spendLimitPoints: 10_000_000_000_000 })
  await rm(folder, { recursive: true })
})

describe('imports from other databases', () => {
  it('a one-api database is read by its own schema and channel types', async () => {
    const path = join(folder, 'songquanpeng.db')
    writeSqlite(path, 'one-api', {
      users: [user(1, 'zoe', { quota: 2_000_000, email: 'zoe@example.org' }), user(2, 'left', { status: 3 })],
      tokens: [token(601, 1, { models: 'gpt-4o' }), token(602, 1, { subnet: '10.0.0.0/8' })],
      channels: [
        channel(1, 28),
        channel(2, 36),
        channel(3, 33, { key: 'unused', config: '{"ak":"AKID","sk":"secret","region":"us-east-1"}' }),
        channel(4, 34),
      ],
      options: [{ key: 'QuotaPerUnit', value: '1000000' }],
    })
    expect(await importOf('one-api', path)).toMatchObject({
      tenants: made(1, 1),
      keys: made(1, 1),
      accounts: made(3, 1),
      opening: { usd: 2 },
    })
    const accounts = await gateway.store.listAccounts({})
    const providers = accounts.filter(({ name }) => name.includes('(one-api')).map(({ provider }) => provider)
    expect(providers.sort()).toEqual(['bedrock', 'deepseek', 'mistral'])
    expect((await gateway.send('GET', '/v1/models', { key: keyOf(601) })).status).toBe(200)
  })

  it('a new-api database in PostgreSQL is read, with padded keys and booleans', async () => {
    const url = await freshDatabase()
    await onDatabase(url, async (client) => {
      for (const statement of relayStatements('new-api', 'postgres', FEW('pg', 700))) await client.query(statement)
    })
    const file = join(folder, 'dsn')
    await writeFile(file, `${url}\n`)
    await checkFew(await importOf('new-api', `@${file}`, '--as', 'pg'), 700)
  })

  const MYSQL = process.env.POLYPHONY_TEST_MYSQL
  // Skipped where no server is named: none can be installed by npm. It takes the URL of an empty database.
  it.skipIf(MYSQL === undefined)('a new-api database in MySQL is read, with keywords as columns', async () => {
    const { createConnection } = await import('mysql2/promise')
    const connection = await createConnection(MYSQL ?? '')
    for (const statement of relayStatements('new-api', 'mysql', FEW('my', 800))) await connection.query(statement)
    await connection.end()
    await checkFew(await importOf('new-api', MYSQL ?? '', '--as', 'my'), 800)
  })

  const FEW = (name: string, first: number): Rows => ({
    users: [user(1, name, { quota: 500_000, group: 'vip' })],
    tokens: [
      token(first, 1, {
        key: tokenText(first).slice(0, 40),
        unlimited_quota: false,
        remain_quota: 500_000,
        model_limits_enabled: false,
      }),
      token(first + 1, 1, { deleted_at: '2025-01-01 00:00:00', unlimited_quota: true }),
    ],
    channels: [channel(1, 14, { channel_info: { multi_key_status_list: null } })],
    options: [{ key: 'GroupRatio', value: '{"it\'s":0.9}' }],
  })

  async function checkFew(report: Report, first: number): Promise<void> {
    expect(report).toMatchObject({
      tenants: made(1),
      keys: made(1, 1),
      accounts: made(1),
      prices: made(1),
      opening: { usd: 1 },
    })
    const key = `sk-${tokenText(first).slice(0, 40)}`
    expect((await gateway.send('GET', '/v1/models', { key })).status).toBe(200)
    const record = await gateway.store.findKey({ hash: await hashOf(key) })
    expect(record).toMatchObject({ spendLimitPoints: 10_000_000, allowedModels: null })
  }

  it.each([
    ['a file that is not there', () => join(folder, 'none.db'), 'There is no file'],
    [
      'a file of something else',
      () => join(gateway.dataDir, 'polyphony.db'),
      'no table users, tokens, channels, options',
    ],
    ['a PostgreSQL server that does not answer', () => 'postgres://u:hidden@127.0.0.1:1/x', 'cannot be read'],
    ['a MySQL server that does not answer', () => 'u:hidden@tcp(127.0.0.1:1)/x?charset=utf8mb4', 'cannot be read'],
    ['a MySQL address without a database', () => 'mysql://u:hidden@127.0.0.1', 'DSN must be like'],
  ])('%s is refused, and no password is repeated', async (_what, dsn, message) => {
    const { code, stdout, stderr } = await polyphonyHere(['import', 'new-api', dsn()], env())
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('hidden')
  })

  it('hundreds of users and thousands of tokens are imported, more than one page of each', async () => {
    const path = join(folder, 'many.db')
    const ids = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
    writeSqlite(path, 'new-api', {
      users: ids(200).map((id) => user(id, `user ${id}`, { quota: 500_000, email: `user${id}@example.org` })),
      tokens: ids(2_100).map((id) => token(id + 10_000, (id % 200) + 1)),
    })
    const report = await importOf('new-api', path, '--as', 'many')
    expect(report).toMatchObject({ tenants: made(200), keys: made(2_100), people: made(200), opening: { usd: 200 } })
    expect((await gateway.send('GET', '/v1/models', { key: keyOf(12_100) })).status).toBe(200)
  })
})

describe('docs/move.md', () => {
  it('every command of the page runs, one after the other', async () => {
    const page = await readFile(new URL('../../docs/move.md', import.meta.url), 'utf8')
    const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text)
    const commands = blocks.flatMap((text) => text.trimEnd().split('\n'))
    expect(commands.length).toBeGreaterThan(6)
    const database = join(folder, 'of the page.db')
    writeSqlite(database, 'new-api', { users: [user(1, 'of the page')], tokens: [token(900, 1)] })
    for (const command of commands) {
      const [program, ...words] = command.split(' ')
      expect(program).toBe('polyphony')
      const args = words.map((word, index) => {
        if (word === 'one-api.db') return database
        return words[index - 1] === '--file' ? join(folder, word) : word
      })
      expect(await polyphonyHere(args, env()), command).toMatchObject({ code: 0, stderr: '' })
    }
    expect((await gateway.send('GET', '/v1/models', { key: keyOf(900) })).status).toBe(200)
  })
})

async function hashOf(key: string): Promise<string> {
  return (await import('../../src/tenants/keys.ts')).hashKey(key)
}

it('the key of the operator still works after the imports', async () => {
  expect((await gateway.send('GET', '/api/admin/tenants?limit=1', { key: LIVE_KEY })).status).toBe(200)
})
