import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATOR_VERBS, type OperatorVerbName } from '../../src/admin/verbs.ts'
import { readRunningServer } from '../../src/compose/command-door.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { type HandProvider, handProvider } from '../journeys/hand-provider.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { type FakeLuma, openFakeLuma } from '../support/fake-luma.ts'
import { LIVE_KEY, MASTER_SECRET, openGateway, type TestGateway } from '../support/gateway.ts'

const LUMA_KEY = 'luma-the-key-of-the-test'

/** The things that the commands of a run are about; each run has its own. */
interface Things {
  tenant: string
  key: string
  task: string
  delivery: string
  account: string
  price: string
  cost: string
  person: string
  invitation: string
  code: string
  announcement: string
  /** Prices and costs to import. */
  prices: string
  costs: string
}

interface Row {
  args(things: Things): string[]
  /** Members of the answer that `--json` prints. */
  answers(things: Things): Json
}

const anItem = (item: JsonObject) => ({ items: expect.arrayContaining([expect.objectContaining(item)]) })

/** A command line for every verb of the operator. In this order, so that what ends a thing comes last. */
const ROWS: Record<OperatorVerbName, Row> = {
  'tenant.list': {
    args: ({ tenant }) => ['tenant', 'list', '--search', tenant.toUpperCase()],
    answers: ({ tenant }) => anItem({ name: tenant }),
  },
  'tenant.show': {
    args: ({ tenant }) => ['tenant', 'show', tenant],
    answers: ({ tenant }) => ({ name: tenant, available_usd: 2.998 }),
  },
  'tenant.create': {
    args: ({ tenant }) => ['tenant', 'create', `${tenant}-second`, '--max-staged', '5'],
    answers: ({ tenant }) => ({ name: `${tenant}-second`, max_staged: 5, operator: false }),
  },
  'tenant.change': {
    args: ({ tenant }) => ['tenant', 'set', tenant, '--concurrency', '7', '--falls-back', 'yes'],
    answers: () => ({ max_concurrent: 7, falls_back: true }),
  },
  'tenant.freeze': {
    args: ({ tenant }) => ['tenant', 'freeze', tenant],
    answers: () => ({ frozen_at: expect.any(String) }),
  },
  'tenant.unfreeze': { args: ({ tenant }) => ['tenant', 'unfreeze', tenant], answers: () => ({ frozen_at: null }) },
  'key.list': {
    args: ({ tenant, key }) => ['key', 'list', '--tenant', tenant, '--search', key],
    answers: ({ key }) => anItem({ id: key }),
  },
  'key.show': {
    args: ({ key }) => ['key', 'show', key],
    answers: ({ key, tenant }) => ({ id: key, tenant_name: tenant }),
  },
  'key.create': {
    args: ({ tenant }) => ['key', 'create', '--name', 'an app', '--tenant', tenant, '--rpm', '9', '--models', 'suno'],
    answers: () => ({
      name: 'an app',
      requests_per_minute: 9,
      models: ['suno'],
      key: expect.stringMatching(/^sk-live-/),
    }),
  },
  'key.change': {
    args: ({ key }) => ['key', 'set', key, '--spend-limit', '2.5', '--rpm', 'none'],
    answers: () => ({ spend_limit_points: 25_000_000, requests_per_minute: null }),
  },
  'key.pair': { args: ({ key }) => ['key', 'pair', key], answers: ({ key }) => ({ access_key: key }) },
  'key.rotate': {
    args: ({ key }) => ['key', 'rotate', key, '--grace', '1d'],
    answers: ({ key }) => ({ id: key, key: expect.any(String), previous_valid_until: expect.any(String) }),
  },
  'credit.book': {
    args: ({ tenant }) => ['credit', '4', '--tenant', tenant, '--id', `of ${tenant}`],
    answers: () => ({ booked: true, amount_usd: 4, available_usd: 6.998 }),
  },
  'ledger.list': {
    args: ({ tenant }) => ['ledger', '--tenant', tenant, '--limit', '1'],
    answers: () => ({
      items: [{ kind: 'credit', available_change_usd: 4, available_usd: 6.998 }],
      next_cursor: expect.any(String),
    }),
  },
  'call.list': { args: ({ tenant }) => ['calls', '--tenant', tenant], answers: () => ({ items: [] }) },
  'price.list': {
    args: ({ tenant }) => ['price', 'list', '--tenant', tenant],
    answers: ({ price }) => [expect.objectContaining({ id: price })],
  },
  'price.set': {
    args: ({ tenant }) => ['price', 'set', 'suno', '--usd', '0.07', '--tenant', tenant],
    answers: () => ({ of: 'suno', usd: 0.07 }),
  },
  'price.preview': {
    args: ({ tenant }) => ['price', 'preview', 'suno/lyrics', '--tenant', tenant],
    answers: () => [{ operation: 'suno/lyrics', now: { usd: 0.05 } }],
  },
  'price.group': {
    args: ({ tenant }) => ['price', 'group', tenant, 'gold'],
    answers: () => ({ group: 'gold' }),
  },
  'price.end': {
    args: ({ price }) => ['price', 'end', price],
    answers: ({ price }) => ({ id: price, ended_at: expect.any(String) }),
  },
  'price.import': {
    args: ({ prices }) => ['price', 'import', prices],
    answers: () => ({ dry_run: false, begun: [{ usd: 0.09 }], ended: [] }),
  },
  'price.export': {
    args: () => ['price', 'export', '--format', 'json'],
    answers: () => ({ format: 'json', text: expect.stringContaining('0.09') }),
  },
  'price.history': {
    args: ({ tenant }) => ['price', 'history', '--tenant', tenant],
    answers: ({ price }) => expect.arrayContaining([expect.objectContaining({ id: price })]),
  },
  'cost.list': {
    args: ({ account }) => ['cost', 'list', '--account', account],
    answers: ({ cost }) => [expect.objectContaining({ id: cost })],
  },
  'cost.set': {
    args: ({ account }) => ['cost', 'set', 'suno', '--usd', '0.03', '--account', account],
    answers: () => ({ of: 'suno', usd: 0.03 }),
  },
  'cost.end': {
    args: ({ cost }) => ['cost', 'end', cost],
    answers: ({ cost }) => ({ id: cost, ended_at: expect.any(String) }),
  },
  'cost.import': {
    args: ({ costs }) => ['cost', 'import', costs],
    answers: () => ({ dry_run: false, begun: [{ usd: 0.01 }] }),
  },
  'cost.export': {
    args: () => ['cost', 'export'],
    answers: () => ({ format: 'csv', text: expect.stringContaining('0.01') }),
  },
  'cost.history': {
    args: ({ account }) => ['cost', 'history', '--account', account],
    answers: ({ cost }) => expect.arrayContaining([expect.objectContaining({ id: cost })]),
  },
  'margin.report': {
    args: () => ['report', 'margin', '--from', '2001-01-01', '--to', '2001-01-02'],
    answers: () => ({ by: 'operation', rows: [] }),
  },
  'usage.read': {
    args: ({ tenant }) => ['usage', '--tenant', tenant, '--by', 'model'],
    answers: () => ({ by: 'model', items: [{ group: 'suno', tasks: 1, completed: 0 }] }),
  },
  'task.list': {
    args: ({ tenant }) => ['task', 'list', '--tenant', tenant, '--status', 'pending,staged', '--mode', 'live'],
    answers: ({ task }) => ({ items: [{ id: task, operation: 'suno/lyrics' }] }),
  },
  'task.show': { args: ({ task }) => ['task', 'show', task], answers: ({ task }) => ({ id: task, files: [] }) },
  'webhook.list': {
    args: ({ task }) => ['webhook', 'list', '--task', task],
    answers: ({ delivery }) => anItem({ id: delivery }),
  },
  'webhook.replay': {
    args: ({ delivery }) => ['webhook', 'replay', delivery],
    answers: ({ delivery }) => ({ id: delivery, replayed: true }),
  },
  'webhook.secret': {
    args: ({ tenant }) => ['webhook', 'secret', '--tenant', tenant],
    answers: () => ({ mode: 'live', secret: expect.stringMatching(/^whsec_/) }),
  },
  'task.cancel': { args: ({ task }) => ['task', 'cancel', task], answers: () => ({ status: 'cancelled' }) },
  'account.providers': {
    args: () => ['account', 'providers'],
    answers: () => expect.arrayContaining([expect.objectContaining({ id: 'luma' })]),
  },
  'account.list': {
    args: ({ tenant }) => ['account', 'list', '--tenant', tenant],
    answers: ({ account }) => [expect.objectContaining({ id: account })],
  },
  'account.add': {
    args: ({ tenant }) => [
      'account',
      'add',
      'luma',
      '--name',
      `second of ${tenant}`,
      '--field',
      'apiKey=luma-a-second-key',
      '--slots',
      '3',
    ],
    answers: () => ({ provider: 'luma', slots: 3, credential: 'stored', tenant: null }),
  },
  'account.show': { args: ({ account }) => ['account', 'show', account], answers: ({ account }) => ({ id: account }) },
  'account.change': {
    args: ({ account }) => ['account', 'set', account, '--daily-cap', '8'],
    answers: () => ({ daily_cap: 8 }),
  },
  'account.drain': { args: ({ account }) => ['account', 'drain', account], answers: () => ({ draining: true }) },
  'account.resume': { args: ({ account }) => ['account', 'resume', account], answers: () => ({ draining: false }) },
  'account.disable': { args: ({ account }) => ['account', 'disable', account], answers: () => ({ state: 'disabled' }) },
  'account.enable': { args: ({ account }) => ['account', 'enable', account], answers: () => ({ state: 'connected' }) },
  'account.test': {
    args: ({ account }) => ['account', 'test', account],
    answers: ({ account }) => ({ works: true, account: { id: account } }),
  },
  'account.debug': { args: ({ account }) => ['account', 'debug', account], answers: () => ({ attempts: [] }) },
  'account.remove': {
    args: ({ account }) => ['account', 'remove', account],
    answers: ({ account }) => ({ id: account, removed: true }),
  },
  'reconcile.check': { args: () => ['reconcile'], answers: () => ({ clean: true, faults: [] }) },
  'reconcile.rebuild': { args: () => ['reconcile', '--rebuild'], answers: () => ({ clean: true }) },
  'config.show': {
    args: () => ['config', 'show'],
    answers: () => ({
      settings: expect.arrayContaining([expect.objectContaining({ name: 'POLYPHONY_SECRET', value: '(hidden)' })]),
    }),
  },
  'audit.list': {
    args: ({ tenant }) => ['audit', 'list', '--tenant', tenant, '--verb', 'tenant.freeze'],
    answers: ({ tenant }) => ({ items: [{ verb: 'tenant.freeze', before: { name: tenant } }] }),
  },
  'person.list': { args: () => ['person', 'list', '--limit', '1000'], answers: ({ person }) => anItem({ id: person }) },
  'person.show': { args: ({ person }) => ['person', 'show', person], answers: ({ person }) => ({ id: person }) },
  'person.create': {
    args: ({ tenant }) => ['person', 'create', '--email', `new@${tenant}.org`, '--name', 'New', '--tenant', tenant],
    answers: ({ tenant }) => ({
      tenants: [{ name: tenant, role: 'member' }],
      link: expect.stringContaining('/reset#'),
    }),
  },
  'person.change': {
    args: ({ person }) => ['person', 'set', person, '--operator', 'yes', '--blocked', 'yes'],
    answers: () => ({ operator: true, blocked_at: expect.any(String) }),
  },
  'person.reset': {
    args: ({ person }) => ['person', 'reset', person],
    answers: ({ person }) => ({ person, link: expect.stringContaining('/reset#') }),
  },
  'member.add': {
    args: ({ person, tenant }) => ['member', 'add', person, '--tenant', tenant, '--role', 'viewer'],
    answers: ({ person }) => ({ id: person, role: 'viewer' }),
  },
  'member.list': {
    args: ({ tenant }) => ['member', 'list', '--tenant', tenant],
    answers: ({ person }) => anItem({ id: person, role: 'viewer' }),
  },
  'member.change': {
    args: ({ person, tenant }) => ['member', 'set', person, '--tenant', tenant, '--role', 'owner'],
    answers: () => ({ role: 'owner' }),
  },
  'invitation.create': {
    args: ({ tenant }) => ['invitation', 'create', '--role', 'member', '--tenant', tenant, '--days', '3'],
    answers: () => ({ role: 'member', email: null, link: expect.stringContaining('/invitation#') }),
  },
  'invitation.list': {
    args: ({ tenant }) => ['invitation', 'list', '--tenant', tenant],
    answers: ({ invitation }) => anItem({ id: invitation, accepted_at: null }),
  },
  'invitation.revoke': {
    args: ({ invitation }) => ['invitation', 'revoke', invitation],
    answers: ({ invitation }) => ({ id: invitation, revoked: true }),
  },
  'code.create': {
    args: ({ tenant }) => [
      'code',
      'create',
      '25',
      '--count',
      '2',
      '--days',
      '30',
      '--tenant',
      tenant,
      '--note',
      'a gift',
    ],
    answers: () => ({
      items: [
        { amount_usd: 25, state: 'open', note: 'a gift', code: expect.stringMatching(/^POLY(-[0-9A-Z]{4}){4}$/) },
        { amount_usd: 25 },
      ],
    }),
  },
  'code.list': { args: () => ['code', 'list'], answers: ({ code }) => anItem({ id: code, state: 'open' }) },
  'code.revoke': { args: ({ code }) => ['code', 'revoke', code], answers: ({ code }) => ({ id: code, revoked: true }) },
  'payment.list': { args: ({ tenant }) => ['payment', 'list', '--tenant', tenant], answers: () => ({ items: [] }) },
  'announcement.create': {
    args: ({ tenant }) => ['announcement', 'create', 'Maintenance on Sunday', '--tone', 'warning', '--tenant', tenant],
    answers: () => ({ text: 'Maintenance on Sunday', tone: 'warning', ends_at: null }),
  },
  'announcement.list': {
    args: () => ['announcement', 'list'],
    answers: ({ announcement }) => anItem({ id: announcement, tenant: null }),
  },
  'announcement.remove': {
    args: ({ announcement }) => ['announcement', 'remove', announcement],
    answers: ({ announcement }) => ({ id: announcement, removed: true }),
  },
  'retention.read': {
    args: () => ['retention', 'show'],
    answers: () => ({
      record_days: 90,
      times: expect.arrayContaining([expect.objectContaining({ name: 'media_days' })]),
    }),
  },
  'retention.set': {
    args: () => ['retention', 'set', '--media', '60', '--uploads', 'default'],
    answers: () => ({ media_days: 60, upload_hours: 24 }),
  },
  'health.read': {
    args: () => ['health'],
    answers: () => ({ database: { engine: 'sqlite' }, storage: { writable: true }, ledger: { balance_faults: 0 } }),
  },
  'routing.read': {
    args: () => ['routing', '--operation', 'suno/lyrics'],
    answers: () => ({ queues: expect.any(Array), accounts: [] }),
  },
  'person.sessions': { args: ({ person }) => ['person', 'sessions', person], answers: () => ({ items: [] }) },
  'person.sign-out': {
    args: ({ person }) => ['person', 'sign-out', person],
    answers: ({ person }) => ({ person, ended: 0 }),
  },
  'member.remove': {
    args: ({ person, tenant }) => ['member', 'remove', person, '--tenant', tenant],
    answers: ({ person }) => ({ id: person, removed: true }),
  },
  'person.remove': {
    args: ({ person }) => ['person', 'remove', person],
    answers: ({ person }) => ({ id: person, removed: true }),
  },
  'key.revoke': { args: ({ key }) => ['key', 'revoke', key], answers: ({ key }) => ({ id: key, revoked: true }) },
  'tenant.delete': { args: ({ tenant }) => ['tenant', 'delete', tenant], answers: () => ({ deleted: true }) },
}

