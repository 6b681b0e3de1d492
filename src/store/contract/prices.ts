import { expect, it } from 'vitest'
import { DAY_MS } from '../../core/clock.ts'
import { points } from '../../core/points.ts'
import type { CostRule, PriceRule } from '../../core/price-rule.ts'
import type { Bench } from '../contract.ts'
import type { Signal } from '../store.ts'
import { completeLate, settle } from './moves.ts'
import { aClaimedTask, anEnd, aPayer, aTask, aTenant, only, START, submitted } from './samples.ts'

export function aPriceRule(id: string, with_: Partial<PriceRule> = {}): PriceRule {
  const rule = { id, of: '*', conditions: {}, points: null, factor: 1.5, per: null, begunAt: START, endedAt: null }
  return { ...rule, madeBy: 'k1', note: '', tenantId: null, group: null, ...with_ }
}

function aCostRule(id: string, with_: Partial<CostRule> = {}): CostRule {
  const { tenantId: _, group: _group, ...rule } = aPriceRule(id)
  return { ...rule, provider: 'lumen', account: null, ...with_ }
}

/** Rules of prices and costs with their history, groups of tenants, and what tasks earned and cost. */
export function pricesContract(bench: Bench): void {
  const revision = () => bench.store.getPriceRevision({})
  async function begin(rule: PriceRule, end: string[] = [], now = rule.begunAt): Promise<boolean> {
    return bench.store.changePriceRules({ begin: [rule], end, revision: await revision(), now })
  }

  it('a price rule is stored with every field, and so is a cost rule', async () => {
    await bench.store.createTenant({ tenant: aTenant('t1') })
    const full = aPriceRule('full', {
      of: 'lumen/clip-2/text_to_video',
      conditions: { resolution: '1080p', audio: true, n: 2 },
      points: points(2 ** 52),
      factor: null,
      per: 'duration',
      tenantId: 't1',
      madeBy: 'the “first” key',
      note: 'from spring on',
    })
    const ofGroup = aPriceRule('of a group', { group: 'gold', factor: 0.123_456_789, begunAt: START + 1 })
    for (const rule of [full, ofGroup]) expect(await begin(rule)).toBe(true)
    expect(await bench.store.listPriceRules({ isInForce: true })).toEqual([ofGroup, full])
    const cost = aCostRule('cost', { account: 'a1', points: points(7), factor: null })
    const change = { begin: [cost], end: [], revision: await revision(), now: START }
    expect(await bench.store.changeCostRules(change)).toBe(true)
    expect(await bench.store.listCostRules({ isInForce: true })).toEqual([cost])
    expect(await bench.store.listPriceRules({ isInForce: true, limit: 1 })).toEqual([ofGroup])
  })

  it('a rule for the same thing ends the one before it, which stays in the history', async () => {
    await begin(aPriceRule('first', { conditions: { a: 1, b: 2 } }))
    await begin(aPriceRule('of other input', { conditions: { a: 1 }, begunAt: START + 1 }))
    await begin(aPriceRule('second', { conditions: { b: 2, a: 1 }, begunAt: START + 2 }))
    const idsOf = (rules: PriceRule[]) => rules.map(({ id }) => id)
    expect(idsOf(await bench.store.listPriceRules({ isInForce: true }))).toEqual(['second', 'of other input'])
    const history = await bench.store.listPriceRules({ isInForce: false })
    expect(history.map(({ id, endedAt }) => ({ id, endedAt }))).toEqual([
      { id: 'second', endedAt: null },
      { id: 'of other input', endedAt: null },
      { id: 'first', endedAt: START + 2 },
    ])
  })

  it('a rule is ended by its id once, and the time of its end stays', async () => {
    await begin(aPriceRule('one'))
    for (const now of [START + 5, START + 9]) {
      await bench.store.changePriceRules({ begin: [], end: ['one'], revision: await revision(), now })
    }
    expect(await bench.store.listPriceRules({ isInForce: true })).toEqual([])
    expect(only(await bench.store.listPriceRules({ isInForce: false })).endedAt).toBe(START + 5)
  })

  it('a change of rules on an earlier revision writes nothing; of two at once one is written', async () => {
    const read = await revision()
    const outcomes = await Promise.all(
      ['x', 'y'].map((id) =>
        bench.store.changePriceRules({ begin: [aPriceRule(id, { of: id })], end: [], revision: read, now: START }),
      ),
    )
    expect([...outcomes].sort()).toEqual([false, true])
    expect(await bench.store.listPriceRules({ isInForce: false })).toHaveLength(1)
    const late = { begin: [aCostRule('late')], end: [], revision: read, now: START }
    expect(await bench.store.changeCostRules(late)).toBe(false)
    expect(await bench.store.listCostRules({ isInForce: false })).toEqual([])
  })

  it('more rules than a statement takes parameters are begun and ended at once', async () => {
    const many = Array.from({ length: 1_200 }, (_, n) => aPriceRule(`r${n}`, { of: `lumen/${n}` }))
    const again = many.map((rule) => ({ ...rule, id: `again ${rule.id}`, begunAt: START + 1 }))
    for (const begin of [many, again]) {
      const change = { begin, end: [], revision: await revision(), now: START + 1 }
      expect(await bench.store.changePriceRules(change)).toBe(true)
    }
    expect(await bench.store.listPriceRules({ isInForce: true })).toHaveLength(1_200)
    expect(await bench.store.listPriceRules({ isInForce: false })).toHaveLength(2_400)
  })

  it('the group of a tenant is stored, and can be taken away', async () => {
    for (const tenant of [aTenant('t1', { priceGroup: 'gold' }), aTenant('t2')]) {
      await bench.store.createTenant({ tenant })
    }
    expect(await bench.store.listPriceGroups({})).toEqual([{ tenantId: 't1', group: 'gold' }])
    await bench.store.changeTenant({ id: 't1', set: { priceGroup: null } })
    await bench.store.changeTenant({ id: 't2', set: { priceGroup: 'silver' } })
    expect(await bench.store.listPriceGroups({})).toEqual([{ tenantId: 't2', group: 'silver' }])
    expect(await bench.store.getTenant({ id: 't2' })).toEqual(aTenant('t2', { priceGroup: 'silver' }))
  })

  it('every change of prices, costs and groups raises the revision and is signalled', async () => {
    await bench.store.createTenant({ tenant: aTenant('t1') })
    const signals: Signal[] = []
    const stop = bench.store.onSignal((signal) => signals.push(signal))
    const before = await revision()
    await begin(aPriceRule('one'))
    await bench.store.changeCostRules({ begin: [], end: ['none'], revision: await revision(), now: START })
    await bench.store.changeTenant({ id: 't1', set: { priceGroup: 'gold' } })
    await bench.store.changeTenant({ id: 't1', set: { fallsBack: true } })
    stop()
    expect((await revision()) - before).toBe(3)
    expect(signals.filter(({ kind }) => kind === 'prices')).toHaveLength(3)
  })

  it('a task keeps what set its price, and its end stores what it cost', async () => {
    await aPayer(bench.store)
    const { id, claim, priceRule, costPoints } = await aClaimedTask(bench.store, { priceRule: 'rule 7' })
    expect({ priceRule, costPoints }).toEqual({ priceRule: 'rule 7', costPoints: null })
    const cost = { costPoints: points(60), costSource: 'vendor' } as const
    await settle(bench.store, anEnd({ id, claim }, { consumedPoints: points(100), cost }))
    expect(await bench.store.getTask({ id })).toMatchObject({ priceRule: 'rule 7', ...cost })
  })

  it('margins are sums over the tasks of live keys that ended in the time, by the key that was named', async () => {
    await aPayer(bench.store)
    const end = async (
      now: number,
      consumed: number,
      cost: number | null,
      to: 'completed' | 'failed' = 'completed',
    ) => {
      const { id, claim } = await aClaimedTask(bench.store)
      const known = cost === null ? {} : { cost: { costPoints: points(cost), costSource: 'rule' } as const }
      const error = to === 'failed' ? { code: 'vendor_refused' as const, message: 'no' } : null
      await settle(bench.store, anEnd({ id, claim }, { to, error, consumedPoints: points(consumed), now, ...known }))
    }
    await end(START + 1, 100, 60)
    await end(START + 2, 90, null)
    await end(START + 3, 0, null, 'failed')
    await end(START + DAY_MS, 50, 70)
    await submitted(bench.store, aTask()) // goes on
    const all = { from: START, to: START + 2 * DAY_MS }
    const sum = { tasks: 4, revenue: 240, cost: 130, unknown: 1 }
    expect(await bench.store.sumMargins({ ...all, by: 'tenant' })).toEqual([{ key: 't1', ...sum }])
    expect(await bench.store.sumMargins({ ...all, by: 'provider' })).toEqual([{ key: 'lumen', ...sum }])
    expect(await bench.store.sumMargins({ ...all, by: 'account' })).toEqual([{ key: 'a1', ...sum }])
    expect(await bench.store.sumMargins({ ...all, by: 'operation' })).toMatchObject([sum])
    expect(await bench.store.sumMargins({ ...all, by: 'day' })).toEqual([
      { key: String(START / DAY_MS), tasks: 3, revenue: 190, cost: 60, unknown: 1 },
      { key: String(START / DAY_MS + 1), tasks: 1, revenue: 50, cost: 70, unknown: 0 },
    ])
    expect(await bench.store.sumMargins({ from: START + 2, to: START + 3, by: 'day' })).toMatchObject([{ revenue: 90 }])
    const [ledger] = await bench.place.sql('select sum(revenue) as revenue from ledger_transactions')
    expect(Number(ledger?.revenue)).toBe(sum.revenue)
  })

  it('the cost of a result that came late counts, though it earned nothing', async () => {
    await aPayer(bench.store)
    const { id, claim } = await aClaimedTask(bench.store)
    const error = { code: 'timed_out' as const, message: 'late' }
    await settle(bench.store, anEnd({ id, claim }, { to: 'failed', error, lateAt: START + 10 }))
    const cost = { costPoints: points(60), costSource: 'vendor' } as const
    await completeLate(bench.store, { id, claim: null, now: START + 20, handle: 'h', output: null, log: 'late', cost })
    const margins = await bench.store.sumMargins({ from: START, to: START + DAY_MS, by: 'tenant' })
    expect(margins).toEqual([{ key: 't1', tasks: 1, revenue: 0, cost: 60, unknown: 0 }])
  })
}
