import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../store/store.ts'
import { type AdminBench, body, either, openAdminBench } from './admin-bench.testing.ts'
import type { EnvironmentAccount } from './environment.ts'
import { aRecord } from './members.testing.ts'

let bench: AdminBench
let store: Store
let tenantId: string
beforeAll(async () => {
  bench = await openAdminBench()
  ;({ store, tenantId } = bench)
})
afterEach(() => bench.empty())
afterAll(() => bench?.[Symbol.asyncDispose]())

describe('account administration', () => {
  it('reports that an account whose provider has no free call cannot be tested', async () => {
    const accountAdmin = bench.open()
    const { id } = await accountAdmin.add(body(), 'operator')
    expect(await accountAdmin.test(id, 'operator')).toMatchObject({
      works: null,
      says: expect.stringContaining('next task'),
    })
  })

  it('shows, tests, debugs and removes an account of a provider that no longer exists', async () => {
    const { id } = await bench.open().add(body(), 'operator')
    const accountAdmin = bench.open({ manifests: [either] })
    expect(await accountAdmin.get(id, 'operator')).toMatchObject({
      isUsable: false,
      reason: 'There is no provider "lumen".',
      operations: [],
    })
    expect(await accountAdmin.test(id, 'operator')).toMatchObject({
      works: false,
      says: 'There is no provider "lumen".',
    })
    expect((await accountAdmin.debug(id, 'operator')).advice).toEqual([expect.stringContaining('misconfigured')])
    await accountAdmin.remove(id, 'operator')
    expect(await accountAdmin.list('operator')).toEqual([])
  })

  it('shows a tenant its own accounts only', async () => {
    const accountAdmin = bench.open()
    const { id } = await accountAdmin.add(body(), { tenantId })
    const { id: operators } = await accountAdmin.add(body(), 'operator')
    expect((await accountAdmin.list({ tenantId })).map((account) => account.id)).toEqual([id])
    expect((await accountAdmin.list('operator')).map((account) => account.id)).toEqual([id, operators])
    await expect(accountAdmin.get(operators, { tenantId })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('the removal of an account', () => {
  const CONFLICT = { code: 'conflict', status: 409, retry: 'never', details: {} }

  it('is refused as a conflict while tasks run on it', async () => {
    const accountAdmin = bench.open({ store: { ...store, removeAccount: async () => false } })
    const { id } = await accountAdmin.add(body(), 'operator')
    await expect(accountAdmin.remove(id, 'operator')).rejects.toMatchObject({
      ...CONFLICT,
      message: expect.stringContaining('drain it'),
    })
  })

  it('is refused as a conflict while follow-ups of its work wait for it', async () => {
    const countWaiting: Store['countWaiting'] = async ({ pools: [pool = ''] }) => [
      { pool, operation: 'lumen/clip', count: 1 },
    ]
    const accountAdmin = bench.open({ store: { ...store, countWaiting } })
    const { id } = await accountAdmin.add(body(), 'operator')
    await expect(accountAdmin.remove(id, 'operator')).rejects.toMatchObject({
      ...CONFLICT,
      message: expect.stringContaining('wait for it (lumen/clip)'),
    })
    expect(await store.getAccount({ id })).toBeDefined()
  })

  it('is refused as a conflict while the account is in the environment', async () => {
    const environment: EnvironmentAccount[] = [
      { provider: 'lumen', settings: { apiKey: 'k', baseUrl: 'https://lumen.example' }, slots: 1, priority: 1 },
    ]
    const id = 'env:lumen'
    const account = { ...aRecord(id, 'lumen'), createdAt: 1 }
    await store.createAccount({ account })
    await expect(bench.open({ environment }).remove(id, 'operator')).rejects.toMatchObject({
      ...CONFLICT,
      message: expect.stringContaining('unset the variables of lumen'),
    })
    await expect(bench.open({ isOffline: true }).remove(id, 'operator')).rejects.toMatchObject(CONFLICT)
    await bench.open().remove(id, 'operator')
    expect(await store.getAccount({ id })).toBeUndefined()
  })
})
