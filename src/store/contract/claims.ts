import { expect, it } from 'vitest'
import { points } from '../../core/points.ts'
import { transition } from '../../core/transitions.ts'
import type { Bench } from '../contract.ts'
import { recordHandle, recordProgress, recordUncertain, requeue, settle } from './moves.ts'
import {
  aCancel,
  aClaimedTask,
  anEnd,
  anOffer,
  aPayer,
  aTask,
  attempted,
  claimed,
  claimedDeliveries,
  HOLDER,
  LEASE_MS,
  OTHER_HOLDER,
  only,
  POOL,
  START,
  submitted,
} from './samples.ts'

export function claimsContract(bench: Bench): void {
  const account = { account: 'a1', provider: 'lumen', slots: 10 }

  it('a claim stores the account of a task, and leases the task', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, aTask({ timeoutMs: 7_000 }))
    const task = only(await claimed(bench.store, 1, { now: START + 5 }))
    expect(task).toMatchObject({ status: 'submitting', account: 'a1', provider: 'lumen', attempts: 1, claim: 1 })
    expect(task).toMatchObject({
      leaseUntil: START + 5 + LEASE_MS,
      claimedAt: START + 5,
      calledAt: null,
      deadlineAt: START + 5 + 7_000,
    })
    expect(await bench.store.getTask({ id: task.id })).toEqual(task)
  })

  it('a claim returns no task without an account, a slot, a limit or a waiting task in its pool', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, aTask())
    const ask = { pool: POOL, offers: [anOffer([account])], limit: 5, leaseMs: LEASE_MS, holder: HOLDER, now: START }
    const none = { tasks: [], isFull: false }
    expect(await bench.store.claimPending({ ...ask, offers: [anOffer([])] })).toEqual(none)
    expect(await bench.store.claimPending({ ...ask, limit: 0 })).toEqual(none)
    expect(await bench.store.claimPending({ ...ask, pool: 'another' })).toEqual(none)
    const full = [anOffer([{ ...account, slots: 0 }])]
    expect(await bench.store.claimPending({ ...ask, offers: full })).toEqual({ tasks: [], isFull: true })
    const { tasks, isFull } = await bench.store.claimPending(ask)
    expect({ claimed: tasks.length, isFull }).toEqual({ claimed: 1, isFull: false })
    const busy = await bench.store.claimPending({ ...ask, offers: [anOffer([{ ...account, slots: 1 }])] })
    expect(busy).toEqual({ tasks: [], isFull: true })
    expect(await bench.store.claimPending(ask)).toEqual(none)
  })

  it('a claim spreads tasks over the accounts, the one with the most free slots first', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...Array.from({ length: 10 }, () => aTask()))
    const accounts = [
      { account: 'small', provider: 'lumen', slots: 1 },
      { account: 'big', provider: 'lumen', slots: 4 },
    ]
    const { tasks } = await bench.store.claimPending({
      pool: POOL,
      offers: [anOffer(accounts)],
      limit: 9,
      leaseMs: LEASE_MS,
      holder: HOLDER,
      now: START,
    })
    expect(tasks.map((task) => task.account).sort()).toEqual(['big', 'big', 'big', 'big', 'small'])
    expect(
      await bench.store.claimPending({
        pool: POOL,
        offers: [anOffer(accounts)],
        limit: 9,
        leaseMs: LEASE_MS,
        holder: HOLDER,
        now: START,
      }),
    ).toEqual({ tasks: [], isFull: true })
  })

  it('an account that runs more than its slots allow takes no room from another', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...Array.from({ length: 6 }, () => aTask()))
    expect(await claimed(bench.store, 4)).toHaveLength(4)
    const accounts = [
      { ...account, slots: 1 },
      { ...account, account: 'a2', slots: 2 },
    ]
    const { tasks } = await bench.store.claimPending({
      pool: POOL,
      offers: [anOffer(accounts)],
      limit: 9,
      leaseMs: LEASE_MS,
      holder: HOLDER,
      now: START,
    })
    expect(tasks.map((task) => task.account)).toEqual(['a2', 'a2'])
  })

  it('a slot is filled once by many claims at the same time, also for an account that never ran a task', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...Array.from({ length: 40 }, () => aTask()))
    const other = await bench.place.open()
    const rounds = await Promise.all(Array.from({ length: 12 }, (_, n) => claimed(n % 2 ? other : bench.store, 5)))
    await other.close()
    expect(rounds.flat()).toHaveLength(5)
    expect(new Set(rounds.flat().map((task) => task.id)).size).toBe(5)
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('the slots of an account that is in two pools are counted once', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...Array.from({ length: 40 }, (_, n) => aTask({ pool: n % 2 ? 'p1' : 'p2' })))
    const other = await bench.place.open()
    const rounds = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        (n % 2 ? other : bench.store)
          .claimPending({
            pool: n % 4 < 2 ? 'p1' : 'p2',
            offers: [anOffer([{ ...account, slots: 7 }])],
            limit: 5,
            leaseMs: LEASE_MS,
            holder: HOLDER,
            now: START,
          })
          .then(({ tasks }) => tasks),
      ),
    )
    await other.close()
    expect(rounds.flat()).toHaveLength(7)
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a tenant with one task gets its turn before the rest of one with a thousand', async () => {
    await aPayer(bench.store)
    await aPayer(bench.store, { id: 't2' })
    await submitted(bench.store, ...Array.from({ length: 1_000 }, () => aTask()))
    await submitted(bench.store, aTask({ tenantId: 't2', keyId: 'k2' }))
    const first = await claimed(bench.store, 2)
    expect(first.map((task) => task.tenantId).sort()).toEqual(['t1', 't2'])
  })

  it('slots are shared evenly between tenants, over many rounds', async () => {
    for (const id of ['t1', 't2', 't3']) await aPayer(bench.store, { id })
    const many = (tenantId: string, keyId: string, count: number) =>
      Array.from({ length: count }, () => aTask({ tenantId, keyId }))
    await submitted(bench.store, ...many('t1', 'k1', 100), ...many('t2', 'k2', 20), ...many('t3', 'k3', 20))
    const served: Record<string, number> = {}
    for (let round = 0; round < 10; round++) {
      // Fewer slots than tenants, so that a round alone cannot be fair.
      const tasks = await claimed(bench.store, 2, { now: START + round })
      for (const task of tasks) {
        served[task.tenantId] = (served[task.tenantId] ?? 0) + 1
        await settle(bench.store, anEnd(task, { now: START + round }))
      }
    }
    expect(Object.values(served).reduce((sum, count) => sum + count)).toBe(20)
    for (const count of Object.values(served)) expect(count).toBeGreaterThanOrEqual(6)
  })

  it('a tenant is served after those that were served before its last turn, also when only it waited then', async () => {
    for (const id of ['t1', 't2', 't3']) await aPayer(bench.store, { id })
    async function servedOf(...tenants: string[]): Promise<string[]> {
      const tasks = tenants.map((tenantId) => aTask({ tenantId, keyId: tenantId.replace('t', 'k') }))
      await submitted(bench.store, ...tasks)
      const served: string[] = []
      for (const _ of tasks) {
        const task = only(await claimed(bench.store, 1))
        served.push(task.tenantId)
        await settle(bench.store, anEnd(task))
      }
      return served
    }
    for (const tenant of ['t1', 't2', 't3', 't1']) await servedOf(tenant)
    expect(await servedOf('t1', 't3')).toEqual(['t3', 't1'])
  })

  it('a slot that a tenant cannot use goes to another tenant', async () => {
    await aPayer(bench.store)
    await aPayer(bench.store, { id: 't2' })
    await submitted(bench.store, ...Array.from({ length: 5 }, () => aTask()))
    await submitted(bench.store, aTask({ tenantId: 't2', keyId: 'k2' }))
    expect(await claimed(bench.store, 5)).toHaveLength(5)
  })

  it('a task is not claimed before it is due', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    await requeue(bench.store, { id: task.id, claim: task.claim, dueAt: START + 1_000, log: 'busy', now: START })
    await submitted(bench.store, aTask({ createdAt: START + 500 }))
    expect((await claimed(bench.store, 9, { now: START + 999 })).map(({ id }) => id)).not.toContain(task.id)
    expect((await claimed(bench.store, 9, { now: START + 1_000 })).map(({ id }) => id)).toEqual([task.id])
  })

  it('a task that was cancelled while it waited is not claimed', async () => {
    await aPayer(bench.store)
    const [gone, here] = [aTask(), aTask()]
    await submitted(bench.store, gone, here)
    await settle(bench.store, aCancel(gone.id))
    expect((await claimed(bench.store, 9)).map(({ id }) => id)).toEqual([here.id])
  })

  it('a waiting task is either cancelled or claimed, never both', async () => {
    await aPayer(bench.store)
    const other = await bench.place.open()
    for (let round = 0; round < 10; round++) {
      const task = aTask()
      await submitted(bench.store, task)
      const [cancelled, taken] = await Promise.all([settle(other, aCancel(task.id)), claimed(bench.store, 100)])
      expect(taken).toHaveLength(cancelled ? 0 : 1)
    }
    await other.close()
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a running task is leased again once its lease has run out, and not before', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    const ask = { limit: 5, leaseMs: LEASE_MS, holder: OTHER_HOLDER }
    expect(await bench.store.claimDue({ ...ask, now: START + LEASE_MS - 1 })).toEqual([])
    const again = only(await bench.store.claimDue({ ...ask, now: START + LEASE_MS }))
    expect(again).toMatchObject({ id: task.id, claim: 2, status: 'submitting', leaseUntil: START + 2 * LEASE_MS })
    expect(await bench.store.claimDue({ ...ask, now: START + LEASE_MS })).toEqual([])
  })

  it('the tasks that are due longest are claimed first, and no more than the limit', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, aTask(), aTask(), aTask())
    const tasks = await claimed(bench.store, 3)
    for (const [n, { id, claim }] of tasks.entries()) {
      const dueAt = START + 100 - n
      await recordProgress(bench.store, { id, claim, progress: 1, dueAt, deliveries: [], now: START })
    }
    const due = await bench.store.claimDue({ limit: 2, leaseMs: LEASE_MS, holder: HOLDER, now: START + 200 })
    expect(due.map(({ id }) => id)).toEqual([tasks[2]?.id, tasks[1]?.id])
  })

  it('a due task is leased to one of many processes that claim at the same time', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...Array.from({ length: 30 }, () => aTask()))
    await claimed(bench.store, 30)
    const other = await bench.place.open()
    const now = START + LEASE_MS
    const rounds = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 ? other : bench.store).claimDue({ limit: 4, leaseMs: LEASE_MS, holder: OTHER_HOLDER, now }),
      ),
    )
    await other.close()
    const ids = rounds.flat().map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(0)
  })

  it('every write of a holder that lost its lease is refused', async () => {
    await aPayer(bench.store)
    const old = await aClaimedTask(bench.store)
    const task = only(
      await bench.store.claimDue({ limit: 1, leaseMs: LEASE_MS, holder: OTHER_HOLDER, now: START + LEASE_MS }),
    )
    const { id, claim } = old
    const rest = { id, claim, dueAt: START + 1, now: START }
    expect(await recordHandle(bench.store, { ...rest, handle: 'h', deliveries: [] })).toBe(false)
    expect(await recordProgress(bench.store, { ...rest, progress: 50, deliveries: [] })).toBe(false)
    expect(await recordUncertain(bench.store, { ...rest, log: 'x' })).toBe(false)
    expect(await requeue(bench.store, { ...rest, log: 'x' })).toBe(false)
    expect(await settle(bench.store, anEnd(old, { consumedPoints: points(100) }))).toBeUndefined()
    expect(await bench.store.renewLeases({ leases: [old], leaseMs: LEASE_MS, holder: HOLDER, now: START })).toEqual([])
    expect(await bench.store.getTask({ id })).toEqual(task)
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('the leases that are still held are renewed, and their tasks returned', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, aTask(), aTask(), aTask())
    const [kept, ended, lost] = await claimed(bench.store, 3)
    if (!kept || !ended || !lost) throw new Error('Three were claimed.')
    await settle(bench.store, anEnd(ended))
    const leases = [kept, ended, { id: lost.id, claim: 0 }]
    const now = START + LEASE_MS - 1
    expect(await bench.store.renewLeases({ leases, leaseMs: LEASE_MS, holder: HOLDER, now })).toEqual([kept.id])
    const due = await bench.store.claimDue({ limit: 9, leaseMs: LEASE_MS, holder: OTHER_HOLDER, now: START + LEASE_MS })
    expect(due.map(({ id }) => id)).toEqual([lost.id])
  })

  it('every lease is due at once after a restart, and a retry keeps its time', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, aTask(), aTask())
    const [running, waiting] = await claimed(bench.store, 2)
    if (!running || !waiting) throw new Error('Two were claimed.')
    const dueAt = START + 5_000
    await requeue(bench.store, { id: waiting.id, claim: waiting.claim, dueAt, log: 'busy', now: START })
    const deliveries = ['one', 'two'].map((body) => ({ url: 'https://client.example', body, headers: {} }))
    await bench.store.addDeliveries({ taskId: running.id, tenantId: 't1', deliveries, now: START })
    const sent = await claimedDeliveries(bench.store)
    const [retried, cut] = sent
    if (!retried || !cut) throw new Error('Two deliveries were claimed.')
    const retryAt = START + 10 * LEASE_MS
    await attempted(bench.store, retried, { httpStatus: 500, status: 'pending', dueAt: retryAt })

    expect(await bench.store.releaseLeases({ now: START + 1, leaseMs: LEASE_MS })).toBe(1)
    const due = await bench.store.claimDue({ limit: 9, leaseMs: LEASE_MS, holder: HOLDER, now: START + 1 })
    expect(due.map(({ id }) => id)).toEqual([running.id])
    const again = await claimedDeliveries(bench.store, { now: START + 1 })
    expect(again.map(({ id }) => id)).toEqual([cut.id])
    expect(await bench.store.getTask({ id: waiting.id })).toMatchObject({ status: 'pending', dueAt })
  })

  it('a task whose lease has run out is offered to other processes, not to its holder, which may still work on it', async () => {
    await aPayer(bench.store)
    const { id } = await aClaimedTask(bench.store)
    const lapsed = { limit: 9, leaseMs: LEASE_MS, now: START + LEASE_MS }
    expect(await bench.store.claimDue({ ...lapsed, holder: HOLDER })).toEqual([])
    expect(await bench.store.claimDue({ ...lapsed, holder: OTHER_HOLDER })).toMatchObject([{ id }])
  })

  it('a move that was computed before a renewal does not shorten the lease', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    const step = transition(task, { kind: 'progressed', progress: 10, dueAt: null }, START)
    if (!step) throw new Error('A claimed task can progress.')
    const leases = [{ id: task.id, claim: task.claim }]
    await bench.store.renewLeases({ leases, leaseMs: LEASE_MS, holder: HOLDER, now: START + 10_000 })
    await bench.store.applyChange({ change: { transition: step, assets: [], deliveries: [], now: START } })
    const stored = await bench.store.getTask({ id: task.id })
    expect(stored).toMatchObject({ progress: 10, leaseUntil: START + 10_000 + LEASE_MS })
  })

  it('the store says when the next running task is due, or that none runs', async () => {
    await aPayer(bench.store)
    expect(await bench.store.nextDueAt({})).toBeNull()
    await submitted(bench.store, aTask())
    expect(await bench.store.nextDueAt({})).toBeNull()
    const task = only(await claimed(bench.store, 1))
    expect(await bench.store.nextDueAt({})).toBeNull() // a process has it
    await recordHandle(bench.store, { ...task, handle: 'h', dueAt: START + 7, now: START })
    expect(await bench.store.nextDueAt({})).toBe(START + 7)
    await settle(bench.store, anEnd(task))
    expect(await bench.store.nextDueAt({})).toBeNull()
  })
}
