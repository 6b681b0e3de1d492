import { expect, it } from 'vitest'
import { DAY_MS } from '../../core/clock.ts'
import type { Task } from '../../core/task.ts'
import type { Bench } from '../contract.ts'
import type { AccountSlots, Offer, Store } from '../store.ts'
import { requeue, settle } from './moves.ts'
import { anEnd, anOffer, aPayer, aTask, HOLDER, LEASE_MS, only, POOL, START, submitted } from './samples.ts'

const IMAGE = 'lumen/still-1/text_to_image'
const SOUND = 'lumen/tone-1/text_to_sound'

/** Which account a waiting task goes to, and whose task an account gets, with several tenants, operations and accounts. */
export function offersContract(bench: Bench): void {
  function claim(offers: Offer[], with_: { on?: Store; limit?: number; now?: number; pool?: string } = {}) {
    const { on = bench.store, limit = 1_000, now = START, pool = POOL } = with_
    return on.claimPending({ pool, offers, limit, leaseMs: LEASE_MS, holder: HOLDER, now }).then(({ tasks }) => tasks)
  }
  const many = (count: number, with_: Parameters<typeof aTask>[0] = {}) =>
    Array.from({ length: count }, () => aTask(with_))
  const accountsOf = (tasks: readonly Task[]) => tasks.map(({ account }) => account)
  const countBy = (names: readonly (string | null)[]) => {
    const counts: Record<string, number> = {}
    for (const name of names) counts[String(name)] = (counts[String(name)] ?? 0) + 1
    return counts
  }

  it('the account of the highest priority is filled first, and the next one takes the rest', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...many(5))
    const accounts = [
      { account: 'low', slots: 9, priority: -1 },
      { account: 'high', slots: 2, priority: 5 },
      { account: 'middle', slots: 2 },
    ]
    expect(accountsOf(await claim([anOffer(accounts)]))).toEqual(['high', 'high', 'middle', 'middle', 'low'])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('accounts of one priority share work by their weights and slots', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...many(36))
    const accounts = [
      { account: 'light', slots: 10, weight: 1 },
      { account: 'heavy', slots: 10, weight: 2 },
      { account: 'large', slots: 40, weight: 1 },
    ]
    // After every claim, each account runs tasks in proportion to its weight times its slots, in small steps or at once.
    const running: (string | null)[] = []
    for (const limit of [1, 2, 4, 7]) running.push(...accountsOf(await claim([anOffer(accounts)], { limit })))
    expect(countBy(running)).toEqual({ light: 2, heavy: 4, large: 8 })
    running.push(...accountsOf(await claim([anOffer(accounts)], { limit: 21 })))
    expect(countBy(running)).toEqual({ light: 5, heavy: 10, large: 20 })
  })

  it('an account begins no more in a UTC day than its cap, and goes on the next day', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...many(9))
    const offers = [anOffer([{ account: 'a1', slots: 10, dailyCap: 3 }])]
    const evening = START + DAY_MS - 1_000
    const first = await claim(offers, { now: evening, limit: 2 })
    expect(first).toHaveLength(2)
    for (const task of first) await settle(bench.store, anEnd(task, { now: evening })) // an ended task still counts
    expect(await claim(offers, { now: evening })).toHaveLength(1)
    expect(await claim(offers, { now: START + DAY_MS - 1 })).toHaveLength(0)
    expect(await bench.store.listLoads({ now: evening })).toEqual([{ account: 'a1', running: 1, begunToday: 3 }])
    expect(await bench.store.listLoads({ now: START + DAY_MS })).toEqual([{ account: 'a1', running: 1, begunToday: 0 }])
    expect(await claim(offers, { now: START + DAY_MS })).toHaveLength(3)
    expect(await claim(offers, { now: START + 2 * DAY_MS - 1 })).toHaveLength(0)
    expect(await bench.store.listLoads({ now: START + DAY_MS })).toEqual([{ account: 'a1', running: 4, begunToday: 3 }])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task goes to another account when the first has reached its daily cap', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...many(4))
    const accounts = [
      { account: 'capped', slots: 10, priority: 1, dailyCap: 1 },
      { account: 'free', slots: 10 },
    ]
    expect(accountsOf(await claim([anOffer(accounts)]))).toEqual(['capped', 'free', 'free', 'free'])
  })

  it('a task that an account turned away does not count towards its daily cap', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...many(3))
    const offers = [anOffer([{ account: 'a1', slots: 10, dailyCap: 2 }])]
    for (let round = 0; round < 3; round++) {
      const [task] = await claim(offers, { limit: 1 })
      if (!task) throw new Error('The cap is used up by a task that was never begun.')
      await requeue(bench.store, { id: task.id, claim: task.claim, dueAt: START, log: 'too many', now: START })
    }
    // Begun on one day and turned away on the next: it no longer counts on the first day.
    const late = only(await claim(offers, { limit: 1, now: START + DAY_MS - 1 }))
    expect(await claim(offers, { now: START + DAY_MS, limit: 1 })).toHaveLength(1)
    await requeue(bench.store, { id: late.id, claim: late.claim, dueAt: START, log: 'x', now: START + DAY_MS })
    expect(await bench.store.listLoads({ now: START + DAY_MS })).toEqual([{ account: 'a1', running: 1, begunToday: 1 }])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('simultaneous claims never begin more than a daily cap allows', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...many(40))
    const other = await bench.place.open()
    const offers = [anOffer([{ account: 'a1', slots: 100, dailyCap: 7 }])]
    const rounds = await Promise.all(
      Array.from({ length: 10 }, (_, n) => claim(offers, { on: n % 2 ? other : bench.store, limit: 3 })),
    )
    await other.close()
    expect(rounds.flat()).toHaveLength(7)
    expect(await bench.store.listLoads({ now: START })).toEqual([{ account: 'a1', running: 7, begunToday: 7 }])
  })

  it('the account that turned a task away is tried after all others, whatever their priority', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, aTask())
    const best = { account: 'best', slots: 5, priority: 9 }
    const other = { account: 'other', slots: 5 }
    const first = only(await claim([anOffer([best, other])]))
    expect(first.account).toBe('best')
    await requeue(bench.store, { id: first.id, claim: first.claim, dueAt: START, log: 'busy', now: START })
    await submitted(bench.store, aTask())
    const accounts = new Map((await claim([anOffer([best, other])])).map(({ id, account }) => [id, account]))
    expect(accounts.get(first.id)).toBe('other')
    expect([...accounts.values()].sort()).toEqual(['best', 'other']) // no other task avoids it
  })

  it('the account that turned a task away is tried again when there is no other', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, aTask())
    const offers = [anOffer([{ account: 'only' }])]
    const first = only(await claim(offers))
    await requeue(bench.store, { id: first.id, claim: first.claim, dueAt: START, log: 'busy', now: START })
    expect(only(await claim(offers))).toMatchObject({ id: first.id, account: 'only', attempts: 2 })
  })

  it('each of several operations goes to the accounts that perform it', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...many(2), ...many(2, { operation: IMAGE }), ...many(2, { operation: SOUND }))
    const tasks = await claim([anOffer([{ account: 'films' }]), anOffer([{ account: 'stills' }], IMAGE)])
    expect(tasks.map(({ operation, account }) => `${operation} ${account}`).sort()).toEqual(
      [...many(2).map(({ operation }) => `${operation} films`), `${IMAGE} stills`, `${IMAGE} stills`].sort(),
    )
    expect(await bench.store.listWaiting({})).toEqual([{ pool: POOL, operation: SOUND }])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a full account for one operation does not hold up another operation of the same tenant', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...many(20), ...many(2, { operation: IMAGE }))
    const offers = [anOffer([{ account: 'films', slots: 1 }]), anOffer([{ account: 'stills', slots: 5 }], IMAGE)]
    expect(countBy(accountsOf(await claim(offers)))).toEqual({ films: 1, stills: 2 })
  })

  it('the slots of an account are counted once for all operations that share it', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...many(5), ...many(5, { operation: IMAGE }))
    const accounts = [{ account: 'both', slots: 4 }]
    const tasks = await claim([anOffer(accounts), anOffer(accounts, IMAGE)])
    expect(tasks).toHaveLength(4)
    // A tenant's own operations take turns.
    expect(countBy(tasks.map(({ operation }) => operation))).toEqual({ [only(many(1)).operation]: 2, [IMAGE]: 2 })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('slots are shared evenly between tenants, whichever and however many operations they wait for', async () => {
    for (const id of ['t1', 't2', 't3']) await aPayer(bench.store, { id })
    await submitted(
      bench.store,
      ...many(30),
      ...many(30, { operation: IMAGE }),
      ...many(30, { operation: SOUND }),
      ...many(30, { tenantId: 't2', keyId: 'k2' }),
      ...many(30, { tenantId: 't3', keyId: 'k3', operation: SOUND }),
    )
    const accounts: AccountSlots[] = anOffer([{ account: 'all', slots: 12 }]).accounts
    const offers = [anOffer(accounts), anOffer(accounts, IMAGE), anOffer(accounts, SOUND)]
    const served: Record<string, number> = {}
    for (let round = 0; round < 10; round++) {
      const tasks = await claim(offers, { limit: 4, now: START + round })
      for (const task of tasks) {
        served[task.tenantId] = (served[task.tenantId] ?? 0) + 1
        await settle(bench.store, anEnd(task, { now: START + round }))
      }
    }
    expect(Object.values(served).reduce((sum, count) => sum + count)).toBe(40)
    for (const count of Object.values(served)) expect([13, 14]).toContain(count)
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('the tenant that runs least gets the next slot, although it runs another operation', async () => {
    for (const id of ['t1', 't2']) await aPayer(bench.store, { id })
    await submitted(bench.store, ...many(3, { operation: IMAGE }))
    const accounts = [{ account: 'both', slots: 4 }]
    expect(await claim([anOffer(accounts, IMAGE)])).toHaveLength(3)
    await submitted(bench.store, ...many(3), ...many(3, { tenantId: 't2', keyId: 'k2' }))
    expect(only(await claim([anOffer(accounts)]))).toMatchObject({ tenantId: 't2' })
  })

  it('single tasks are served before those of batches, for every operation', async () => {
    await aPayer(bench.store)
    const batchId = only(many(1)).id
    await submitted(bench.store, ...many(2, { batchId }), ...many(2, { batchId, operation: IMAGE }))
    const [film, still] = [aTask(), aTask({ operation: IMAGE })]
    await submitted(bench.store, film, still)
    const accounts = [{ account: 'both', slots: 2 }]
    const tasks = await claim([anOffer(accounts), anOffer(accounts, IMAGE)])
    expect(tasks.map(({ id }) => id).sort()).toEqual([film.id, still.id].sort())
  })

  it('slots are filled once when two nodes offer different operations of a shared account', async () => {
    await aPayer(bench.store)
    await submitted(bench.store, ...many(20), ...many(20, { operation: IMAGE }))
    const other = await bench.place.open()
    const shared = [
      { account: 'a1', slots: 5 },
      { account: 'a2', slots: 4 },
    ]
    const rounds = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        claim([anOffer(n % 3 ? shared : shared.toReversed(), n % 2 ? IMAGE : undefined)], {
          on: n % 2 ? other : bench.store,
          limit: 3,
        }),
      ),
    )
    await other.close()
    const tasks = rounds.flat()
    expect(countBy(accountsOf(tasks))).toEqual({ a1: 5, a2: 4 })
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(9)
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('no task is claimed twice when two nodes claim from two pools and two operations at once', async () => {
    for (const id of ['t1', 't2']) await aPayer(bench.store, { id })
    const kinds = ['p1', 'p2'].flatMap((pool) => [undefined, IMAGE].map((operation) => ({ pool, operation })))
    for (const [n, { pool, operation }] of kinds.entries()) {
      const whose = n % 2 ? { tenantId: 't2', keyId: 'k2' } : {}
      await submitted(bench.store, ...many(10, { pool, ...(operation ? { operation } : {}), ...whose }))
    }
    const other = await bench.place.open()
    const accounts = [{ account: 'a1', slots: 25 }]
    const offers = [anOffer(accounts), anOffer(accounts, IMAGE)]
    const rounds = await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        claim(offers, { on: n % 2 ? other : bench.store, limit: 4, pool: n % 4 < 2 ? 'p1' : 'p2' }),
      ),
    )
    await other.close()
    const tasks = rounds.flat()
    expect(tasks).toHaveLength(25)
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(25)
    expect(await bench.store.reconcile({})).toEqual([])
  })
}
