import { sql } from 'kysely'
import type { Task } from '../../core/task.ts'
import { rowOfAsset, taskOfRow } from '../rows.ts'
import type { WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { acceptAttempt, endAttempt } from './attempts.ts'
import { AT_REST, CALLED, IN_HAND, WATCHED } from './attention.ts'
import { insertDeliveries } from './deliveries.ts'
import { RUNNING_TEXT } from './statuses.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]

// As text, so that the partial index is used.
const FAILED = sql.lit<string>('failed')
const WATCHED_TEXT = sql.lit<number>(WATCHED)

export async function claimLate(tx: Tx, { limit, leaseMs, now }: Args<'claimLate'>): Promise<Task[]> {
  const query = tx.db
    .selectFrom('tasks')
    .select('id')
    .where('status', '=', FAILED)
    .where('attention', '=', WATCHED_TEXT)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
  const due = await (tx.engine === 'postgres' ? query.forUpdate().skipLocked() : query).execute()
  if (due.length === 0) return []
  const rows = await tx.db
    .updateTable('tasks')
    .set((eb) => ({ claim: eb('claim', '+', 1), due_at: now + leaseMs }))
    .where(
      'id',
      'in',
      due.map(({ id }) => id),
    )
    .returningAll()
    .execute()
  return rows.map(taskOfRow)
}

export async function recordLate(tx: Tx, { id, claim, dueAt }: Args<'recordLate'>): Promise<boolean> {
  const row = await tx.db
    .updateTable('tasks')
    .set(dueAt === null ? { attention: AT_REST } : { due_at: dueAt })
    .where('id', '=', id)
    .where('claim', '=', claim)
    .where('status', '=', FAILED)
    .where('attention', '=', WATCHED_TEXT)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function deliverLate(tx: Tx, args: Args<'deliverLate'>): Promise<Task | undefined> {
  const query = tx.db
    .selectFrom('tasks')
    .selectAll()
    .where('id', '=', args.id)
    .where('claim', '=', args.claim)
    .where('status', '=', FAILED)
    .where('attention', '=', WATCHED_TEXT)
  const before = await (tx.engine === 'postgres' ? query.forUpdate() : query).executeTakeFirst()
  if (!before) return undefined
  const logs = before.logs === null ? [] : (JSON.parse(before.logs) as string[])
  const row = await tx.db
    .updateTable('tasks')
    .set({
      status: 'completed',
      progress: 100,
      output: JSON.stringify(args.output),
      handle: JSON.stringify(args.handle),
      error: null,
      logs: JSON.stringify([...logs, args.log]),
      ended_at: args.now,
      started_at: before.started_at ?? args.now,
      attention: AT_REST,
    })
    .where('id', '=', args.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await endAttempt(tx, before, { outcome: 'completed', reason: args.log, at: args.now })
  await tx.insertMany('assets', args.assets.map(rowOfAsset))
  await insertDeliveries(tx, args.id, before.tenant_id, args.deliveries, args.now)
  if (before.batch_id !== null) {
    await tx.db
      .updateTable('batches')
      .set((eb) => ({ failed: eb('failed', '-', 1), completed: eb('completed', '+', 1) }))
      .where('id', '=', before.batch_id)
      .execute()
  }
  tx.signal({ kind: 'task', id: args.id })
  return taskOfRow(row)
}

export async function hear(tx: Tx, { id, handle, now }: Args<'hear'>): Promise<boolean> {
  const query = tx.db
    .selectFrom('tasks')
    .select(['id', 'status', 'handle', 'attention', 'attempts', 'started_at'])
    .where('id', '=', id)
    .where((eb) =>
      eb.or([
        eb('status', 'in', RUNNING_TEXT),
        eb.and([eb('status', '=', FAILED), eb('attention', '=', WATCHED_TEXT)]),
      ]),
    )
  const task = await (tx.engine === 'postgres' ? query.forUpdate() : query).executeTakeFirst()
  if (!task) return false
  const isKnown = task.handle !== null && task.handle !== 'null'
  // Whoever has the call in hand may yet lose its answer; one that has been lost is found herewith.
  const learnt = isKnown ? null : handle
  const isFound = learnt !== null && task.status === 'uncertain'
  const isInHand = task.attention === IN_HAND || task.attention === CALLED
  await tx.db
    .updateTable('tasks')
    .set({
      ...(isInHand ? { attention: CALLED } : { due_at: now }),
      ...(learnt === null ? {} : { handle: JSON.stringify(learnt) }),
      ...(isFound ? { status: 'processing', started_at: task.started_at ?? now } : {}),
    })
    .where('id', '=', id)
    .execute()
  if (isFound) {
    await acceptAttempt(tx, task, now)
    tx.signal({ kind: 'task', id })
  }
  tx.signal({ kind: 'due' })
  return true
}
