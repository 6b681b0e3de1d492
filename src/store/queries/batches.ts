import { points } from '../../core/points.ts'
import type { TerminalStatus } from '../../core/task.ts'
import { batchOfRow } from '../rows.ts'
import type { Batch, BatchOutcome, ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { insertDeliveries } from './deliveries.ts'
import { lockTenants } from './lock-tenants.ts'
import { submitTasks } from './submit-tasks.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]

/** All of a batch or nothing: its price is compared as a whole, before the first hold is taken. */
export async function submitBatch(tx: Tx, { batch, tasks }: Args<'submitBatch'>): Promise<BatchOutcome> {
  await lockTenants(tx, [batch.tenantId])
  if (batch.idempotency) {
    const known = await tx.db
      .selectFrom('batches')
      .select(['id', 'fingerprint'])
      .where('tenant_id', '=', batch.tenantId)
      .where('mode', '=', batch.mode)
      .where('idempotency_key', '=', batch.idempotency.key)
      .executeTakeFirst()
    if (known && known.fingerprint === batch.idempotency.fingerprint) return { outcome: 'replayed', batchId: known.id }
    if (known) return { outcome: 'idempotency_mismatch' }
  }
  const price = tasks.reduce((sum, task) => sum + task.pricePoints, 0)
  const balance = await tx.db
    .selectFrom('balances')
    .select('available')
    .where('tenant_id', '=', batch.tenantId)
    .executeTakeFirstOrThrow()
  if (balance.available < price) return { outcome: 'insufficient_points', available: points(balance.available) }
  const key = await tx.db
    .selectFrom('api_keys')
    .select(['spent', 'spend_limit'])
    .where('id', '=', batch.keyId)
    .executeTakeFirstOrThrow()
  if (key.spend_limit !== null && key.spent + price > key.spend_limit) return { outcome: 'spend_limit_reached' }

  await tx.insertMany('batches', [
    {
      id: batch.id,
      tenant_id: batch.tenantId,
      mode: batch.mode,
      key_id: batch.keyId,
      dialect: batch.dialect,
      echo: JSON.stringify(batch.echo),
      rejected: JSON.stringify(batch.rejected),
      total: tasks.length,
      completed: 0,
      failed: 0,
      cancelled: 0,
      created_at: batch.createdAt,
      ended_at: null,
      announced_at: null,
      record_expires_at: batch.recordExpiresAt,
      idempotency_key: batch.idempotency?.key ?? null,
      fingerprint: batch.idempotency?.fingerprint ?? null,
    },
  ])
  const outcomes = await submitTasks(tx, { tasks: tasks.map((task) => ({ ...task, batchId: batch.id })) })
  const refused = outcomes.find(({ outcome }) => outcome !== 'created')
  // The tenant is locked and its means were compared, so this would be a fault of ours: throwing takes all of it back.
  if (refused) throw new Error(`A task of batch ${batch.id} was refused: ${refused.outcome}.`)
  return { outcome: 'created' }
}

/** Counts an ended task in its batch; the last one ends the batch. */
export async function countInBatch(tx: Tx, batchId: string, to: TerminalStatus, now: number): Promise<void> {
  const batch = await tx.db
    .updateTable('batches')
    .set((eb) => ({ [to]: eb(to, '+', 1) }))
    .where('id', '=', batchId)
    .returning(['total', 'completed', 'failed', 'cancelled'])
    .executeTakeFirst()
  if (!batch || batch.completed + batch.failed + batch.cancelled < batch.total) return
  await tx.db.updateTable('batches').set({ ended_at: now }).where('id', '=', batchId).execute()
  tx.signal({ kind: 'batch', id: batchId })
}

export async function announceBatch(tx: Tx, { id, deliveries, now }: Args<'announceBatch'>): Promise<boolean> {
  const batch = await tx.db
    .updateTable('batches')
    .set({ announced_at: now })
    .where('id', '=', id)
    .where('ended_at', 'is not', null)
    .where('announced_at', 'is', null)
    .returning('tenant_id')
    .executeTakeFirst()
  if (!batch) return false
  await insertDeliveries(tx, id, batch.tenant_id, deliveries, now)
  return true
}

export async function getBatch(tx: Tx, { id }: Parameters<ReadVerbs['getBatch']>[0]): Promise<Batch | undefined> {
  const row = await tx.db.selectFrom('batches').selectAll().where('id', '=', id).executeTakeFirst()
  return row && batchOfRow(row)
}

export async function listUnannounced(
  tx: Tx,
  { limit }: Parameters<ReadVerbs['listUnannounced']>[0],
): Promise<Batch[]> {
  const rows = await tx.db
    .selectFrom('batches')
    .selectAll()
    .where('ended_at', 'is not', null)
    .where('announced_at', 'is', null)
    .orderBy('ended_at')
    .limit(limit)
    .execute()
  return rows.map(batchOfRow)
}