type Where = 'remotely' | 'beside a running server' | 'on the database itself'

describe('every command of the operator', { timeout: 120_000 }, () => {
  let gateway: TestGateway
  let luma: FakeLuma
  let hand: HandProvider
  let elsewhere: string
  /** The members of each answer, by verb and by where it ran. */
  const shapes = new Map<string, Map<Where, string>>()

  beforeAll(async () => {
    elsewhere = await mkdtemp(join(tmpdir(), 'polyphony-elsewhere-'))
    luma = await openFakeLuma(LUMA_KEY)
    hand = handProvider({ slots: 0, operations: ['suno/lyrics'] })
    gateway = await openGateway({ replaced: { builtIn: [hand] } })
    // The oldest person, whose tenant is not deleted by a run.
    await gateway.send('POST', '/api/admin/people', { body: { email: 'first@example.org', name: 'First' } })
  })
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await luma?.close()
    await rm(elsewhere, { recursive: true, force: true })
  })

  const local = () => ({
    DATA_DIR: gateway.dataDir,
    POLYPHONY_SECRET: MASTER_SECRET,
    POLYPHONY_EGRESS_ALLOW: '127.0.0.0/8',
  })

  /** Made through the server, before the commands of a run. */
  async function thingsOf(name: string): Promise<Things> {
    const create = async (path: string, body: JsonObject): Promise<JsonObject> => {
      const { status, body: answer } = await gateway.send('POST', path, { body })
      expect(status, JSON.stringify(answer)).toBe(200)
      return (answer as { data: JsonObject }).data
    }
    const { id: tenant } = await create('/api/admin/tenants', { name })
    await create('/api/admin/credit', { tenant: String(tenant), amount_usd: 3 })
    const key = await create('/api/admin/keys', { tenant: String(tenant), name: 'a key' })
    const song = { model: 'suno', task_type: 'lyrics', input: { prompt: 'fog' } }
    const task = await gateway.piapi.post(song, { key: String(key.key) })
    const taskId = task.body.data.task_id
    const fields = { apiKey: LUMA_KEY, baseUrl: luma.baseUrl }
    const account = await create('/api/admin/accounts', {
      provider: 'luma',
      name: `of ${name}`,
      tenant: String(tenant),
      fields,
    })
    const price = await create('/api/admin/prices', { of: 'suno/lyrics', usd: 0.05, tenant: String(tenant) })
    const cost = await create('/api/admin/costs', { of: '*', factor: 0.5, account: String(account.id) })
    const prices = join(elsewhere, `prices of ${name}.csv`)
    await writeFile(prices, `tenant,of,usd\n${name},suno/music,0.09\n`)
    const costs = join(elsewhere, `costs of ${name}.csv`)
    await writeFile(costs, `account,of,usd\n${String(account.id)},suno/music,0.01\n`)
    const draft = { url: 'http://127.0.0.1:9/', body: '{}', headers: {} }
    await gateway.store.addDeliveries({ taskId, tenantId: String(tenant), deliveries: [draft], now: Date.now() })
    const [delivery] = await gateway.store.listDeliveries({ tenantId: String(tenant), limit: 1 })
    // Another owner, so that the person may leave again; members come by themselves to the first tenant.
    const owner = { email: `owner@${name}.org`, name: 'Owner', tenant: String(tenant), role: 'owner' }
    await create('/api/admin/people', owner)
    const person = await create('/api/admin/people', { email: `person@${name}.org`, name: 'Person', operator: true })
    await create('/api/admin/people', { email: `operator@${name}.org`, name: 'Operator', operator: true })
    const invitation = await create('/api/admin/invitations', { tenant: String(tenant), role: 'viewer' })
    const codes = await create('/api/admin/codes', { amount_usd: 5 })
    const announcement = await create('/api/admin/announcements', { text: 'a test' })
    return {
      tenant: name,
      code: String((codes.items as JsonObject[])[0]?.id),
      announcement: String(announcement.id),
      person: String(person.id),
      invitation: String(invitation.id),
      key: String(key.id),
      task: taskId,
      delivery: String(delivery?.id),
      account: String(account.id),
      price: String(price.id),
      cost: String(cost.id),
      prices,
      costs,
    }
  }

  async function runAll(where: Where, env: Record<string, string>, things: Things): Promise<void> {
    // Processes in one of the three; where-commands-run.test.ts has them in each.
    for (const [verb, row] of Object.entries(ROWS)) {
      const { code, stdout, stderr } = await polyphonyHere([...row.args(things), '--json'], env)
      expect.soft({ code, stderr }, `${verb} ${where}`).toEqual({ code: 0, stderr: '' })
      const answer: unknown = JSON.parse(stdout || 'null')
      expect.soft(answer, `${verb} ${where}`).toMatchObject(row.answers(things) as object)
      const known = shapes.get(verb) ?? new Map<Where, string>()
      shapes.set(verb, known.set(where, membersOf(answer)))
    }
    for (const { name, changes } of OPERATOR_VERBS) {
      if (!changes) continue
      const entries = await gateway.store.listAudit({ verb: name, limit: 1 })
      const by = {
        remotely: /^[0-9a-f-]{36}$/,
        'beside a running server': /^command line$/,
        'on the database itself': /^command line$/,
      }
      expect(entries, `the audit of ${name} ${where}`).toMatchObject([
        { actor: expect.stringMatching(by[where]), address: where === 'on the database itself' ? null : '127.0.0.1' },
      ])
    }
  }

  it('every verb of the operator has a command line in this test', () => {
    expect(Object.keys(ROWS).sort()).toEqual(OPERATOR_VERBS.map(({ name }) => name).sort())
  })

  it('every command runs at the server that --url names, with nothing but its key', async () => {
    const env = { DATA_DIR: join(elsewhere, 'none'), POLYPHONY_URL: gateway.url, POLYPHONY_KEY: LIVE_KEY }
    await runAll('remotely', env, await thingsOf('remote'))
  })

  it('every command runs beside a running server, through it', async () => {
    await runAll('beside a running server', local(), await thingsOf('beside'))
  })

  it('every command runs on the database itself, when the server at its address is gone', async () => {
    const things = await thingsOf('local')
    // As after a kill: the file is there, and no server answers. The gateway of the test keeps the database open.
    const file = join(gateway.dataDir, 'serve.json')
    expect(await readRunningServer(gateway.dataDir)).toMatchObject({ pid: process.pid })
    await rm(file)
    await runAll('on the database itself', local(), things)
  })

  it('--json prints the same members wherever the command runs', () => {
    for (const [verb, known] of shapes) expect(new Set(known.values()).size, `${verb}: ${[...known]}`).toBe(1)
    expect(shapes.size).toBe(OPERATOR_VERBS.length)
  })
})

/**
 * A command without a server has no address; when a key was used is written some seconds later, and a receiver that does not
 * answer is paused in the course of the test, which is a trouble then.
 */
const VARYING = new Set(['address', 'last_used_at', 'process', 'paused_receivers', 'troubles'])

/** The names and types of an answer's members; of lists, those of their first element. */
function membersOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.length === 0 ? '' : membersOf(value[0])}]`
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  const members = Object.entries(value).map(
    ([name, member]) => `${name}: ${VARYING.has(name) ? '' : membersOf(member)}`,
  )
  return `{${members.sort().join(', ')}}`
}
