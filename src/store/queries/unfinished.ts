import type { Tx } from '../tx.ts'

/** Unfinished tasks of all tenants, from the counters: parked, waiting, running. */
export async function countUnfinished(tx: Tx): Promise<Record<'staged' | 'pending' | 'running', number>> {
  const sums = await tx.db
    .selectFrom('balances')
    .select((eb) => [eb.fn.sum<number>('active').as('active'), eb.fn.sum<number>('staged').as('staged')])
    .executeTakeFirst()
  const lines = await tx.db
    .selectFrom('lines')
    .select((eb) => eb.fn.sum<number>('running').as('running'))
    .executeTakeFirst()
  const active = Number(sums?.active ?? 0)
  const staged = Number(sums?.staged ?? 0)
  const running = Number(lines?.running ?? 0)
  return { staged, pending: Math.max(0, active - staged - running), running }
}
