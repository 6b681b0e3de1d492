import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NewTask } from '../core/new-task.ts'
import { points } from '../core/points.ts'
import { NOTHING_SPENT } from '../core/spend-periods.ts'
import { type AdmissionState, admit, bookingsBy, placeOf } from './admission.ts'
import { aTask } from './contract/samples.ts'
import type { SubmitOutcome } from './store.ts'

type KeyState = NonNullable<ReturnType<AdmissionState['keys']['get']>>
type TenantState = NonNullable<ReturnType<AdmissionState['tenants']['get']>>

const NO_PERIODS = { spending: NOTHING_SPENT, heldForCalls: 0, dayLimit: null, monthLimit: null }
const FREE_KEY: KeyState = { spent: 0, spendLimit: null, ...NO_PERIODS, active: 0, staged: 0, limit: null }
const RICH: TenantState = { available: 1_000, active: 0, staged: 0, limit: null, parkedSingles: 0, maxStaged: 100 }

function state(given: { key?: Partial<KeyState>; tenant?: Partial<TenantState> } = {}): AdmissionState {
  return {
    known: new Map([[placeOf('t1', 'live', 'known'), { id: 'an old task', fingerprint: 'f' }]]),
    keys: new Map([['k1', { ...FREE_KEY, ...given.key }]]),
    tenants: new Map([['t1', { ...RICH, ...given.tenant }]]),
  }
}

const outcomesOf = (tasks: NewTask[], given: AdmissionState) => admit(tasks, given).outcomes
const under = (key: string, fingerprint = 'f'): NewTask => aTask({ idempotency: { key, fingerprint } })
const created = (status: 'pending' | 'staged'): SubmitOutcome => ({ outcome: 'created', status })

describe('the admission of a task', () => {
  const REFUSED: [string, AdmissionState, SubmitOutcome][] = [
    [
      'a tenant that is not on record',
      { ...state(), tenants: new Map() },
      { outcome: 'insufficient_points', available: points(0) },
    ],
    ['a key that is not on record', { ...state(), keys: new Map() }, { outcome: 'spend_limit_reached' }],
    [
      'too little credit',
      state({ tenant: { available: 99 } }),
      { outcome: 'insufficient_points', available: points(99) },
    ],
    [
      'a key that has spent its limit',
      state({ key: { spent: 1, spendLimit: 100 } }),
      { outcome: 'spend_limit_reached' },
    ],
    [
      'as many parked tasks as the tenant may have',
      state({ tenant: { limit: 1, active: 4, staged: 3, parkedSingles: 3, maxStaged: 3 } }),
      { outcome: 'too_many_staged', limit: 3 },
    ],
  ]
  it.each(REFUSED)('the admission of a task is refused because of %s, and takes nothing', (_, given, outcome) => {
    expect(admit([aTask()], given)).toEqual({ outcomes: [outcome], accepted: [] })
  })

  const ACCEPTED: [string, AdmissionState, 'pending' | 'staged'][] = [
    ['exactly the credit for it', state({ tenant: { available: 100 } }), 'pending'],
    ['exactly the limit of the key left', state({ key: { spent: 1, spendLimit: 101 } }), 'pending'],
    ['the last place of the tenant', state({ tenant: { limit: 2, active: 1 } }), 'pending'],
    ['parked tasks that do not count', state({ tenant: { limit: 2, active: 4, staged: 3 } }), 'pending'],
    ['all places of the tenant taken', state({ tenant: { limit: 2, active: 2 } }), 'staged'],
    ['all places of the key taken', state({ key: { limit: 1, active: 3, staged: 2 } }), 'staged'],
  ]
  it.each(ACCEPTED)('the admission of a task succeeds with %s', (_, given, status) => {
    expect(outcomesOf([aTask()], given)).toEqual([created(status)])
  })

  it('tasks of a batch are parked without a limit', () => {
    const full = state({ tenant: { limit: 0, parkedSingles: 3, maxStaged: 3 } })
    expect(outcomesOf([aTask({ batchId: 'b1' }), aTask()], full)).toEqual([
      created('staged'),
      { outcome: 'too_many_staged', limit: 3 },
    ])
  })

  it('a repeated idempotency key is answered with the first task, or the mismatch is named', () => {
    const first = under('new')
    expect(outcomesOf([first, under('new'), under('new', 'g'), under('known'), under('known', 'g')], state())).toEqual([
      created('pending'),
      { outcome: 'replayed', taskId: first.id },
      { outcome: 'idempotency_mismatch' },
      { outcome: 'replayed', taskId: 'an old task' },
      { outcome: 'idempotency_mismatch' },
    ])
  })

  it('a repeated task is answered with the first one, even if there is no credit for another', () => {
    const poor = state({ tenant: { available: 0 } })
    expect(outcomesOf([under('known')], poor)).toEqual([{ outcome: 'replayed', taskId: 'an old task' }])
  })

  it('the same idempotency key can be used by another tenant and in another mode', () => {
    const given = state()
    const tenants = new Map([...given.tenants, ['t2', RICH] as const])
    const tasks = [
      aTask({ idempotency: { key: 'known', fingerprint: 'f' }, tenantId: 't2' }),
      aTask({ idempotency: { key: 'known', fingerprint: 'f' }, mode: 'test' }),
    ]
    expect(outcomesOf(tasks, { ...given, tenants })).toEqual([created('pending'), created('pending')])
  })

  it('the idempotency key of a refused task can be used again', () => {
    const dear = aTask({ pricePoints: points(2_000), idempotency: { key: 'new', fingerprint: 'dear' } })
    const given = state()
    expect(outcomesOf([dear, under('new')], given)).toEqual([
      { outcome: 'insufficient_points', available: points(1_000) },
      created('pending'),
    ])
  })

  it('admission does not change the objects that it is given', () => {
    const given = state({ tenant: { limit: 1 } })
    const before = structuredClone(given)
    admit([aTask(), aTask()], given)
    expect(given).toEqual(before)
  })
})

