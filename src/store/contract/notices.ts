import { expect, it } from 'vitest'
import { points } from '../../core/points.ts'
import type { Bench } from '../contract.ts'
import { aPayer, aTenant, START } from './samples.ts'

const HOUR_MS = 3_600_000

export function noticesContract(bench: Bench): void {
  const begin = (now: number) => bench.store.beginNotice({ subject: 'a', quietMs: HOUR_MS, now })

  it('a notice is begun by one process, once for each change, and at most once an hour', async () => {
    const begun = await Promise.all([START, START, START].map(begin))
    expect(begun.filter(Boolean)).toHaveLength(1)
    expect(await bench.store.listNotices({})).toEqual(['a'])
    expect(await begin(START + 2 * HOUR_MS)).toBe(false)
    const ended = await Promise.all([1, 2, 3].map(() => bench.store.endNotice({ subject: 'a' })))
    expect(ended.filter(Boolean)).toHaveLength(1)
    expect(await bench.store.listNotices({})).toEqual([])
    expect(await begin(START + HOUR_MS - 1)).toBe(false)
    expect(await begin(START + HOUR_MS)).toBe(true)
    expect(await bench.store.endNotice({ subject: 'b' })).toBe(false)
  })

  it('a turn is taken by one process in each period', async () => {
    const take = (now: number) => bench.store.takeTurn({ name: 'reconcile', everyMs: HOUR_MS, now })
    expect((await Promise.all([START, START, START].map(take))).filter(Boolean)).toHaveLength(1)
    expect(await take(START + HOUR_MS - 1)).toBe(false)
    expect(await take(START + HOUR_MS)).toBe(true)
    expect(await bench.store.listNotices({})).toEqual([])
  })

  it('tenants with little credit are listed with what they have left', async () => {
    await aPayer(bench.store)
    const { available = 0 } = (await bench.store.getBalance({ tenantId: 't1' })) ?? {}
    expect(await bench.store.listLowBalances({ below: points(available), limit: 10 })).toEqual([])
    expect(await bench.store.listLowBalances({ below: points(available + 1), limit: 10 })).toEqual([
      { tenantId: 't1', name: expect.any(String), available },
    ])
    await bench.store.createTenant({ tenant: aTenant('t2') })
    const page = (afterId?: string) =>
      bench.store.listLowBalances({ below: points(available + 1), limit: 1, ...(afterId ? { afterId } : {}) })
    expect((await page()).map(({ tenantId }) => tenantId)).toEqual(['t1'])
    expect((await page('t1')).map(({ tenantId }) => tenantId)).toEqual(['t2'])
    expect(await page('t2')).toEqual([])
    for (const id of ['t1', 't2']) await bench.store.deleteTenant({ id, now: START })
    expect(await bench.store.listLowBalances({ below: points(available + 1), limit: 10 })).toEqual([])
  })
}
