import { expect, it } from 'vitest'
import type { Bench } from '../contract.ts'
import type { Signal } from '../store.ts'
import { recordHandle, recordProgress, recordUncertain, requeue, settle } from './moves.ts'
import {
  aCancel,
  aClaimedTask,
  anEnd,
  aPayer,
  aTask,
  claimed,
  HOLDER,
  LAST_SIGNAL,
  LEASE_MS,
  OPERATION,
  only,
  POOL,
  START,
  submitted,
} from './samples.ts'

export function progressContract(bench: Bench): void {
  const delivery = { url: 'https://client.example/hook', body: '{"a":1}', headers: { 'x-secret': 's' } }

  it('a handle is stored as JSON, with its deliveries, and starts the clock of the task', async () => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    const handle = { generationId: 'g_1', parts: [1, null, 'x'] }
    const written = await recordHandle(bench.store, {
      id,
      claim,
      handle,
      dueAt: START + 10,
      deliveries: [delivery],
      now: START + 2,
    })
    expect(written).toBe(true)
    expect(await bench.store.getTask({ id })).toMatchObject({
      status: 'processing',
      handle,
      dueAt: START + 10,
      startedAt: START + 2,
    })
    expect(await bench.store.listDeliveries({ tenantId: 't1', limit: 9 })).toMatchObject([{ taskId: id, ...delivery }])
  })

  it('a handle may be null', async () => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    await recordHandle(bench.store, { id, claim, handle: null, dueAt: START, deliveries: [], now: START })
    expect(await bench.store.getTask({ id })).toMatchObject({ status: 'processing', handle: null })
  })

  it('progress never falls, and stays between 0 and 100', async () => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    const seen: (number | undefined)[] = []
    for (const progress of [30.9, 10, -5, 60, 250, 99]) {
      await recordProgress(bench.store, { id, claim, progress, dueAt: START, deliveries: [], now: START })
      seen.push((await bench.store.getTask({ id }))?.progress)
    }
    expect(seen).toEqual([30, 30, 30, 60, 100, 100])
  })

  it('a call with an unknown outcome is marked, and claimed again to be reconciled', async () => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    const mark = { id, claim, dueAt: START + 50, log: 'no answer', now: START }
    expect(await recordUncertain(bench.store, mark)).toBe(true)
    expect(await bench.store.getTask({ id })).toMatchObject({ status: 'uncertain', logs: ['no answer'], account: 'a1' })
    const task = only(await bench.store.claimDue({ limit: 1, leaseMs: LEASE_MS, holder: HOLDER, now: START + 50 }))
    expect(task).toMatchObject({ id, status: 'uncertain' })
    // It keeps its slot: the provider may be working on it.
    await submitted(bench.store, aTask())
    expect(await claimed(bench.store, 1)).toEqual([])
    const found = { id, claim: task.claim, handle: 'h', dueAt: START, deliveries: [], now: START }
    expect(await recordHandle(bench.store, found)).toBe(true)
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task that a provider has does not return to the queue', async () => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    await recordHandle(bench.store, { id, claim, handle: 'h', dueAt: START, deliveries: [], now: START })
    expect(await requeue(bench.store, { id, claim, dueAt: START, log: 'x', now: START })).toBe(false)
    expect(await bench.store.getTask({ id })).toMatchObject({ status: 'processing', logs: [] })
  })

  it('a task that no provider has returns to the queue, and frees its slot', async () => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    expect(await requeue(bench.store, { id, claim, dueAt: START, log: 'refused', now: START + 9 })).toBe(true)
    expect(await bench.store.getTask({ id })).toMatchObject({
      status: 'pending',
      account: null,
      provider: null,
      handle: null,
      attempts: 1,
      logs: ['refused'],
      deadlineAt: START + 9 + 600_000,
    })
    expect(await bench.store.reconcile({})).toEqual([])
    expect(only(await claimed(bench.store, 1))).toMatchObject({ id, attempts: 2, claim: 3 })
  })

  it('a slot is freed once, however often the same requeue is sent', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, aTask(), aTask())
    const [task] = await claimed(bench.store, 2)
    if (!task) throw new Error('Two were claimed.')
    const given = { id: task.id, claim: task.claim, dueAt: START, log: 'x', now: START }
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => requeue(bench.store, given)))
    expect(outcomes.filter(Boolean)).toHaveLength(1)
    const claimNow = (await bench.store.getTask({ id: task.id }))?.claim ?? 0
    expect(await requeue(bench.store, { ...given, claim: claimNow })).toBe(false)
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task that never ran is not requeued', async () => {
    await aPayer(bench.store)
    const task = aTask()
    await submitted(bench.store, task)
    expect(await requeue(bench.store, { id: task.id, claim: 0, dueAt: START, log: 'x', now: START })).toBe(false)
    expect(await bench.store.getTask({ id: task.id })).toMatchObject({ status: 'pending', logs: [] })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task that has ended is not changed any more', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    const ended = await settle(bench.store, anEnd(task))
    const rest = { id: task.id, claim: task.claim, dueAt: START, now: START }
    expect(await recordHandle(bench.store, { ...rest, handle: 'h', deliveries: [delivery] })).toBe(false)
    expect(await recordProgress(bench.store, { ...rest, progress: 5, deliveries: [delivery] })).toBe(false)
    expect(await recordUncertain(bench.store, { ...rest, log: 'x' })).toBe(false)
    expect(await requeue(bench.store, { ...rest, log: 'x' })).toBe(false)
    expect(await bench.store.getTask({ id: task.id })).toEqual(ended)
    expect(await bench.store.listDeliveries({ tenantId: null, limit: 9 })).toEqual([])
  })

  it('the changes of tasks are signalled to every node', async () => {
    await aPayer(bench.store)
    const heard: Signal[] = []
    const stop = bench.store.onSignal((signal) => heard.push(signal))
    // On SQLite one process has the database, so there is only one store to receive it.
    const other = bench.store.exclusive || bench.store.engine === 'sqlite' ? undefined : await bench.place.open()
    const overThere: Signal[] = []
    other?.onSignal((signal) => {
      // What ended the test before may still be under way to stores that are opened now.
      if (signal.kind !== 'key' || signal.hash !== LAST_SIGNAL) overThere.push(signal)
    })

    const { id, claim } = await aClaimedTask(bench.store)
    await recordProgress(bench.store, { id, claim, progress: 5, dueAt: START + 1, deliveries: [delivery], now: START })
    await requeue(bench.store, { id, claim, dueAt: START, log: 'x', now: START })
    await settle(bench.store, aCancel(id))
    await bench.store.revokeKey({ id: 'k1', now: START })
    const expected: Signal[] = [
      { kind: 'submitted', tenantId: 't1', mode: 'live' },
      { kind: 'pool', pool: POOL, operation: OPERATION },
      { kind: 'task', id, status: 'submitting', progress: 0 },
      { kind: 'task', id, status: 'submitting', progress: 5 },
      { kind: 'delivery' },
      { kind: 'task', id, status: 'pending', progress: 5 },
      { kind: 'slot', account: 'a1' },
      { kind: 'task', id, status: 'cancelled', progress: 5 },
      { kind: 'key', hash: 'hash of k1' },
    ]
    await expect.poll(() => heard).toEqual(expected)
    // They are sent together, and a signal that is repeated before it was sent is sent once.
    const distinct = (signals: Signal[]) => new Set(signals.map((signal) => JSON.stringify(signal)))
    if (other) await expect.poll(() => distinct(overThere)).toEqual(distinct(expected))
    stop()
    overThere.length = 0
    await submitted(bench.store, aTask({ keyId: 'k1' }))
    if (other) await expect.poll(() => distinct(overThere)).toEqual(distinct(expected.slice(0, 2)))
    expect(heard).toEqual(expected)
    await other?.close()
  })

  it('every task is signalled when very many change at once', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...Array.from({ length: 400 }, () => aTask()))
    const heard = new Set<string>()
    bench.store.onSignal((signal) => signal.kind === 'task' && heard.add(signal.id))
    const tasks = await claimed(bench.store, 400)
    await expect.poll(() => heard.size).toBe(400)
    expect(tasks.every(({ id }) => heard.has(id))).toBe(true)
  })
}
