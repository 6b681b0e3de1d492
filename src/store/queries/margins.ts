import { type RawBuilder, sql } from 'kysely'
import { DAY_MS, MINUTE_MS } from '../../core/clock.ts'
import type { Points } from '../../core/points.ts'
import type { MarginKey, MarginRow, ReadVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { firstIdAt } from './task-counts.ts'

/** Longer than the settings allow a task to wait and to be worked on: the index by time is that of the ids. */
const LONGEST_TASK_MS = 60 * DAY_MS
/** Ids may be ahead of the clock by a little. */
const ID_LEAD_MS = MINUTE_MS

const KEYS: Record<MarginKey, RawBuilder<string | number | null>> = {
  operation: sql`operation`,
  tenant: sql`tenant_id`,
  provider: sql`provider`,
  account: sql`account`,
  day: sql`ended_at / ${sql.lit(DAY_MS)}`,
}

export async function sumMargins(
  tx: Tx,
  { from, to, by }: Parameters<ReadVerbs['sumMargins']>[0],
): Promise<MarginRow[]> {
  const { rows } = await sql<Record<keyof MarginRow, string | number | null>>`
    select ${KEYS[by]} as key, count(*) as tasks, sum(consumed) as revenue, sum(coalesce(cost, 0)) as cost,
      sum(case when cost is null and status = 'completed' then 1 else 0 end) as unknown
    from tasks
    where mode = 'live' and status in ('completed', 'failed', 'cancelled') and ended_at >= ${from} and ended_at < ${to}
      and id >= ${firstIdAt(from - LONGEST_TASK_MS)} and id < ${firstIdAt(to + ID_LEAD_MS)}
    group by 1 order by 1`.execute(tx.db)
  return rows.map((row) => ({
    key: row.key === null ? null : String(row.key),
    tasks: Number(row.tasks),
    revenue: Number(row.revenue) as Points, // sums of whole points
    cost: Number(row.cost) as Points,
    unknown: Number(row.unknown),
  }))
}
