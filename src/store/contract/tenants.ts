import { describe, expect, it } from 'vitest'
import { points } from '../../core/points.ts'
import { NOTHING_SPENT } from '../../core/spend-periods.ts'
import type { Bench } from '../contract.ts'
import { aKey, aTenant, START } from './samples.ts'

/** What a key has from its creation on. */
const FRESH = {
  spending: NOTHING_SPENT,
  spentPoints: 0,
  revokedAt: null,
  lastUsedAt: null,
  previousUntil: null,
  previousHash: null,
  personId: null,
  tenantFrozenAt: null,
}

export function tenantsContract(bench: Bench): void {
  it('a tenant is stored, with an empty balance', async () => {
    const tenants = [aTenant('t1', { maxConcurrent: 5, createdAt: START + 1 }), aTenant('t2')]
    for (const tenant of tenants) await bench.store.createTenant({ tenant })
    expect(await bench.store.getTenant({ id: 't1' })).toEqual(tenants[0])
    expect(await bench.store.getTenant({ id: 't3' })).toBeUndefined()
    expect(await bench.store.listTenants({})).toEqual([tenants[1], tenants[0]])
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({
      available: 0,
      held: 0,
      active: 0,
      staged: 0,
    })
    expect(await bench.store.getBalance({ tenantId: 't3' })).toBeUndefined()
  })

  it('tenants are listed by name or by page, and balances of several are read at once', async () => {
    const { store } = bench
    for (const id of ['t1', 't2', 't3']) {
      await store.createTenant({ tenant: aTenant(id, id === 't3' ? { name: 't2', createdAt: START - 1 } : {}) })
    }
    await store.credit({ id: 'c', tenantId: 't2', amount: points(7), memo: '', now: START })
    const ids = async (args: Parameters<typeof store.listTenants>[0]) =>
      (await store.listTenants(args)).map(({ id }) => id)
    expect(await ids({ limit: 1 })).toEqual(['t3'])
    expect(await ids({ afterId: 't3', limit: 1 })).toEqual(['t1'])
    expect(await ids({ afterId: 't1' })).toEqual(['t2'])
    expect(await ids({ name: 't2' })).toEqual(['t3', 't2'])
    expect(await ids({ name: 'T2' })).toEqual([])
    expect(await ids({ search: 'T2' })).toEqual(['t3', 't2'])
    expect(await ids({ search: 'T3' })).toEqual(['t3'])
    expect(await ids({ search: 't_' })).toEqual([])
    expect(await ids({ search: 't', afterId: 't3', limit: 1 })).toEqual(['t1'])
    await store.deleteTenant({ id: 't3', now: START })
    expect(await ids({ name: 't2', limit: 2 })).toEqual(['t2'])
    expect(await ids({ afterId: 't3' })).toEqual(['t1', 't2'])
    const balances = await store.getBalances({ tenantIds: ['t1', 't2', 'unknown'] })
    expect(balances.toSorted((a, b) => a.available - b.available)).toMatchObject([
      { tenantId: 't1', available: 0, active: 0 },
      { tenantId: 't2', available: 7, credited: 7 },
    ])
    expect(await store.getBalances({ tenantIds: [] })).toEqual([])
  })

  it('the pool policy of a tenant can be changed, and nothing else changes', async () => {
    const tenant = aTenant('t1', { maxConcurrent: 5 })
    for (const one of [tenant, aTenant('t2')]) await bench.store.createTenant({ tenant: one })
    const change = (set: Parameters<Bench['store']['changeTenant']>[0]['set'], id = 't1') =>
      bench.store.changeTenant({ id, set })
    expect(await change({ defaultPool: 'public' })).toBe(true)
    expect(await bench.store.getTenant({ id: 't1' })).toEqual({ ...tenant, defaultPool: 'public' })
    expect(await change({ fallsBack: true })).toBe(true)
    expect(await bench.store.getTenant({ id: 't1' })).toEqual({ ...tenant, defaultPool: 'public', fallsBack: true })
    expect(await change({ defaultPool: 'private', fallsBack: false })).toBe(true)
    expect(await bench.store.getTenant({ id: 't1' })).toEqual(tenant)
    expect(await change({})).toBe(true)
    expect(await change({ fallsBack: true }, 'nobody')).toBe(false)
    expect(await change({}, 'nobody')).toBe(false)
    expect(await bench.store.getTenant({ id: 't2' })).toEqual(aTenant('t2'))
  })

  it('a second tenant with the same id is refused, and the first is kept', async () => {
    await bench.store.createTenant({ tenant: aTenant('t1') })
    const again = bench.store.createTenant({ tenant: aTenant('t1', { name: 'other' }) })
    await expect(again).rejects.toMatchObject({ name: 'PolyphonyError', code: 'internal' })
    expect(await bench.store.getTenant({ id: 't1' })).toMatchObject({ name: 't1' })
  })

  it('processes that start at once create one first tenant, with its credit and keys', async () => {
    const starts = ['t1', 't2', 't3', 't4'].map((id) => {
      const keys = [
        { key: aKey(`made-${id}`, id), isChosen: false },
        { key: aKey(`chosen-${id}`, id, { hash: 'of the key that the operator chose' }), isChosen: true },
      ]
      return bench.store.ensureFirstTenant({ tenant: aTenant(id), credit: points(500), keys, now: START })
    })
    const outcomes = await Promise.all(starts)
    const [tenant] = await bench.store.listTenants({})
    expect(await bench.store.listTenants({})).toHaveLength(1)
    expect(outcomes.map((outcome) => outcome.tenant)).toEqual(outcomes.map(() => tenant))
    expect(outcomes.filter(({ isNew }) => isNew)).toHaveLength(1)
    const added = outcomes.flatMap((outcome) => outcome.added)
    expect(added.sort()).toEqual([`chosen-${tenant?.id}`, `made-${tenant?.id}`])
    expect((await bench.store.listKeys({ tenantId: tenant?.id ?? null })).map(({ keyId }) => keyId).sort()).toEqual(
      added,
    )
    expect(await bench.store.getBalance({ tenantId: tenant?.id ?? '' })).toMatchObject({ available: 500 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a key that the operator chose later is added to the first tenant, and no other key', async () => {
    const ensure = (name: string, hash: string) => {
      const keys = [
        { key: aKey(`made-${name}`, 't1'), isChosen: false },
        { key: aKey(`chosen-${name}`, 't1', { hash }), isChosen: true },
      ]
      return bench.store.ensureFirstTenant({ tenant: aTenant('t1'), credit: points(500), keys, now: START })
    }
    await ensure('a', 'one')
    expect(await ensure('b', 'one')).toMatchObject({ isNew: false, added: [] })
    expect(await ensure('c', 'two')).toMatchObject({ isNew: false, added: ['chosen-c'] })
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ available: 500 })
  })

  describe('an import of a tenant of another gateway', () => {
    const opening = { id: 'import:x:user:1', amount: points(500), memo: 'balance at x' }
    const key = (id: string, with_: Parameters<typeof aKey>[2] = {}) => ({
      key: aKey(id, 'i1', with_),
      revokedAt: null,
    })
    const owner = (id: string, email: string) => ({
      person: {
        ...{ id, email, name: 'Ada', locale: null, isOperator: false, hasTwoFactor: false },
        ...{ blockedAt: null, createdAt: START },
      },
      joins: { tenantId: 'i1', role: 'owner' as const, keys: [] },
    })
    const imported = (args: Partial<Parameters<Bench['store']['importTenant']>[0]> = {}) =>
      bench.store.importTenant({ tenant: aTenant('i1'), opening, keys: [], person: null, now: START, ...args })

    it('an import stores a tenant with its balance, keys, person and audit, in the state that it had', async () => {
      const audit = { at: START, actor: 'command line', address: null, verb: 'import.x', tenantId: 'i1', subject: 'i1' }
      const outcome = await imported({
        tenant: aTenant('i1', { frozenAt: START + 1, priceGroup: 'vip' }),
        keys: [key('k1'), { ...key('k2'), revokedAt: START + 2 }],
        person: owner('p1', 'ada@example.org'),
        audit: { ...audit, before: null, after: { user: 1 } },
      })
      expect(outcome).toEqual({ outcome: 'created', added: ['k1', 'k2'], taken: [], person: 'created' })
      expect(await bench.store.getTenant({ id: 'i1' })).toMatchObject({ frozenAt: START + 1, priceGroup: 'vip' })
      expect(await bench.store.getBalance({ tenantId: 'i1' })).toMatchObject({ available: 500, credited: 500 })
      expect(await bench.store.getKey({ id: 'k1' })).toMatchObject({ revokedAt: null })
      expect(await bench.store.getKey({ id: 'k2' })).toMatchObject({ revokedAt: START + 2 })
      expect(await bench.store.listMemberships({ personId: 'p1' })).toMatchObject([{ tenantId: 'i1', role: 'owner' }])
      expect(await bench.store.listAudit({ verb: 'import.x', limit: 5 })).toHaveLength(1)
      expect(await bench.store.reconcile({})).toEqual([])
    })

    it('an import that is repeated adds what is new, and changes and books nothing else', async () => {
      await imported({ keys: [key('k1')], person: owner('p1', 'ada@example.org') })
      await bench.store.changeTenant({ id: 'i1', set: { name: 'renamed', frozenAt: START } })
      const again = await imported({
        keys: [key('k1', { name: 'other' }), key('k2')],
        person: owner('p2', 'bob@example.org'),
      })
      expect(again).toEqual({ outcome: 'present', added: ['k2'], taken: [], person: null })
      const later = { id: 'import:x:user:1 later', amount: points(900), memo: 'balance at x' }
      expect(await imported({ opening: later })).toMatchObject({ outcome: 'present' })
      expect(await bench.store.getTenant({ id: 'i1' })).toMatchObject({ name: 'renamed', frozenAt: START })
      expect(await bench.store.getKey({ id: 'k1' })).toMatchObject({ name: 'k1' })
      expect(await bench.store.getBalance({ tenantId: 'i1' })).toMatchObject({ available: 500, credited: 500 })
      expect(await bench.store.getPerson({ id: 'p2' })).toBeUndefined()
    })

    it('an import leaves out a key whose text is another key’s, now or before its rotation', async () => {
      await bench.store.createTenant({ tenant: aTenant('t1') })
      await bench.store.createKey({ key: aKey('k1', 't1', { hash: 'first' }) })
      const rotation = { hash: 'second', prefix: 'sk-live-efgh', previousUntil: START + 1_000 }
      await bench.store.rotateKey({ id: 'k1', ...rotation })
      const keys = [key('i-first', { hash: 'first' }), key('i-second', { hash: 'second' }), key('i-third')]
      expect(await imported({ keys })).toMatchObject({ added: ['i-third'], taken: ['i-first', 'i-second'] })
    })

    it('an import gives no tenant to a person whose address is known, and brings no deleted tenant back', async () => {
      await imported({ person: owner('p1', 'ada@example.org') })
      const other = { ...owner('p2', 'ada@example.org'), joins: { tenantId: 'i2', role: 'owner' as const, keys: [] } }
      const second = { tenant: aTenant('i2'), opening: null, person: other }
      expect(await imported(second)).toMatchObject({ outcome: 'created', person: 'email_taken' })
      expect(await bench.store.listMemberships({ personId: 'p1' })).toHaveLength(1)
      expect(await bench.store.deleteTenant({ id: 'i2', now: START })).toBe('deleted')
      expect(await imported({ ...second, keys: [key('k9')] })).toMatchObject({ outcome: 'deleted', added: [] })
      expect(await bench.store.getKey({ id: 'k9' })).toBeUndefined()
    })
  })

  it('a key is found by its hash', async () => {
    await bench.store.createTenant({ tenant: aTenant('t1') })
    const key = aKey('k1', 't1', {
      mode: 'test',
      role: 'admin',
      allowedModels: ['clip-2', 'a "quoted" one'],
      requestsPerMinute: 60,
      expiresAt: START + 5,
      maxConcurrent: 3,
      spendLimitPoints: points(9_000_000_000_000),
      tokensPerMinute: 1_000_000_000,
      dayLimitPoints: points(8_000_000_000_000),
      monthLimitPoints: points(9_000_000_000_000),
    })
    await bench.store.createKey({ key })
    expect(await bench.store.findKey({ hash: key.hash })).toEqual({ ...key, ...FRESH })
    expect(await bench.store.findKey({ hash: 'unknown' })).toBeUndefined()
    expect(await bench.store.getKey({ id: 'k1' })).toEqual({ ...key, ...FRESH })
    expect(await bench.store.getKey({ id: key.hash })).toBeUndefined()
  })

  it('a key of an unknown tenant, or with the hash of another key, is refused', async () => {
    await bench.store.createTenant({ tenant: aTenant('t1') })
    await bench.store.createKey({ key: aKey('k1', 't1') })
    await expect(bench.store.createKey({ key: aKey('k2', 'nobody') })).rejects.toMatchObject({ code: 'internal' })
    const twin = aKey('k3', 't1', { hash: 'hash of k1' })
    await expect(bench.store.createKey({ key: twin })).rejects.toMatchObject({ code: 'internal' })
    expect(await bench.store.listKeys({ tenantId: null })).toHaveLength(1)
  })

  it('keys are listed in the order of their creation, by tenant or all', async () => {
    for (const id of ['t1', 't2']) await bench.store.createTenant({ tenant: aTenant(id) })
    await bench.store.createKey({ key: aKey('late', 't1', { createdAt: START + 9 }) })
    await bench.store.createKey({ key: aKey('early', 't1') })
    await bench.store.createKey({ key: aKey('other', 't2') })
    const ids = async (tenantId: string | null) => (await bench.store.listKeys({ tenantId })).map(({ keyId }) => keyId)
    expect(await ids('t1')).toEqual(['early', 'late'])
    expect(await ids(null)).toEqual(['early', 'other', 'late'])
  })

  it('a key is revoked once', async () => {
    await bench.store.createTenant({ tenant: aTenant('t1') })
    await bench.store.createKey({ key: aKey('k1', 't1') })
    expect(await bench.store.revokeKey({ id: 'k1', now: START + 1 })).toBe(true)
    expect(await bench.store.revokeKey({ id: 'k1', now: START + 2 })).toBe(false)
    expect(await bench.store.revokeKey({ id: 'unknown', now: START })).toBe(false)
    expect(await bench.store.findKey({ hash: 'hash of k1' })).toMatchObject({ revokedAt: START + 1 })
  })
}
