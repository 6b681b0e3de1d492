import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Delivery, DeliveryAttempt, DeliveryDraft } from '../../core/delivery.ts'
import { deliveryOfRow } from '../rows.ts'
import type { DeliveriesTable } from '../schema.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { PENDING } from './statuses.ts'

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

export async function claimDeliveries(tx: Tx, { limit, leaseMs, now }: Args<'claimDeliveries'>): Promise<Delivery[]> {
  const query = tx.db
    .selectFrom('deliveries')
    .select('id')
    .where('status', '=', PENDING)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
  const due = await (tx.engine === 'postgres' ? query.forUpdate().skipLocked() : query).execute()
  if (due.length === 0) return []
  const ids = due.map(({ id }) => id)
  const rows = await tx.db
    .updateTable('deliveries')
    .set((eb) => ({ claim: eb('claim', '+', 1), due_at: now + leaseMs }))
    .where('id', 'in', ids)
    .returningAll()
    .execute()
  const place = new Map(ids.map((id, index) => [id, index])) // an update returns its rows in any order
  return rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0)).map(deliveryOfRow)
}

export async function recordAttempt(tx: Tx, args: Args<'recordAttempt'>): Promise<boolean> {
  const row = await tx.db
    .updateTable('deliveries')
    .set((eb) => ({ status: args.status, attempts: eb('attempts', '+', 1), due_at: args.dueAt }))
    .where('id', '=', args.id)
    .where('claim', '=', args.claim)
    .where('status', '=', PENDING)
    .returning('attempts')
    .executeTakeFirst()
  if (!row) return false
  const { at, durationMs, httpStatus, error } = args.attempt
  await tx.insertMany('delivery_attempts', [
    {
      delivery_id: args.id,
      number: row.attempts,
      at,
      duration_ms: Math.round(durationMs),
      http_status: httpStatus,
      error,
    },
  ])
  return true
}

export async function replayDelivery(tx: Tx, { id, tenantId, now }: Args<'replayDelivery'>): Promise<boolean> {
  let query = tx.db
    .updateTable('deliveries')
    .set((eb) => ({ status: 'pending', due_at: now, claim: eb('claim', '+', 1) }))
    .where('id', '=', id)
  if (tenantId !== null) query = query.where('tenant_id', '=', tenantId)
  const row = await query.returning('id').executeTakeFirst()
  if (row) tx.signal({ kind: 'delivery' })
  return row !== undefined
}

export async function listDeliveries(
  tx: Tx,
  { tenantId, taskId, limit }: Parameters<ReadVerbs['listDeliveries']>[0],
): Promise<(Delivery & { log: DeliveryAttempt[] })[]> {
  let query = tx.db.selectFrom('deliveries').selectAll().orderBy('seq', 'desc').limit(limit)
  if (tenantId !== null) query = query.where('tenant_id', '=', tenantId)
  if (taskId !== undefined) query = query.where('task_id', '=', taskId)
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
  const row = await tx.db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.min('due_at').as('at'))
    .where('status', '=', PENDING)
    .executeTakeFirst()
  return row?.at ?? null
}
