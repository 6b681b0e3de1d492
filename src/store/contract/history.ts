import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../core/clock.ts'
import { newId } from '../../core/ids.ts'
import type { NewTask } from '../../core/new-task.ts'
import { points } from '../../core/points.ts'
import type { Mode, Task } from '../../core/task.ts'
import type { TaskFilter } from '../../core/task-filter.ts'
import type { Bench } from '../contract.ts'
import { settle } from './moves.ts'
import {
  aCancel,
  aClaimedTask,
  anEnd,
  aPayer,
  aTask,
  attempted,
  claimed,
  claimedDeliveries,
  START,
  submitted,
} from './samples.ts'

export function historyContract(bench: Bench): void {
  it('existing tasks are returned by their ids, in one call', async () => {
    await aPayer(bench.store)
    const tasks = [aTask(), aTask(), aTask()]
    await submitted(bench.store, ...tasks)
    const ids = tasks.map(({ id }) => id)
    const found = await bench.store.getTasks({ ids: [...ids, newId(START)] })
    expect(found.map(({ id }) => id).sort()).toEqual(ids)
    expect(await bench.store.getTasks({ ids: [] })).toEqual([])
    expect(await bench.store.getTask({ id: newId(START) })).toBeUndefined()
  })

  it('the history of tasks is paged newest first, by task and by row', async () => {
    await aPayer(bench.store)
    await aPayer(bench.store, { id: 't2' })
    const tasks = Array.from({ length: 7 }, (_, n) => aTask({ createdAt: START + n }))
    await submitted(bench.store, ...tasks, aTask({ tenantId: 't2', keyId: 'k2' }))
    const ids = tasks.map(({ id }) => id).reverse()
    const page = async (more: { offset?: number; beforeId?: string }) =>
      (await bench.store.listTasks({ tenantId: 't1', limit: 3, ...more })).map(({ id }) => id)
    expect(await page({})).toEqual(ids.slice(0, 3))
    expect(await page({ offset: 3 })).toEqual(ids.slice(3, 6))
    expect(await page({ beforeId: ids[2] ?? '' })).toEqual(ids.slice(3, 6))
    expect(await page({ beforeId: ids[5] ?? '' })).toEqual(ids.slice(6))
    expect(await page({ beforeId: ids[1] ?? '', offset: 2 })).toEqual(ids.slice(4, 7))
  })

  it('a search lists the tasks whose input holds the text, with signs that mean something to the database', async () => {
    await aPayer(bench.store)
    const prompts = ['A Fox, and snow', '100% wool', '100 wools', 'a_b', 'axb', 'she said "no"', 'back\\slash']
    await submitted(bench.store, ...prompts.map((prompt) => aTask({ input: { prompt } })))
    const found = async (search: string) => {
      const tasks = await bench.store.listTasks({ tenantId: 't1', limit: 9, search })
      return tasks.map(({ input }) => input.prompt).sort()
    }
    expect(await found('FOX')).toEqual(['A Fox, and snow'])
    expect(await found('100% w')).toEqual(['100% wool'])
    expect(await found('a_b')).toEqual(['a_b'])
    expect(await found('"no"')).toEqual(['she said "no"'])
    expect(await found('k\\s')).toEqual(['back\\slash'])
    expect(await found('heron')).toEqual([])
  })

  it('a filter lists and counts the same tasks as a scan of all of them', async () => {
    for (const id of ['t1', 't2']) await aPayer(bench.store, { id })
    const at = fc.oneof(
      fc.integer({ min: START - 3 * DAY_MS, max: START + 3 * DAY_MS }),
      // The edges of days are where a count could be off by one.
      fc
        .tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -1, max: 1 }))
        .map(([day, ms]) => START + day * DAY_MS + ms),
      fc.integer({ min: -72, max: 72 }).map((hours) => START + hours * HOUR_MS),
    )
    const model = fc.constantFrom('clip-1', 'clip-2', 'song-1')
    const tenantId = fc.constantFrom('t1', 't2')
    const times = fc
      .sample(fc.tuple(at, model, tenantId, fc.constantFrom(null, 'one', 'two')), { numRuns: 150, seed: 7 })
      .sort(([a], [b]) => a - b)
    const tasks = times.map(([createdAt, name, tenant, externalId]) =>
      aTask({
        createdAt,
        model: name,
        tenantId: tenant,
        keyId: tenant.replace('t', 'k'),
        externalId,
        pricePoints: points(1),
      }),
    )
    await submitted(bench.store, ...tasks)
    const cancelled = new Set<string>()
    for (const task of tasks.filter((_, n) => n % 5 === 0)) {
      await settle(bench.store, aCancel(task.id))
      cancelled.add(task.id)
    }
    const filter = fc.record(
      {
        tenantId,
        model: fc.uniqueArray(model, { minLength: 1 }),
        status: fc.constantFrom<Task['status'][]>(['cancelled'], ['pending'], ['pending', 'cancelled', 'completed']),
        externalId: fc.constantFrom('one', 'two'),
        createdFrom: at,
        createdTo: at,
      },
      { requiredKeys: ['tenantId'] },
    )
    await fc.assert(
      fc.asyncProperty(filter, async (wanted) => {
        const expected = tasks.filter((task) => matches(task, cancelled.has(task.id) ? 'cancelled' : 'pending', wanted))
        const listed = await bench.store.listTasks({ ...wanted, limit: 1_000 })
        expect(listed.map(({ id }) => id)).toEqual(expected.map(({ id }) => id).reverse())
        expect(await bench.store.countTasks(wanted)).toBe(expected.length)
      }),
      { numRuns: 150, seed: 11 },
    )
  })

  it('tasks that no provider has begun are listed oldest first', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 3 } })
    await aPayer(bench.store, { id: 't2' })
    const running = await aClaimedTask(bench.store, { createdAt: START })
    const [pending, other, staged, late] = [1, 2, 3, 4].map((n) =>
      aTask({ createdAt: START + n, model: n === 2 ? 'song-1' : 'clip-2' }),
    )
    if (!pending || !other || !staged || !late) throw new Error('Four were made.')
    await submitted(bench.store, pending, other, staged, late, aTask({ tenantId: 't2', keyId: 'k2' }))
    const list = async (createdBefore: number, models: string[] | null = null, limit = 9) =>
      (await bench.store.listUnstarted({ tenantId: 't1', createdBefore, models, limit })).map(({ id }) => id)
    expect(await list(START + 99)).toEqual([pending.id, other.id, staged.id, late.id])
    expect(await list(START + 4)).toEqual([pending.id, other.id, staged.id])
    expect(await list(START + 99, ['clip-2'])).toEqual([pending.id, staged.id, late.id])
    expect(await list(START + 99, null, 1)).toEqual([pending.id])
    expect(await list(START + 99)).not.toContain(running.id)
  })

  it('tasks that waited past their deadline are listed, the longest past first', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 2 } })
    const running = await aClaimedTask(bench.store, { deadlineAt: START + 1 })
    const [late, later, parked] = [20, 30, 10].map((ms) => aTask({ deadlineAt: START + ms }))
    if (!late || !later || !parked) throw new Error('Three were made.')
    await submitted(bench.store, late, later, parked)
    const overdue = async (now: number, limit = 9) =>
      (await bench.store.listOverdue({ now, limit })).map(({ id }) => id)
    expect(await overdue(START + 9)).toEqual([])
    expect(await overdue(START + 20)).toEqual([parked.id, late.id])
    expect(await overdue(START + 99)).toEqual([parked.id, late.id, later.id])
    expect(await overdue(START + 99, 1)).toEqual([parked.id])
    const behind = await bench.store.listOverdue({ now: START + 99, after: late, limit: 9 })
    expect(behind.map(({ id }) => id)).toEqual([later.id])
    expect(await overdue(START + 99)).not.toContain(running.id)
  })

  async function anOldTask(n: number, recordExpiresAt: number): Promise<Task> {
    const task = await aClaimedTask(bench.store, { createdAt: START - 10 + n, recordExpiresAt })
    const deliveries = [{ url: 'https://client.example', body: task.id, headers: {} }]
    await settle(bench.store, anEnd(task, { consumedPoints: points(100), deliveries }))
    return task
  }

  it('expired records of tasks are deleted, and the ledger is kept', async () => {
    await aPayer(bench.store)
    const gone = [await anOldTask(0, START + 10), await anOldTask(1, START + 20)]
    const kept = await anOldTask(2, START + 99)
    const [sent] = await claimedDeliveries(bench.store, { limit: 1, now: START + 5 })
    if (!sent) throw new Error('A delivery was to be claimed.')
    await attempted(bench.store, sent)

    expect(await bench.store.purgeTasks({ now: START + 9, limit: 10 })).toBe(0)
    expect(await bench.store.purgeTasks({ now: START + 20, limit: 1 })).toBe(1)
    expect(await bench.store.purgeTasks({ now: START + 20, limit: 10 })).toBe(1)
    expect(await bench.store.purgeTasks({ now: START + 20, limit: 10 })).toBe(0)

    expect(await bench.store.getTasks({ ids: gone.map(({ id }) => id) })).toEqual([])
    expect(await bench.store.getTask({ id: kept.id })).toBeDefined()
    expect(await bench.store.listDeliveries({ tenantId: null, limit: 9 })).toMatchObject([{ taskId: kept.id }])
    expect(await bench.place.sql('select count(*) as n from delivery_attempts')).toEqual([{ n: 0 }])
    expect(await bench.store.countTasks({ tenantId: 't1' })).toBe(1)
    expect(await bench.store.listLedger({ tenantId: 't1', limit: 99 })).toHaveLength(1 + 6)
    expect(await bench.store.listKeys({ tenantId: 't1' })).toMatchObject([{ spentPoints: 300 }])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('an expired record is deleted, however many that live longer are in front of it', async () => {
    await aPayer(bench.store)
    for (let n = 0; n < 3; n++) await anOldTask(n, START + DAY_MS)
    const expired = await anOldTask(3, START + 10)
    expect(await bench.store.purgeTasks({ now: START + 10, limit: 2 })).toBe(1)
    expect(await bench.store.getTask({ id: expired.id })).toBeUndefined()
    expect(await bench.store.countTasks({ tenantId: 't1' })).toBe(3)
  })

  it('the record of a task that has not ended is never deleted', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, aTask({ recordExpiresAt: START }), aTask({ recordExpiresAt: START }))
    await claimed(bench.store, 1)
    expect(await bench.store.purgeTasks({ now: START + DAY_MS, limit: 10 })).toBe(0)
    expect(await bench.store.countTasks({ tenantId: 't1' })).toBe(2)
  })

  it('simultaneous purges of tasks return the right counts', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...Array.from({ length: 60 }, () => aTask({ recordExpiresAt: START + 1 })))
    for (const task of await claimed(bench.store, 60)) await settle(bench.store, anEnd(task))
    const other = await bench.place.open()
    const purged = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 ? other : bench.store).purgeTasks({ now: START + 1, limit: 40 })),
    )
    await other.close()
    expect(purged.reduce((sum, count) => sum + count)).toBe(60 - (await bench.store.countTasks({ tenantId: 't1' })))
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task is found by its idempotency key, for its own tenant only', async () => {
    for (const id of ['t1', 't2']) await aPayer(bench.store, { id })
    const idempotency = { key: 'order-7', fingerprint: 'f' }
    const [ours, theirs] = [aTask({ idempotency }), aTask({ tenantId: 't2', keyId: 'k2', idempotency })]
    await submitted(bench.store, ours, aTask(), theirs)
    const found = async (tenantId: string, idempotencyKey: string) =>
      (await bench.store.listTasks({ tenantId, idempotencyKey, limit: 10 })).map(({ id }) => id)
    expect(await found('t1', 'order-7')).toEqual([ours.id])
    expect(await found('t2', 'order-7')).toEqual([theirs.id])
    expect(await found('t1', 'order-8')).toEqual([])
  })

  it('an idempotency key can be used again once the record of its task is deleted', async () => {
    await aPayer(bench.store)
    const idempotency = { key: 'once', fingerprint: 'f' }
    const task = await aClaimedTask(bench.store, { idempotency, recordExpiresAt: START })
    await settle(bench.store, anEnd(task))
    expect(await submitted(bench.store, aTask({ idempotency }))).toEqual(['replayed'])
    await bench.store.purgeTasks({ now: START, limit: 10 })
    expect(await submitted(bench.store, aTask({ idempotency }))).toEqual(['created'])
  })

  it('tasks of test and live keys are listed apart by mode, and together without one', async () => {
    const { store } = bench
    await aPayer(store)
    const tasks = ['live', 'test', 'live', 'test'].map((mode, n) =>
      aTask({ mode: mode as Mode, createdAt: START + n, pricePoints: points(0) }),
    )
    await store.submitTasks({ tasks })
    const [live1, test1, live2, test2] = tasks.map(({ id }) => id)
    const listed = async (more: object) =>
      (await store.listTasks({ tenantId: 't1', limit: 9, ...more })).map(({ id }) => id)
    expect(await listed({ mode: 'live' })).toEqual([live2, live1])
    expect(await listed({ mode: 'test' })).toEqual([test2, test1])
    expect(await listed({})).toEqual([test2, live2, test1, live1])
    expect(await listed({ offset: 1, limit: 2 })).toEqual([live2, test1])
    for (const mode of ['live', 'test'] as const) {
      expect(await store.countTasks({ tenantId: 't1', mode })).toBe(2)
      expect(await store.countTasks({ tenantId: 't1', mode, status: ['pending'] })).toBe(2)
    }
    const created = { tenantId: 't1', createdBefore: START + 9, models: null, limit: 9 }
    const unstarted = await store.listUnstarted({ ...created, mode: 'test' })
    expect(unstarted.map(({ id }) => id)).toEqual([test1, test2])
    expect(await store.getMode({ id: test1 ?? '' })).toBe('test')
    expect(await store.getMode({ id: newId(START) })).toBeUndefined()
  })
}

function matches(task: NewTask, status: Task['status'], filter: TaskFilter): boolean {
  return (
    task.tenantId === filter.tenantId &&
    (filter.model === undefined || filter.model.includes(task.model)) &&
    (filter.status === undefined || filter.status.includes(status)) &&
    (filter.externalId === undefined || filter.externalId === task.externalId) &&
    task.createdAt >= (filter.createdFrom ?? 0) &&
    task.createdAt <= (filter.createdTo ?? Number.POSITIVE_INFINITY)
  )
}
