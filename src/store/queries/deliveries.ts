import { randomUUID } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import type { Delivery, DeliveryAttempt, DeliveryDraft } from '../../core/delivery.ts'
import { hostOf } from '../../core/receiver.ts'
import { deliveryOfRow } from '../rows.ts'
import type { DeliveriesTable } from '../schema.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'
import { tenantBeside } from './tenant-beside.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]

export type NewDeliveryRow = Omit<Selectable<DeliveriesTable>, 'seq'>

export function newDeliveryRow(taskId: string, tenantId: string, draft: DeliveryDraft, now: number): NewDeliveryRow {
  return {
    id: `msg_${randomUUID().replaceAll('-', '')}`,
    tenant_id: tenantId,
    task_id: taskId,
    url: draft.url,
    headers: JSON.stringify(draft.headers),
    body: draft.body,
    status: 'pending',
    attempts: 0,
    claim: 0,
    created_at: now,
    due_at: now,
    host: null, // until it is put into the queue of its receiver
  }
}

export async function insertDeliveries(
  tx: Tx,
  taskId: string,
  tenantId: string,
  drafts: DeliveryDraft[],
  now: number,
): Promise<void> {
  if (drafts.length === 0) return
  await tx.insertMany(
    'deliveries',
    drafts.map((draft) => newDeliveryRow(taskId, tenantId, draft, now)),
  )
  tx.signal({ kind: 'delivery' })
}

export async function addDeliveries(tx: Tx, args: Args<'addDeliveries'>): Promise<void> {
  await insertDeliveries(tx, args.taskId, args.tenantId, args.deliveries, args.now)
}

export async function replayDelivery(tx: Tx, { id, tenantId, now, audit }: Args<'replayDelivery'>): Promise<boolean> {
  let query = tx.db
    .updateTable('deliveries')
    // Without a host, it is put into its queue again.
    .set((eb) => ({ status: 'pending', due_at: now, claim: eb('claim', '+', 1), host: null }))
    .where('id', '=', id)
  if (tenantId !== null) query = query.where('tenant_id', '=', tenantId)
  const row = await query.returning(['tenant_id', 'url']).executeTakeFirst()
  if (!row) return false
  // A caller that replays a delivery has reason to believe that the receiver is back.
  await tx.db
    .updateTable('receivers')
    .set({ retry_at: now, next_at: now })
    .where('tenant_id', '=', row.tenant_id)
    .where('host', '=', hostOf(row.url))
    .where('retry_at', '>', now)
    .execute()
  tx.signal({ kind: 'delivery' })
  await writeAudit(tx, audit)
  return true
}

export async function listDeliveries(
  tx: Tx,
  { tenantId, id, taskId, mode, status, beforeId, limit }: Parameters<ReadVerbs['listDeliveries']>[0],
): Promise<(Delivery & { log: DeliveryAttempt[] })[]> {
  let query = tx.db.selectFrom('deliveries').selectAll().orderBy('seq', 'desc').limit(limit)
  if (tenantId !== null) query = query.where(tenantBeside(taskId ?? id, 'tenant_id'), '=', tenantId)
  if (taskId !== undefined) query = query.where('task_id', '=', taskId)
  if (id !== undefined) query = query.where('id', '=', id)
  // As a literal: the condition of the index.
  if (status !== undefined) query = query.where('status', '=', sql.lit(status))
  if (beforeId !== undefined) {
    query = query.where((eb) =>
      eb('seq', '<', eb.selectFrom('deliveries as d').select('d.seq').where('d.id', '=', beforeId)),
    )
  }
  if (mode !== undefined) {
    query = query.where(
      sql<boolean>`(exists (select 1 from tasks t where t.id = deliveries.task_id and t.mode = ${mode})
        or exists (select 1 from batches b where b.id = deliveries.task_id and b.mode = ${mode}))`,
    )
  }
  const deliveries = (await query.execute()).map(deliveryOfRow)
  if (deliveries.length === 0) return []
  const attempts = await tx.db
    .selectFrom('delivery_attempts')
    .selectAll()
    .where(
      'delivery_id',
      'in',
      deliveries.map(({ id }) => id),
    )
    .orderBy('number')
    .execute()
  return deliveries.map((delivery) => ({
    ...delivery,
    log: attempts
      .filter((attempt) => attempt.delivery_id === delivery.id)
      .map((attempt) => ({
        at: attempt.at,
        durationMs: attempt.duration_ms,
        httpStatus: attempt.http_status,
        error: attempt.error,
      })),
  }))
}

export async function nextDeliveryAt(tx: Tx): Promise<number | null> {
  const { rows } = await sql<{ at: number | null }>`select min(at) as at from (
    select min(next_at) as at from receivers where next_at is not null
    union all select min(due_at) as at from deliveries where status = 'pending' and host is null) as next`.execute(
    tx.db,
  )
  return rows[0]?.at ?? null
}
