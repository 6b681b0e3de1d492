import { type RawBuilder, sql } from 'kysely'
import { DAY_MS } from '../../core/clock.ts'
import { points } from '../../core/points.ts'
import type { ReadVerbs, UsageRow } from '../store.ts'
import type { Tx } from '../tx.ts'
import { firstIdAt } from './task-counts.ts'

type Args = Parameters<ReadVerbs['readUsage']>[0]

interface Counted {
  place: string | number
  tasks: number
  completed: number
  failed: number
  cancelled: number
  consumed: number
}

/** Records of tasks and calls are deleted when they expire, and the ledger stays: all are read, and joined here. */
export async function readUsage(tx: Tx, args: Args): Promise<UsageRow[]> {
  const rows = new Map<string, UsageRow>()
  for (const counted of await countTasks(tx, args)) {
    const group = groupOf(args.by, counted.place)
    const { tasks, completed, failed, cancelled } = counted
    const consumed = knowsTasks(args) ? Number(counted.consumed) : 0
    rows.set(group, {
      group,
      tasks: Number(tasks),
      completed: Number(completed),
      failed: Number(failed),
      cancelled: Number(cancelled),
      calls: 0,
      consumed: points(consumed),
    })
  }
  for (const { place, calls, consumed } of await countCalls(tx, args)) {
    const group = groupOf(args.by, place)
    const row = rows.get(group) ?? { group, ...NOTHING }
    const more = knowsTasks(args) ? Number(consumed) : 0
    rows.set(group, { ...row, calls: Number(calls), consumed: points(row.consumed + more) })
  }
  // Test keys move no money.
  const booked = knowsTasks(args) || args.mode === 'test' ? [] : await sumLedger(tx, args)
  for (const { place, consumed } of booked) {
    const group = groupOf(args.by, place)
    const row = rows.get(group) ?? { group, ...NOTHING }
    rows.set(group, { ...row, consumed: points(Number(consumed)) })
  }
  return [...rows.values()].sort((a, b) => (a.group < b.group ? -1 : 1))
}

/** Whether points are read from tasks and calls: the ledger knows days and keys alone. */
function knowsTasks({ by }: Pick<Args, 'by'>): boolean {
  return by === 'model' || by === 'operation'
}

const NOTHING = { tasks: 0, completed: 0, failed: 0, cancelled: 0, calls: 0, consumed: points(0) }

function groupOf(by: Args['by'], place: string | number): string {
  return by === 'day' ? new Date(Number(place) * DAY_MS).toISOString().slice(0, 10) : String(place)
}

const DAY = sql`created_at / ${sql.lit(DAY_MS)}`
const OF_TASKS = { day: DAY, model: sql`model`, operation: sql`operation`, key: sql`key_id` }
const OF_CALLS = { ...OF_TASKS, operation: sql`model` }
const OF_LEDGER = { day: sql`at / ${sql.lit(DAY_MS)}`, key: sql`key_id` }

async function countTasks(tx: Tx, { tenantId, mode, keyId, from, to, by }: Args): Promise<Counted[]> {
  const conditions = [sql`id >= ${firstIdAt(from)}`, sql`id < ${firstIdAt(to)}`]
  if (tenantId !== undefined) conditions.push(sql`tenant_id = ${tenantId}`)
  if (mode !== undefined) conditions.push(sql`mode = ${mode}`)
  if (keyId !== undefined) conditions.push(sql`key_id = ${keyId}`)
  const { rows } = await sql<Counted>`
    select ${OF_TASKS[by]} as place, count(*) as tasks,
      sum(case when status = 'completed' then 1 else 0 end) as completed,
      sum(case when status = 'failed' then 1 else 0 end) as failed,
      sum(case when status = 'cancelled' then 1 else 0 end) as cancelled,
      sum(consumed) as consumed
    from tasks where ${all(conditions)} group by 1`.execute(tx.db)
  return rows
}

async function countCalls(
  tx: Tx,
  { tenantId, mode, keyId, from, to, by }: Args,
): Promise<{ place: string | number; calls: number; consumed: number }[]> {
  const conditions = [sql`id >= ${firstIdAt(from)}`, sql`id < ${firstIdAt(to)}`]
  if (tenantId !== undefined) conditions.push(sql`tenant_id = ${tenantId}`)
  if (mode !== undefined) conditions.push(sql`mode = ${mode}`)
  if (keyId !== undefined) conditions.push(sql`key_id = ${keyId}`)
  const { rows } = await sql<{ place: string | number; calls: number; consumed: number }>`
    select ${OF_CALLS[by]} as place, count(*) as calls, sum(price) as consumed
    from calls where ${all(conditions)} group by 1`.execute(tx.db)
  return rows
}

async function sumLedger(
  tx: Tx,
  { tenantId, keyId, from, to, by }: Args,
): Promise<Pick<Counted, 'place' | 'consumed'>[]> {
  const conditions = [sql`at >= ${from}`, sql`at < ${to}`, sql`revenue <> 0`]
  if (tenantId !== undefined) conditions.push(sql`tenant_id = ${tenantId}`)
  if (keyId !== undefined) conditions.push(sql`key_id = ${keyId}`)
  const { rows } = await sql<Pick<Counted, 'place' | 'consumed'>>`
    select ${OF_LEDGER[by === 'key' ? 'key' : 'day']} as place, sum(revenue) as consumed
    from ledger_transactions where ${all(conditions)} group by 1`.execute(tx.db)
  return rows
}

function all(conditions: RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql.join(conditions, sql` and `)
}