interface World {
  tenants: { credit: number; limit: number | null; maxStaged: number }[]
  keys: { spendLimit: number | null; limit: number | null }[]
  tasks: { tenant: number; key: number; price: number; idempotency: number | null; isTest: boolean; inBatch: boolean }[]
}

const limit = fc.option(fc.nat(3))
const world: fc.Arbitrary<World> = fc.record({
  tenants: fc.array(fc.record({ credit: fc.nat(900), limit, maxStaged: fc.nat(3) }), { minLength: 2, maxLength: 2 }),
  keys: fc.array(fc.record({ spendLimit: fc.option(fc.nat(600)), limit }), { minLength: 4, maxLength: 4 }),
  tasks: fc.array(
    fc.record({
      tenant: fc.nat(1),
      key: fc.nat(1),
      price: fc.nat(200),
      idempotency: fc.option(fc.nat(3)),
      isTest: fc.boolean(),
      inBatch: fc.boolean(),
    }),
    { maxLength: 30, size: 'max' },
  ),
})

function tasksOf({ tasks }: World): NewTask[] {
  return tasks.map(({ tenant, key, price, idempotency, isTest, inBatch }) =>
    aTask({
      tenantId: `t${tenant}`,
      keyId: `k${tenant * 2 + key}`,
      mode: isTest ? 'test' : 'live',
      pricePoints: points(price),
      idempotency: idempotency === null ? null : { key: `${idempotency}`, fingerprint: `${price % 2}` },
      ...(inBatch ? { batchId: 'a batch' } : {}),
    }),
  )
}

/** What is on record of accepted tasks: every number is counted from them again. */
type Record_ = { task: NewTask; status: 'pending' | 'staged' }

function stateOf({ tenants, keys }: World, records: readonly Record_[]): AdmissionState {
  const countsOf = (own: readonly Record_[]) => ({
    active: own.length,
    staged: own.filter(({ status }) => status === 'staged').length,
  })
  const sumOf = (own: readonly Record_[]) => own.reduce((sum, { task }) => sum + task.pricePoints, 0)
  return {
    known: new Map(
      records.flatMap(({ task: { id, tenantId, mode, idempotency } }) =>
        idempotency ? [[placeOf(tenantId, mode, idempotency.key), { id, fingerprint: idempotency.fingerprint }]] : [],
      ),
    ),
    keys: new Map(
      keys.map((key, index) => {
        const own = records.filter(({ task }) => task.keyId === `k${index}`)
        return [`k${index}`, { ...key, ...NO_PERIODS, ...countsOf(own), spent: sumOf(own) }]
      }),
    ),
    tenants: new Map(
      tenants.map(({ credit, ...tenant }, index) => {
        const own = records.filter(({ task }) => task.tenantId === `t${index}`)
        const parkedSingles = own.filter(({ task, status }) => status === 'staged' && task.batchId === undefined).length
        return [`t${index}`, { ...tenant, ...countsOf(own), available: credit - sumOf(own), parkedSingles }]
      }),
    ),
  }
}

describe('the admission of many tasks', () => {
  it('many tasks are admitted as if each had been sent by itself, in order', () => {
    fc.assert(
      fc.property(world, (one) => {
        const tasks = tasksOf(one)
        const records: Record_[] = []
        const singly = tasks.map((task) => {
          const { outcomes, accepted } = admit([task], stateOf(one, records))
          records.push(...accepted)
          return outcomes[0]
        })
        const together = admit(tasks, stateOf(one, []))
        expect(together.outcomes).toEqual(singly)
        expect(together.accepted).toEqual(records)
      }),
      { numRuns: 500 },
    )
  })

  it('admission never takes more than the balance, and parks a task only at a limit', () => {
    fc.assert(
      fc.property(world, (one) => {
        const { accepted } = admit(tasksOf(one), stateOf(one, []))
        const after = stateOf(one, accepted)
        for (const tenant of after.tenants.values()) {
          expect(tenant.available).toBeGreaterThanOrEqual(0)
          expect(tenant.active - tenant.staged).toBeLessThanOrEqual(tenant.limit ?? Number.POSITIVE_INFINITY)
          expect(tenant.parkedSingles).toBeLessThanOrEqual(tenant.maxStaged)
        }
        for (const key of after.keys.values()) {
          expect(key.spent).toBeLessThanOrEqual(key.spendLimit ?? Number.POSITIVE_INFINITY)
          expect(key.active - key.staged).toBeLessThanOrEqual(key.limit ?? Number.POSITIVE_INFINITY)
        }
        for (const { task } of accepted.filter(({ status }) => status === 'staged')) {
          const both = [after.tenants.get(task.tenantId), after.keys.get(task.keyId)]
          expect(both.some((given) => given && given.active - given.staged === given.limit)).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('the changes of keys and balances are the sums of the accepted tasks, in the order of ids', () => {
    fc.assert(
      fc.property(world, (one) => {
        const { accepted } = admit(tasksOf(one), stateOf(one, []))
        const after = stateOf(one, accepted)
        const bookings = bookingsBy(accepted, ({ keyId }) => keyId)
        expect(bookings.map(({ id }) => id)).toEqual([...new Set(accepted.map(({ task }) => task.keyId))].sort())
        for (const { id, price, active, staged } of bookings) {
          expect(after.keys.get(id)).toMatchObject({ spent: price, active, staged })
        }
      }),
      { numRuns: 200 },
    )
  })
})
