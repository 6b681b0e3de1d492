import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Assigned, assign, compareStandings, roomFor, roomInAll, standingsOf, type Waiting } from './assignment.ts'
import { anOffer, OPERATION } from './contract/samples.ts'
import type { Offer } from './store.ts'

const TODAY = 20_000
const LIMIT = 100

type Place = Waiting['places'][number]

function place(tenantId: string, count: number, given: { operation?: string; avoid?: string } = {}): Place {
  const { operation = OPERATION, avoid = null } = given
  const tasks = Array.from({ length: count }, (_, n) => ({ id: `${tenantId}-${operation}-${n}`, version: 1, avoid }))
  return { operation, tenantId, tasks }
}

const waiting = (places: Place[], given: Partial<Waiting> = {}): Waiting => ({ places, loads: [], lines: [], ...given })
const tenantsOf = (assigned: readonly Assigned[]) => assigned.map(({ tenantId }) => tenantId)
const accountsOf = (assigned: readonly Assigned[]) => assigned.map(({ account }) => account)
const count = (values: readonly string[], value: string) => values.filter((one) => one === value).length

it('an operation has as much room as its accounts have free slots, and one without a free slot has none', () => {
  const offers = [
    anOffer(
      [
        { account: 'a', slots: 5 },
        { account: 'b', slots: 2 },
      ],
      'one',
    ),
    anOffer([{ account: 'b', slots: 2 }], 'two'),
    anOffer([{ account: 'c', slots: 9, dailyCap: 4 }], 'three'),
  ]
  const loads = [
    { account: 'a', running: 2, day: TODAY, begun: 2 },
    { account: 'b', running: 3, day: TODAY, begun: 3 }, // its slots were made fewer
    { account: 'c', running: 0, day: TODAY, begun: 3 },
  ]
  expect(roomFor(loads, offers, TODAY)).toEqual(
    new Map([
      ['one', 3],
      ['three', 1],
    ]),
  )
  expect(roomInAll(loads, offers, TODAY)).toBe(4)
})

describe('the order of tenants', () => {
  it('a tenant with a single task gets its turn at once beside one with a thousand', () => {
    const places = [place('busy', 1_000), place('small', 1)]
    const { assigned } = assign(waiting(places), [anOffer([{ account: 'a', slots: 2 }])], LIMIT, TODAY)
    expect(tenantsOf(assigned).sort()).toEqual(['busy', 'small'])
  })

  it('the tenant that runs least is served first, until it runs as much as the other', () => {
    const lines = [
      { tenant_id: 'busy', running: 3, served_at: 1 },
      { tenant_id: 'new', running: 0, served_at: 9 },
    ]
    const places = [place('busy', 10), place('new', 10)]
    const { assigned } = assign(waiting(places, { lines }), [anOffer([{ account: 'a', slots: 5 }])], LIMIT, TODAY)
    expect(tenantsOf(assigned).slice(0, 3)).toEqual(['new', 'new', 'new'])
    expect(new Set(tenantsOf(assigned).slice(3))).toEqual(new Set(['busy', 'new']))
  })

  it('of two tenants that run equally much, the one that was served longer ago comes first', () => {
    const lines = [
      { tenant_id: 'early', running: 1, served_at: 5 },
      { tenant_id: 'late', running: 1, served_at: 6 },
    ]
    const places = [place('late', 1), place('early', 1)]
    const { assigned, servedAt } = assign(
      waiting(places, { lines }),
      [anOffer([{ account: 'a', slots: 1 }])],
      LIMIT,
      TODAY,
    )
    expect(tenantsOf(assigned)).toEqual(['early'])
    expect(servedAt).toEqual(new Map([['early', 7]]))
  })

  it('the running tasks of a tenant are counted over all operations', () => {
    const places = [
      place('a', 10, { operation: 'x' }),
      place('a', 10, { operation: 'y' }),
      place('b', 10, { operation: 'x' }),
    ]
    const offers = [anOffer([{ account: 'p', slots: 8 }], 'x'), anOffer([{ account: 'p', slots: 8 }], 'y')]
    const { assigned } = assign(waiting(places), offers, LIMIT, TODAY)
    expect(count(tenantsOf(assigned), 'a')).toBe(4)
    expect(count(tenantsOf(assigned), 'b')).toBe(4)
  })

  it('a tenant whose operation has no free account does not stop the others', () => {
    const places = [place('stuck', 5, { operation: 'x' }), place('other', 2, { operation: 'y' })]
    const offers = [anOffer([{ account: 'full', slots: 0 }], 'x'), anOffer([{ account: 'free' }], 'y')]
    const { assigned } = assign(waiting(places), offers, LIMIT, TODAY)
    expect(tenantsOf(assigned)).toEqual(['other', 'other'])
  })

  it('the operations of one tenant take turns', () => {
    const places = [place('a', 5, { operation: 'x' }), place('a', 5, { operation: 'y' })]
    const offers = [anOffer([{ account: 'p', slots: 4 }], 'x'), anOffer([{ account: 'p', slots: 4 }], 'y')]
    const ids = assign(waiting(places), offers, LIMIT, TODAY).assigned.map(({ id }) => id)
    expect(ids).toEqual(['a-x-0', 'a-y-0', 'a-x-1', 'a-y-1'])
  })

  it('the assignment stops at the limit of the claim', () => {
    const { assigned } = assign(waiting([place('a', 50)]), [anOffer([{ account: 'p', slots: 50 }])], 7, TODAY)
    expect(assigned.map(({ id }) => id)).toEqual(Array.from({ length: 7 }, (_, n) => `a-${OPERATION}-${n}`))
  })
})

