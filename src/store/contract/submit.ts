import { expect, it } from 'vitest'
import { DAY_MS } from '../../core/clock.ts'
import { newId } from '../../core/ids.ts'
import { points } from '../../core/points.ts'
import type { Bench } from '../contract.ts'
import { settle } from './moves.ts'
import { aCancel, aClaimedTask, aKey, anEnd, aPayer, aTask, claimed, only, START, submitted } from './samples.ts'

export function submitContract(bench: Bench): void {
  it('a task keeps the id of its request and the trace of its caller', async () => {
    await aPayer(bench.store)
    const origin = { requestId: 'r1', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }
    const [traced, other] = [aTask(origin), aTask()]
    await submitted(bench.store, traced, other)
    expect(await bench.store.getTask({ id: traced.id })).toMatchObject(origin)
    expect(await bench.store.getTask({ id: other.id })).toMatchObject({ requestId: null, traceparent: null })
  })

  it('a task is stored as it was submitted, with its price held', async () => {
    await aPayer(bench.store, { credit: 1_000 })
    const task = aTask({ echo: { hook: 'x' }, pricePoints: points(300), parentTaskId: newId(START) })
    expect(await bench.store.submitTasks({ tasks: [task] })).toEqual([{ outcome: 'created', status: 'pending' }])

    const { recordExpiresAt, idempotency, ...stored } = task
    expect(await bench.store.getTask({ id: task.id })).toEqual({
      ...stored,
      status: 'pending',
      isFavourite: false,
      deletedAt: null,
      progress: 0,
      consumedPoints: 0,
      costPoints: null,
      costSource: null,
      output: null,
      error: null,
      logs: [],
      fellBack: false,
      provider: null,
      account: null,
      handle: null,
      batchId: null,
      attempts: 0,
      misses: 0,
      avoidAccount: null,
      version: 0,
      claim: 0,
      leaseUntil: null,
      claimedAt: null,
      calledAt: null,
      heardAt: null,
      cancelRequestedAt: null,
      isWatched: false,
      dueAt: task.createdAt,
      startedAt: null,
      endedAt: null,
    })
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({
      available: 700,
      held: 300,
      active: 1,
      staged: 0,
    })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('tasks are answered in the order of their submission, and wait in that order', async () => {
    await aPayer(bench.store, { credit: 500 })
    const tasks = [1, 2, 3, 4].map((n) => aTask({ pricePoints: points(n === 2 ? 10_000 : 10), model: `m${n}` }))
    expect(await submitted(bench.store, ...tasks)).toEqual(['created', 'insufficient_points', 'created', 'created'])
    const line = await claimed(bench.store, 10)
    expect(line.map((task) => task.model)).toEqual(['m1', 'm3', 'm4'])
  })

  it('text of every kind is stored exactly, including the null character in JSON', async () => {
    await aPayer(bench.store)
    const task = aTask({ input: { prompt: 'nul \u0000, lone \ud800, 狐, 🦊, "quote" \\' } })
    await submitted(bench.store, task)
    expect((await bench.store.getTask({ id: task.id }))?.input).toEqual(task.input)
  })

  it('a price of zero moves no money', async () => {
    await aPayer(bench.store, { credit: 0 })
    const task = aTask({ pricePoints: points(0), mode: 'test' })
    expect(await submitted(bench.store, task)).toEqual(['created'])
    expect(await bench.store.listLedger({ tenantId: 't1', limit: 10 })).toEqual([])
    await settle(bench.store, anEnd(only(await claimed(bench.store, 1))))
    expect(await bench.store.listLedger({ tenantId: 't1', limit: 10 })).toEqual([])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('of tasks that are submitted together, as many are accepted as the credit pays for, in order', async () => {
    await aPayer(bench.store, { credit: 250 })
    const outcomes = await bench.store.submitTasks({
      tasks: [aTask(), aTask(), aTask(), aTask({ pricePoints: points(50) })],
    })
    expect(outcomes).toEqual([
      { outcome: 'created', status: 'pending' },
      { outcome: 'created', status: 'pending' },
      { outcome: 'insufficient_points', available: 50 },
      { outcome: 'created', status: 'pending' },
    ])
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({
      available: 0,
      held: 250,
      active: 3,
      staged: 0,
    })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a point is never spent twice, however many submit at once and from however many nodes', async () => {
    await aPayer(bench.store, { credit: 1_000 })
    const other = await bench.place.open()
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, n) => submitted(n % 2 ? other : bench.store, aTask())),
    )
    await other.close()
    expect(outcomes.flat().filter((outcome) => outcome === 'created')).toHaveLength(10)
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ available: 0, held: 1_000 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task of an unknown tenant or key is refused, and nothing is stored', async () => {
    await aPayer(bench.store)
    const strays = [aTask({ tenantId: 'nobody', keyId: 'k1' }), aTask({ keyId: 'nothing' })]
    expect(await submitted(bench.store, ...strays)).toEqual(['insufficient_points', 'spend_limit_reached'])
    expect((await bench.store.summary({})).tasks).toEqual({})
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task that cannot be stored does not affect those submitted with it', async () => {
    await aPayer(bench.store)
    const stored = aTask()
    await submitted(bench.store, stored)
    const sameId = aTask({ id: stored.id })
    const results = await Promise.allSettled([
      submitted(bench.store, aTask()),
      submitted(bench.store, sameId),
      submitted(bench.store, aTask()),
    ])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { code: 'internal' } })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  const idempotency = { key: 'order-7', fingerprint: 'f1' }

  it('a request is replayed under the same idempotency key, and another request is refused', async () => {
    await aPayer(bench.store, { credit: 1_000 })
    const first = aTask({ idempotency })
    await submitted(bench.store, first)
    const again = await bench.store.submitTasks({
      tasks: [aTask({ idempotency }), aTask({ idempotency: { ...idempotency, fingerprint: 'f2' } })],
    })
    expect(again).toEqual([{ outcome: 'replayed', taskId: first.id }, { outcome: 'idempotency_mismatch' }])
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ available: 900, active: 1 })
  })

  it('an idempotency key is replayed among tasks that are submitted together', async () => {
    await aPayer(bench.store, { credit: 1_000 })
    const first = aTask({ idempotency })
    const outcomes = await bench.store.submitTasks({
      tasks: [first, aTask({ idempotency }), aTask({ idempotency: { ...idempotency, fingerprint: 'f2' } }), aTask()],
    })
    expect(outcomes).toEqual([
      { outcome: 'created', status: 'pending' },
      { outcome: 'replayed', taskId: first.id },
      { outcome: 'idempotency_mismatch' },
      { outcome: 'created', status: 'pending' },
    ])
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ available: 800, active: 2 })
  })

  it('a request that was refused is not replayed among tasks that are submitted together', async () => {
    await aPayer(bench.store, { credit: 150 })
    const dear = { idempotency, pricePoints: points(10_000) }
    const cheap = aTask({ idempotency: { ...idempotency, fingerprint: 'f2' } })
    const outcomes = await bench.store.submitTasks({ tasks: [aTask(dear), aTask(dear), cheap, aTask(dear)] })
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'insufficient_points',
      'insufficient_points',
      'created',
      'idempotency_mismatch',
    ])
    expect(await bench.store.getTask({ id: cheap.id })).toMatchObject({ status: 'pending' })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('many requests under one idempotency key make one task, sent at once through two nodes', async () => {
    await aPayer(bench.store, { credit: 10_000 })
    await bench.store.createKey({ key: aKey('k1b', 't1') })
    const other = await bench.place.open()
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? other : bench.store).submitTasks({ tasks: [aTask({ idempotency, keyId: n % 3 ? 'k1' : 'k1b' })] }),
      ),
    )
    await other.close()
    expect(outcomes.flat().filter(({ outcome }) => outcome === 'created')).toHaveLength(1)
    const ids = outcomes.flat().flatMap((one) => (one.outcome === 'replayed' ? [one.taskId] : []))
    expect(ids).toHaveLength(19)
    expect(new Set(ids).size).toBe(1)
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ available: 9_900, active: 1 })
  })

  it('the idempotency keys of tenants are independent', async () => {
    await aPayer(bench.store)
    await aPayer(bench.store, { id: 't2' })
    const tasks = [aTask({ idempotency }), aTask({ tenantId: 't2', keyId: 'k2', idempotency })]
    expect(await submitted(bench.store, ...tasks)).toEqual(['created', 'created'])
  })

  it('a key is held to its spend limit, which counts what is held', async () => {
    await aPayer(bench.store, { key: { spendLimitPoints: points(250) } })
    expect(await submitted(bench.store, aTask(), aTask(), aTask())).toEqual([
      'created',
      'created',
      'spend_limit_reached',
    ])
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ held: 200, active: 2 })
    expect(await bench.store.listKeys({ tenantId: 't1' })).toMatchObject([{ spentPoints: 200 }])
  })

  it('what a key may spend in a day and a month is counted by the day of the hold, and given back to that day alone', async () => {
    await aPayer(bench.store, { key: { dayLimitPoints: points(200), monthLimitPoints: points(350) } })
    const outcomesAt = (createdAt: number, ...prices: number[]) =>
      bench.store.submitTasks({ tasks: prices.map((price) => aTask({ createdAt, pricePoints: points(price) })) })
    const spending = async () => (await bench.store.getKey({ id: 'k1' }))?.spending
    const overDay = { outcome: 'spend_limit_reached', period: 'day' }
    const created = expect.objectContaining({ outcome: 'created' })
    const task = await aClaimedTask(bench.store) // 100 points
    expect(await outcomesAt(START, 60, 50)).toEqual([created, overDay])
    expect(await spending()).toMatchObject({ dayPoints: 160, monthPoints: 160 })
    await settle(bench.store, anEnd(task, { consumedPoints: points(40) }))
    expect(await spending()).toMatchObject({ dayPoints: 100, monthPoints: 100 })
    const late = aTask({ pricePoints: points(100) })
    expect(await submitted(bench.store, late)).toEqual(['created'])

    const tomorrow = START + DAY_MS
    expect(await outcomesAt(tomorrow, 100)).toEqual([created])
    await settle(bench.store, aCancel(late.id)) // of the day before: it makes no room in this one
    expect(await spending()).toMatchObject({ dayPoints: 100, monthPoints: 200 })
    expect(await outcomesAt(tomorrow, 101)).toEqual([overDay])
    expect(await outcomesAt(tomorrow + DAY_MS, 151)).toEqual([{ outcome: 'spend_limit_reached', period: 'month' }])
    expect(await outcomesAt(Date.UTC(2026, 1, 1), 200)).toEqual([created])
    expect(await spending()).toMatchObject({ dayPoints: 200, monthPoints: 200 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a key gets back what its tasks did not consume', async () => {
    await aPayer(bench.store, { key: { spendLimitPoints: points(100) } })
    const task = await aClaimedTask(bench.store)
    expect(await submitted(bench.store, aTask())).toEqual(['spend_limit_reached'])
    await settle(bench.store, anEnd(task, { consumedPoints: points(40) }))
    expect(await bench.store.listKeys({ tenantId: 't1' })).toMatchObject([{ spentPoints: 40 }])
    expect(await submitted(bench.store, aTask({ pricePoints: points(60) }))).toEqual(['created'])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task that the tenant cannot pay for is not booked on its key', async () => {
    await aPayer(bench.store, { credit: 50, key: { spendLimitPoints: points(100) } })
    expect(await submitted(bench.store, aTask())).toEqual(['insufficient_points'])
    expect(await bench.store.listKeys({ tenantId: 't1' })).toMatchObject([{ spentPoints: 0 }])
    expect(await submitted(bench.store, aTask({ pricePoints: points(50) }))).toEqual(['created'])
  })

  it('tasks over the concurrency of the tenant are parked, the newest of a submission', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 2 } })
    const outcomes = await bench.store.submitTasks({ tasks: [aTask(), aTask(), aTask(), aTask()] })
    expect(outcomes.map((one) => (one.outcome === 'created' ? one.status : one.outcome))).toEqual([
      'pending',
      'pending',
      'staged',
      'staged',
    ])
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ active: 4, staged: 2, held: 400 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('tasks over the concurrency of a key are parked, and the tenant’s other key is not affected', async () => {
    await aPayer(bench.store, { key: { maxConcurrent: 1 } })
    await bench.store.createKey({ key: aKey('k1b', 't1') })
    const outcomes = await bench.store.submitTasks({ tasks: [aTask(), aTask(), aTask({ keyId: 'k1b' })] })
    expect(outcomes).toMatchObject([{ status: 'pending' }, { status: 'staged' }, { status: 'pending' }])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('no more tasks are parked than the limits require when a tenant and its key are both full', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 2 }, key: { maxConcurrent: 1 } })
    await bench.store.createKey({ key: aKey('k0', 't1') })
    const tasks = [aTask(), aTask(), aTask({ keyId: 'k0' }), aTask({ keyId: 'k0' })]
    expect(await bench.store.submitTasks({ tasks })).toMatchObject([
      { status: 'pending' },
      { status: 'staged' },
      { status: 'pending' },
      { status: 'staged' },
    ])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('tasks that were refused do not cause others to be parked', async () => {
    await aPayer(bench.store, { credit: 200, key: { maxConcurrent: 2 } })
    const outcomes = await bench.store.submitTasks({ tasks: [aTask(), aTask(), aTask(), aTask()] })
    expect(outcomes).toMatchObject([
      { status: 'pending' },
      { status: 'pending' },
      { outcome: 'insufficient_points' },
      { outcome: 'insufficient_points' },
    ])
  })

  it('tasks that exceed the limit of parked tasks are refused, and hold nothing', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 1, maxStaged: 2 }, key: { spendLimitPoints: points(10_000) } })
    const outcomes = await bench.store.submitTasks({ tasks: [aTask(), aTask(), aTask(), aTask(), aTask()] })
    expect(outcomes).toEqual([
      { outcome: 'created', status: 'pending' },
      { outcome: 'created', status: 'staged' },
      { outcome: 'created', status: 'staged' },
      { outcome: 'too_many_staged', limit: 2 },
      { outcome: 'too_many_staged', limit: 2 },
    ])
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ held: 300, active: 3, staged: 2 })
    expect(await bench.store.listKeys({ tenantId: 't1' })).toMatchObject([{ spentPoints: 300 }])
    expect(await submitted(bench.store, aTask())).toEqual(['too_many_staged'])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a tenant runs no more than its concurrency when many submit at once', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 3 } })
    await bench.store.createKey({ key: aKey('k1b', 't1', { maxConcurrent: 2 }) })
    const other = await bench.place.open()
    await Promise.all(
      Array.from({ length: 24 }, (_, n) =>
        submitted(n % 2 ? other : bench.store, aTask({ keyId: n % 4 < 2 ? 'k1' : 'k1b' })),
      ),
    )
    await other.close()
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ active: 24, staged: 21 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('every parked task runs in the end, in whatever order the others end', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 2 }, key: { maxConcurrent: 1 } })
    await bench.store.createKey({ key: aKey('k1b', 't1') })
    const tasks = Array.from({ length: 8 }, (_, n) => aTask({ keyId: n < 6 ? 'k1' : 'k1b' }))
    await submitted(bench.store, ...tasks)
    await settle(bench.store, aCancel(tasks[7]?.id ?? ''))
    let ended = 1
    for (let round = 0; round < 8; round++) {
      for (const work of await claimed(bench.store, 10)) {
        await settle(bench.store, anEnd(work))
        ended += 1
      }
    }
    expect(ended).toBe(8)
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ held: 0, active: 0, staged: 0 })
  })

  it('new work is signalled to its pool, unless it is parked or refused', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 1, maxStaged: 1 } })
    const heard: string[] = []
    const stop = bench.store.onSignal((signal) => heard.push(signal.kind === 'pool' ? signal.pool : signal.kind))
    await submitted(bench.store, aTask({ pool: 'p1' }), aTask({ pool: 'p2' }), aTask({ pool: 'p3' }))
    await expect.poll(() => heard).toEqual(['submitted', 'p1'])
    stop()
  })
}
