import { type RawBuilder, sql } from 'kysely'
import { DAY_MS } from '../../core/clock.ts'
import { points } from '../../core/points.ts'
import type { ReadVerbs, UsageRow } from '../store.ts'
import type { Tx } from '../tx.ts'
import { firstIdAt } from './task-counts.ts'

type Args = Parameters<ReadVerbs['readUsage']>[0]

/** The groups, and with `isDaily` the days in them. */
interface Placed {
  place: string | number
  day: string | number | null
}

interface Counted extends Placed {
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
    const at = placeOf(args, counted)
    const { tasks, completed, failed, cancelled } = counted
    const consumed = knowsTasks(args) ? Number(counted.consumed) : 0
    rows.set(keyOf(at), {
      ...at,
      tasks: Number(tasks),
      completed: Number(completed),
      failed: Number(failed),
      cancelled: Number(cancelled),
      calls: 0,
      consumed: points(consumed),
    })
  }
  for (const { calls, consumed, ...placed } of await countCalls(tx, args)) {
    const at = placeOf(args, placed)
    const row = rows.get(keyOf(at)) ?? { ...at, ...NOTHING }
    const more = knowsTasks(args) ? Number(consumed) : 0
    rows.set(keyOf(at), { ...row, calls: Number(calls), consumed: points(row.consumed + more) })
  }
  // Test keys move no money.
  const booked = knowsTasks(args) || args.mode === 'test' ? [] : await sumLedger(tx, args)
  for (const { consumed, ...placed } of booked) {
    const at = placeOf(args, placed)
    const row = rows.get(keyOf(at)) ?? { ...at, ...NOTHING }
    rows.set(keyOf(at), { ...row, consumed: points(Number(consumed)) })
  }
  return [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

/** Whether points are read from tasks and calls: the ledger knows days and keys alone. */
function knowsTasks({ by }: Pick<Args, 'by'>): boolean {
  return by === 'model' || by === 'operation'
}

const NOTHING = { tasks: 0, completed: 0, failed: 0, cancelled: 0, calls: 0, consumed: points(0) }

type Place = Pick<UsageRow, 'group' | 'day'>

function placeOf({ by, isDaily }: Args, { place, day }: Placed): Place {
  const group = by === 'day' ? dayOf(place) : String(place)
  return isDaily && day !== null ? { group, day: dayOf(day) } : { group }
}

const dayOf = (place: string | number): string => new Date(Number(place) * DAY_MS).toISOString().slice(0, 10)
/** A space comes before all that names have, so groups stay together. */
const keyOf = ({ group, day = '' }: Place): string => `${group} ${day}`

const DAY = sql`created_at / ${sql.lit(DAY_MS)}`
const OF_TASKS = { day: DAY, model: sql`model`, operation: sql`operation`, key: sql`key_id` }
const OF_CALLS = { ...OF_TASKS, operation: sql`model` }
const LEDGER_DAY = sql`at / ${sql.lit(DAY_MS)}`
const OF_LEDGER = { day: LEDGER_DAY, key: sql`key_id` }

async function countTasks(tx: Tx, { tenantId, mode, keyId, from, to, by, isDaily }: Args): Promise<Counted[]> {
  const conditions = [sql`id >= ${firstIdAt(from)}`, sql`id < ${firstIdAt(to)}`]
  if (tenantId !== undefined) conditions.push(sql`tenant_id = ${tenantId}`)
  if (mode !== undefined) conditions.push(sql`mode = ${mode}`)
  if (keyId !== undefined) conditions.push(sql`key_id = ${keyId}`)
  const { rows } = await sql<Counted>`
    select ${OF_TASKS[by]} as place, ${isDaily ? DAY : sql`null`} as day, count(*) as tasks,
      sum(case when status = 'completed' then 1 else 0 end) as completed,
      sum(case when status = 'failed' then 1 else 0 end) as failed,
      sum(case when status = 'cancelled' then 1 else 0 end) as cancelled,
      sum(consumed) as consumed
    from tasks where ${all(conditions)} group by ${columns(isDaily)}`.execute(tx.db)
  return rows
}

async function countCalls(
  tx: Tx,
  { tenantId, mode, keyId, from, to, by, isDaily }: Args,
): Promise<(Placed & { calls: number; consumed: number })[]> {
  const conditions = [sql`id >= ${firstIdAt(from)}`, sql`id < ${firstIdAt(to)}`]
  if (tenantId !== undefined) conditions.push(sql`tenant_id = ${tenantId}`)
  if (mode !== undefined) conditions.push(sql`mode = ${mode}`)
  if (keyId !== undefined) conditions.push(sql`key_id = ${keyId}`)
  const { rows } = await sql<Placed & { calls: number; consumed: number }>`
    select ${OF_CALLS[by]} as place, ${isDaily ? DAY : sql`null`} as day, count(*) as calls, sum(price) as consumed
    from calls where ${all(conditions)} group by ${columns(isDaily)}`.execute(tx.db)
  return rows
}

async function sumLedger(
  tx: Tx,
  { tenantId, keyId, from, to, by, isDaily }: Args,
): Promise<Pick<Counted, 'place' | 'day' | 'consumed'>[]> {
  const conditions = [sql`at >= ${from}`, sql`at < ${to}`, sql`revenue <> 0`]
  if (tenantId !== undefined) conditions.push(sql`tenant_id = ${tenantId}`)
  if (keyId !== undefined) conditions.push(sql`key_id = ${keyId}`)
  const { rows } = await sql<Pick<Counted, 'place' | 'day' | 'consumed'>>`
    select ${OF_LEDGER[by === 'key' ? 'key' : 'day']} as place, ${isDaily ? LEDGER_DAY : sql`null`} as day, sum(revenue) as consumed
    from ledger_transactions where ${all(conditions)} group by ${columns(isDaily)}`.execute(tx.db)
  return rows
}

/** By which columns of the answer is counted: a constant is none. */
function columns(isDaily: boolean | undefined): RawBuilder<unknown> {
  return isDaily ? sql`1, 2` : sql`1`
}

function all(conditions: RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql.join(conditions, sql` and `)
}