describe('the choice of an account', () => {
  const chosen = (accounts: Parameters<typeof anOffer>[0], tasks: number, given: Partial<Waiting> = {}) =>
    accountsOf(assign(waiting([place('t', tasks)], given), [anOffer(accounts)], LIMIT, TODAY).assigned)

  it('the account of the highest priority is filled first, and the next one takes the rest', () => {
    expect(
      chosen(
        [
          { account: 'low', priority: 1 },
          { account: 'high', priority: 2, slots: 2 },
        ],
        4,
      ),
    ).toEqual(['high', 'high', 'low', 'low'])
  })

  it('accounts of one priority share work by their weights', () => {
    const accounts = chosen(
      [
        { account: 'one', weight: 1, slots: 12 },
        { account: 'three', weight: 3, slots: 12 },
      ],
      12,
    )
    expect(count(accounts, 'three')).toBe(9)
    expect(count(accounts, 'one')).toBe(3)
  })

  it('accounts of equal weight share work by their slots, and running tasks count', () => {
    const loads = [{ account: 'large', running: 8, day: TODAY, begun: 8 }]
    const accounts = chosen(
      [
        { account: 'small', slots: 4 },
        { account: 'large', slots: 16 },
      ],
      6,
      { loads },
    )
    expect(count(accounts, 'small')).toBeGreaterThanOrEqual(2)
    expect(accounts[0]).toBe('small')
  })

  it('a task goes back to the account that turned it away only when no other has room', () => {
    const places = [place('t', 2, { avoid: 'high' })]
    const accounts = [
      { account: 'high', priority: 9 },
      { account: 'low', priority: 0, slots: 1 },
    ]
    expect(accountsOf(assign(waiting(places), [anOffer(accounts)], LIMIT, TODAY).assigned)).toEqual(['low', 'high'])
  })

  const CAPS: [string, number, number][] = [
    ['of today', TODAY, 1],
    ['of yesterday, which is over', TODAY - 1, 4],
  ]
  it.each(CAPS)('the daily cap of an account is kept, counting what was begun %s', (_, day, left) => {
    const loads = [{ account: 'a', running: 0, day, begun: 3 }]
    expect(chosen([{ account: 'a', dailyCap: 4 }], 10, { loads })).toHaveLength(left)
  })

  it('operations that share an account share its slots', () => {
    const places = [place('t', 5, { operation: 'x' }), place('t', 5, { operation: 'y' })]
    const offers = [anOffer([{ account: 'a', slots: 4 }], 'x'), anOffer([{ account: 'a', slots: 4 }], 'y')]
    const loads = [{ account: 'a', running: 1, day: TODAY, begun: 1 }]
    expect(assign(waiting(places, { loads }), offers, LIMIT, TODAY).assigned).toHaveLength(3)
  })

  it('an account whose slots were reduced below its running tasks begins no more', () => {
    const loads = [{ account: 'a', running: 5, day: TODAY, begun: 5 }]
    expect(chosen([{ account: 'a', slots: 2 }], 3, { loads })).toEqual([])
  })
})

const OPERATIONS = ['x', 'y', 'z']
const TENANTS = ['t1', 't2', 't3']
const ACCOUNTS = ['a1', 'a2', 'a3']

const scene = fc
  .record({
    counts: fc.array(fc.nat(4), { minLength: 9, maxLength: 9 }),
    avoids: fc.array(fc.option(fc.constantFrom(...ACCOUNTS)), { minLength: 9, maxLength: 9 }),
    accounts: fc.array(
      fc.record({
        slots: fc.nat(5),
        weight: fc.integer({ min: 1, max: 3 }),
        priority: fc.nat(1),
        dailyCap: fc.option(fc.nat(5)),
      }),
      { minLength: 3, maxLength: 3 },
    ),
    performs: fc.array(fc.subarray(ACCOUNTS), { minLength: 3, maxLength: 3 }),
    loads: fc.array(fc.record({ running: fc.nat(4), day: fc.constantFrom(TODAY, TODAY - 1), begun: fc.nat(4) }), {
      maxLength: 3,
    }),
    lines: fc.array(fc.record({ running: fc.nat(3), served_at: fc.nat(5) }), { maxLength: 3 }),
    limit: fc.nat(12),
  })
  .map(({ counts, avoids, accounts, performs, loads, lines, limit }) => ({
    limit,
    offers: OPERATIONS.map((operation, index) =>
      anOffer(
        (performs[index] ?? []).map((account) => ({ account, ...accounts[ACCOUNTS.indexOf(account)] })),
        operation,
      ),
    ),
    waiting: {
      places: OPERATIONS.flatMap((operation, o) =>
        TENANTS.map((tenantId, t) => {
          const avoid = avoids[o * 3 + t]
          return place(tenantId, counts[o * 3 + t] ?? 0, { operation, ...(avoid ? { avoid } : {}) })
        }),
      ).filter(({ tasks }) => tasks.length > 0),
      loads: loads.map((load, index) => ({ account: ACCOUNTS[index] ?? '', ...load })),
      lines: lines.map((line, index) => ({ tenant_id: TENANTS[index] ?? '', ...line })),
    } satisfies Waiting,
  }))

