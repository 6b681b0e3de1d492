import type { Selectable } from 'kysely'
import type { Batch, NewBatch } from '../../core/batch.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { points } from '../../core/points.ts'
import { admit } from '../admission.ts'
import { batchOfRow } from '../rows.ts'
import type { BatchesTable } from '../schema.ts'
import type { BatchOutcome, ReadVerbs, SubmitOutcome, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { readAdmissionState } from './admission-state.ts'
import { insertDeliveries } from './deliveries.ts'
import { MAX_DECISIONS, storeAccepted, tooContended } from './submit-tasks.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]

/** Stores a whole batch or nothing: if one of its tasks is refused, all are. */
export async function submitBatch(tx: Tx, { batch, tasks }: Args<'submitBatch'>): Promise<BatchOutcome> {
  const ofBatch = tasks.map((task) => ({ ...task, batchId: batch.id }))
  for (let decision = 1; decision <= MAX_DECISIONS; decision++) {
    const known = await knownBatch(tx, batch)
    if (known) return known
    const state = await readAdmissionState(tx, ofBatch)
    const { outcomes, accepted } = admit(ofBatch, state)
    const refused = outcomes.find(({ outcome }) => outcome !== 'created')
    if (refused) return refusalOf(refused, state.tenants.get(batch.tenantId)?.available ?? 0)
    if (await storeAccepted(tx, accepted, rowOf(batch, tasks.length))) return { outcome: 'created' }
  }
  throw tooContended()
}

async function knownBatch(tx: Tx, { tenantId, mode, idempotency }: NewBatch): Promise<BatchOutcome | undefined> {
  if (!idempotency) return undefined
  const known = await tx.db
    .selectFrom('batches')
    .select(['id', 'fingerprint'])
    .where('tenant_id', '=', tenantId)
    .where('mode', '=', mode)
    .where('idempotency_key', '=', idempotency.key)
    .executeTakeFirst()
  if (!known) return undefined
  return known.fingerprint === idempotency.fingerprint
    ? { outcome: 'replayed', batchId: known.id }
    : { outcome: 'idempotency_mismatch' }
}

/** The price of the batch is compared as a whole, so `available` is the balance before its first task. */
function refusalOf(refused: SubmitOutcome, available: number): BatchOutcome {
  switch (refused.outcome) {
    case 'insufficient_points':
      return { outcome: 'insufficient_points', available: points(available) }
    case 'spend_limit_reached':
      return refused
    default:
      // Tasks of a batch have no idempotency keys of their own and may be parked without limit.
      throw new PolyphonyError('internal', `A task of a batch was refused: ${refused.outcome}.`)
  }
}

function rowOf(batch: NewBatch, total: number): Selectable<BatchesTable> {
  return {
    id: batch.id,
    tenant_id: batch.tenantId,
    mode: batch.mode,
    key_id: batch.keyId,
    dialect: batch.dialect,
    echo: JSON.stringify(batch.echo),
    rejected: JSON.stringify(batch.rejected),
    total,
    completed: 0,
    failed: 0,
    cancelled: 0,
    created_at: batch.createdAt,
    ended_at: null,
    announced_at: null,
    record_expires_at: batch.recordExpiresAt,
    idempotency_key: batch.idempotency?.key ?? null,
    fingerprint: batch.idempotency?.fingerprint ?? null,
  }
}

export async function addBatchDeliveries(
  tx: Tx,
  { id, deliveries, now }: Args<'addBatchDeliveries'>,
): Promise<boolean> {
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

export async function listBatches(
  tx: Tx,
  { tenantId, mode, beforeId, limit }: Parameters<ReadVerbs['listBatches']>[0],
): Promise<Batch[]> {
  let query = tx.db
    .selectFrom('batches')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('mode', '=', mode)
    .orderBy('id', 'desc')
    .limit(limit)
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  return (await query.execute()).map(batchOfRow)
}
