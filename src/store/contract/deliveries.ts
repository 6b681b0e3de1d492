import { expect, it } from 'vitest'
import { newId } from '../../core/ids.ts'
import type { Bench } from '../contract.ts'
import { HOLDER, LEASE_MS, only, START } from './samples.ts'

export function deliveriesContract(bench: Bench): void {
  const draft = { url: 'https://client.example/hook', body: '{"id":1}', headers: { 'x-webhook-secret': 'geheim' } }
  const taskId = newId(START)
  const add = (count = 1, now = START) =>
    bench.store.addDeliveries({ taskId, tenantId: 't1', deliveries: Array.from({ length: count }, () => draft), now })
  const claim = (now = START, limit = 10) => bench.store.claimDeliveries({ limit, leaseMs: LEASE_MS, now })
  const refused = { at: START + 3, durationMs: 12.7, httpStatus: 503, error: null }

  it('leases a delivery to one sender', async () => {
    expect(await bench.store.nextDeliveryAt({})).toBeNull()
    await add()
    expect(await bench.store.nextDeliveryAt({})).toBe(START)
    const delivery = only(await claim())
    expect(delivery).toMatchObject({ ...draft, taskId, tenantId: 't1', status: 'pending', attempts: 0, claim: 1 })
    expect(await claim()).toEqual([])
    expect(await bench.store.nextDeliveryAt({})).toBe(START + LEASE_MS)
    const again = only(await claim(START + LEASE_MS))
    expect(again).toMatchObject({ id: delivery.id, claim: 2 })
  })

  it('leases each of many once when many senders ask, the longest due first', async () => {
    await add(5, START + 5)
    await add(5, START)
    const first = await claim(START + 5, 5)
    expect(first.map(({ createdAt }) => createdAt)).toEqual([START, START, START, START, START])
    await add(20)
    const other = await bench.place.open()
    const rounds = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        (n % 2 ? other : bench.store).claimDeliveries({ limit: 4, leaseMs: LEASE_MS, now: START + 5 }),
      ),
    )
    await other.close()
    const ids = [...first, ...rounds.flat()].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('writes every attempt down, and sends again when it says so', async () => {
    await add()
    const { id, claim: first } = only(await claim())
    const dueAt = START + 60_000
    expect(await bench.store.recordAttempt({ id, claim: first, attempt: refused, status: 'pending', dueAt })).toBe(true)
    expect(await claim(dueAt - 1)).toEqual([])
    const { claim: second } = only(await claim(dueAt))
    const reached = { at: dueAt, durationMs: 5, httpStatus: 200, error: null }
    const done = { id, claim: second, attempt: reached, status: 'delivered' as const, dueAt }
    expect(await bench.store.recordAttempt(done)).toBe(true)
    expect(await bench.store.recordAttempt(done)).toBe(false)
    expect(await claim(dueAt + 10 * LEASE_MS)).toEqual([])
    expect(await bench.store.listDeliveries({ tenantId: 't1', taskId, limit: 9 })).toMatchObject([
      { id, status: 'delivered', attempts: 2, log: [{ ...refused, durationMs: 13 }, reached] },
    ])
  })

  it('refuses the attempt of a sender that lost its lease', async () => {
    await add()
    const old = only(await claim())
    await claim(START + LEASE_MS)
    const late = { id: old.id, claim: old.claim, attempt: refused, status: 'failed' as const, dueAt: START }
    expect(await bench.store.recordAttempt(late)).toBe(false)
    expect(await bench.store.listDeliveries({ tenantId: null, limit: 9 })).toMatchObject([
      { status: 'pending', log: [] },
    ])
  })

  it('sends again on request, with the same id and body, and only for its tenant', async () => {
    await add()
    const { id, claim: first } = only(await claim())
    await bench.store.recordAttempt({ id, claim: first, attempt: refused, status: 'failed', dueAt: START })
    expect(await bench.store.replayDelivery({ id, tenantId: 't2', now: START + 9 })).toBe(false)
    expect(await bench.store.replayDelivery({ id: 'msg_unknown', tenantId: null, now: START + 9 })).toBe(false)
    expect(await claim(START + 9)).toEqual([])
    expect(await bench.store.replayDelivery({ id, tenantId: 't1', now: START + 9 })).toBe(true)
    const again = only(await claim(START + 9))
    expect(again).toMatchObject({ id, body: draft.body, headers: draft.headers, attempts: 1 })
    const dueAt = START + 9
    await bench.store.recordAttempt({ id, claim: again.claim, attempt: refused, status: 'failed', dueAt })
    expect(only(await bench.store.listDeliveries({ tenantId: 't1', limit: 9 })).log).toHaveLength(2)
  })

  it('takes the lease from a sender when its delivery is replayed', async () => {
    await add()
    const { id, claim: first } = only(await claim())
    await bench.store.replayDelivery({ id, tenantId: null, now: START })
    const late = { id, claim: first, attempt: refused, status: 'delivered' as const, dueAt: START }
    expect(await bench.store.recordAttempt(late)).toBe(false)
    expect(await claim()).toHaveLength(1)
  })

  it('lists the newest first, of one tenant or one task', async () => {
    await add(2)
    const deliveries = [{ ...draft, body: 'other' }]
    await bench.store.addDeliveries({ taskId: newId(START), tenantId: 't2', deliveries, now: START })
    expect(await bench.store.listDeliveries({ tenantId: null, limit: 2 })).toMatchObject([{ body: 'other' }, draft])
    expect(await bench.store.listDeliveries({ tenantId: 't1', limit: 9 })).toHaveLength(2)
    expect(await bench.store.listDeliveries({ tenantId: 't2', taskId, limit: 9 })).toEqual([])
  })
}
