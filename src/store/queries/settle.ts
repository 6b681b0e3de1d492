import { settleTransaction, type Transaction } from '../../core/entries.ts'
import { points } from '../../core/points.ts'
import { isRunning, mayMove, type Status, sourcesOf, type Task } from '../../core/task.ts'
import { rowOfAsset, taskOfRow } from '../rows.ts'
import type { Settlement } from '../store.ts'
import type { Tx } from '../tx.ts'
import { endAttempt } from './attempts.ts'
import { WATCHED } from './attention.ts'
import { countInBatch } from './batches.ts'
import { insertDeliveries } from './deliveries.ts'
import { freeSlot } from './free-slot.ts'
import { lockTenants } from './lock-tenants.ts'
import { STAGED } from './statuses.ts'

/** Ends a task by compare-and-set: status, money, files' rows and deliveries, or nothing. */
export async function settle(tx: Tx, args: Settlement): Promise<Task | undefined> {
  const from = args.from ? args.from.filter((status) => mayMove(status, args.to)) : sourcesOf(args.to)
  if (from.length === 0) return undefined
  // Only a row that is to be ended is locked: `promote` passes over a locked one.
  let query = tx.db.selectFrom('tasks').selectAll().where('id', '=', args.id).where('status', 'in', from)
  if (args.claim !== null) query = query.where('claim', '=', args.claim)
  const before = await (tx.engine === 'postgres' ? query.forUpdate() : query).executeTakeFirst()
  if (!before) return undefined
  await lockTenants(tx, [before.tenant_id])

  const price = points(before.price)
  const consumed = args.to === 'completed' ? args.consumedPoints : points(0)
  const logs = before.logs === null ? [] : (JSON.parse(before.logs) as string[])
  const row = await tx.db
    .updateTable('tasks')
    .set({
      status: args.to,
      progress: args.to === 'completed' ? 100 : before.progress,
      consumed,
      output: args.output === null ? null : JSON.stringify(args.output),
      error: args.error === null ? null : JSON.stringify(args.error),
      logs: args.logs.length === 0 ? before.logs : JSON.stringify([...logs, ...args.logs]),
      started_at: before.started_at ?? (args.to === 'completed' ? args.now : null),
      ended_at: args.now,
      attention: args.lateAt === undefined ? 0 : WATCHED,
      ...(args.lateAt === undefined ? {} : { due_at: args.lateAt }),
      ...(args.handle === undefined ? {} : { handle: JSON.stringify(args.handle) }),
    })
    .where('id', '=', args.id)
    .returningAll()
    .executeTakeFirstOrThrow()

  const end = settleTransaction(args.id, price, consumed) // throws when more is consumed than was held
  if (price > 0) await book(tx, end, before, args.now)
  const staged = before.status === 'staged' ? 1 : 0
  const balance = await tx.db
    .updateTable('balances')
    .set((eb) => ({
      available: eb('available', '+', price - consumed),
      held: eb('held', '-', price),
      active: eb('active', '-', 1),
      staged: eb('staged', '-', staged),
    }))
    .where('tenant_id', '=', before.tenant_id)
    .returning(['active', 'staged'])
    .executeTakeFirstOrThrow()
  await tx.db
    .updateTable('api_keys')
    .set((eb) => ({
      spent: eb('spent', '-', price - consumed),
      active: eb('active', '-', 1),
      staged: eb('staged', '-', staged),
    }))
    .where('id', '=', before.key_id)
    .execute()
  if (balance.staged > 0) await promote(tx, before.tenant_id, balance, args.now)
  if (isRunning(before.status as Status)) {
    await freeSlot(tx, before)
    await endAttempt(tx, before, { outcome: args.to, reason: args.error?.message ?? null, at: args.now })
  }
  await tx.insertMany('assets', args.assets.map(rowOfAsset))
  await insertDeliveries(tx, args.id, before.tenant_id, args.deliveries, args.now)
  tx.signal({ kind: 'task', id: args.id })
  if (before.batch_id !== null) await countInBatch(tx, before.batch_id, args.to, args.now)
  return taskOfRow(row)
}

async function book(
  tx: Tx,
  end: Transaction,
  { tenant_id, key_id }: { tenant_id: string; key_id: string },
  at: number,
): Promise<void> {
  await tx.insertMany('ledger_transactions', [
    { id: end.id, tenant_id, kind: end.kind, task_id: end.taskId, key_id, memo: null, at },
  ])
  await tx.insertMany(
    'ledger_entries',
    end.entries.map((entry) => ({
      transaction_id: end.id,
      tenant_id,
      account: entry.account,
      points: entry.points,
    })),
  )
}

/** Moves parked tasks into the line as far as the limits allow: single ones before those of batches, the oldest first. */
async function promote(
  tx: Tx,
  tenantId: string,
  balance: { active: number; staged: number },
  now: number,
): Promise<void> {
  const { max_concurrent: limit } = await tx.db
    .selectFrom('tenants')
    .select('max_concurrent')
    .where('id', '=', tenantId)
    .executeTakeFirstOrThrow()
  let parked = balance.staged
  while (parked > 0 && (limit === null || balance.active - parked < limit)) {
    if (!(await promoteOne(tx, tenantId, now))) return
    parked -= 1
  }
}

async function promoteOne(tx: Tx, tenantId: string, now: number): Promise<boolean> {
  const query = tx.db
    .selectFrom('tasks')
    .innerJoin('api_keys', 'api_keys.id', 'tasks.key_id')
    .select(['tasks.id', 'tasks.key_id', 'tasks.pool', 'tasks.operation'])
    .where('tasks.tenant_id', '=', tenantId)
    .where('tasks.status', '=', STAGED)
    .where((eb) =>
      eb.or([
        eb('api_keys.max_concurrent', 'is', null),
        eb(eb('api_keys.active', '-', eb.ref('api_keys.staged')), '<', eb.ref('api_keys.max_concurrent')),
      ]),
    )
    .orderBy('tasks.lane')
    .orderBy('tasks.seq')
    .limit(1)
  const next = await (tx.engine === 'postgres' ? query.forUpdate('tasks').skipLocked() : query).executeTakeFirst()
  if (!next) return false
  await tx.db.updateTable('tasks').set({ status: 'pending', due_at: now }).where('id', '=', next.id).execute()
  await tx.db
    .updateTable('api_keys')
    .set((eb) => ({ staged: eb('staged', '-', 1) }))
    .where('id', '=', next.key_id)
    .execute()
  await tx.db
    .updateTable('balances')
    .set((eb) => ({ staged: eb('staged', '-', 1) }))
    .where('tenant_id', '=', tenantId)
    .execute()
  tx.signal({ kind: 'pool', pool: next.pool, operation: next.operation })
  tx.signal({ kind: 'task', id: next.id })
  return true
}
