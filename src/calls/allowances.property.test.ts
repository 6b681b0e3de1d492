import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Call } from '../core/call.ts'
import { newId } from '../core/ids.ts'
import { points } from '../core/points.ts'
import { type Allowances, openAllowances, type Reservation } from './allowances.ts'
import { inStore, type StorePlace } from './store.testing.ts'

const log = pino({ level: 'silent' })

/** What happens to the money of calls: in a process, and to it. */
type Event =
  /** A call that may cost `bound` begins. */
  | { kind: 'begin'; bound: number }
  /** The call that began at this place ends with a price, which may be above its bound; or without an answer. */
  | { kind: 'end'; which: number; price: number }
  | { kind: 'release'; which: number }
  | { kind: 'flush' }
  /** The database refuses one kind of write until it is told otherwise. */
  | { kind: 'fail'; verb: 'holdAllowance' | 'bookCalls' | 'endAllowances' | null }
  | { kind: 'wait'; ms: number }
  /** The process is killed: what it knew is gone. Another one starts, and ends what is held by nobody. */
  | { kind: 'kill' }

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('begin' as const), bound: fc.nat({ max: 400_000 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      which: fc.nat(),
      // Most cost less than was set aside; some a lot more, as an answer without a limit may.
      price: fc.oneof(fc.nat({ max: 50_000 }), fc.nat({ max: 900_000 })),
    }),
  },
  fc.record({ kind: fc.constant('release' as const), which: fc.nat() }),
  fc.constant<Event>({ kind: 'flush' }),
  fc.record({
    kind: fc.constant('fail' as const),
    verb: fc.constantFrom('holdAllowance' as const, 'bookCalls' as const, 'endAllowances' as const, null),
  }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 100, 10_001, 61_000) }),
  fc.constant<Event>({ kind: 'kill' }),
)

/** One process with its calls under way. */
interface Process {
  allowances: Allowances
  open: Reservation[]
}

function start(place: StorePlace): Process {
  return { allowances: openAllowances({ ...place, log, recordDays: 1 }), open: [] }
}

function callOf({ caller, clock }: StorePlace, price: number): Call {
  const { tenantId, keyId, mode } = caller
  const now = clock.now()
  return {
    ...{
      id: newId(now),
      tenantId,
      keyId,
      mode,
      requestId: null,
      endpoint: 'messages',
      model: 'm',
      batchId: null,
      responseId: null,
    },
    ...{ provider: 'anthropic', account: 'a', vendorModel: 'm', status: 200, outcome: 'completed', errorCode: null },
    ...{ isStreamed: false, usage: null, pricePoints: points(price), costPoints: null, tried: [] },
    ...{ createdAt: now, firstByteMs: 1, durationMs: 2 },
  }
}

async function apply(one: Event, place: StorePlace, running: Process): Promise<Process> {
  const { allowances, open } = running
  switch (one.kind) {
    case 'begin':
      // Refused where there is too little credit, or where the database fails: then nothing is set aside.
      await Promise.resolve(allowances.reserve(place.caller, points(one.bound))).then(
        (reservation) => open.push(reservation),
        () => undefined,
      )
      break
    case 'end':
    case 'release': {
      const [reservation] = open.splice(one.which % Math.max(1, open.length), 1)
      if (!reservation) break
      if (one.kind === 'end') allowances.book(reservation, callOf(place, one.price))
      else allowances.release(reservation)
      break
    }
    case 'flush':
      await allowances.flush()
      break
    case 'fail':
      place.failing.clear()
      if (one.verb) place.failing.add(one.verb)
      break
    case 'wait':
      place.clock.nowMs += one.ms
      break
    case 'kill': {
      // Nothing that the dead process would still do reaches the database: its lease runs out.
      const failing = [...place.failing]
      for (const verb of ['holdAllowance', 'bookCalls', 'endAllowances']) place.failing.add(verb)
      await allowances.close().catch(() => undefined)
      place.failing.clear()
      await place.store.endAllowances({ which: { expiredBefore: Number.MAX_SAFE_INTEGER }, now: place.clock.now() })
      for (const verb of failing) place.failing.add(verb)
      return start(place)
    }
  }
  return running
}

/** What the tenant paid for the calls that are stored. */
async function paid({ store }: StorePlace): Promise<number> {
  const calls = await store.listCalls({ limit: 10_000 })
  return calls.reduce((sum, { pricePoints }) => sum + pricePoints, 0)
}

describe('the money of calls', () => {
  let place: StorePlace
  beforeAll(async () => {
    place = await inStore()
  })
  afterAll(() => place.close())

  it('is never less than nothing, never booked twice, and never lost, whatever happens in whatever order', async () => {
    let credit = place.credit
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 40 }), async (events) => {
        const { store, caller, clock, failing } = place
        await store.credit({
          ...{ id: newId(clock.now()), tenantId: caller.tenantId, amount: points(place.credit), memo: '' },
          now: clock.now(),
        })
        credit += place.credit
        let running = start(place)
        for (const one of events) {
          running = await apply(one, place, running)
          const { available, held } = await place.balance()
          expect(Math.min(available, held)).toBeGreaterThanOrEqual(0)
        }
        failing.clear()
        for (const reservation of running.open) running.allowances.release(reservation)
        await running.allowances.close()
        const { available, held } = await place.balance()
        expect(held).toBe(0)
        expect(available + (await paid(place))).toBe(credit)
        expect(await store.reconcile({})).toEqual([])
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})
