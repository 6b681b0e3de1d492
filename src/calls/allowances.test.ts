import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Call } from '../core/call.ts'
import type { Caller } from '../core/caller.ts'
import { newId } from '../core/ids.ts'
import { points } from '../core/points.ts'
import { type Allowances, openAllowances } from './allowances.ts'
import { inStore, type StorePlace } from './store.testing.ts'

const logged: string[] = []
const log = pino({ level: 'error' }, { write: (line) => logged.push((JSON.parse(line) as { msg: string }).msg) })
let place: StorePlace
let allowances: Allowances

beforeEach(async () => {
  logged.length = 0
  place = await inStore()
  allowances = openAllowances({ ...place, log, recordDays: 1 })
})
afterEach(async () => {
  await place.close()
})

const callOf = ({ tenantId, keyId, mode }: Caller, price: number): Call => ({
  id: newId(place.clock.now()),
  tenantId,
  keyId,
  mode,
  requestId: null,
  endpoint: 'chat/completions',
  model: 'm',
  batchId: null,
  responseId: null,
  provider: 'openai',
  account: 'a',
  vendorModel: 'm',
  status: 200,
  outcome: 'completed',
  errorCode: null,
  isStreamed: false,
  usage: null,
  pricePoints: points(price),
  costPoints: null,
  tried: [],
  createdAt: place.clock.now(),
  firstByteMs: 1,
  durationMs: 2,
})

describe('allowances', () => {
  it('a thousand calls at once are each booked once, with few writes, and nothing stays held', async () => {
    const { caller } = place
    await Promise.all(
      Array.from({ length: 1_000 }, async () => {
        const reservation = await allowances.reserve(caller, points(50))
        allowances.book(reservation, callOf(caller, 7))
      }),
    )
    await allowances.close()
    expect(await place.balance()).toEqual({ available: place.credit - 7_000, held: 0 })
    expect(await place.store.listCalls({ limit: 2_000 })).toHaveLength(1_000)
    expect(await place.store.reconcile({})).toEqual([])
    expect(place.writes.filter((verb) => verb === 'bookCalls').length).toBeLessThan(10)
    expect(place.writes.filter((verb) => verb === 'holdAllowance').length).toBeLessThan(50)
  })

  it('calls never cost more than the tenant has, however many are under way', async () => {
    const { caller } = place
    const bound = points(place.credit / 10)
    const outcomes = await Promise.allSettled(Array.from({ length: 25 }, () => allowances.reserve(caller, bound)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
    const refused = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    expect(refused.reason).toMatchObject({ code: 'insufficient_points' })
  })

  it('a second call of a key is admitted without a look at the database', async () => {
    const { caller } = place
    const first = await allowances.reserve(caller, points(10))
    const before = place.writes.length
    expect(allowances.reserve(caller, points(10))).toEqual({ keyId: caller.keyId, bound: 10 })
    expect(place.writes).toHaveLength(before)
    allowances.book(first, callOf(caller, 3))
    allowances.book(first, callOf(caller, 3))
    await allowances.close()
  })

  it('calls that could not be booked are booked later, once', async () => {
    const { caller } = place
    const reservation = await allowances.reserve(caller, points(10))
    place.failing.add('bookCalls')
    allowances.book(reservation, callOf(caller, 3))
    await allowances.flush()
    expect(await place.store.listCalls({ limit: 10 })).toEqual([])
    place.failing.clear()
    await allowances.flush()
    expect(await place.store.listCalls({ limit: 10 })).toHaveLength(1)
    await allowances.close()
    expect(await place.balance()).toEqual({ available: place.credit - 3, held: 0 })
  })

  /** The store refuses what has no value for a column that needs one. */
  const MISSING = null as never
  it.each([
    { what: 'an item', wrong: { itemIds: [MISSING] }, stored: 9, isGivenUp: false },
    { what: 'the call itself', wrong: { endpoint: MISSING }, stored: 8, isGivenUp: true },
  ])(
    'a call that the store refuses for $what keeps no other from being booked',
    async ({ wrong, stored, isGivenUp }) => {
      const { caller } = place
      const ended: string[] = []
      const line = {
        outcome: { batchId: 'b', index: 0, isSuccess: true, text: '{}' },
        stored: () => ended.push('line'),
      }
      for (let index = 0; index < 9; index++) {
        const reservation = await allowances.reserve(caller, points(10))
        const isWrong = index === 4
        allowances.book(reservation, { ...callOf(caller, 3), ...(isWrong ? wrong : {}) }, ...(isWrong ? [line] : []))
      }
      await allowances.flush()
      expect(await place.store.listCalls({ limit: 20 })).toHaveLength(stored)
      const allowance = (await place.balance()).held
      expect(allowance).toBeGreaterThan(0)
      place.clock.nowMs += 5_001
      await allowances.flush()
      expect(ended).toEqual(isGivenUp ? [] : ['line'])
      place.clock.nowMs += 10 * 60_000
      await allowances.flush()
      expect(ended).toEqual(['line'])
      expect(logged).toEqual([
        'the database refuses a call; it is booked without its items',
        ...(isGivenUp ? ['a call that the database refuses is not booked'] : []),
      ])
      await allowances.close()
      expect(await place.balance()).toEqual({ available: place.credit - 3 * stored, held: 0 })
      expect(await place.store.reconcile({})).toEqual([])
    },
  )

  it('what an allowance does not need is given back some seconds after the last call', async () => {
    const { caller } = place
    const reservation = await allowances.reserve(caller, points(10))
    allowances.book(reservation, callOf(caller, 3))
    await allowances.flush()
    expect((await place.balance()).held).toBeGreaterThan(0)
    place.clock.nowMs += 10_001
    await allowances.flush()
    expect(await place.balance()).toEqual({ available: place.credit - 3, held: 0 })
    await allowances.close()
  })

  it('what was held without an answer is given back', async () => {
    place.unanswered.add('holdAllowance')
    await expect(allowances.reserve(place.caller, points(10))).rejects.toMatchObject({ code: 'store_unavailable' })
    expect((await place.balance()).held).toBeGreaterThan(0)
    place.clock.nowMs += 10_001
    await expect.poll(() => place.balance()).toEqual({ available: place.credit, held: 0 })
    await allowances.close()
  })

  it('calls are booked with records that live for a part of a day', async () => {
    const hourly = openAllowances({ ...place, log, recordDays: 1 / 24.0001 })
    hourly.book(await hourly.reserve(place.caller, points(10)), callOf(place.caller, 3))
    await hourly.close()
    expect([await place.balance(), logged]).toEqual([{ available: place.credit - 3, held: 0 }, []])
  })

  it('what could not be given back is given back later', async () => {
    const { caller } = place
    allowances.book(await allowances.reserve(caller, points(10)), callOf(caller, 3))
    await allowances.flush()
    place.clock.nowMs += 10_001
    place.failing.add('endAllowances')
    await allowances.flush()
    expect((await place.balance()).held).toBeGreaterThan(0)
    place.failing.clear()
    await allowances.flush()
    expect(await place.balance()).toEqual({ available: place.credit - 3, held: 0 })
    await allowances.close()
  })

  it('calls of test keys are stored, and move no money', async () => {
    const caller: Caller = { ...place.caller, mode: 'test' }
    const reservation = await allowances.reserve(caller, points(1_000_000))
    allowances.book(reservation, callOf(caller, 0))
    await allowances.close()
    expect(await place.store.listCalls({ limit: 10, mode: 'test' })).toHaveLength(1)
    expect(await place.balance()).toEqual({ available: place.credit, held: 0 })
  })
})
