import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freshDatabase, onDatabase } from '../../test/support/postgres-database.ts'
import { newId } from '../core/ids.ts'
import { points } from '../core/points.ts'
import { isRunning, isTerminal, type Task } from '../core/task.ts'
import { aKey, anEnd, anOffer, aTask, aTenant, LEASE_MS, START } from './contract/samples.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'
import type { Store, SubmitOutcome } from './store.ts'

const TENANTS = 2
const KEYS_PER_TENANT = 2

/** What one client or worker does; `pick` chooses among the tasks that exist when it acts. */
type Step =
  | { do: 'submit'; tenant: number; key: number; prices: number[]; idempotency: number | null }
  | { do: 'claim'; slots: number; account: number }
  | { do: 'due'; limit: number }
  | { do: 'handle' | 'progress' | 'uncertain' | 'requeue' | 'cancel'; pick: number; stale: boolean; repeat: boolean }
  | { do: 'end'; pick: number; stale: boolean; repeat: boolean; to: 'completed' | 'failed'; share: number }
  | { do: 'credit'; tenant: number; id: number; amount: number }
  | { do: 'rebuild' }

interface World {
  tenants: { credit: number; maxConcurrent: number | null; maxStaged: number }[]
  keys: { spendLimit: number | null; maxConcurrent: number | null }[]
  /** The steps of a round are issued at once; the next round begins when all have been answered. */
  rounds: Step[][]
}

