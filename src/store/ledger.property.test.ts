import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { migratedDatabase, onDatabase } from '../../test/support/postgres-database.ts'
import type { AttemptOutcome } from '../core/attempt.ts'
import { newId } from '../core/ids.ts'
import { points } from '../core/points.ts'
import { isRunning, isTerminal, type Task } from '../core/task.ts'
import {
  completeLate,
  hear,
  recordHandle,
  recordLate,
  recordProgress,
  recordUncertain,
  requeue,
  settle,
} from './contract/moves.ts'
import { aKey, anEnd, anOffer, aTask, aTenant, LEASE_MS, START } from './contract/samples.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'
import type { Store, SubmitOutcome } from './store.ts'

const TENANTS = 2
const KEYS_PER_TENANT = 2
const OPERATIONS = ['clip-1/text_to_video', 'song-1/music']

/** What one client or worker does; `pick` chooses among the tasks that exist when it acts. */
type Step =
  | { do: 'submit'; tenant: number; key: number; prices: number[]; idempotency: number | null; line: number }
  | { do: 'claim'; slots: number; account: number; cap: number | null; line: number }
  | { do: 'due'; limit: number }
  | { do: 'late'; limit: number; next: 'deliver' | 'forget' | 'wait' }
  | { do: 'moveToPool'; line: number }
  | ({ do: 'handle' | 'progress' | 'uncertain' | 'requeue' | 'cancel' | 'hear' | 'deliver' | 'forget' } & Touch)
  | ({ do: 'end'; to: 'completed' | 'failed'; share: number; isWatched: boolean } & Touch)
  | { do: 'credit'; tenant: number; id: number; amount: number }
  | { do: 'rebuild' }

interface Touch {
  pick: number
  stale: boolean
  repeat: boolean
}

interface World {
  tenants: { credit: number; maxConcurrent: number | null; maxStaged: number }[]
  keys: { spendLimit: number | null; maxConcurrent: number | null }[]
  /** The steps of a round are issued at once; the next round begins when all have been answered. */
  rounds: Step[][]
}

const price = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 }))
const seldom = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
const touch = { pick: fc.nat(1_000), stale: seldom, repeat: fc.boolean() }
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      tenant: fc.nat(TENANTS - 1),
      key: fc.nat(KEYS_PER_TENANT - 1),
      prices: fc.array(price, { minLength: 1, maxLength: 4 }),
      idempotency: fc.option(fc.nat(5)),
      line: fc.nat(3),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      slots: fc.integer({ min: 1, max: 5 }),
      account: fc.nat(1),
      cap: fc.option(fc.nat(6)),
      line: fc.nat(1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('due' as const), limit: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('late' as const),
      limit: fc.integer({ min: 1, max: 4 }),
      next: fc.constantFrom('deliver' as const, 'forget' as const, 'wait' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('moveToPool' as const), line: fc.nat(3) }) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'handle' as const,
        'progress' as const,
        'uncertain' as const,
        'requeue' as const,
        'cancel' as const,
        'hear' as const,
        'deliver' as const,
        'forget' as const,
      ),
      ...touch,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      ...touch,
      to: fc.constantFrom('completed' as const, 'failed' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      isWatched: fc.boolean(),
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
  rounds: fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), {
    minLength: 1,
    maxLength: 20,
    size: '+1', // late results need a history
  }),
})

/** What the answers of the verbs add up to: no query, no SQL, only the answers that a client got. */
interface Model {
  available: number[]
  held: number[]
  spent: number[]
  tasks: Map<string, Known>
}

interface Known {
  tenant: number
  key: number
  price: number
  endedAs?: Task['status']
  consumed?: number
  /** It failed, and its result may still come. */
  isWatched?: boolean
}

let worlds = 0

