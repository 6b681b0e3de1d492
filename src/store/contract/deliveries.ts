import { expect, it } from 'vitest'
import { newId } from '../../core/ids.ts'
import type { Bench } from '../contract.ts'
import { attempted, claimedDeliveries, LEASE_MS, NOTHING, only, START } from './samples.ts'

export function deliveriesContract(bench: Bench): void {
  const draft = { url: 'https://client.example/hook', body: '{"id":1}', headers: { 'x-webhook-secret': 'geheim' } }
  const receiver = { tenantId: 't1', host: 'client.example' }
  const taskId = newId(START)
  const add = (count = 1, now = START) =>
    bench.store.addDeliveries({ taskId, tenantId: 't1', deliveries: Array.from({ length: count }, () => draft), now })
  const claim = (now = START, limit = 10) => claimedDeliveries(bench.store, { limit, now })
  const refused = { at: START + 3, durationMs: 12.7, httpStatus: 503, error: null }

  it('a delivery is leased to one sender', async () => {
    expect(await bench.store.nextDeliveryAt({})).toBeNull()
    await add()
    expect(await bench.store.nextDeliveryAt({})).toBe(START)
    const delivery = only(await claim())
    expect(delivery).toMatchObject({ ...draft, ...receiver, taskId, status: 'pending', attempts: 0, claim: 1 })
    expect(await claim()).toEqual([])
    expect(await bench.store.nextDeliveryAt({})).toBe(START + LEASE_MS)
    const again = only(await claim(START + LEASE_MS))
    expect(again).toMatchObject({ id: delivery.id, claim: 2 })
  })

  it('many deliveries are leased once each when many senders claim at the same time, the longest due first', async () => {
    await add(5, START + 5)
    await add(5, START)
    const first = await claim(START + 5, 5)
    expect(first.map(({ createdAt }) => createdAt)).toEqual([START, START, START, START, START])
    await add(20)
    await bench.store.queueDeliveries({ limit: 100, now: START })
    const other = await bench.place.open()
    const lease = { inHand: [], leaseMs: LEASE_MS, now: START + 5 }
    const rounds = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        (n % 2 ? other : bench.store).claimDeliveries({ receivers: [{ ...receiver, limit: 4 }], ...lease }),
      ),
    )
    await other.close()
    const ids = [...first, ...rounds.flat()].map(({ id }) => id)
    expect(ids.length).toBeGreaterThan(5)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('a delivery is never leased to a sender that is still sending it, even after the lease', async () => {
    await add(2)
    const { id } = only(await claim(START, 1))
    const later = await claimedDeliveries(bench.store, { now: START + LEASE_MS, inHand: [id] })
    expect(only(later).id).not.toBe(id)
    const freed = await claimedDeliveries(bench.store, { now: START + LEASE_MS })
    expect(freed.map((one) => one.id)).toEqual([id])
  })

  it('every attempt of a delivery is recorded, and a failed one is followed by the next', async () => {
    await add()
    const first = only(await claim())
    const dueAt = START + 60_000
    expect(await attempted(bench.store, first, { ...refused, status: 'pending', dueAt })).toBe(true)
    expect(await bench.store.nextDeliveryAt({})).toBe(dueAt)
    expect(await claim(dueAt - 1)).toEqual([])
    const second = only(await claim(dueAt))
    const reached = { at: dueAt, durationMs: 5, httpStatus: 200, error: null }
    expect(await attempted(bench.store, second, { ...reached, dueAt })).toBe(true)
    expect(await attempted(bench.store, second, { ...reached, dueAt })).toBe(false)
    expect(await bench.store.nextDeliveryAt({})).toBeNull()
    expect(await claim(dueAt + 10 * LEASE_MS)).toEqual([])
    expect(await bench.store.listDeliveries({ tenantId: 't1', taskId, limit: 9 })).toMatchObject([
      { id: first.id, status: 'delivered', attempts: 2, log: [{ ...refused, durationMs: 13 }, reached] },
    ])
  })

  it('attempts for several receivers are recorded together, and each says whether its lease was held', async () => {
    await add(2)
    const deliveries = [{ ...draft, url: 'https://other.example/hook' }]
    await bench.store.addDeliveries({ taskId, tenantId: 't1', deliveries, now: START })
    const claims = await claim()
    const attempts = claims.map(({ id, claim: number, tenantId, host }, index) => ({
      id,
      claim: index === 1 ? number - 1 : number,
      tenantId,
      host,
      attempt: { ...refused, at: START + index },
      status: 'failed' as const,
      dueAt: START,
    }))
    expect(await bench.store.recordAttempts({ attempts })).toEqual([true, false, true])
    expect(await bench.store.recordAttempts({ attempts: [] })).toEqual([])
    const stored = await bench.store.listDeliveries({ tenantId: 't1', limit: 9 })
    const found = new Map(stored.map((one) => [one.id, [one.status, one.log.map(({ at }) => at)]]))
    expect(claims.map(({ id }) => found.get(id))).toEqual([
      ['failed', [START]],
      ['pending', []],
      ['failed', [START + 2]],
    ])
  })

  it('the attempt of a sender that lost its lease is refused', async () => {
    await add()
    const old = only(await claim())
    await claim(START + LEASE_MS)
    expect(await attempted(bench.store, old, { ...refused, status: 'failed' })).toBe(false)
    expect(await bench.store.listDeliveries({ tenantId: null, limit: 9 })).toMatchObject([
      { status: 'pending', log: [] },
    ])
  })

  it('a delivery is sent again on request, with the same id and body, and for its own tenant only', async () => {
    await add()
    const first = only(await claim())
    const { id } = first
    await attempted(bench.store, first, { ...refused, status: 'failed' })
    expect(await bench.store.replayDelivery({ id, tenantId: 't2', now: START + 9 })).toBe(false)
    expect(await bench.store.replayDelivery({ id: 'msg_unknown', tenantId: null, now: START + 9 })).toBe(false)
    expect(await claim(START + 9)).toEqual([])
    expect(await bench.store.replayDelivery({ id, tenantId: 't1', now: START + 9 })).toBe(true)
    const again = only(await claim(START + 9))
    expect(again).toMatchObject({ id, body: draft.body, headers: draft.headers, attempts: 1 })
    await attempted(bench.store, again, { ...refused, status: 'failed' })
    expect(only(await bench.store.listDeliveries({ tenantId: 't1', limit: 9 })).log).toHaveLength(2)
  })

  it('replaying a delivery takes the lease from its sender', async () => {
    await add()
    const first = only(await claim())
    await bench.store.replayDelivery({ id: first.id, tenantId: null, now: START })
    expect(await attempted(bench.store, first, refused)).toBe(false)
    expect(await claim()).toHaveLength(1)
  })

  it('a delivery to a URL without a host is accepted, so that its attempt can report the fault', async () => {
    const deliveries = [{ ...draft, url: 'not a URL' }]
    await bench.store.addDeliveries({ taskId, tenantId: 't1', deliveries, now: START })
    expect(only(await claim())).toMatchObject({ url: 'not a URL', host: 'not a URL' })
  })

  it('the newest and the oldest deliveries are queued first, so that many at once delay no others', async () => {
    const one = async (tenantId: string, now: number) =>
      bench.store.addDeliveries({ taskId, tenantId, deliveries: [draft], now })
    await one('before', START)
    await add(20, START + 1)
    await one('after', START + 2)
    expect(await bench.store.queueDeliveries({ limit: 4, now: START + 2 })).toBe(4)
    const due = { standings: ['new' as const], perTenant: 9, except: NOTHING, now: START + 2 }
    const tenants = (await bench.store.listDueReceivers(due)).map(({ tenantId }) => tenantId)
    expect(tenants.sort()).toEqual(['after', 'before', 't1'])
  })

  it('a limited number of deliveries is queued at once, and the answer says that more are waiting', async () => {
    await add(5)
    expect(await bench.store.queueDeliveries({ limit: 3, now: START })).toBe(3)
    const due = { standings: ['new' as const], perTenant: 9, except: NOTHING, now: START }
    expect(await bench.store.listDueReceivers(due)).toMatchObject([receiver])
    expect(await bench.store.nextDeliveryAt({})).toBe(START)
    expect(await bench.store.queueDeliveries({ limit: 3, now: START })).toBe(2)
    expect(await bench.store.queueDeliveries({ limit: 3, now: START })).toBe(0)
    expect(await claim()).toHaveLength(5)
  })

  it('deliveries are listed newest first, by tenant or by task', async () => {
    await add(2)
    const deliveries = [{ ...draft, body: 'other' }]
    await bench.store.addDeliveries({ taskId: newId(START), tenantId: 't2', deliveries, now: START })
    expect(await bench.store.listDeliveries({ tenantId: null, limit: 2 })).toMatchObject([{ body: 'other' }, draft])
    expect(await bench.store.listDeliveries({ tenantId: 't1', limit: 9 })).toHaveLength(2)
    expect(await bench.store.listDeliveries({ tenantId: 't2', taskId, limit: 9 })).toEqual([])
  })
}
