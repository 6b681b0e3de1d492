import { expect, it } from 'vitest'
import { newId } from '../../core/ids.ts'
import { points } from '../../core/points.ts'
import { STATUSES } from '../../core/task.ts'
import type { Bench } from '../contract.ts'
import type { Store } from '../store.ts'
import { anAsset } from './assets.ts'
import { recordUncertain, settle } from './moves.ts'
import {
  aCancel,
  aClaimedTask,
  aKey,
  anEnd,
  aPayer,
  aTask,
  claimed,
  OPERATION,
  only,
  POOL,
  START,
  submitted,
} from './samples.ts'

export function settleContract(bench: Bench): void {
  it('a task ends together with all the writes of its end', async () => {
    await aPayer(bench.store, { credit: 1_000 })
    const task = await aClaimedTask(bench.store, { pricePoints: points(400) })
    const asset = anAsset({ taskId: task.id, kind: 'output' })
    const delivery = { url: 'https://client.example/hook', body: '{}', headers: {} }
    const output = { clips: ['asset:x.mp4'], nothing: null }
    const end = { consumedPoints: points(250), output, logs: ['done'], assets: [asset], deliveries: [delivery] }
    const ended = await settle(bench.store, anEnd(task, { ...end, now: START + 77 }))

    expect(ended).toMatchObject({ status: 'completed', progress: 100, consumedPoints: 250, output, logs: ['done'] })
    expect(ended).toMatchObject({ startedAt: START, endedAt: START + 77, error: null })
    expect(await bench.store.getTask({ id: task.id })).toEqual(ended)
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({
      available: 750,
      held: 0,
      active: 0,
      staged: 0,
    })
    expect(await bench.store.getAsset({ id: asset.id })).toEqual(asset)
    expect(await bench.store.listDeliveries({ tenantId: 't1', limit: 9 })).toMatchObject([{ taskId: task.id }])
    expect(await bench.store.listLedger({ tenantId: 't1', limit: 9 })).toMatchObject([
      { kind: 'settle', taskId: task.id, available: 150, held: -400, at: START + 77 },
      { kind: 'hold', taskId: task.id, available: -400, held: 400 },
      { kind: 'credit', taskId: null, memo: 'opening', available: 1_000, held: 0 },
    ])
    expect((await bench.store.summary({})).points).toEqual({ available: 750, held: 0, funding: -1_000, revenue: 250 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it.each(['failed', 'cancelled'] as const)(
    'a %s task releases its whole hold, whatever consumption the end states',
    async (to) => {
      await aPayer(bench.store, { credit: 1_000 })
      const task = await aClaimedTask(bench.store)
      const error = { code: 'vendor_refused', message: 'No.', detail: 'prompt_blocked' } as const
      const ended = await settle(bench.store, anEnd(task, { to, error, consumedPoints: points(60) }))
      expect(ended).toMatchObject({ status: to, consumedPoints: 0, error, progress: 0, startedAt: null })
      expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({
        available: 1_000,
        held: 0,
        active: 0,
        staged: 0,
      })
      expect(await bench.store.listKeys({ tenantId: 't1' })).toMatchObject([{ spentPoints: 0 }])
      expect(await bench.store.reconcile({})).toEqual([])
    },
  )

  it.each([101, -1])('consuming %d of a hold of 100 is refused, and changes nothing', async (consumed) => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    const refused = settle(bench.store, anEnd(task, { consumedPoints: points(consumed) }))
    await expect(refused).rejects.toThrow(RangeError)
    expect(await bench.store.getTask({ id: task.id })).toEqual(task)
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task that holds nothing consumes nothing', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store, { pricePoints: points(0) })
    const refused = settle(bench.store, anEnd(task, { consumedPoints: points(1) }))
    await expect(refused).rejects.toThrow(RangeError)
    expect(await settle(bench.store, anEnd(task))).toMatchObject({ status: 'completed' })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('the whole end of a task is undone when a part of it cannot be stored', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    const asset = anAsset({})
    await bench.store.insertAsset({ asset })
    const refused = settle(bench.store, anEnd(task, { consumedPoints: points(100), assets: [asset] }))
    await expect(refused).rejects.toMatchObject({ code: 'internal' })
    expect(await bench.store.getTask({ id: task.id })).toEqual(task)
    expect(await settle(bench.store, anEnd(task, { consumedPoints: points(100) }))).toMatchObject({
      status: 'completed',
    })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task ends once when many processes end it at once', async () => {
    await aPayer(bench.store, { credit: 10_000 })
    const other = await bench.place.open()
    for (let round = 0; round < 5; round++) {
      const task = await aClaimedTask(bench.store)
      const ends = await Promise.all(
        Array.from({ length: 9 }, (_, n) =>
          settle(
            n % 2 ? other : bench.store,
            n % 3 ? anEnd(task, { consumedPoints: points(100) }) : anEnd({ ...task, claim: null }, { to: 'cancelled' }),
          ),
        ),
      )
      expect(ends.filter((ended) => ended !== undefined)).toHaveLength(1)
    }
    await other.close()
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ held: 0, active: 0 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task ends only from the statuses that the end names, and never from an ended one', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    expect(await settle(bench.store, aCancel(task.id))).toBeUndefined()
    expect(await settle(bench.store, anEnd(task, { from: [] }))).toBeUndefined()
    const completed = await settle(bench.store, anEnd(task))
    for (const to of ['completed', 'failed', 'cancelled'] as const) {
      expect(await settle(bench.store, anEnd({ id: task.id, claim: null }, { to, from: STATUSES }))).toBeUndefined()
    }
    expect(await bench.store.getTask({ id: task.id })).toEqual(completed)
    expect(await settle(bench.store, anEnd({ id: newId(START), claim: null }))).toBeUndefined()
  })

  it('a task that was never begun cannot be completed', async () => {
    await aPayer(bench.store)
    const task = aTask()
    await submitted(bench.store, task)
    expect(await settle(bench.store, anEnd({ id: task.id, claim: null }))).toBeUndefined()
    expect(await settle(bench.store, aCancel(task.id))).toMatchObject({ status: 'cancelled', endedAt: START })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a log line is added to the log of a task, and earlier lines stay', async () => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    await recordUncertain(bench.store, { id, claim, dueAt: START, log: 'no answer', now: START })
    const ended = await settle(bench.store, anEnd({ id, claim }, { to: 'failed', logs: ['gave up', 'really'] }))
    expect(ended?.logs).toEqual(['no answer', 'gave up', 'really'])
  })

  it('the end of a task frees its slot for the next', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, aTask(), aTask())
    const first = only(await claimed(bench.store, 1))
    expect(await claimed(bench.store, 1)).toEqual([])
    await settle(bench.store, anEnd(first))
    expect(await claimed(bench.store, 1)).toHaveLength(1)
  })

  it('the oldest parked task moves into the queue when one of the tenant’s tasks ends', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 1 } })
    const [first, second, third] = [aTask(), aTask(), aTask()]
    await submitted(bench.store, first, second, third)
    const heard: unknown[] = []
    bench.store.onSignal((signal) => heard.push(signal))
    const running = only(await claimed(bench.store, 5))
    expect(running.id).toBe(first.id)
    await settle(bench.store, anEnd(running, { now: START + 5 }))
    expect(await bench.store.getTask({ id: second.id })).toMatchObject({ status: 'pending', dueAt: START + 5 })
    expect(await bench.store.getTask({ id: third.id })).toMatchObject({ status: 'staged' })
    await expect.poll(() => heard).toContainEqual({ kind: 'task', id: second.id, status: 'pending', progress: 0 })
    expect(heard).toContainEqual({ kind: 'pool', pool: POOL, operation: OPERATION })
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ active: 2, staged: 1 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('parked tasks whose own key is full are passed over', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 2 }, key: { maxConcurrent: 1 } })
    await bench.store.createKey({ key: aKey('k1b', 't1') })
    const [own, parkedOwn] = [aTask(), aTask()]
    const [free, parkedFree] = [aTask({ keyId: 'k1b' }), aTask({ keyId: 'k1b' })]
    await submitted(bench.store, own)
    await submitted(bench.store, free)
    await submitted(bench.store, parkedOwn)
    await submitted(bench.store, parkedFree)
    const running = await claimed(bench.store, 5)
    const ofFree = only(running.filter((task) => task.id === free.id))
    await settle(bench.store, anEnd(ofFree))
    expect(await bench.store.getTask({ id: parkedOwn.id })).toMatchObject({ status: 'staged' })
    expect(await bench.store.getTask({ id: parkedFree.id })).toMatchObject({ status: 'pending' })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('parked tasks fill all the room there is, not only that of the task that ended', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 1 } })
    const tasks = Array.from({ length: 4 }, () => aTask())
    await submitted(bench.store, ...tasks)
    await bench.place.sql('update tenants set max_concurrent = 3')
    await settle(bench.store, anEnd(only(await claimed(bench.store, 9))))
    expect(await claimed(bench.store, 9)).toHaveLength(3)
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('the queue is not empty while tasks are parked, however many end, arrive and are cancelled at once', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 3 }, key: { maxConcurrent: 2 } })
    await bench.store.createKey({ key: aKey('k1b', 't1', { maxConcurrent: 2 }) })
    const other = await bench.place.open()
    const tasks = Array.from({ length: 30 }, (_, n) => aTask({ keyId: n % 2 ? 'k1' : 'k1b' }))
    const either = (n: number): Store => (n % 2 ? other : bench.store)
    await Promise.all(tasks.map((task, n) => submitted(either(n), task)))
    let ended = 0
    for (let round = 0; ended < tasks.length && round < 40; round++) {
      const running = await claimed(either(round), 10)
      const ends = [
        ...running.map((task, n) => settle(either(n), anEnd(task))),
        ...tasks.slice(ended % 20, (ended % 20) + 2).map((task, n) => settle(either(n), aCancel(task.id))),
      ]
      ended += (await Promise.all(ends)).filter((task) => task !== undefined).length
    }
    await other.close()
    expect(ended).toBe(30)
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ active: 0, staged: 0, held: 0 })
    expect(await bench.store.reconcile({})).toEqual([])
  })
}