/** Plays a world on stores of one database, each step on one of them by turns, and compares it with the model. */
async function play(stores: [Store, ...Store[]], { tenants, keys, rounds }: World): Promise<void> {
  const [store] = stores
  const prefix = `w${++worlds}`
  const tenantId = (tenant: number) => `${prefix}-t${tenant}`
  const keyId = (tenant: number, key: number) => `${prefix}-t${tenant}-k${key}`
  const pools = [`${prefix}-private`, `${prefix}-public`]
  /** Two pools, in each a line for either operation. */
  const placeOf = (line: number) => ({
    pool: pools[line % 2] ?? '',
    operation: OPERATIONS[line >> 1] ?? '',
  })
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
  const knownLate = new Map<string, { id: string; claim: number }>()

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
            ...placeOf(one.line),
            idempotency:
              one.idempotency === null || n > 0 ? null : { key: `${one.idempotency}`, fingerprint: `${pricePoints}` },
          }),
        )
        const outcomes = await on.submitTasks({ tasks })
        for (const [n, outcome] of outcomes.entries()) tell(one, tasks[n]?.id ?? '', one.prices[n] ?? 0, outcome)
        return
      }
      case 'claim': {
        const { pool } = placeOf(one.line)
        const accounts = [{ account: `${prefix}-a${one.account}`, slots: one.slots, dailyCap: one.cap }]
        const offers = OPERATIONS.map((operation) => anOffer(accounts, operation))
        const claim = await on.claimPending({ pool, offers, limit: 10, leaseMs: LEASE_MS, holder: 'a process', now })
        for (const task of claim.tasks) remember(task)
        return
      }
      case 'late': {
        for (const task of await on.claimLateChecks({
          limit: one.limit,
          leaseMs: LEASE_MS,
          holder: 'another process',
          now: now + 2 * LEASE_MS,
        })) {
          const record = model.tasks.get(task.id)
          if (!record) continue
          // The client that ended it may not have its answer yet.
          await expect.poll(() => record.isWatched, { interval: 1 }).toBe(true)
          if (task.claim > (knownLate.get(task.id)?.claim ?? 0)) knownLate.set(task.id, task)
          if (one.next === 'deliver') await Promise.all([deliver(on, task), deliver(on, task)])
          if (one.next === 'forget') await forget(on, task)
        }
        return
      }
      case 'moveToPool': {
        const { pool, operation } = placeOf(one.line)
        const to = pools.find((other) => other !== pool) ?? pool
        await on.moveToPool({ pool, operation, to, log: 'moved', now })
        return
      }
      case 'due': {
        for (const task of await on.claimDue({
          limit: one.limit,
          leaseMs: LEASE_MS,
          holder: 'another process',
          now: now + 2 * LEASE_MS,
        })) {
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
    one: Exclude<Step, { do: 'submit' | 'claim' | 'due' | 'late' | 'moveToPool' | 'credit' | 'rebuild' }>,
  ): Promise<void> {
    const all = candidatesFor(one.do)
    const task = all[one.pick % all.length]
    if (!task) return
    const claim = one.stale ? task.claim - 1 : task.claim
    const rest = { id: task.id, claim, dueAt: now, now }
    switch (one.do) {
      case 'handle':
        return void (await recordHandle(on, { ...rest, handle: { id: 'g' }, deliveries: [] }))
      case 'progress':
        return void (await recordProgress(on, { ...rest, progress: one.pick % 120, deliveries: [] }))
      case 'uncertain':
        return void (await recordUncertain(on, { ...rest, log: 'silent' }))
      case 'requeue':
        return void (await requeue(on, { ...rest, log: 'unreachable', isMiss: one.pick % 2 === 0 }))
      case 'hear':
        return void (await hear(on, { id: task.id, handle: one.pick % 2 === 0 ? { id: 'called' } : null, now }))
      case 'forget':
        return forget(on, { id: task.id, claim })
      case 'deliver':
        return deliver(on, { id: task.id, claim })
      case 'cancel':
        return ended(
          await settle(on, anEnd({ id: task.id, claim: null }, { to: 'cancelled', from: ['staged', 'pending'], now })),
        )
      case 'end': {
        const consumed = Math.floor((model.tasks.get(task.id)?.price ?? 0) * one.share)
        const isWatched = one.isWatched && one.to === 'failed'
        const end = { to: one.to, consumedPoints: points(consumed), now, ...(isWatched ? { lateAt: now } : {}) }
        return ended(await settle(on, anEnd({ id: task.id, claim }, end)), isWatched)
      }
      default:
        throw new Error('There is no such step of a task.')
    }
  }

  function candidatesFor(step: Step['do']): { id: string; claim: number }[] {
    if (step === 'cancel' || step === 'hear') return [...model.tasks.keys()].map((id) => ({ id, claim: 0 }))
    if (step === 'deliver' || step === 'forget') return [...knownLate.values()]
    // Mostly those that go on; an end that comes twice is `repeat`.
    const goingOn = [...known.values()].filter(({ id }) => model.tasks.get(id)?.endedAs === undefined)
    return goingOn.length > 0 ? goingOn : [...known.values()]
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

  async function forget(on: Store, { id, claim }: { id: string; claim: number }): Promise<void> {
    const record = model.tasks.get(id)
    if ((await recordLate(on, { id, claim, dueAt: null })) && record) record.isWatched = false
  }

  async function deliver(on: Store, { id, claim }: { id: string; claim: number }): Promise<void> {
    const result = { handle: { id: 'g' }, output: 'late', log: 'it came after all', assets: [], deliveries: [] }
    const task = await completeLate(on, { id, claim, now, ...result })
    const record = task && model.tasks.get(task.id)
    if (!record) return
    expect(record).toMatchObject({ endedAs: 'failed', isWatched: true, consumed: 0 }) // and it is delivered once
    record.isWatched = false
    record.endedAs = 'completed'
  }

  function ended(task: Task | undefined, isWatched = false): void {
    const record = task && model.tasks.get(task.id)
    if (!task || !record) return
    expect(record.endedAs).toBeUndefined() // a task ends once
    record.endedAs = task.status
    record.isWatched = isWatched
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
    await expectAttempts(store, task)
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

  await drain(store, stored, pools, now)
  for (const [tenant] of tenants.entries()) {
    expect(await store.getBalance({ tenantId: tenantId(tenant) })).toMatchObject({ held: 0, active: 0, staged: 0 })
  }
  expect(await store.reconcile({})).toEqual([])
}

/** Ends everything by what a dispatcher would do; a task that this does not reach is lost. */
async function drain(store: Store, stored: Task[], pools: string[], now: number): Promise<void> {
  for (const task of stored) {
    if (isRunning(task.status)) await settle(store, anEnd({ id: task.id, claim: task.claim }, { now }))
  }
  for (let looked = 1; looked > 0; ) {
    const late = await store.claimLateChecks({
      limit: 100,
      leaseMs: LEASE_MS,
      holder: 'a process',
      now: now + 9 * LEASE_MS,
    })
    for (const { id, claim } of late) await recordLate(store, { id, claim, dueAt: null })
    looked = late.length
  }
  const offers = OPERATIONS.map((operation) => anOffer([{ account: `${pools[0]} drain`, slots: 100 }], operation))
  for (let claimed = 1; claimed > 0; ) {
    claimed = 0
    for (const pool of pools) {
      const { tasks } = await store.claimPending({
        pool,
        offers,
        limit: 100,
        leaseMs: LEASE_MS,
        holder: 'a process',
        now: now + LEASE_MS,
      })
      for (const task of tasks) await settle(store, anEnd(task, { now }))
      claimed += tasks.length
    }
  }
}

const OUTCOMES: Partial<Record<Task['status'], AttemptOutcome>> = { submitting: 'calling', processing: 'accepted' }

/** What is on record of the calls of providers fits what became of the task. */
async function expectAttempts(store: Store, { id, attempts, status }: Task): Promise<void> {
  const listed = await store.listAttempts({ taskId: id })
  expect(listed.map(({ number }) => number)).toEqual(listed.map((_, index) => index + 1))
  expect(listed).toHaveLength(attempts)
  const last = listed.pop()
  for (const { outcome } of listed) expect(outcome).toBe('turned_away')
  if (!last) return expect(isRunning(status)).toBe(false)
  // What waits, or ended while it waited, was turned away by the last one.
  const waited = isRunning(status) || status === 'completed' ? [] : ['turned_away']
  expect([OUTCOMES[status] ?? status, ...waited]).toContain(last.outcome)
}

const RUNS = Number(process.env.LEDGER_RUNS ?? 1)

async function keepsItsRules(numRuns: number, stores: [Store, ...Store[]]): Promise<void> {
  try {
    await fc.assert(
      fc.asyncProperty(world, (one) => play(stores, one)),
      // The gate plays the same cases each time; LEDGER_RUNS, a factor, looks for new ones. A search for a smaller case
      // takes longer than any limit in time.
      {
        numRuns: numRuns * RUNS,
        endOnFailure: true,
        ...(process.env.LEDGER_RUNS === undefined ? { seed: 20_261 } : {}),
      },
    )
  } finally {
    await Promise.all(stores.map((store) => store.close()))
  }
}

describe('money and tasks add up under any interleaving of what clients and workers do', {
  timeout: 180_000 * RUNS,
}, () => {
  it('money and tasks add up on SQLite under any interleaving', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'polyphony-ledger-'))
    const path = join(folder, 'polyphony.db')
    try {
      await keepsItsRules(100, [await openSqlite({ path }), await openSqlite({ path })])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('money and tasks add up on PostgreSQL under any interleaving, and no two verbs deadlock', async () => {
    const url = await migratedDatabase()
    const open = () => openPostgres({ url, maxConnections: 6 })
    await keepsItsRules(30, [await open(), await open()])
    const deadlocks = 'select deadlocks::int from pg_stat_database where datname = current_database()'
    expect(await onDatabase(url, async (client) => (await client.query(deadlocks)).rows)).toEqual([{ deadlocks: 0 }])
  })
})
