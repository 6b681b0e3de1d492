import { expect, it } from 'vitest'
import { points } from '../../core/points.ts'
import type { Bench } from '../contract.ts'
import type { Signal } from '../store.ts'
import { requeue, settle } from './moves.ts'
import {
  aCancel,
  anEnd,
  anOffer,
  aPayer,
  aTask,
  claimed,
  HOLDER,
  LEASE_MS,
  OPERATION,
  only,
  POOL,
  START,
  submitted,
} from './samples.ts'

const OTHER = 'lumen/still-1/text_to_image'

/** The queues in which tasks wait: which tasks are in them, in which order, and moves between them. */
export function waitingContract(bench: Bench): void {
  it('the operations with waiting tasks are listed by pool', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 5 } })
    expect(await bench.store.listWaiting({})).toEqual([])
    const [running, cancelled] = [aTask({ pool: 'p1', operation: OTHER }), aTask({ pool: 'p9' })]
    await submitted(bench.store, running, cancelled)
    await bench.store.claimPending({
      pool: 'p1',
      offers: [anOffer([{ account: 'a1' }], OTHER)],
      limit: 9,
      leaseMs: LEASE_MS,
      holder: HOLDER,
      now: START,
    })
    await settle(bench.store, aCancel(cancelled.id))
    const waiting = [
      aTask({ pool: 'p2', operation: OTHER }),
      aTask({ pool: 'p1' }),
      aTask({ pool: 'p2' }),
      aTask({ pool: 'p2' }),
      aTask({ pool: 'p3' }), // over the tenant's limit, so that it is parked
    ]
    await submitted(bench.store, ...waiting)
    expect(await bench.store.listWaiting({})).toEqual([
      { pool: 'p1', operation: OPERATION },
      { pool: 'p2', operation: OPERATION },
      { pool: 'p2', operation: OTHER },
    ])
  })

  it('the waiting tasks of pools are counted by operation', async () => {
    await aPayer(bench.store)
    const running = aTask({ pool: 'p1' })
    await submitted(bench.store, running)
    const offers = [anOffer([{ account: 'a1' }])]
    await bench.store.claimPending({ pool: 'p1', offers, limit: 9, leaseMs: LEASE_MS, holder: HOLDER, now: START })
    const pools = ['p1', 'p1', 'p2', 'p3']
    await submitted(bench.store, aTask({ pool: 'p1', operation: OTHER }), ...pools.map((pool) => aTask({ pool })))
    expect(await bench.store.countWaiting({ pools: ['p1', 'p2', 'p9'] })).toEqual([
      { pool: 'p1', operation: OPERATION, count: 2 },
      { pool: 'p1', operation: OTHER, count: 1 },
      { pool: 'p2', operation: OPERATION, count: 1 },
    ])
    expect(await bench.store.countWaiting({ pools: [] })).toEqual([])
  })

  it('the position of a task counts the tasks of its own queue only, and single ones before those of batches', async () => {
    for (const id of ['t1', 't2']) await aPayer(bench.store, { id })
    const batchId = aTask().id
    const [first, ofBatch, second, theirs] = [
      aTask(),
      aTask({ batchId }),
      aTask(),
      aTask({ tenantId: 't2', keyId: 'k2' }),
    ] as const
    const [elsewhere, another] = [aTask({ pool: 'p9' }), aTask({ operation: OTHER })]
    for (const task of [first, ofBatch, second, elsewhere, another, theirs]) await submitted(bench.store, task)
    const ahead = (task: { id: string }) => bench.store.countAhead({ id: task.id })
    expect(await Promise.all([first, second, theirs, ofBatch, elsewhere, another].map(ahead))).toEqual([
      0, 1, 2, 3, 0, 0,
    ])
    await settle(bench.store, aCancel(first.id))
    expect(await Promise.all([second, theirs, ofBatch].map(ahead))).toEqual([0, 1, 2])
  })

  it('a task that does not wait has no queue position', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 1 } })
    const [running, parked] = [aTask(), aTask()]
    await submitted(bench.store, running, parked)
    const task = only(await claimed(bench.store, 1))
    expect(await bench.store.countAhead({ id: task.id })).toBeNull()
    expect(await bench.store.countAhead({ id: parked.id })).toBeNull()
    expect(await bench.store.countAhead({ id: aTask().id })).toBeNull()
    await settle(bench.store, anEnd(task))
    expect(await bench.store.countAhead({ id: task.id })).toBeNull()
    expect(await bench.store.countAhead({ id: parked.id })).toBe(0)
  })

  it('the waiting tasks of an operation move to another pool, keep their place in time, and are signalled', async () => {
    await aPayer(bench.store)
    await aPayer(bench.store, { id: 't2' })
    const [old, other, running, later] = [
      aTask({ pool: 'private' }),
      aTask({ pool: 'private', operation: OTHER }),
      aTask({ pool: 'private' }),
      aTask({ tenantId: 't2', keyId: 'k2' }),
    ]
    await submitted(bench.store, running)
    const offers = [anOffer([{ account: 'own' }])]
    await bench.store.claimPending({ pool: 'private', offers, limit: 1, leaseMs: LEASE_MS, holder: HOLDER, now: START })
    await submitted(bench.store, old, other)
    await submitted(bench.store, later)
    const heard: Signal[] = []
    const stop = bench.store.onSignal((signal) => heard.push(signal))
    const move = { pool: 'private', operation: OPERATION, to: POOL, log: 'the public pool takes it', now: START + 7 }
    expect(await bench.store.moveToPool(move)).toBe(1)
    expect(await bench.store.moveToPool(move)).toBe(0)
    expect(await bench.store.getTask({ id: old.id })).toMatchObject({ pool: POOL, logs: ['the public pool takes it'] })
    expect(await bench.store.getTask({ id: other.id })).toMatchObject({ pool: 'private', logs: [] })
    expect(await bench.store.getTask({ id: running.id })).toMatchObject({ pool: 'private', status: 'submitting' })
    const expected: Signal[] = [
      { kind: 'task', id: old.id, status: 'pending', progress: 0 },
      { kind: 'pool', pool: POOL, operation: OPERATION },
    ]
    await expect.poll(() => heard.slice(-2)).toEqual(expected)
    stop()
    expect(await bench.store.countAhead({ id: later.id })).toBe(1) // it waited before
    expect((await claimed(bench.store, 9, { now: START + 7 })).map(({ id }) => id).sort()).toEqual(
      [old.id, later.id].sort(),
    )
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a moved task is due at once, although it was to wait before its next attempt', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, aTask({ pool: 'private' }))
    const offers = [anOffer([{ account: 'own' }])]
    const ask = { pool: 'private', offers, limit: 1, leaseMs: LEASE_MS, holder: HOLDER, now: START }
    const task = only((await bench.store.claimPending(ask)).tasks)
    const dueAt = START + 60_000
    await requeue(bench.store, { id: task.id, claim: task.claim, dueAt, log: 'unreachable', isMiss: true, now: START })
    await bench.store.moveToPool({ pool: 'private', operation: OPERATION, to: POOL, log: 'moved', now: START + 1 })
    expect(only(await claimed(bench.store, 1, { now: START + 1 }))).toMatchObject({
      id: task.id,
      pool: POOL,
      fellBack: true,
      attempts: 2,
      misses: 1,
      logs: ['unreachable', 'moved'],
    })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task that holds no points does not move, since it was accepted because its own pool costs nothing', async () => {
    await aPayer(bench.store)
    const [free, paid] = [aTask({ pool: 'private', pricePoints: points(0) }), aTask({ pool: 'private' })]
    await submitted(bench.store, free, paid)
    const move = { pool: 'private', operation: OPERATION, to: POOL, log: 'moved', now: START }
    expect(await bench.store.moveToPool(move)).toBe(1)
    expect(await bench.store.getTask({ id: free.id })).toMatchObject({ pool: 'private', logs: [] })
    expect(await bench.store.getTask({ id: paid.id })).toMatchObject({ pool: POOL })
  })

  it('a waiting task is either moved or given to an account of its pool, never both', async () => {
    await aPayer(bench.store)
    const other = await bench.place.open()
    for (let round = 0; round < 10; round++) {
      await submitted(bench.store, ...Array.from({ length: 4 }, () => aTask({ pool: 'private' })))
      const offers = [anOffer([{ account: 'own', slots: 1_000 }])]
      const [taken, moved] = await Promise.all([
        bench.store
          .claimPending({ pool: 'private', offers, limit: 2, leaseMs: LEASE_MS, holder: HOLDER, now: START })
          .then(({ tasks }) => tasks),
        other.moveToPool({ pool: 'private', operation: OPERATION, to: 'elsewhere', log: 'moved', now: START }),
      ])
      const left = await other.moveToPool({
        pool: 'private',
        operation: OPERATION,
        to: 'rest',
        log: 'left',
        now: START,
      })
      expect(taken.length + moved + left).toBe(4)
      for (const { id } of taken) expect(await bench.store.getTask({ id })).toMatchObject({ pool: 'private', logs: [] })
    }
    await other.close()
    expect(await bench.store.reconcile({})).toEqual([])
  })
}
