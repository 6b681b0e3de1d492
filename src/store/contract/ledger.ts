import { expect, it } from 'vitest'
import { points } from '../../core/points.ts'
import type { Bench } from '../contract.ts'
import { settle } from './moves.ts'
import { aClaimedTask, anEnd, aPayer, aTask, claimed, START, submitted } from './samples.ts'

export function ledgerContract(bench: Bench): void {
  const credit = (id: string, amount: number, tenantId = 't1') =>
    bench.store.credit({ id, tenantId, amount: points(amount), memo: 'm', now: START })
  const balance = async () => bench.store.getBalance({ tenantId: 't1' })

  it('a credit is booked once for its id, however often and simultaneously it is sent', async () => {
    await aPayer(bench.store, { credit: 100 })
    const other = await bench.place.open()
    const booked = await Promise.all(
      [bench.store, other, bench.store, other].map((store) =>
        store.credit({ id: 'payment-1', tenantId: 't1', amount: points(50), memo: 'paid', now: START }),
      ),
    )
    await other.close()
    expect(booked.filter(Boolean)).toHaveLength(1)
    expect(await credit('payment-1', 999)).toBe(false)
    expect(await bench.store.getCredit({ id: 'payment-1' })).toEqual({ tenantId: 't1', amount: 50 })
    expect(await bench.store.getCredit({ id: 'payment-2' })).toBeUndefined()
    expect(await balance()).toMatchObject({ available: 150 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('the vitals sum up all tenants, and know the task that has waited longest', async () => {
    const nothing = { oldestPendingAt: null, availablePoints: 0, heldPoints: 0, storedBytes: 0, balanceFaults: 0 }
    expect(await bench.store.vitals({})).toEqual(nothing)
    await aPayer(bench.store, { credit: 500 })
    const times = [START + 5, START, START + 9]
    const tasks = times.map((at) => aTask({ createdAt: at, deadlineAt: at + 100, pricePoints: points(20) }))
    await submitted(bench.store, ...tasks)
    const sums = { availablePoints: 440, heldPoints: 60 }
    expect(await bench.store.vitals({})).toEqual({ ...nothing, ...sums, oldestPendingAt: START })
    await bench.place.sql('update balances set credited = credited - 1')
    expect(await bench.store.vitals({})).toMatchObject({ ...sums, balanceFaults: 1 })
  })

  it('credit can be taken back, but not below zero, and not what is held', async () => {
    await aPayer(bench.store, { credit: 500 })
    await submitted(bench.store, aTask({ pricePoints: points(200) }))
    expect(await credit('back-1', -301)).toBe(false)
    expect(await credit('back-1', -300)).toBe(true)
    expect(await credit('back-2', -1)).toBe(false)
    expect(await balance()).toMatchObject({ available: 0, held: 200 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a credit of zero and a credit for an unknown tenant are not booked', async () => {
    await aPayer(bench.store, { credit: 500 })
    expect(await credit('nothing', 0)).toBe(false)
    expect(await credit('stray', 10, 'nobody')).toBe(false)
    expect(await bench.store.summary({})).toMatchObject({ transactions: 1 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('amounts beyond 32 bits are exact', async () => {
    await aPayer(bench.store, { credit: 5_000_000_000_000_001 })
    await submitted(bench.store, aTask({ pricePoints: points(4_000_000_000_000_000) }))
    expect(await balance()).toMatchObject({ available: 1_000_000_000_000_001, held: 4_000_000_000_000_000 })
    expect((await bench.store.summary({})).points).toMatchObject({ funding: -5_000_000_000_000_001 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('the same credit is never both taken back and spent', async () => {
    await aPayer(bench.store, { credit: 1_000 })
    const other = await bench.place.open()
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const id = `back-${n}`
        return n % 2
          ? submitted(other, aTask())
          : bench.store.credit({ id, tenantId: 't1', amount: points(-100), memo: 'm', now: START })
      }),
    )
    await other.close()
    expect(await balance()).toMatchObject({ available: 0 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  /** One task of each kind: completed and paid, failed, running, parked, free of charge, purged. */
  async function someHistory(): Promise<Record<'done' | 'failed' | 'running' | 'staged', string>> {
    await aPayer(bench.store, { credit: 10_000, tenant: { maxConcurrent: 3 } })
    await aPayer(bench.store, { id: 't2' })
    const gone = await aClaimedTask(bench.store, { createdAt: START - 1, recordExpiresAt: START })
    await settle(bench.store, anEnd(gone, { consumedPoints: points(30) }))
    await bench.store.purgeTasks({ now: START, limit: 10 })
    await submitted(bench.store, aTask(), aTask(), aTask(), aTask(), aTask({ pricePoints: points(0) }))
    const [done, failed, running] = await claimed(bench.store, 3)
    if (!done || !failed || !running) throw new Error('Three tasks were to be claimed.')
    const [parked] = await bench.store.listTasks({ tenantId: 't1', status: ['staged'], limit: 1 })
    if (!parked) throw new Error('One task was to be parked.')
    await settle(bench.store, anEnd(done, { consumedPoints: points(60) }))
    await settle(bench.store, anEnd(failed, { to: 'failed' }))
    await submitted(bench.store, aTask(), aTask(), aTask())
    const [staged] = await bench.store.listTasks({ tenantId: 't1', status: ['staged'], limit: 1 })
    if (!staged) throw new Error('One task was to be parked again.')
    return { done: done.id, failed: failed.id, running: running.id, staged: staged.id }
  }

  it('the reconciliation finds no fault in what the verbs of the store wrote', async () => {
    await someHistory()
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('the database itself refuses a transaction that does not sum to zero', async () => {
    const { done } = await someHistory()
    const change = `update ledger_transactions set available = available + 1 where id = '${done}:hold'`
    await expect(bench.place.sql(change)).rejects.toThrow(/constraint/i)
    expect(await bench.store.reconcile({})).toEqual([])
  })

  const faults: [string, (ids: Awaited<ReturnType<typeof someHistory>>) => string, string[]][] = [
    [
      'a hold that was changed',
      ({ done }) =>
        `update ledger_transactions set available = available + 1, held = held - 1 where id = '${done}:hold'`,
      [
        'a hold that has ended is zero, whether or not its task is still on record',
        'the hold is the price of the task',
        'the cached balance is the sum of the ledger',
        'what a key has spent is what its tasks and calls hold and have consumed',
      ],
    ],
    [
      'a transaction of another tenant',
      ({ done }) => `update ledger_transactions set tenant_id = 't2' where id = '${done}:settle'`,
      ['a transaction of a task has the tenant of the task', 'the cached balance is the sum of the ledger'],
    ],
    [
      'a transaction that moves nothing',
      () => `insert into ledger_transactions (id, tenant_id, kind, at) values ('empty', 't1', 'credit', 1)`,
      ['every transaction moves something'],
    ],
    [
      'a task at work whose hold is gone',
      ({ running }) => `delete from ledger_transactions where id = '${running}:hold'`,
      ['a task at work holds its price', 'the cached balance is the sum of the ledger'],
    ],
    [
      'a task at work whose hold has ended',
      ({ done, running }) =>
        `update tasks set status = 'processing', account = 'a1' where id = '${done}' and id <> '${running}'`,
      ['a task at work holds its price', 'the counts of unfinished tasks are right'],
    ],
    [
      'an ended task that still holds',
      ({ running }) => `update tasks set status = 'failed' where id = '${running}'`,
      ['an ended task holds nothing', 'a hold that has ended is zero, whether or not its task is still on record'],
    ],
    [
      'a hold whose task is gone',
      ({ running }) => `delete from tasks where id = '${running}'`,
      ['a hold that has ended is zero, whether or not its task is still on record'],
    ],
    [
      'a price that is not the hold',
      ({ running }) => `update tasks set price = price + 1 where id = '${running}'`,
      ['the hold is the price of the task'],
    ],
    [
      'a failed task that consumed',
      ({ failed }) => `update tasks set consumed = 1 where id = '${failed}'`,
      ['a failed or cancelled task consumes nothing'],
    ],
    [
      'a completed task with another amount consumed',
      ({ done }) => `update tasks set consumed = 61 where id = '${done}'`,
      ['what a task consumed is what the operator earned by it'],
    ],
    [
      'a balance that is off',
      () => `update balances set available = available + 1 where tenant_id = 't1'`,
      ['the cached balance is the sum of the ledger'],
    ],
    [
      'a hold in the balance that is off',
      () => `update balances set held = held + 1 where tenant_id = 't1'`,
      ['the cached balance is the sum of the ledger'],
    ],
    [
      'counts of a tenant that are off',
      () => `update balances set active = active + 1, staged = staged - 1 where tenant_id = 't1'`,
      ['the counts of unfinished tasks are right'],
    ],
    [
      'counts of a key that are off',
      () => `update api_keys set active = active + 1 where id = 'k1'`,
      ['the counts of a key are right'],
    ],
    [
      'spending of a key that is off',
      () => `update api_keys set spent = spent - 1 where id = 'k1'`,
      ['what a key has spent is what its tasks and calls hold and have consumed'],
    ],
    [
      'a line that counts wrongly',
      () => `update lines set running = running + 1`,
      ['the counts of running tasks in a line are right'],
    ],
    ['a line that is missing', () => `delete from lines`, ['a running task is counted in its line and at its account']],
    [
      'an account that counts wrongly',
      () => `update account_loads set running = running - 1`,
      ['the load of an account is right'],
    ],
    [
      'an account that is missing',
      () => `delete from account_loads`,
      ['a running task is counted in its line and at its account'],
    ],
    [
      'a count of the history that is off',
      () => `update task_counts set tasks = tasks + 1`,
      ['the counts of the history are right'],
    ],
    [
      'a count of the history that is missing',
      () => `delete from task_counts`,
      ['the counts of the history are right'],
    ],
  ]

  it.each(faults)('the reconciliation finds %s', async (_, plant, rules) => {
    await bench.place.sql(plant(await someHistory()))
    const found = (await bench.store.reconcile({})).map(({ rule }) => rule)
    for (const rule of rules) expect(found).toContain(rule)
  })

  it('the reconciliation names the task and its wrong number', async () => {
    const { done } = await someHistory()
    await bench.place.sql(`update tasks set consumed = 61 where id = '${done}'`)
    expect(await bench.store.reconcile({})).toEqual([
      { rule: 'what a task consumed is what the operator earned by it', subject: done, found: '61' },
    ])
  })

  it('the reconciliation rebuilds every cached number', async () => {
    await someHistory()
    // A day without tasks may have a count of zero or none.
    const look = (table: string) =>
      bench.place.sql(`select * from ${table} ${table === 'task_counts' ? 'where tasks > 0' : ''} order by 1, 2`)
    const tables = ['balances', 'api_keys', 'lines', 'account_loads', 'task_counts']
    const lookAtAll = async () => {
      const rows: unknown[] = []
      for (const table of tables) rows.push(await look(table)) // one connection has one query at a time
      return rows
    }
    const before = await lookAtAll()
    await bench.place.sql('update balances set available = 7, held = 7, active = 7, staged = 7')
    await bench.place.sql('update api_keys set spent = 7, active = 7, staged = 7')
    await bench.place.sql('update lines set running = 7')
    await bench.place.sql('update account_loads set running = 7')
    await bench.place.sql('update task_counts set tasks = 7, day = day + 100')
    expect(await bench.store.reconcile({})).not.toEqual([])
    await bench.store.rebuildBalances({ now: START })
    expect(await bench.store.reconcile({})).toEqual([])
    const after = await lookAtAll()
    expect(after).toEqual(before)
  })

  it('the reconciliation rebuilds a missing row of a queue', async () => {
    await someHistory()
    await bench.place.sql('delete from lines')
    await bench.store.rebuildBalances({ now: START })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a rebuild loses nothing of simultaneous writes', async () => {
    await aPayer(bench.store)
    const other = await bench.place.open()
    const writes = Array.from({ length: 25 }, async () => {
      await submitted(other, aTask())
      for (const task of await claimed(other, 5)) await settle(other, anEnd(task, { consumedPoints: points(10) }))
    })
    const rebuilds = Array.from({ length: 5 }, () => bench.store.rebuildBalances({ now: START }))
    await Promise.all([...writes, ...rebuilds])
    await other.close()
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a summary adds up points, transactions and tasks', async () => {
    await someHistory()
    expect(await bench.store.summary({})).toEqual({
      points: { available: 10_000 + 1_000_000 - 90 - 500, held: 500, revenue: 90, funding: -1_010_000 },
      transactions: 2 + 2 + 4 + 3 + 2,
      tasks: expect.objectContaining({ completed: 1, failed: 1, submitting: 1 }),
    })
  })
}
