import { expect, it } from 'vitest'
import type { NewBatch } from '../../core/batch.ts'
import { newId } from '../../core/ids.ts'
import type { NewTask } from '../../core/new-task.ts'
import { points } from '../../core/points.ts'
import type { Bench } from '../contract.ts'
import { settle } from './moves.ts'
import { aCancel, aKey, anEnd, aPayer, aTask, claimed, only, START, submitted } from './samples.ts'

export function batchesContract(bench: Bench): void {
  it('stores a batch with its tasks and their holds', async () => {
    const { store } = bench
    await aPayer(store)
    const batch = aBatch({ rejected: [{ index: 3, code: 'invalid_input', message: 'No.', field: 'input.prompt' }] })
    const tasks = [aTask(), aTask(), aTask()]
    expect(await store.submitBatch({ batch, tasks })).toEqual({ outcome: 'created' })
    expect(await store.getBatch({ id: batch.id })).toEqual({
      id: batch.id,
      tenantId: 't1',
      mode: 'live',
      keyId: 'k1',
      dialect: 'photon',
      echo: { hook: 'x' },
      rejected: batch.rejected,
      total: 3,
      completed: 0,
      failed: 0,
      cancelled: 0,
      createdAt: START,
      endedAt: null,
    })
    expect(await store.getBalance({ tenantId: 't1' })).toMatchObject({ held: 300, active: 3 })
    const listed = await store.listTasks({ tenantId: 't1', batchId: batch.id, limit: 10 })
    expect(listed.map(({ id }) => id).sort()).toEqual(tasks.map(({ id }) => id).sort())
    expect(await store.countTasks({ tenantId: 't1', batchId: batch.id })).toBe(3)
    expect(await store.countTasks({ tenantId: 't1', batchId: newId(START) })).toBe(0)
    expect(await store.reconcile({})).toEqual([])
  })

  it('a batch that its tenant cannot pay for is refused as a whole', async () => {
    const { store } = bench
    await aPayer(store, { credit: 250 })
    const batch = aBatch()
    const outcome = await store.submitBatch({ batch, tasks: [aTask(), aTask(), aTask()] })
    expect(outcome).toEqual({ outcome: 'insufficient_points', available: 250 })
    await expectNothing(batch)
    expect(await store.getBalance({ tenantId: 't1' })).toMatchObject({ available: 250, held: 0, active: 0 })
  })

  it('a batch that exceeds the spend limit of its key is refused as a whole', async () => {
    const { store } = bench
    await aPayer(store, { key: { spendLimitPoints: points(299) } })
    const batch = aBatch()
    const outcome = await store.submitBatch({ batch, tasks: [aTask(), aTask(), aTask()] })
    expect(outcome).toEqual({ outcome: 'spend_limit_reached' })
    await expectNothing(batch)
  })

  it('a batch with a task that no batch may have is refused at once, as a fault of the gateway', async () => {
    const { store } = bench
    await aPayer(store)
    const idempotency = { key: 'a key', fingerprint: 'one' }
    await submitted(store, aTask({ idempotency }))
    const tasks = [aTask({ idempotency: { ...idempotency, fingerprint: 'another' } })]
    await expect(store.submitBatch({ batch: aBatch(), tasks })).rejects.toMatchObject({ code: 'internal' })
  })

  it('a repeated batch is answered with the first one', async () => {
    const { store } = bench
    await aPayer(store)
    const idempotency = { key: 'again', fingerprint: 'f1' }
    const batch = aBatch({ idempotency })
    await store.submitBatch({ batch, tasks: [aTask()] })
    const repeat = await store.submitBatch({ batch: aBatch({ idempotency }), tasks: [aTask()] })
    expect(repeat).toEqual({ outcome: 'replayed', batchId: batch.id })
    const other = aBatch({ idempotency: { key: 'again', fingerprint: 'f2' } })
    expect(await store.submitBatch({ batch: other, tasks: [aTask()] })).toEqual({ outcome: 'idempotency_mismatch' })
    expect(await store.getBalance({ tenantId: 't1' })).toMatchObject({ active: 1 })
  })

  it('the tasks of a batch over the limit are parked, and do not extend the limit of single tasks', async () => {
    const { store } = bench
    await aPayer(store, { tenant: { maxConcurrent: 2, maxStaged: 1 } })
    await store.submitBatch({ batch: aBatch(), tasks: Array.from({ length: 10 }, () => aTask()) })
    expect(await store.getBalance({ tenantId: 't1' })).toMatchObject({ active: 10, staged: 8 })
    expect(await submitted(store, aTask(), aTask())).toEqual(['created', 'too_many_staged'])
    expect(await store.reconcile({})).toEqual([])
  })

  it('single tasks of a tenant go before those of its batches, parked or waiting', async () => {
    const { store } = bench
    await aPayer(store, { tenant: { maxConcurrent: 3 } })
    await store.submitBatch({ batch: aBatch(), tasks: Array.from({ length: 5 }, () => aTask()) })
    const single = aTask({ createdAt: START + 1 })
    await submitted(store, single)
    const first = await claimed(store, 3)
    expect(first).toHaveLength(3)
    for (const task of first) expect(task.id).not.toBe(single.id) // it was parked behind three that waited already
    await settle(store, anEnd(only(first.slice(0, 1))))
    expect(only(await claimed(store, 3, { now: START + 2 })).id).toBe(single.id)
  })

  it('a batch does not go before the tasks of another tenant', async () => {
    const { store } = bench
    await aPayer(store)
    await aPayer(store, { id: 't2' })
    await store.submitBatch({ batch: aBatch(), tasks: Array.from({ length: 50 }, () => aTask()) })
    const other = aTask({ tenantId: 't2', keyId: 'k2', createdAt: START + 1 })
    await submitted(store, other)
    const first = await claimed(store, 2, { now: START + 2 })
    expect(first.map(({ tenantId }) => tenantId).sort()).toEqual(['t1', 't2'])
  })

  it('a batch ends with its last task, whatever the end of each', async () => {
    const { store } = bench
    await aPayer(store)
    const batch = aBatch()
    const tasks = [aTask(), aTask(), aTask()]
    await store.submitBatch({ batch, tasks })
    const heard: string[] = []
    const unsubscribe = store.onSignal((signal) => {
      if (signal.kind === 'batch') heard.push(signal.id)
    })
    const [one, two] = await claimed(store, 2)
    if (!one || !two) throw new Error('Two were to be claimed.')
    await settle(store, anEnd(one))
    await settle(store, anEnd(two, { to: 'failed', error: { code: 'vendor_refused', message: 'no' } }))
    expect(await store.getBatch({ id: batch.id })).toMatchObject({ completed: 1, failed: 1, endedAt: null })
    expect(await store.listUnannounced({ limit: 10 })).toEqual([])
    expect(await store.addBatchDeliveries({ id: batch.id, deliveries: [], now: START })).toBe(false)
    const last = tasks.find(({ id }) => id !== one.id && id !== two.id)
    await settle(store, aCancel(last?.id ?? '', { now: START + 5 }))
    const ended = { completed: 1, failed: 1, cancelled: 1, endedAt: START + 5 }
    expect(await store.getBatch({ id: batch.id })).toMatchObject(ended)
    await expect.poll(() => heard).toEqual([batch.id])
    unsubscribe()
    expect(await store.reconcile({})).toEqual([])
  })

  it('the end of a batch is announced once', async () => {
    const { store } = bench
    await aPayer(store)
    const batch = aBatch()
    await store.submitBatch({ batch, tasks: [aTask()] })
    await settle(store, anEnd(only(await claimed(store, 1))))
    expect((await store.listUnannounced({ limit: 10 })).map(({ id }) => id)).toEqual([batch.id])
    const announcement = {
      id: batch.id,
      deliveries: [{ url: 'https://a.example/', body: '{}', headers: {} }],
      now: START + 1,
    }
    const outcomes = await Promise.all([store.addBatchDeliveries(announcement), store.addBatchDeliveries(announcement)])
    expect(outcomes.sort()).toEqual([false, true])
    expect(await store.listUnannounced({ limit: 10 })).toEqual([])
    const deliveries = await store.listDeliveries({ tenantId: 't1', taskId: batch.id, limit: 10 })
    expect(deliveries).toHaveLength(1)
  })

  it('an expired batch is deleted once all of its tasks are gone', async () => {
    const { store } = bench
    await aPayer(store)
    const batch = aBatch()
    const going = aBatch()
    await store.submitBatch({ batch, tasks: [aTask()] })
    await settle(store, anEnd(only(await claimed(store, 1))))
    await store.submitBatch({ batch: going, tasks: [aTask()] })
    await store.purgeTasks({ now: START + 2 * 86_400_000, limit: 10 })
    expect(await store.getBatch({ id: batch.id })).toBeUndefined()
    expect(await store.getBatch({ id: going.id })).toBeDefined()
  })

  it('the reconciliation finds a batch with a wrong count', async () => {
    const { store, place } = bench
    await aPayer(store)
    const batch = aBatch()
    await store.submitBatch({ batch, tasks: [aTask()] })
    await place.sql(`update batches set failed = 1 where id = '${batch.id}'`)
    expect((await store.reconcile({})).map(({ subject }) => subject)).toEqual([batch.id])
  })

  it('the tasks of a batch count for their own key and tenant only', async () => {
    const { store } = bench
    await aPayer(store)
    await store.createKey({ key: aKey('k9', 't1') })
    const batch = aBatch({ keyId: 'k9' })
    await store.submitBatch({ batch, tasks: [aTask({ keyId: 'k9' })] })
    expect((await store.listKeys({ tenantId: 't1' })).find(({ keyId }) => keyId === 'k9')).toMatchObject({
      spentPoints: 100,
    })
    expect(await store.countTasks({ tenantId: 't2', batchId: batch.id })).toBe(0)
  })

  async function expectNothing(batch: NewBatch): Promise<void> {
    const { store } = bench
    expect(await store.getBatch({ id: batch.id })).toBeUndefined()
    expect(await store.listTasks({ tenantId: 't1', limit: 10 })).toEqual([] satisfies NewTask[])
    expect(await store.reconcile({})).toEqual([])
  }
}

export function aBatch(with_: Partial<NewBatch> = {}): NewBatch {
  return {
    id: newId(START),
    tenantId: 't1',
    mode: 'live',
    keyId: 'k1',
    dialect: 'photon',
    echo: { hook: 'x' },
    rejected: [],
    createdAt: START,
    recordExpiresAt: START + 86_400_000,
    idempotency: null,
    ...with_,
  }
}
