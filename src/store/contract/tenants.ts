import { expect, it } from 'vitest'
import { points } from '../../core/points.ts'
import type { Bench } from '../contract.ts'
import { aKey, aTenant, START } from './samples.ts'

export function tenantsContract(bench: Bench): void {
  it('keeps a tenant, with an empty balance', async () => {
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

  it('changes whose accounts do a tenant’s tasks, and nothing else', async () => {
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

  it('refuses a second tenant of the same id, and keeps the first', async () => {
    await bench.store.createTenant({ tenant: aTenant('t1') })
    const again = bench.store.createTenant({ tenant: aTenant('t1', { name: 'other' }) })
    await expect(again).rejects.toMatchObject({ name: 'PolyphonyError', code: 'internal' })
    expect(await bench.store.getTenant({ id: 't1' })).toMatchObject({ name: 't1' })
  })

  it('finds a key by its hash', async () => {
    await bench.store.createTenant({ tenant: aTenant('t1') })
    const key = aKey('k1', 't1', {
      mode: 'test',
      role: 'admin',
      allowedModels: ['clip-2', 'a "quoted" one'],
      requestsPerMinute: 60,
      expiresAt: START + 5,
      maxConcurrent: 3,
      spendLimitPoints: points(9_000_000_000_000),
    })
    await bench.store.createKey({ key })
    expect(await bench.store.findKey({ hash: key.hash })).toEqual({ ...key, spentPoints: 0, revokedAt: null })
    expect(await bench.store.findKey({ hash: 'unknown' })).toBeUndefined()
    expect(await bench.store.getKey({ id: 'k1' })).toEqual({ ...key, spentPoints: 0, revokedAt: null })
    expect(await bench.store.getKey({ id: key.hash })).toBeUndefined()
  })

  it('refuses a key of no tenant, or with the hash of another', async () => {
    await bench.store.createTenant({ tenant: aTenant('t1') })
    await bench.store.createKey({ key: aKey('k1', 't1') })
    await expect(bench.store.createKey({ key: aKey('k2', 'nobody') })).rejects.toMatchObject({ code: 'internal' })
    const twin = aKey('k3', 't1', { hash: 'hash of k1' })
    await expect(bench.store.createKey({ key: twin })).rejects.toMatchObject({ code: 'internal' })
    expect(await bench.store.listKeys({ tenantId: null })).toHaveLength(1)
  })

  it('lists keys in the order of their making, of one tenant or of all', async () => {
    for (const id of ['t1', 't2']) await bench.store.createTenant({ tenant: aTenant(id) })
    await bench.store.createKey({ key: aKey('late', 't1', { createdAt: START + 9 }) })
    await bench.store.createKey({ key: aKey('early', 't1') })
    await bench.store.createKey({ key: aKey('other', 't2') })
    const ids = async (tenantId: string | null) => (await bench.store.listKeys({ tenantId })).map(({ keyId }) => keyId)
    expect(await ids('t1')).toEqual(['early', 'late'])
    expect(await ids(null)).toEqual(['early', 'other', 'late'])
  })

  it('revokes a key once', async () => {
    await bench.store.createTenant({ tenant: aTenant('t1') })
    await bench.store.createKey({ key: aKey('k1', 't1') })
    expect(await bench.store.revokeKey({ id: 'k1', now: START + 1 })).toBe(true)
    expect(await bench.store.revokeKey({ id: 'k1', now: START + 2 })).toBe(false)
    expect(await bench.store.revokeKey({ id: 'unknown', now: START })).toBe(false)
    expect(await bench.store.findKey({ hash: 'hash of k1' })).toMatchObject({ revokedAt: START + 1 })
  })
}
