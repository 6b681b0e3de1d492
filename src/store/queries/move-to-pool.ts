import { sql } from 'kysely'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { PENDING } from './statuses.ts'

export async function moveToPool(
  tx: Tx,
  { pool, operation, to, log, now }: Parameters<WriteVerbs['moveToPool']>[0],
): Promise<number> {
  const query = tx.db
    .selectFrom('tasks')
    .select(['id', 'logs'])
    .where('status', '=', PENDING)
    .where('pool', '=', pool)
    .where('operation', '=', operation)
    // A task that holds nothing was accepted because its pool costs nothing; in another pool it would be free of charge.
    .where('price', '>', 0)
    .limit(1_000)
  const rows = await (tx.engine === 'postgres' ? query.forUpdate().skipLocked() : query).execute()
  for (const { id, logs } of rows) {
    const lines = [...(logs === null ? [] : (JSON.parse(logs) as string[])), log]
    await tx.db
      .updateTable('tasks')
      .set((eb) => ({
        pool: to,
        fell_back: 1,
        logs: JSON.stringify(lines),
        due_at: now,
        version: eb('version', '+', 1),
      }))
      .where('id', '=', id)
      .execute()
    tx.signal({ kind: 'task', id, status: 'pending', progress: 0 })
  }
  if (rows.length > 0) tx.signal({ kind: 'pool', pool: to, operation })
  return rows.length
}

export async function countWaiting(
  tx: Tx,
  { pools }: Parameters<ReadVerbs['countWaiting']>[0],
): ReturnType<ReadVerbs['countWaiting']> {
  if (pools.length === 0) return []
  const rows = await tx.db
    .selectFrom('tasks')
    .select(({ fn }) => ['pool', 'operation', fn.countAll<number>().as('count')])
    .where('status', '=', PENDING)
    .where('pool', 'in', pools)
    .groupBy(['pool', 'operation'])
    .orderBy('pool')
    .orderBy('operation')
    .execute()
  return rows.map(({ pool, operation, count }) => ({ pool, operation, count: Number(count) }))
}

export async function countAhead(tx: Tx, { id }: Parameters<ReadVerbs['countAhead']>[0]): Promise<number | null> {
  const task = await tx.db
    .selectFrom('tasks')
    .select(['pool', 'operation', 'lane', 'seq', 'status'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (task?.status !== 'pending') return null
  const { count } = await tx.db
    .selectFrom('tasks')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('status', '=', PENDING)
    .where('pool', '=', task.pool)
    .where('operation', '=', task.operation)
    .where(sql<boolean>`(lane, seq) < (${task.lane}, ${task.seq})`)
    .executeTakeFirstOrThrow()
  return Number(count)
}