const price = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 }))
const touch = { pick: fc.nat(1_000), stale: fc.boolean(), repeat: fc.boolean() }
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      tenant: fc.nat(TENANTS - 1),
      key: fc.nat(KEYS_PER_TENANT - 1),
      prices: fc.array(price, { minLength: 1, maxLength: 4 }),
      idempotency: fc.option(fc.nat(5)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      slots: fc.integer({ min: 1, max: 5 }),
      account: fc.nat(1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('due' as const), limit: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'handle' as const,
        'progress' as const,
        'uncertain' as const,
        'requeue' as const,
        'cancel' as const,
      ),
      ...touch,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      ...touch,
      to: fc.constantFrom('completed' as const, 'failed' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('credit' as const),
      tenant: fc.nat(TENANTS - 1),
      id: fc.nat(6),
      amount: fc.integer({ min: -500, max: 500 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rebuild' as const) }) },
)
const limit = fc.option(fc.integer({ min: 1, max: 4 }))
const world: fc.Arbitrary<World> = fc.record({
  tenants: fc.array(fc.record({ credit: fc.nat(3_000), maxConcurrent: limit, maxStaged: fc.nat(5) }), {
    minLength: TENANTS,
    maxLength: TENANTS,
  }),
  keys: fc.array(fc.record({ spendLimit: fc.option(fc.nat(2_000)), maxConcurrent: limit }), {
    minLength: TENANTS * KEYS_PER_TENANT,
    maxLength: TENANTS * KEYS_PER_TENANT,
  }),
  rounds: fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 12 }),
})

/** What the answers of the verbs add up to: no query, no SQL, only what a client was told. */
interface Model {
  available: number[]
  held: number[]
  spent: number[]
  tasks: Map<string, { tenant: number; key: number; price: number; endedAs?: Task['status']; consumed?: number }>
}

let worlds = 0

/** Plays a world on stores of one database, each step on one of them by turns, and compares it with the model. */
async function play(stores: [Store, ...Store[]], { tenants, keys, rounds }: World): Promise<void> {
  const [store] = stores
  const prefix = `w${++worlds}`
  const tenantId = (tenant: number) => `${prefix}-t${tenant}`
  const keyId = (tenant: number, key: number) => `${prefix}-t${tenant}-k${key}`
  const pool = `${prefix}-pool`
  const model: Model = { available: [], held: [], spent: [], tasks: new Map() }

  for (const [tenant, { credit, ...limits }] of tenants.entries()) {
    await store.createTenant({ tenant: aTenant(tenantId(tenant), limits) })
    const amount = points(credit)
    await store.credit({ id: `${prefix}-open-${tenant}`, tenantId: tenantId(tenant), amount, memo: '', now: START })
    model.available[tenant] = credit
    model.held[tenant] = 0
    for (let key = 0; key < KEYS_PER_TENANT; key++) {
      const { spendLimit, maxConcurrent } = keys[tenant * KEYS_PER_TENANT + key] ?? {
        spendLimit: null,
        maxConcurrent: null,
      }
      const spendLimitPoints = spendLimit === null ? null : points(spendLimit)
      await store.createKey({ key: aKey(keyId(tenant, key), tenantId(tenant), { spendLimitPoints, maxConcurrent }) })
      model.spent[tenant * KEYS_PER_TENANT + key] = 0
    }
  }

  let now = START
  let turn = 0
  const known = new Map<string, { id: string; claim: number }>()

  async function act(one: Step): Promise<void> {
    const on = stores[turn++ % stores.length] ?? store
    switch (one.do) {
      case 'submit': {
        const tasks = one.prices.map((pricePoints, n) =>
          aTask({
            createdAt: now,
            id: newId(now),
            tenantId: tenantId(one.tenant),
            keyId: keyId(one.tenant, one.key),
            pricePoints: points(pricePoints),
            pool,
            idempotency:
              one.idempotency === null || n > 0 ? null : { key: `${one.idempotency}`, fingerprint: `${pricePoints}` },
          }),
        )
        const outcomes = await on.submitTasks({ tasks })
        for (const [n, outcome] of outcomes.entries()) tell(one, tasks[n]?.id ?? '', one.prices[n] ?? 0, outcome)
        return
      }
      case 'claim': {
        const offers = [anOffer([{ account: `${prefix}-a${one.account}`, slots: one.slots }])]
        for (const task of await on.claimPending({ pool, offers, limit: 10, leaseMs: LEASE_MS, now })) remember(task)
        return
      }
      case 'due': {
        for (const task of await on.claimDue({ limit: one.limit, leaseMs: LEASE_MS, now: now + 2 * LEASE_MS })) {
          if (model.tasks.has(task.id)) remember(task)
        }
        return
      }
      case 'credit': {
        const id = `${prefix}-credit-${one.id}`
        const amount = points(one.amount)
        if (await on.credit({ id, tenantId: tenantId(one.tenant), amount, memo: '', now })) {
          model.available[one.tenant] = (model.available[one.tenant] ?? 0) + one.amount
        }
        return
      }
      case 'rebuild':
        return on.rebuildBalances({ now })
      default:
        await Promise.all((one.repeat ? [1, 2] : [1]).map(() => work(on, one)))
    }
  }

  async function work(
    on: Store,
    one: Exclude<Step, { do: 'submit' | 'claim' | 'due' | 'credit' | 'rebuild' }>,
  ): Promise<void> {
    const all = one.do === 'cancel' ? [...model.tasks.keys()].map((id) => ({ id, claim: 0 })) : [...known.values()]
    const task = all[one.pick % all.length]
    if (!task) return
    const claim = one.stale ? task.claim - 1 : task.claim
    const rest = { id: task.id, claim, dueAt: now, now }
    switch (one.do) {
      case 'handle':
        return void (await on.recordHandle({ ...rest, handle: { id: 'g' }, deliveries: [] }))
      case 'progress':
        return void (await on.recordProgress({ ...rest, progress: one.pick % 120, deliveries: [] }))
      case 'uncertain':
        return void (await on.recordUncertain({ ...rest, log: 'silent' }))
      case 'requeue':
        return void (await on.requeue({ ...rest, log: 'unreachable' }))
      case 'cancel':
        return ended(
          await on.settle(anEnd({ id: task.id, claim: null }, { to: 'cancelled', from: ['staged', 'pending'], now })),
        )
      case 'end': {
        const consumed = Math.floor((model.tasks.get(task.id)?.price ?? 0) * one.share)
        return ended(
          await on.settle(anEnd({ id: task.id, claim }, { to: one.to, consumedPoints: points(consumed), now })),
        )
      }
    }
  }

  function remember({ id, claim, status }: Task): void {
    expect(isRunning(status)).toBe(true)
    if (claim > (known.get(id)?.claim ?? 0)) known.set(id, { id, claim })
  }

  function tell(one: Step & { do: 'submit' }, id: string, pricePoints: number, outcome: SubmitOutcome): void {
    if (outcome.outcome === 'replayed') expect(outcome.taskId).not.toBe(id)
    if (outcome.outcome !== 'created') return
    model.tasks.set(id, { tenant: one.tenant, key: one.tenant * KEYS_PER_TENANT + one.key, price: pricePoints })
    move(one.tenant, -pricePoints, pricePoints)
    model.spent[one.tenant * KEYS_PER_TENANT + one.key] =
      (model.spent[one.tenant * KEYS_PER_TENANT + one.key] ?? 0) + pricePoints
  }

  function ended(task: Task | undefined): void {
    const record = task && model.tasks.get(task.id)
    if (!task || !record) return
    expect(record.endedAs).toBeUndefined() // a task ends once
    record.endedAs = task.status
    record.consumed = task.consumedPoints
    move(record.tenant, record.price - task.consumedPoints, -record.price)
    model.spent[record.key] = (model.spent[record.key] ?? 0) - record.price + task.consumedPoints
  }

  function move(tenant: number, available: number, held: number): void {
    model.available[tenant] = (model.available[tenant] ?? 0) + available
    model.held[tenant] = (model.held[tenant] ?? 0) + held
  }

  for (const round of rounds) {
    await Promise.all(round.map(act))
    now += 10
  }

  expect(await store.reconcile({})).toEqual([])
  const stored = await store.getTasks({ ids: [...model.tasks.keys()] })
  expect(stored).toHaveLength(model.tasks.size)
  for (const task of stored) {
    const record = model.tasks.get(task.id)
    expect(isTerminal(task.status) ? task.status : undefined).toBe(record?.endedAs)
    expect(task.consumedPoints).toBe(record?.consumed ?? 0)
  }
  for (const [tenant, { maxConcurrent, maxStaged }] of tenants.entries()) {
    const own = stored.filter((task) => task.tenantId === tenantId(tenant) && !isTerminal(task.status))
    const staged = own.filter((task) => task.status === 'staged')
    expect(await store.getBalance({ tenantId: tenantId(tenant) })).toMatchObject({
      available: model.available[tenant],
      held: model.held[tenant],
      active: own.length,
      staged: staged.length,
    })
    expect(model.available[tenant]).toBeGreaterThanOrEqual(0)
    expect(staged.length).toBeLessThanOrEqual(maxStaged)
    expect(own.length - staged.length).toBeLessThanOrEqual(maxConcurrent ?? Number.POSITIVE_INFINITY)

    const records = await store.listKeys({ tenantId: tenantId(tenant) })
    const blocked = maxConcurrent !== null && own.length - staged.length >= maxConcurrent
    for (const record of records) {
      const ofKey = (tasks: Task[]) => tasks.filter((task) => task.keyId === record.keyId)
      const atWork = ofKey(own).length - ofKey(staged).length
      expect(record.spentPoints).toBe(model.spent[tenant * KEYS_PER_TENANT + Number(record.keyId.at(-1))])
      expect(record.spentPoints).toBeLessThanOrEqual(record.spendLimitPoints ?? Number.POSITIVE_INFINITY)
      expect(atWork).toBeLessThanOrEqual(record.maxConcurrent ?? Number.POSITIVE_INFINITY)
      if (ofKey(staged).length > 0 && (record.maxConcurrent === null || atWork < record.maxConcurrent)) {
        expect(blocked).toBe(true) // a task is parked only for as long as a limit keeps it
      }
    }
  }

  await drain(store, stored, pool, now)
  for (const [tenant] of tenants.entries()) {
    expect(await store.getBalance({ tenantId: tenantId(tenant) })).toMatchObject({ held: 0, active: 0, staged: 0 })
  }
  expect(await store.reconcile({})).toEqual([])
}

/** Ends everything by what a dispatcher would do; a task that this does not reach is lost. */
async function drain(store: Store, stored: Task[], pool: string, now: number): Promise<void> {
  for (const task of stored) {
    if (isRunning(task.status)) await store.settle(anEnd({ id: task.id, claim: task.claim }, { now }))
  }
  for (;;) {
    const offers = [anOffer([{ account: `${pool} drain`, slots: 100 }])]
    const tasks = await store.claimPending({ pool, offers, limit: 100, leaseMs: LEASE_MS, now: now + LEASE_MS })
    if (tasks.length === 0) return
    for (const task of tasks) await store.settle(anEnd(task, { now }))
  }
}

async function keepsItsRules(numRuns: number, stores: [Store, ...Store[]]): Promise<void> {
  try {
    await fc.assert(
      fc.asyncProperty(world, (one) => play(stores, one)),
      { numRuns },
    )
  } finally {
    await Promise.all(stores.map((store) => store.close()))
  }
}

describe('money and tasks add up under any interleaving of what clients and workers do', { timeout: 120_000 }, () => {
  it('on SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'polyphony-ledger-'))
    const path = join(folder, 'polyphony.db')
    try {
      await keepsItsRules(100, [await openSqlite({ path }), await openSqlite({ path })])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('on PostgreSQL, and no two verbs wait for each other', async () => {
    const url = await freshDatabase()
    const open = () => openPostgres({ url, maxConnections: 6 })
    await keepsItsRules(30, [await open(), await open()])
    const deadlocks = 'select deadlocks::int from pg_stat_database where datname = current_database()'
    expect(await onDatabase(url, async (client) => (await client.query(deadlocks)).rows)).toEqual([{ deadlocks: 0 }])
  })
})
