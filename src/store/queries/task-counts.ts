import { type Selectable, sql } from 'kysely'
import { DAY_MS } from '../../core/clock.ts'
import { isTerminal, MODES } from '../../core/task.ts'
import type { TaskFilter } from '../../core/task-filter.ts'
import type { TaskCountsTable } from '../schema.ts'
import type { Tx } from '../tx.ts'
import { indexOf, inText } from './statuses.ts'
import { tenantBeside } from './tenant-beside.ts'

interface Counted {
  tenant_id: string
  mode: string
  model: string
  created_at: number
}

export type TaskCount = Selectable<TaskCountsTable>

/** The counts of these rows, in the order in which they are locked. */
export function countsOf(rows: readonly Counted[]): TaskCount[] {
  const counts = new Map<string, TaskCount>()
  for (const { tenant_id, mode, model, created_at } of rows) {
    const day = Math.floor(created_at / DAY_MS)
    const place = `${tenant_id} ${mode} ${day} ${model}`
    const count = counts.get(place)
    if (count) count.tasks += 1
    else counts.set(place, { tenant_id, mode, model, day, tasks: 1 })
  }
  return counts.size < 2 ? [...counts.values()] : [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/** Adds `by` to the counts of tasks for each row: 1 when they are stored, -1 when they are purged. */
export async function countTasks(tx: Tx, rows: readonly Counted[], by: 1 | -1): Promise<void> {
  for (const count of countsOf(rows)) {
    await sql`
      insert into task_counts (tenant_id, mode, model, day, tasks)
      values (${count.tenant_id}, ${count.mode}, ${count.model}, ${count.day}, ${by * count.tasks})
      on conflict (tenant_id, mode, model, day) do update set tasks = task_counts.tasks + excluded.tasks`.execute(tx.db)
  }
}

/** How many tasks match: whole days are read from the counts, days at a bound are counted from the tasks. */
export async function totalTasks(tx: Tx, filter: TaskFilter): Promise<number> {
  const { status, operation, batchId, externalId, keyId, isFavourite } = filter
  if ([status, operation, batchId, externalId, keyId, isFavourite].some((one) => one !== undefined)) {
    return exactTotal(tx, filter, filter.createdFrom, filter.createdTo)
  }
  const firstDay = filter.createdFrom === undefined ? undefined : Math.ceil(filter.createdFrom / DAY_MS)
  // `createdTo` is inclusive: the day it falls in is whole only when it is that day's last millisecond.
  const endDay = filter.createdTo === undefined ? undefined : Math.floor((filter.createdTo + 1) / DAY_MS)
  if (firstDay !== undefined && endDay !== undefined && firstDay >= endDay) {
    return exactTotal(tx, filter, filter.createdFrom, filter.createdTo)
  }
  let query = tx.db
    .selectFrom('task_counts')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('tasks'), eb.lit(0)).as('total'))
    .where('tenant_id', '=', filter.tenantId)
  if (filter.mode) query = query.where('mode', '=', filter.mode)
  if (filter.model) query = query.where('model', 'in', [...filter.model])
  if (firstDay !== undefined) query = query.where('day', '>=', firstDay)
  if (endDay !== undefined) query = query.where('day', '<', endDay)
  let total = Number((await query.executeTakeFirstOrThrow()).total)
  if (firstDay !== undefined) total += await exactTotal(tx, filter, filter.createdFrom, firstDay * DAY_MS - 1)
  if (endDay !== undefined) total += await exactTotal(tx, filter, endDay * DAY_MS, filter.createdTo)
  return total
}

/** The counts of unfinished tasks and of those that have ended, which have different indexes. */
async function exactTotal(tx: Tx, filter: TaskFilter, from?: number, to?: number): Promise<number> {
  if (from !== undefined && to !== undefined && from > to) return 0
  const { status } = filter
  if (!status) return await totalOf(tx, filter, from, to)
  const parts = [status.filter(isTerminal), status.filter((one) => !isTerminal(one))].filter((part) => part.length > 0)
  const totals = await Promise.all(parts.map((part) => totalOf(tx, { ...filter, status: part }, from, to)))
  return totals.reduce((sum, one) => sum + one, 0)
}

/** Whether a filter leads to fewer tasks than their status does. */
export function hasNarrower({ batchId, isFavourite, externalId }: TaskFilter): boolean {
  return [batchId, isFavourite, externalId].some((one) => one !== undefined)
}

async function totalOf(tx: Tx, filter: TaskFilter, from?: number, to?: number): Promise<number> {
  let query = tx.db
    .selectFrom('tasks')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where(tenantBeside(filter.batchId, 'tenant_id'), '=', filter.tenantId)
    .where('mode', 'in', filter.mode ? [filter.mode] : MODES)
  if (filter.model) query = query.where('model', 'in', [...filter.model])
  if (filter.operation) query = query.where('operation', 'in', [...filter.operation])
  if (filter.status) query = query.where('status', 'in', inText(filter.status))
  if (filter.status && !hasNarrower(filter)) query = query.where('status', 'in', indexOf(filter.status))
  if (filter.batchId !== undefined) query = query.where('batch_id', '=', filter.batchId)
  if (filter.keyId !== undefined) query = query.where('key_id', '=', filter.keyId)
  if (filter.isFavourite) query = query.where('favourite_at', 'is not', null)
  if (filter.externalId !== undefined) query = query.where('external_id', '=', filter.externalId)
  // Ids begin with the time, so a range of times is a range of the unique index.
  if (from !== undefined) query = query.where('id', '>=', firstIdAt(from))
  if (to !== undefined) query = query.where('id', '<', firstIdAt(to + 1))
  return Number((await query.executeTakeFirstOrThrow()).total)
}

/** The smallest id that a task created at `ms` can have. */
export function firstIdAt(ms: number): string {
  const time = Math.max(0, ms).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-4000-8000-000000000000`
}
