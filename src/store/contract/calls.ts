import { expect, it } from 'vitest'
import type { Allowance, Call } from '../../core/call.ts'
import { DAY_MS } from '../../core/clock.ts'
import { newId } from '../../core/ids.ts'
import { points } from '../../core/points.ts'
import type { Bench } from '../contract.ts'
import { aKey, aPayer, START } from './samples.ts'

const LEASE = START + 60_000
const EXPIRES = START + 86_400_000

export function aCall(price: number, with_: Partial<Call> = {}): Call {
  return {
    id: newId(START),
    tenantId: 't1',
    keyId: 'k1',
    mode: 'live',
    requestId: 'r1',
    endpoint: 'chat/completions',
    model: 'a-model',
    batchId: null,
    responseId: null,
    provider: 'openai',
    account: 'a1',
    vendorModel: 'a-model-1',
    status: 200,
    outcome: 'completed',
    errorCode: null,
    isStreamed: true,
    usage: { inputTokens: 3 },
    pricePoints: points(price),
    costPoints: null,
    tried: [{ account: 'a0', reason: 'busy' }],
    createdAt: START,
    firstByteMs: 12,
    durationMs: 34,
    ...with_,
  }
}

export function callsContract(bench: Bench): void {
  const allowance = (id = newId(START)): Allowance => ({ id, tenantId: 't1', keyId: 'k1', holder: 'a process' })
  const hold = (to: Allowance, least: number, wanted: number) =>
    bench.store.holdAllowance({
      allowance: to,
      least: points(least),
      wanted: points(wanted),
      leaseUntil: LEASE,
      now: START,
    })
  const book = (allowanceId: string | null, ...calls: Call[]) =>
    bench.store.bookCalls({
      bookings: [{ tenantId: 't1', keyId: 'k1', allowanceId, calls }],
      leaseUntil: LEASE,
      recordExpiresAt: EXPIRES,
      now: START,
    })
  const end = (which: { ids: string[] } | { expiredBefore: number } | { all: true }) =>
    bench.store.endAllowances({ which, now: START })
  const balance = async () => {
    const { available = -1, held = -1 } = (await bench.store.getBalance({ tenantId: 't1' })) ?? {}
    return [Number(available), Number(held)]
  }
  const spent = async () => (await bench.store.getKey({ id: 'k1' }))?.spentPoints
  const isClean = async () => expect(await bench.store.reconcile({})).toEqual([])

  it('an allowance holds what is wanted, is spent by calls, and gives back the rest', async () => {
    await aPayer(bench.store)
    const [all = 0] = await balance()
    const ours = allowance()
    expect(await hold(ours, 10, 100)).toEqual({ outcome: 'held', amount: 100 })
    expect(await hold(ours, 10, 50)).toEqual({ outcome: 'held', amount: 50 })
    expect(await balance()).toEqual([all - 150, 150])
    const calls = [aCall(30), aCall(0), aCall(12)]
    expect(await book(ours.id, ...calls)).toEqual([108])
    expect(await balance()).toEqual([all - 150, 108])
    await isClean()
    expect(await end({ ids: [ours.id] })).toBe(1)
    expect(await balance()).toEqual([all - 42, 0])
    expect(await spent()).toBe(42)
    await isClean()
    expect(await bench.store.listCalls({ tenantId: 't1', limit: 10 })).toEqual(
      calls.toSorted((a, b) => (a.id < b.id ? 1 : -1)),
    )
  })

  it('calls are booked once, however often they are sent', async () => {
    await aPayer(bench.store)
    const ours = allowance()
    await hold(ours, 10, 100)
    const calls = [aCall(30), aCall(20)]
    await book(ours.id, ...calls)
    expect(await book(ours.id, ...calls, aCall(1))).toEqual([49])
    expect(await spent()).toBe(100)
    await isClean()
  })

  it('an allowance takes a quarter of what the tenant has, unless one call needs more, and never more than there is', async () => {
    await aPayer(bench.store)
    const [all = 0] = await balance()
    const first = await hold(allowance(), 1, 10 * all)
    expect(first).toEqual({ outcome: 'held', amount: Math.floor(all / 4) })
    const rest = all - Math.floor(all / 4)
    expect(await hold(allowance(), rest + 1, rest + 1)).toEqual({ outcome: 'insufficient_points', available: rest })
    expect(await hold(allowance(), rest, rest)).toEqual({ outcome: 'held', amount: rest })
    expect(await balance()).toEqual([0, all])
    await isClean()
  })

  it('a key with a spend limit holds no more than it may spend', async () => {
    await aPayer(bench.store)
    await bench.store.createKey({ key: aKey('k2', 't1', { spendLimitPoints: points(50) }) })
    const limited = { ...allowance(), keyId: 'k2' }
    expect(await hold(limited, 30, 80)).toEqual({ outcome: 'held', amount: 30 })
    expect(await hold(limited, 21, 21)).toEqual({ outcome: 'spend_limit_reached' })
    expect(await hold(limited, 20, 80)).toEqual({ outcome: 'held', amount: 20 })
    expect(await hold(limited, 1, 1)).toEqual({ outcome: 'spend_limit_reached' })
    await end({ ids: [limited.id] })
    expect(await hold(limited, 1, 1)).toEqual({ outcome: 'held', amount: 1 })
    await isClean()
  })

  it('what a key may spend in a day and a month holds for its calls in all processes, over midnight and until it is booked', async () => {
    await aPayer(bench.store)
    const limits = { dayLimitPoints: points(100), monthLimitPoints: points(150) }
    await bench.store.createKey({ key: aKey('k2', 't1', limits) })
    const [ours, theirs] = [allowance(), allowance()].map((one) => ({ ...one, keyId: 'k2' }))
    if (!ours || !theirs) throw new Error('There are two.')
    const holdAt = (now: number, to: Allowance, least: number) =>
      bench.store.holdAllowance({ allowance: to, least: points(least), wanted: points(least), leaseUntil: LEASE, now })
    const bookAt = (now: number, to: Allowance, price: number) =>
      bench.store.bookCalls({
        bookings: [{ tenantId: 't1', keyId: 'k2', allowanceId: to.id, calls: [aCall(price, { keyId: 'k2' })] }],
        leaseUntil: LEASE,
        recordExpiresAt: EXPIRES,
        now,
      })
    const overDay = { outcome: 'spend_limit_reached', period: 'day' }
    expect(await holdAt(START, ours, 60)).toEqual({ outcome: 'held', amount: 60 })
    expect(await holdAt(START, theirs, 41)).toEqual(overDay)
    expect(await holdAt(START, theirs, 40)).toEqual({ outcome: 'held', amount: 40 })
    await bookAt(START, ours, 50)
    expect(await holdAt(START, ours, 1)).toEqual(overDay)
    // What is held for calls counts on the next day, too: they may end then.
    const tomorrow = START + DAY_MS
    expect(await holdAt(tomorrow, ours, 51)).toEqual(overDay)
    await bench.store.endAllowances({ which: { ids: [ours.id, theirs.id] }, now: tomorrow })
    const later = { ...ours, id: newId(START) }
    expect(await holdAt(tomorrow, later, 101)).toEqual({ outcome: 'spend_limit_reached', period: 'day' })
    expect(await holdAt(tomorrow, later, 100)).toEqual({ outcome: 'held', amount: 100 })
    await bookAt(tomorrow, later, 100)
    expect(await holdAt(tomorrow + DAY_MS, later, 1)).toEqual({ outcome: 'spend_limit_reached', period: 'month' })
    expect((await bench.store.getKey({ id: 'k2' }))?.spending).toMatchObject({ dayPoints: 100, monthPoints: 150 })
    const nextMonth = Date.UTC(2026, 1, 1)
    expect(await holdAt(nextMonth, later, 100)).toEqual({ outcome: 'held', amount: 100 })
    expect((await bench.store.getKey({ id: 'k2' }))?.spentPoints).toBe(250)
    await isClean()
  })

  it('calls whose allowance has ended are paid from the available points, as far as these go', async () => {
    await aPayer(bench.store)
    const [all = 0] = await balance()
    const ours = allowance()
    await hold(ours, 1, 10)
    await end({ expiredBefore: LEASE })
    expect(await balance()).toEqual([all - 10, 10])
    await end({ expiredBefore: LEASE + 1 })
    expect(await balance()).toEqual([all, 0])
    expect(await book(ours.id, aCall(7))).toEqual([0])
    expect(await balance()).toEqual([all - 7, 0])
    await book(ours.id, aCall(all), aCall(5))
    expect(await balance()).toEqual([0, 0])
    const prices = (await bench.store.listCalls({ tenantId: 't1', limit: 10 })).map(({ pricePoints }) => pricePoints)
    expect(prices.toSorted((a, b) => a - b)).toEqual([0, 7, all - 7])
    await isClean()
  })

  it('a renewed allowance outlives its first lease, and a process that stops for good loses its own alone', async () => {
    await aPayer(bench.store)
    await hold(allowance(), 1, 10)
    await hold({ ...allowance(), holder: 'another process' }, 1, 10)
    await bench.store.renewAllowances({ holder: 'a process', leaseUntil: LEASE + 60_000 })
    expect(await end({ expiredBefore: LEASE + 1 })).toBe(1)
    expect(await end({ all: true })).toBe(1)
    expect((await balance())[1]).toBe(0)
    await isClean()
  })

  it('holds of twenty processes at once never exceed what the tenant has', async () => {
    await aPayer(bench.store)
    const [all = 0] = await balance()
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => hold(allowance(), all / 10, all / 10)))
    expect(outcomes.filter(({ outcome }) => outcome === 'held')).toHaveLength(10)
    expect(await balance()).toEqual([0, all])
    await isClean()
  })

  it('records of calls are listed by what is asked for, and deleted when they expire, while the ledger stays', async () => {
    await aPayer(bench.store)
    const test = aCall(0, { mode: 'test', model: 'another', createdAt: START + 5, account: null, usage: null })
    await book(null, aCall(3), test)
    const list = (by: object) => bench.store.listCalls({ limit: 10, ...by })
    expect(await list({ mode: 'test' })).toEqual([test])
    expect(await list({ model: 'another', keyId: 'k1', from: START + 5, to: START + 6 })).toEqual([test])
    expect(await list({ from: START + 6 })).toEqual([])
    expect(await list({ tenantId: 'another' })).toEqual([])
    expect(await bench.store.purgeCalls({ now: EXPIRES - 1, limit: 10 })).toBe(0)
    expect(await bench.store.purgeCalls({ now: EXPIRES, limit: 1 })).toBe(1)
    expect(await bench.store.purgeCalls({ now: EXPIRES, limit: 10 })).toBe(1)
    expect(await spent()).toBe(3)
    await isClean()
  })

  it('a stored response is found by its tenant and mode, at the account of its newest call, until it is forgotten', async () => {
    await aPayer(bench.store)
    const older = aCall(0, { responseId: 'resp_1', account: 'a0' })
    const newer = aCall(0, { responseId: 'resp_1', createdAt: START + 1, id: newId(START + 1) })
    await book(null, newer, older, aCall(0, { mode: 'test', responseId: 'resp_2' }), aCall(0))
    const find = (id: string, by: object = {}) => bench.store.findResponse({ tenantId: 't1', mode: 'live', id, ...by })
    expect(await find('resp_1')).toEqual({ account: 'a1', model: 'a-model-1' })
    expect(await find('resp_2')).toBeUndefined()
    expect(await find('resp_2', { mode: 'test' })).toBeDefined()
    expect(await find('resp_1', { tenantId: 't2' })).toBeUndefined()
    await bench.store.forgetResponse({ tenantId: 't2', mode: 'live', id: 'resp_1' })
    expect(await find('resp_1')).toBeDefined()
    await bench.store.forgetResponse({ tenantId: 't1', mode: 'live', id: 'resp_1' })
    expect(await find('resp_1')).toBeUndefined()
    expect(await bench.store.listCalls({ limit: 10 })).toHaveLength(4)
  })

  it('what a vendor keeps of an answer is found by its tenant and mode, at the account of its newest call, until the record goes', async () => {
    await aPayer(bench.store)
    await book(null, aCall(0, { itemIds: ['a', 'b', 'a'], account: 'a0' }), aCall(0, { mode: 'test', itemIds: ['c'] }))
    await book(null, aCall(0, { itemIds: ['b'] }), aCall(0, { itemIds: ['d'], account: null }))
    const find = async (by: object = {}) => {
      const ids = ['a', 'b', 'c', 'd', 'e']
      const found = await bench.store.findKeptItems({ tenantId: 't1', mode: 'live', ids, ...by })
      return found.map(({ id, account }) => `${id} ${account}`).toSorted()
    }
    expect(await find()).toEqual(['a a0', 'b a1'])
    expect(await find({ mode: 'test' })).toEqual(['c a1'])
    expect(await find({ tenantId: 't2' })).toEqual([])
    expect(await find({ ids: [] })).toEqual([])
    await bench.store.purgeCalls({ now: EXPIRES - 1, limit: 10 })
    expect(await find()).toHaveLength(2)
    await bench.store.purgeCalls({ now: EXPIRES, limit: 10 })
    expect(await find()).toEqual([])
  })

  it('an answer with more items than a statement takes is booked, and its items are purged a part at a time', async () => {
    await aPayer(bench.store)
    const itemIds = Array.from({ length: 7_000 }, (_, index) => `item_${index}`)
    await book(null, aCall(3, { itemIds }))
    expect(await spent()).toBe(3)
    const left = () => bench.store.findKeptItems({ tenantId: 't1', mode: 'live', ids: itemIds })
    expect(await left()).toHaveLength(7_000)
    await bench.store.purgeCalls({ now: EXPIRES, limit: 1_000 })
    expect(await left()).toHaveLength(2_000)
    await bench.store.purgeCalls({ now: EXPIRES, limit: 1_000 })
    expect(await left()).toEqual([])
  })
}
