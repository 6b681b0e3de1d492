import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migratedDatabase } from '../../../test/support/postgres-database.ts'
import { startTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy.ts'
import { aPayer, aTask, START, submitted } from '../contract/samples.ts'
import { openPostgres } from '../postgres.ts'
import type { Signal, Store } from '../store.ts'
import { expectNothingLost, startLoad } from './load.testing.ts'

describe('a store whose network to PostgreSQL fails', () => {
  let url: string
  let proxy: TcpProxy
  let store: Store
  /** Another node, whose network works. */
  let healthy: Store

  beforeEach(async () => {
    url = await migratedDatabase()
    proxy = await startTcpProxy(Number(new URL(url).port))
    store = await openPostgres({ url: proxy.through(url) })
    healthy = await openPostgres({ url })
    await aPayer(store, { credit: 1_000_000_000 })
  })
  afterEach(async () => {
    await store.close()
    await healthy.close()
    await proxy.close()
  })

  it('a store replaces connections that died silently within four seconds', async () => {
    const load = startLoad(store)
    await load.nextAccepted()
    proxy.blackHole()
    const startedAt = performance.now()
    await load.nextAccepted()
    expect(performance.now() - startedAt).toBeLessThan(4_000)
    await load.stop()
    expect(await expectNothingLost(store, load)).toEqual([])
  })

  it('a store answers a single reader although every idle connection died', async () => {
    await Promise.all(Array.from({ length: 10 }, () => store.listTenants({})))
    proxy.blackHole()
    const startedAt = performance.now()
    expect(await store.listTenants({})).toHaveLength(1)
    expect(performance.now() - startedAt).toBeLessThan(4_000)
  })

  it('a store receives the signals of other nodes again after its listening connection died silently', async () => {
    const heard: Signal[] = []
    store.onSignal((signal) => heard.push(signal))
    proxy.blackHole()
    await expect.poll(() => heard, { timeout: 5_000 }).toContainEqual({ kind: 'resync' })
    await healthy.revokeKey({ id: 'k1', now: 1 })
    await expect.poll(() => heard).toContainEqual({ kind: 'key', hash: 'hash of k1' })
  })

  it('a store goes on within two seconds when a stalled network moves again', async () => {
    const load = startLoad(store)
    await load.nextAccepted()
    proxy.stall()
    await expect.poll(() => load.rejected.length, { timeout: 15_000 }).toBeGreaterThan(0)
    proxy.pass()
    const startedAt = performance.now()
    await load.nextAccepted()
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    await load.stop()
    expect(load.rejected.every(({ error }) => error.code === 'store_unavailable')).toBe(true)
    expect(Math.max(...load.rejected.map(({ waitedMs }) => waitedMs))).toBeLessThan(12_000)
    expect(await expectNothingLost(store, load)).toEqual([])
  })

  it('a store goes on when its connections are reset, and when the address refuses for a while', async () => {
    const load = startLoad(store)
    await load.nextAccepted()
    proxy.cut()
    await load.nextAccepted()
    proxy.refuse()
    await expect.poll(() => load.rejected.length, { timeout: 10_000 }).toBeGreaterThan(0)
    proxy.pass()
    await load.nextAccepted()
    await load.stop()
    expect(await expectNothingLost(store, load)).toEqual([])
  })

  it("other nodes go on within seconds when a node that has locked a tenant's balance loses its network", async () => {
    const load = startLoad(store)
    await load.nextAccepted()
    proxy.stall() // in the middle of transactions
    const slowest = await slowestOf(20, () => submitted(healthy, aTask()))
    expect(slowest).toBeLessThan(8_000)
    await load.stop()
    proxy.pass()
  })

  it.each(['stall', 'blackHole', 'refuse'] as const)(
    'a store closes in time when its network fails: %s',
    async (fault) => {
      const load = startLoad(store, 4)
      await load.nextAccepted()
      proxy[fault]()
      const startedAt = performance.now()
      await store.close()
      expect(performance.now() - startedAt).toBeLessThan(7_000)
      await load.stop()
    },
  )

  it('nothing is submitted twice when the answer to a commit is lost', async () => {
    const task = aTask()
    proxy.loseAnswerTo('polyphony_submit')
    await expect(submitted(store, task)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await store.getTask({ id: task.id })).toMatchObject({ id: task.id })
    expect(await store.getBalance({ tenantId: 't1' })).toMatchObject({ active: 1, held: 100 })
  })

  it('a transaction whose connection broke before the commit is repeated', async () => {
    proxy.loseAnswerTo('insert into "deliveries"')
    const deliveries = [{ url: 'https://client.example/hook', body: '{}', headers: {} }]
    await store.addDeliveries({ taskId: 'x', tenantId: 't1', deliveries, now: START })
    expect(await store.listDeliveries({ tenantId: 't1', limit: 9 })).toHaveLength(1)
  })

  it('a read whose answer was lost is repeated', async () => {
    proxy.loseAnswerTo('from "tenants"')
    expect(await store.listTenants({})).toHaveLength(1)
  })
})

async function slowestOf(count: number, work: () => Promise<unknown>): Promise<number> {
  let slowest = 0
  for (let n = 0; n < count; n++) {
    const startedAt = performance.now()
    await work()
    slowest = Math.max(slowest, performance.now() - startedAt)
  }
  return slowest
}
