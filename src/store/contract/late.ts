import { expect, it } from 'vitest'
import type { Json } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import type { Task } from '../../core/task.ts'
import type { Bench } from '../contract.ts'
import type { Signal, Store } from '../store.ts'
import { anAsset } from './assets.ts'
import { aBatch } from './batches.ts'
import {
  completeLate,
  hear,
  moved,
  recordHandle,
  recordLate,
  recordProgress,
  recordUncertain,
  requeue,
  settle,
} from './moves.ts'
import {
  aCancel,
  aClaimedTask,
  anEnd,
  aPayer,
  aTask,
  claimed,
  HOLDER,
  LEASE_MS,
  OTHER_HOLDER,
  only,
  START,
  submitted,
} from './samples.ts'

const LATE_AT = START + 300_000

/** Callbacks of vendors, and results that come after their task had failed. */
export function lateContract(bench: Bench): void {
  const called = (id: string, handle: Json = null, now = START + 50) => hear(bench.store, { id, handle, now })
  const read = async (id: string): Promise<Task> => {
    const task = await bench.store.getTask({ id })
    if (!task) throw new Error(`There is no task ${id}.`)
    return task
  }
  const due = (now: number) => bench.store.claimDue({ limit: 9, leaseMs: LEASE_MS, holder: HOLDER, now })
  const late = (now: number, on: Store = bench.store, holder = HOLDER) =>
    on.claimLateChecks({ limit: 9, leaseMs: LEASE_MS, holder, now })

  /** A task that a provider has, at rest until `dueAt`. */
  async function running(dueAt: number, handle: Json = { id: 'g_1' }): Promise<Task> {
    const { id, claim } = await aClaimedTask(bench.store)
    await recordHandle(bench.store, { id, claim, handle, dueAt, deliveries: [], now: START })
    return read(id)
  }

  /** A task that failed, and is watched for its result. */
  async function watched(handle: Json = { id: 'g_1' }, with_: Parameters<typeof aTask>[0] = {}): Promise<Task> {
    const task = await aClaimedTask(bench.store, with_)
    const error = { code: 'timed_out', message: 'Not in time.' } as const
    const end = { to: 'failed', error, lateAt: LATE_AT, now: START + 100 } as const
    await settle(bench.store, anEnd(task, handle === null ? end : { ...end, handle }))
    return read(task.id)
  }

  function deliver({ id, claim }: Pick<Task, 'id' | 'claim'>, on: Store = bench.store): Promise<Task | undefined> {
    const asset = anAsset({ taskId: id, kind: 'output' })
    const delivery = { url: 'https://client.example/hook', body: 'it is there', headers: {} }
    const output = { video: `asset:${asset.id}.mp4` }
    const end = { output, log: 'it came after all', assets: [asset], deliveries: [delivery], now: LATE_AT + 9 }
    return completeLate(on, { id, claim, handle: { id: 'g_1', parts: 2 }, ...end })
  }

  it('a callback makes its task due', async () => {
    await aPayer(bench.store)
    const task = await running(START + 60_000)
    expect(await due(START + 50)).toEqual([])
    const heard: Signal[] = []
    const stop = bench.store.onSignal((signal) => heard.push(signal))
    expect(await called(task.id)).toBe(true)
    expect(only(await due(START + 50))).toMatchObject({ id: task.id, status: 'processing', handle: { id: 'g_1' } })
    await expect.poll(() => heard).toContainEqual({ kind: 'due' })
    stop()
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a callback does not end the lease of its task, and makes it due as soon as the holder is done', async () => {
    await aPayer(bench.store)
    const { id } = await running(START + 10)
    const { claim } = only(await due(START + 10))
    await called(id)
    await called(id)
    expect(await due(START + 60)).toEqual([])
    const rest = { id, claim, progress: 10, deliveries: [] }
    expect(await recordProgress(bench.store, { ...rest, dueAt: START + 9_000, now: START + 70 })).toBe(true)
    const again = only(await due(START + 70))
    expect(again.id).toBe(id)
    // One callback causes one poll: the next poll is at the provider's own interval.
    await recordProgress(bench.store, { ...rest, claim: again.claim, dueAt: START + 9_000, now: START + 80 })
    expect(await due(START + 8_999)).toEqual([])
    expect(await due(START + 9_000)).toHaveLength(1)
  })

  it.each<[string, (task: Pick<Task, 'id' | 'claim'>) => Promise<boolean>]>([
    [
      'its answer came',
      (task) =>
        recordHandle(bench.store, {
          ...task,
          handle: { id: 'g_2' },
          dueAt: START + 9_000,
          deliveries: [],
          now: START + 60,
        }),
    ],
    [
      'its answer was lost',
      (task) => recordUncertain(bench.store, { ...task, dueAt: START + 9_000, log: 'no answer', now: START + 60 }),
    ],
  ])('a callback that came before %s makes its task due at once', async (_title, write) => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    await called(id)
    expect(await write({ id, claim })).toBe(true)
    expect(only(await due(START + 60)).id).toBe(id)
  })

  it('a callback for an attempt that was turned away is forgotten', async () => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    await called(id, { id: 'g_1' })
    await requeue(bench.store, { id, claim, dueAt: START, log: 'busy', now: START + 60 })
    expect(await read(id)).toMatchObject({ status: 'pending', handle: null })
    const again = only(await claimed(bench.store, 1))
    const handle = { id: 'g_2' }
    await recordHandle(bench.store, {
      id,
      claim: again.claim,
      handle,
      dueAt: START + 9_000,
      deliveries: [],
      now: START,
    })
    expect(await due(START + 8_999)).toEqual([])
  })

  it('a callback finds the work whose answer was lost, and the store signals it', async () => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    await recordUncertain(bench.store, { id, claim, dueAt: START + 9_000, log: 'no answer', now: START + 1 })
    const heard: Signal[] = []
    const stop = bench.store.onSignal((signal) => heard.push(signal))
    expect(await called(id, { id: 'g_1' })).toBe(true)
    expect(await read(id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' }, startedAt: START + 50 })
    await expect
      .poll(() => heard.slice(-2))
      .toEqual([{ kind: 'task', id, status: 'processing', progress: 0 }, { kind: 'due' }])
    stop()
    expect(only(await due(START + 50)).id).toBe(id)
    const [attempt] = await bench.store.listAttempts({ taskId: id })
    expect(attempt).toMatchObject({ outcome: 'accepted', acceptedAt: START + 50 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a callback that names the work counts as the answer that is still awaited', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    const { id, claim } = task
    await moved(bench.store, { id, claim, now: START + 1 }, { kind: 'called', leaseMs: LEASE_MS })
    await called(id, { id: 'g_1' })
    expect(await read(id)).toMatchObject({
      status: 'processing',
      handle: { id: 'g_1' },
      dueAt: START + 50,
      leaseUntil: null,
    })
    // The process that waited for the answer no longer holds the task.
    const answer = { handle: { id: 'g_1' }, dueAt: START + 9_000, deliveries: [], now: START + 60 }
    expect(await recordHandle(bench.store, { id, claim, ...answer })).toBe(false)
    expect(only(await due(START + 60))).toMatchObject({ id, claim: claim + 2 })
  })

  it('a callback for a call that was never sent names no work', async () => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    await called(id, { id: 'g_wrong' })
    expect(await read(id)).toMatchObject({ status: 'submitting', handle: null, heardAt: START + 50 })
    const answer = { handle: { id: 'g_1' }, dueAt: START + 9_000, deliveries: [], now: START + 60 }
    expect(await recordHandle(bench.store, { id, claim, ...answer })).toBe(true)
    expect(await read(id)).toMatchObject({ handle: { id: 'g_1' }, dueAt: START + 60, heardAt: null })
  })

  it('a task that a callback has found does not return to the queue', async () => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    await recordUncertain(bench.store, { id, claim, dueAt: START + 10, log: 'no answer', now: START })
    const inHand = only(await due(START + 10))
    await called(id, { id: 'g_1' })
    expect(await requeue(bench.store, { id, claim: inHand.claim, dueAt: START, log: 'no trace', now: START })).toBe(
      false,
    )
    expect(await read(id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
  })

  it('a callback for a task that no provider has is ignored', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 2 } })
    const done = await aClaimedTask(bench.store)
    await settle(bench.store, anEnd(done, { to: 'failed' }))
    const [pending, cancelled] = [aTask(), aTask()]
    await submitted(bench.store, pending, cancelled)
    await settle(bench.store, aCancel(cancelled.id))
    await submitted(bench.store, aTask(), aTask())
    const before = await bench.store.listTasks({ tenantId: 't1', limit: 9 })
    expect(before.map(({ status }) => status).sort()).toEqual(['cancelled', 'failed', 'pending', 'pending', 'staged'])
    for (const id of [...before.map((task) => task.id), aTask().id]) expect(await called(id, { id: 'g_1' })).toBe(false)
    expect(await bench.store.listTasks({ tenantId: 't1', limit: 9 })).toEqual(before)
  })

  it('a watched task is claimed whenever its next check is due, and its status stays', async () => {
    await aPayer(bench.store)
    const task = await watched()
    expect(await late(LATE_AT - 1)).toEqual([])
    const first = only(await late(LATE_AT))
    expect(first).toMatchObject({ id: task.id, status: 'failed', handle: { id: 'g_1' }, claim: task.claim + 1 })
    expect(await late(LATE_AT + LEASE_MS - 1)).toEqual([])
    const { id } = task
    expect(await recordLate(bench.store, { id, claim: first.claim - 1, dueAt: null })).toBe(false)
    expect(await recordLate(bench.store, { id, claim: first.claim, dueAt: LATE_AT + 5 })).toBe(true)
    const second = only(await late(LATE_AT + 5))
    expect(await recordLate(bench.store, { id, claim: second.claim, dueAt: null })).toBe(true)
    expect(await late(LATE_AT * 2)).toEqual([])
    expect(await recordLate(bench.store, { id, claim: second.claim, dueAt: LATE_AT })).toBe(false)
    expect(await due(LATE_AT * 2)).toEqual([])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task that failed for good is never checked for a late result', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    await settle(bench.store, anEnd(task, { to: 'failed' }))
    expect(await late(LATE_AT * 2)).toEqual([])
    expect(await recordLate(bench.store, { id: task.id, claim: task.claim, dueAt: START })).toBe(false)
    expect(await deliver(task)).toBeUndefined()
  })

  it('a callback makes a watched task due at once, and its handle is stored', async () => {
    await aPayer(bench.store)
    const task = await watched(null)
    expect(await called(task.id, { id: 'g_1' }, START + 200)).toBe(true)
    expect(only(await late(START + 200))).toMatchObject({ id: task.id, status: 'failed', handle: { id: 'g_1' } })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a late result is stored once, with its files and deliveries, and the refund stays', async () => {
    await aPayer(bench.store, { credit: 1_000 })
    await watched()
    const task = only(await late(LATE_AT))
    const refunded = await bench.store.getBalance({ tenantId: 't1' })
    expect(refunded).toMatchObject({ available: 1_000, held: 0, active: 0 })
    const heard: Signal[] = []
    const stop = bench.store.onSignal((signal) => heard.push(signal))
    const done = await deliver(task)
    expect(done).toMatchObject({
      status: 'completed',
      progress: 100,
      consumedPoints: 0,
      error: null,
      handle: { id: 'g_1', parts: 2 },
      logs: ['it came after all'],
      endedAt: LATE_AT + 9,
    })
    expect(done?.startedAt).not.toBeNull()
    expect(await read(task.id)).toEqual(done)
    expect(await deliver(task)).toBeUndefined()
    expect(await bench.store.listDeliveries({ tenantId: 't1', limit: 9 })).toMatchObject([{ body: 'it is there' }])
    const [, reference = ''] = /asset:(.*)\.mp4/.exec(JSON.stringify(done?.output)) ?? []
    expect(await bench.store.getAsset({ id: reference })).toMatchObject({ taskId: task.id })
    await expect.poll(() => heard).toContainEqual({ kind: 'task', id: task.id, status: 'completed', progress: 100 })
    stop()
    expect(await bench.store.getBalance({ tenantId: 't1' })).toEqual(refunded)
    expect(await bench.store.listAttempts({ taskId: task.id })).toMatchObject([
      { outcome: 'completed', endedAt: LATE_AT + 9, reason: 'it came after all' },
    ])
    expect(await late(LATE_AT * 2)).toEqual([])
    expect(await called(task.id)).toBe(false)
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a late result of a holder that lost the task is refused', async () => {
    await aPayer(bench.store)
    await watched()
    const old = only(await late(LATE_AT))
    const holder = only(await late(LATE_AT + LEASE_MS, bench.store, OTHER_HOLDER))
    expect(await deliver(old)).toBeUndefined()
    expect(await bench.store.listDeliveries({ tenantId: 't1', limit: 9 })).toEqual([])
    expect(await deliver(holder)).toMatchObject({ status: 'completed' })
  })

  it('a late result is claimed and stored by one of many processes', async () => {
    await aPayer(bench.store)
    const other = await bench.place.open()
    const tasks = await Promise.all(Array.from({ length: 6 }, () => aTask()))
    await submitted(bench.store, ...tasks)
    for (const task of await claimed(bench.store, 6)) {
      await settle(bench.store, anEnd(task, { to: 'failed', lateAt: LATE_AT, handle: { id: 'g' } }))
    }
    const stores = [bench.store, other, bench.store, other]
    const taken = (await Promise.all(stores.map((store) => late(LATE_AT, store)))).flat()
    expect(taken).toHaveLength(6)
    expect(new Set(taken.map(({ id }) => id)).size).toBe(6)
    for (const task of taken) {
      const delivered = await Promise.all([
        ...stores.map((store) => deliver(task, store)),
        recordLate(other, { id: task.id, claim: task.claim, dueAt: null }).then(() => undefined),
      ])
      const { status } = await read(task.id)
      expect(delivered.filter(Boolean)).toHaveLength(status === 'completed' ? 1 : 0)
    }
    await other.close()
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task with a late result counts in its batch as completed, and no more as failed', async () => {
    await aPayer(bench.store)
    const batch = aBatch()
    await bench.store.submitBatch({ batch, tasks: [aTask(), aTask()] })
    const [first, second] = await claimed(bench.store, 2)
    if (!first || !second) throw new Error('Two were claimed.')
    await settle(bench.store, anEnd(first, { to: 'failed', lateAt: LATE_AT, handle: { id: 'g_1' } }))
    await settle(bench.store, anEnd(second, { consumedPoints: points(100) }))
    expect(await bench.store.getBatch({ id: batch.id })).toMatchObject({ completed: 1, failed: 1 })
    await deliver(only(await late(LATE_AT)))
    expect(await bench.store.getBatch({ id: batch.id })).toMatchObject({ completed: 2, failed: 0, total: 2 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a late check goes on after a restart, once its lease has run out', async () => {
    await aPayer(bench.store)
    await watched()
    only(await late(LATE_AT))
    await bench.store.releaseLeases({ now: LATE_AT + 1, leaseMs: LEASE_MS })
    expect(await due(LATE_AT + 1)).toEqual([])
    expect(await late(LATE_AT + LEASE_MS)).toHaveLength(1)
  })
}