/** Plays an assignment step by step, on counts of its own, and checks each step against the rules. */
function expectFair({ places, loads, lines }: Waiting, offers: readonly Offer[], limit: number): void {
  const { assigned, servedAt } = assign({ places, loads, lines }, offers, limit, TODAY)
  const taken: Assigned[] = []
  const lastTurn = new Map<string, number>()
  const left = (one: Place) => one.tasks.filter(({ id }) => !taken.some((other) => other.id === id))
  const runsFor = (tenantId: string) =>
    (lines.find(({ tenant_id }) => tenant_id === tenantId)?.running ?? 0) + count(tenantsOf(taken), tenantId)
  const runsOn = (account: string) =>
    (loads.find((load) => load.account === account)?.running ?? 0) + count(accountsOf(taken), account)
  const begunOn = (account: string) =>
    (loads.find((load) => load.account === account && load.day === TODAY)?.begun ?? 0) +
    count(accountsOf(taken), account)
  const openFor = (operation: string) =>
    (offers.find((offer) => offer.operation === operation)?.accounts ?? []).filter(
      ({ account, slots, dailyCap }) => runsOn(account) < slots && (dailyCap === null || begunOn(account) < dailyCap),
    )
  const servable = () => places.filter((one) => left(one).length > 0 && openFor(one.operation).length > 0)
  const turnOf = (tenantId: string) =>
    lastTurn.get(tenantId) ?? lines.find(({ tenant_id }) => tenant_id === tenantId)?.served_at ?? 0

  for (const one of assigned) {
    const from = places.find(({ tasks }) => tasks.some(({ id }) => id === one.id))
    if (!from) throw new Error(`${one.id} does not wait.`)
    const [oldest] = left(from)
    expect(oldest?.id).toBe(one.id)
    for (const { tenantId } of servable()) {
      const [a, b] = [runsFor(one.tenantId), runsFor(tenantId)]
      expect(a).toBeLessThanOrEqual(b)
      if (a === b) expect(turnOf(one.tenantId)).toBeLessThanOrEqual(turnOf(tenantId))
    }
    const open = openFor(from.operation)
    const got = open.find(({ account }) => account === one.account)
    if (!got) throw new Error(`${one.account} has no room.`)
    const rivals = open.filter(({ account }) => account !== oldest?.avoid)
    if (rivals.length > 0) expect(rivals).toContain(got)
    for (const rival of rivals) {
      expect(got.priority).toBeGreaterThanOrEqual(rival.priority)
      if (got.priority > rival.priority) continue
      const loadOf = ({ account, weight, slots }: typeof rival) => runsOn(account) / (weight * slots)
      expect(loadOf(got)).toBeLessThanOrEqual(loadOf(rival))
    }
    taken.push(one)
    lastTurn.set(one.tenantId, 1_000 + taken.length)
  }
  if (assigned.length < limit) expect(servable()).toEqual([])
  expect(assigned.length).toBeLessThanOrEqual(limit)
  expect(new Set(servedAt.keys())).toEqual(new Set(tenantsOf(assigned)))
}

describe('an assignment', () => {
  it('each step of an assignment serves the tenant that runs least, on the best account, while any task can be served', () => {
    fc.assert(
      fc.property(scene, (one) => expectFair(one.waiting, one.offers, one.limit)),
      { numRuns: 1_000 },
    )
  })

  it('an assignment is the same when it is given the tasks of only as many tenants as there is room for', () => {
    fc.assert(
      fc.property(scene, ({ waiting: given, offers, limit }) => {
        const most = Math.min(limit, roomInAll(given.loads, offers, TODAY))
        const standingOf = standingsOf(given.lines)
        const places = OPERATIONS.flatMap((operation) =>
          given.places
            .filter((one) => one.operation === operation)
            .sort((a, b) => compareStandings(standingOf(a.tenantId), standingOf(b.tenantId)))
            .slice(0, most),
        )
        expect(assign({ ...given, places }, offers, limit, TODAY)).toEqual(assign(given, offers, limit, TODAY))
      }),
      { numRuns: 1_000 },
    )
  })

  it('the assignment does not change the objects that it is given', () => {
    fc.assert(
      fc.property(scene, ({ waiting: given, offers, limit }) => {
        const before = structuredClone({ given, offers })
        assign(given, offers, limit, TODAY)
        expect({ given, offers }).toEqual(before)
      }),
      { numRuns: 100 },
    )
  })
})
