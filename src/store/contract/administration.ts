import { expect, it } from 'vitest'
import type { AuditEntry } from '../../core/audit.ts'
import { DAY_MS } from '../../core/clock.ts'
import { newId } from '../../core/ids.ts'
import type { NewTask } from '../../core/new-task.ts'
import { points } from '../../core/points.ts'
import type { Bench } from '../contract.ts'
import { settle } from './moves.ts'
import {
  aCancel,
  aClaimedTask,
  aKey,
  anEnd,
  aPayer,
  aTask,
  aTenant,
  claimed,
  only,
  START,
  submitted,
} from './samples.ts'

function anAudit(verb: string, with_: Partial<AuditEntry> = {}): AuditEntry {
  const nothing = { tenantId: null, subject: null, before: null, after: null }
  return { at: START, actor: 'k0', address: '192.0.2.1', verb, ...nothing, ...with_ }
}

export function administrationContract(bench: Bench): void {
  const verbs = async () => (await bench.store.listAudit({ limit: 99 })).map(({ verb }) => verb)

  it('a change is recorded with the change itself, and a change that is not made is not recorded', async () => {
    const { store } = bench
    const audit = anAudit
    await store.createTenant({ tenant: aTenant('t1'), audit: audit('tenant.create') })
    await store.createKey({ key: aKey('k1', 't1'), audit: audit('key.create') })
    const credit = { id: 'c1', tenantId: 't1', amount: points(5), memo: 'm', now: START }
    for (const _ of ['booked', 'booked before']) await store.credit({ ...credit, audit: audit('credit.book') })
    await store.changeTenant({ id: 't1', set: { maxConcurrent: 3 }, audit: audit('tenant.change') })
    await store.changeTenant({ id: 'unknown', set: { maxConcurrent: 3 }, audit: audit('tenant.change') })
    await store.changeKey({ id: 'k1', set: { name: 'other' }, audit: audit('key.change') })
    await store.changeKey({ id: 'unknown', set: {}, audit: audit('key.change') })
    await store.rotateKey({ id: 'k1', hash: 'h2', prefix: 'p', previousUntil: null, audit: audit('key.rotate') })
    for (const _ of ['revoked', 'revoked before']) {
      await store.revokeKey({ id: 'k1', now: START, audit: audit('key.revoke') })
    }
    await store.rotateKey({ id: 'k1', hash: 'h3', prefix: 'p', previousUntil: null, audit: audit('key.rotate') })
    await store.replayDelivery({ id: 'unknown', tenantId: null, now: START, audit: audit('webhook.replay') })
    await store.rebuildBalances({ now: START, audit: audit('reconcile.rebuild') })
    for (const _ of ['deleted', 'deleted before']) {
      await store.deleteTenant({ id: 't1', now: START, audit: audit('tenant.delete') })
    }
    expect((await verbs()).reverse()).toEqual([
      'tenant.create',
      'key.create',
      'credit.book',
      'tenant.change',
      'key.change',
      'key.rotate',
      'key.revoke',
      'reconcile.rebuild',
      'tenant.delete',
    ])
  })

  it('the record of changes is read newest first, page by page, by tenant, subject, actor and verb', async () => {
    const { store } = bench
    const entries = [
      anAudit('key.create', { tenantId: 't1', subject: 'k1', after: { name: 'a "key"', models: null } }),
      anAudit('key.change', { tenantId: 't1', subject: 'k1', actor: 'command line', address: null, before: { n: 1 } }),
      anAudit('tenant.freeze', { tenantId: 't2', subject: 't2', at: START + 1 }),
    ]
    for (const audit of entries) await store.addAudit({ audit })
    const all = await store.listAudit({ limit: 9 })
    expect(all.map(({ seq: _, ...entry }) => entry)).toEqual([...entries].reverse())
    const [newest] = await store.listAudit({ limit: 1 })
    const rest = await store.listAudit({ limit: 9, beforeSeq: newest?.seq ?? 0 })
    expect(rest).toEqual(all.slice(1))
    const found = async (args: object) => (await store.listAudit({ limit: 9, ...args })).map(({ verb }) => verb)
    expect(await found({ tenantId: 't1' })).toEqual(['key.change', 'key.create'])
    expect(await found({ subject: 't2' })).toEqual(['tenant.freeze'])
    expect(await found({ actor: 'command line' })).toEqual(['key.change'])
    expect(await found({ verb: 'key.create', tenantId: 't2' })).toEqual([])
  })

  it('the limits of a tenant and of a key are changed, and what is not named stays', async () => {
    const { store } = bench
    await aPayer(store, { key: { allowedModels: ['clip-2'], requestsPerMinute: 5 } })
    const set = { name: 'renamed', maxConcurrent: 2, maxStaged: 7, webhookSecretVersion: 2, frozenAt: START }
    expect(await store.changeTenant({ id: 't1', set })).toBe(true)
    expect(await store.getTenant({ id: 't1' })).toEqual({ ...aTenant('t1'), ...set })
    expect(await store.changeTenant({ id: 't1', set: { maxConcurrent: null, frozenAt: null } })).toBe(true)
    expect(await store.getTenant({ id: 't1' })).toMatchObject({ maxConcurrent: null, maxStaged: 7, frozenAt: null })
    const limits = { spendLimitPoints: points(9), maxConcurrent: 4, expiresAt: START + 9 }
    expect(await store.changeKey({ id: 'k1', set: limits })).toBe(true)
    expect(await store.getKey({ id: 'k1' })).toMatchObject({ ...limits, allowedModels: ['clip-2'] })
    expect(await store.changeKey({ id: 'k1', set: { allowedModels: null, requestsPerMinute: null } })).toBe(true)
    const cleared = { ...limits, allowedModels: null, requestsPerMinute: null, name: 'k1' }
    expect(await store.getKey({ id: 'k1' })).toMatchObject(cleared)
    await store.revokeKey({ id: 'k1', now: START })
    expect(await store.changeKey({ id: 'k1', set: { name: 'late' } })).toBe(false)
  })

  it('every change of a key, and of whether its tenant is frozen, is signalled for each of its texts', async () => {
    const { store } = bench
    await aPayer(store)
    await store.createKey({ key: aKey('k2', 't1') })
    const heard: string[] = []
    const unsubscribe = store.onSignal((signal) => {
      if (signal.kind === 'key') heard.push(signal.hash)
    })
    const next = async (change: Promise<unknown>, hashes: string[]) => {
      await change
      await expect.poll(() => [...heard].sort()).toEqual(hashes)
      heard.length = 0
    }
    const rotation = { id: 'k1', hash: 'second', prefix: 'p', previousUntil: START + 9 }
    await next(store.rotateKey(rotation), ['hash of k1'])
    await next(store.changeKey({ id: 'k1', set: { name: 'x' } }), ['hash of k1', 'second'])
    await next(store.changeTenant({ id: 't1', set: { frozenAt: START } }), ['hash of k1', 'hash of k2', 'second'])
    await next(store.revokeKey({ id: 'k1', now: START }), ['hash of k1', 'second'])
    await next(store.deleteTenant({ id: 't1', now: START }), ['hash of k2'])
    unsubscribe()
  })

  it('a rotated key is found by both texts while the one from before has time left, and keeps its id', async () => {
    const { store } = bench
    await aPayer(store)
    const rotate = (hash: string, previousUntil: number | null) =>
      store.rotateKey({ id: 'k1', hash, prefix: 'sk-live-new', previousUntil })
    expect(await rotate('second', START + 60_000)).toBe(true)
    const second = { keyId: 'k1', hash: 'second', prefix: 'sk-live-new', previousUntil: START + 60_000 }
    for (const hash of ['hash of k1', 'second']) expect(await store.findKey({ hash })).toMatchObject(second)
    expect(await rotate('third', null)).toBe(true)
    expect(await store.findKey({ hash: 'third' })).toMatchObject({ keyId: 'k1', previousUntil: null })
    for (const hash of ['hash of k1', 'second']) expect(await store.findKey({ hash })).toBeUndefined()
    expect(await store.rotateKey({ id: 'unknown', hash: 'x', prefix: 'p', previousUntil: null })).toBe(false)
  })

  it.each([
    {
      title: 'a rotation ends the sessions of the key, but for the one that rotates it',
      until: null,
      left: { own: START + 100 },
    },
    {
      title: 'a rotation with a grace lets the sessions of the key last as long as its text from before',
      until: START + 9,
      left: { short: START + 5, other: START + 9, own: START + 100 },
    },
  ])('$title', async ({ until, left }) => {
    const { store } = bench
    await aPayer(store)
    await store.createKey({ key: aKey('k2', 't1') })
    const none = { personId: null, tenantId: null, address: null, userAgent: null, createdAt: START }
    for (const [id, keyId, lasts] of [
      ['own', 'k1', 100],
      ['other', 'k1', 100],
      ['short', 'k1', 5],
      ['foreign', 'k2', 100],
    ] as const) {
      await store.createSession({ session: { ...none, id, token: id, keyId, expiresAt: START + lasts } })
    }
    const ends = async (keyId: string) => {
      const sessions = await store.listSessions({ of: { keyId }, now: START })
      return Object.fromEntries(sessions.map(({ id, expiresAt }) => [id, expiresAt]))
    }
    const rotation = { id: 'k1', hash: 'second', prefix: 'p', previousUntil: until, keptSessionId: 'own' }
    expect(await store.rotateKey(rotation)).toBe(true)
    expect(await ends('k1')).toEqual(left)
    expect(await ends('k2')).toEqual({ foreign: START + 100 })
    await store.revokeKey({ id: 'k1', now: START })
    expect(await ends('k1')).toEqual({})
  })

  it('two rotations at once leave the key with one text, and one from before', async () => {
    const { store } = bench
    await aPayer(store)
    const rotations = ['second', 'third', 'fourth'].map((hash) =>
      store.rotateKey({ id: 'k1', hash, prefix: 'p', previousUntil: START + 9 }),
    )
    expect(await Promise.all(rotations)).toEqual([true, true, true])
    const hashes = ['hash of k1', 'second', 'third', 'fourth']
    const found = await Promise.all(hashes.map((hash) => store.findKey({ hash })))
    expect(found.filter((key) => key !== undefined)).toHaveLength(2)
  })

  it('the last use of a key only moves forward', async () => {
    const { store } = bench
    await aPayer(store)
    const lastUsedAt = async () => (await store.getKey({ id: 'k1' }))?.lastUsedAt
    expect(await lastUsedAt()).toBeNull()
    const uses = [
      { id: 'k1', at: START + 5 },
      { id: 'unknown', at: START },
    ]
    await store.recordKeyUses({ uses })
    await store.recordKeyUses({ uses: [{ id: 'k1', at: START + 3 }] })
    expect(await lastUsedAt()).toBe(START + 5)
    await store.recordKeyUses({ uses: [] })
  })

  it('an admin key is one only at the first tenant', async () => {
    const { store } = bench
    await store.createTenant({ tenant: aTenant('t2', { createdAt: START + 1 }) })
    await store.createTenant({ tenant: aTenant('t1') })
    for (const id of ['t1', 't2']) await store.createKey({ key: aKey(`of ${id}`, id, { role: 'admin' }) })
    expect(await store.getKey({ id: 'of t1' })).toMatchObject({ role: 'admin' })
    expect(await store.findKey({ hash: 'hash of of t2' })).toMatchObject({ role: 'member' })
    expect((await store.listKeys({ tenantId: null })).map(({ role }) => role)).toEqual(['admin', 'member'])
  })

  it('keys know since when their tenant is frozen', async () => {
    const { store } = bench
    await aPayer(store)
    expect(await store.getKey({ id: 'k1' })).toMatchObject({ tenantFrozenAt: null })
    await store.changeTenant({ id: 't1', set: { frozenAt: START + 3 } })
    expect(await store.findKey({ hash: 'hash of k1' })).toMatchObject({ tenantFrozenAt: START + 3 })
  })

  it('keys are listed page by page, and by mode', async () => {
    const { store } = bench
    for (const id of ['t1', 't2']) await store.createTenant({ tenant: aTenant(id) })
    await store.createKey({ key: aKey('b', 't1') })
    await store.createKey({ key: aKey('a', 't2', { createdAt: START + 1 }) })
    await store.createKey({ key: aKey('c', 't1', { mode: 'test' }) })
    const ids = async (args: object) => (await store.listKeys({ tenantId: null, ...args })).map(({ keyId }) => keyId)
    expect(await ids({ limit: 2 })).toEqual(['b', 'c'])
    expect(await ids({ limit: 2, afterId: 'c' })).toEqual(['a'])
    expect(await ids({ afterId: 'a' })).toEqual([])
    expect(await ids({ mode: 'test' })).toEqual(['c'])
  })

  it('a tenant is deleted only when its tasks have ended; its keys are revoked, and its ledger stays', async () => {
    const { store } = bench
    await aPayer(store)
    await aPayer(store, { id: 't2' })
    const task = aTask()
    await submitted(store, task)
    expect(await store.deleteTenant({ id: 't1', now: START + 9 })).toBe('unfinished')
    expect(await store.getKey({ id: 'k1' })).toMatchObject({ revokedAt: null })
    await settle(store, aCancel(task.id))
    expect(await store.deleteTenant({ id: 't1', now: START + 9 })).toBe('deleted')
    expect(await store.deleteTenant({ id: 't1', now: START + 9 })).toBe('unknown')
    expect(await store.deleteTenant({ id: 'unknown', now: START + 9 })).toBe('unknown')
    expect(await store.getKey({ id: 'k1' })).toMatchObject({ revokedAt: START + 9 })
    expect(await store.getKey({ id: 'k2' })).toMatchObject({ revokedAt: null })
    expect((await store.listTenants({})).map(({ id }) => id)).toEqual(['t2'])
    expect((await store.listTenants({ isDeleted: true })).map(({ id }) => id)).toEqual(['t1'])
    expect(await store.getTenant({ id: 't1' })).toMatchObject({ deletedAt: START + 9 })
    expect(await store.listLedger({ tenantId: 't1', limit: 9 })).toHaveLength(3)
    expect(await store.changeTenant({ id: 't1', set: { name: 'again' } })).toBe(false)
    expect(await store.reconcile({})).toEqual([])
  })

  it('the lines of a statement have the balance after them, on every page and in every period', async () => {
    const { store } = bench
    await aPayer(store, { credit: 1_000 })
    const first = await aClaimedTask(store, { pricePoints: points(300) })
    await settle(store, anEnd(first, { consumedPoints: points(200), now: START + 10 }))
    await submitted(store, aTask({ pricePoints: points(100), createdAt: START + 20 }))
    const lines = await store.listLedger({ tenantId: 't1', limit: 9 })
    expect(lines).toMatchObject([
      { kind: 'hold', available: -100, held: 100, revenue: 0, availableAfter: 700, heldAfter: 100, keyId: 'k1' },
      { available: 100, held: -300, revenue: 200, availableAfter: 800, heldAfter: 0, taskId: first.id },
      { kind: 'hold', available: -300, held: 300, availableAfter: 700, heldAfter: 300, at: START },
      { kind: 'credit', available: 1_000, availableAfter: 1_000, heldAfter: 0, keyId: null, taskId: null },
    ])
    const [newest, second, third] = lines
    expect(await store.listLedger({ tenantId: 't1', limit: 2, beforeSeq: newest?.seq ?? 0 })).toEqual([second, third])
    const period = { from: START + 10, to: START + 20 }
    expect(await store.listLedger({ tenantId: 't1', limit: 9, ...period })).toEqual([second])
    expect(await store.listLedger({ tenantId: 'unknown', limit: 9 })).toEqual([])
  })

  it('usage is counted by day, model and key, also when the records of the tasks are gone', async () => {
    const { store } = bench
    await aPayer(store)
    await aPayer(store, { id: 't2' })
    await store.createKey({ key: aKey('k3', 't1') })
    const consumed = async (with_: Partial<NewTask>) => {
      const fresh = aTask(with_)
      await submitted(store, fresh)
      const task = only(await claimed(store, 1_000, { now: fresh.createdAt }))
      await settle(store, anEnd(task, { consumedPoints: points(100), now: task.createdAt }))
    }
    await consumed({})
    await consumed({ model: 'song-1', keyId: 'k3', createdAt: START + DAY_MS })
    await consumed({ tenantId: 't2', keyId: 'k2' })
    const cancelled = aTask({ createdAt: START + DAY_MS })
    await submitted(store, cancelled)
    await settle(store, aCancel(cancelled.id))
    await submitted(store, aTask({ mode: 'test', pricePoints: points(0), keyId: 'k3' }))
    const period = { from: START, to: START + 2 * DAY_MS }
    const usage = (by: 'day' | 'model' | 'key', args: object = { tenantId: 't1' }) =>
      store.readUsage({ ...period, ...args, by })
    const row = { tasks: 1, completed: 1, failed: 0, cancelled: 0, calls: 0, consumed: 100 }
    expect(await usage('day')).toEqual([
      { ...row, group: '2026-01-01', tasks: 2 },
      { ...row, group: '2026-01-02', tasks: 2, cancelled: 1 },
    ])
    expect(await usage('model')).toEqual([
      { ...row, group: 'clip-2', tasks: 3, cancelled: 1 },
      { ...row, group: 'song-1' },
    ])
    expect(await usage('key')).toEqual([
      { ...row, group: 'k1', tasks: 2, cancelled: 1 },
      { ...row, group: 'k3', tasks: 2 },
    ])
    expect(await usage('model', { tenantId: 't1', isDaily: true })).toMatchObject([
      { group: 'clip-2', day: '2026-01-01', tasks: 2 },
      { group: 'clip-2', day: '2026-01-02', tasks: 1 },
      { group: 'song-1', day: '2026-01-02', consumed: 100 },
    ])
    expect(await usage('key', { tenantId: 't1', isDaily: true })).toMatchObject([
      { group: 'k1', day: '2026-01-01', consumed: 100 },
      { group: 'k1', day: '2026-01-02', consumed: 0 },
      { group: 'k3', day: '2026-01-01', tasks: 1 },
      { group: 'k3', day: '2026-01-02', consumed: 100 },
    ])
    expect(await usage('key', { keyId: 'k3', tenantId: 't1', mode: 'test' })).toEqual([
      { ...row, group: 'k3', completed: 0, consumed: 0 },
    ])
    expect(await usage('day', {})).toMatchObject([
      { tasks: 3, consumed: 200 },
      { tasks: 2, consumed: 100 },
    ])
    expect(await usage('day', { tenantId: 't1', to: START + DAY_MS })).toMatchObject([{ group: '2026-01-01' }])
    await bench.place.sql('delete from tasks')
    expect(await usage('day', { tenantId: 't2' })).toMatchObject([{ tasks: 0, consumed: 100 }])
  })

  it('tasks of all tenants are listed newest first, page by page, and by what they are', async () => {
    const { store } = bench
    await aPayer(store)
    await aPayer(store, { id: 't2' })
    const at = [0, 1, 2, 3].map((ms) => START + ms)
    const tasks = [
      aTask({ createdAt: at[0] ?? 0, id: newId(at[0] ?? 0) }),
      aTask({ createdAt: at[1] ?? 0, tenantId: 't2', keyId: 'k2' }),
      aTask({ createdAt: at[2] ?? 0, mode: 'test', pricePoints: points(0) }),
      aTask({ createdAt: at[3] ?? 0, operation: 'lumen/other' }),
    ]
    await submitted(store, ...tasks)
    const ids = tasks.map(({ id }) => id)
    await settle(store, aCancel(ids[0] ?? ''))
    const found = async (args: object) => {
      const listed = await store.listAllTasks({ limit: 9, ...args })
      return listed.map(({ id }) => ids.indexOf(id))
    }
    expect(await found({})).toEqual([3, 2, 1, 0])
    expect(await found({ limit: 2 })).toEqual([3, 2])
    expect(await found({ beforeId: ids[2] })).toEqual([1, 0])
    expect(await found({ tenantId: 't2' })).toEqual([1])
    expect(await found({ keyId: 'k1' })).toEqual([3, 2, 0])
    expect(await found({ mode: 'test' })).toEqual([2])
    expect(await found({ status: ['cancelled'] })).toEqual([0])
    expect(await found({ operation: 'lumen/other' })).toEqual([3])
    expect(await found({ createdFrom: START + 1, createdTo: START + 3 })).toEqual([2, 1])
  })

  it('deliveries are listed page by page, by id, and by the mode of their task', async () => {
    const { store } = bench
    await aPayer(store)
    const live = aTask()
    const test = aTask({ mode: 'test', pricePoints: points(0) })
    await submitted(store, live, test)
    const drafts = [{ url: 'https://receiver.example/', body: '{}', headers: {} }]
    for (const { id } of [live, test, live]) {
      await store.addDeliveries({ taskId: id, tenantId: 't1', deliveries: drafts, now: START })
    }
    const list = async (args: object) =>
      (await store.listDeliveries({ tenantId: 't1', limit: 9, ...args })).map(({ id }) => id)
    const [newest = '', middle = '', oldest = ''] = await list({})
    expect(await list({ mode: 'test' })).toEqual([middle])
    expect(await list({ mode: 'live' })).toEqual([newest, oldest])
    expect(await list({ beforeId: newest })).toEqual([middle, oldest])
    expect(only(await list({ id: oldest }))).toBe(oldest)
    expect(await list({ id: oldest, tenantId: 't2' })).toEqual([])
  })
}
