import { type Selectable, sql } from 'kysely'
import type { BatchFault, BatchLine, CallBatch, CallBatchStatus } from '../../core/call-batch.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Mode } from '../../core/task.ts'
import { rowOfAsset } from '../rows.ts'
import type { CallBatchesTable } from '../schema.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { expireUnused, rowOfFile } from './call-files.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]
type ReadArgs<Verb extends keyof ReadVerbs> = Parameters<ReadVerbs[Verb]>[0]

/** The input is kept as long as lines may be begun, and longer than that: a line may take a while. */
export async function createCallBatch(tx: Tx, { batch, keepInputUntil }: Args<'createCallBatch'>): Promise<boolean> {
  const input = await tx.db
    .updateTable('assets')
    .set({ expires_at: sql`case when expires_at > ${keepInputUntil} then expires_at else ${keepInputUntil} end` })
    .where('id', '=', batch.inputAssetId)
    .where('expires_at', '>', batch.createdAt)
    .returning('id')
    .executeTakeFirst()
  if (!input) return false
  await tx.insertMany('call_batches', [rowOf(batch)])
  return true
}

export async function claimCallBatches(
  tx: Tx,
  { holder, leaseMs, limit, perTenant, now }: Args<'claimCallBatches'>,
): Promise<CallBatch[]> {
  const free = tx.db
    .selectFrom('call_batches')
    .select(['id', 'tenant_id', 'lease_until'])
    .select(sql<number>`row_number() over (partition by tenant_id order by lease_until > ${now} desc, id)`.as('place'))
    .where('ended_at', 'is', null)
  const rows = await tx.db
    .selectFrom(free.as('free'))
    .select('id')
    .where('lease_until', '<=', now)
    .where('place', '<=', perTenant)
    .orderBy('place')
    .orderBy('id')
    .limit(limit)
    .execute()
  const claimed: CallBatch[] = []
  // In the order in which every verb locks them.
  for (const { id } of rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    // Another process may have taken it between the two statements.
    const row = await tx.db
      .updateTable('call_batches')
      .set({ holder, lease_until: now + leaseMs })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .where('lease_until', '<=', now)
      .returningAll()
      .executeTakeFirst()
    if (row) claimed.push(batchOfRow(row))
  }
  return claimed
}

export async function renewCallBatches(
  tx: Tx,
  { holder, ids, leaseMs, now }: Args<'renewCallBatches'>,
): Promise<CallBatch[]> {
  if (ids.length === 0) return []
  await lockBatches(tx, ids)
  const rows = await tx.db
    .updateTable('call_batches')
    .set({ lease_until: now + leaseMs })
    .where('id', 'in', ids)
    .where('holder', '=', holder)
    .where('ended_at', 'is', null)
    .returningAll()
    .execute()
  return rows.map(batchOfRow)
}

/** By id, as a booking of calls locks them: an update of several rows locks them in any order. */
async function lockBatches(tx: Tx, ids: readonly string[]): Promise<void> {
  if (tx.engine === 'sqlite') return // has one writer
  await tx.db.selectFrom('call_batches').select('id').where('id', 'in', ids).orderBy('id').forUpdate().execute()
}

export async function releaseCallBatches(tx: Tx, { which }: Args<'releaseCallBatches'>): Promise<void> {
  let query = tx.db.updateTable('call_batches').set({ holder: null, lease_until: 0 }).where('ended_at', 'is', null)
  if ('holder' in which) query = query.where('holder', '=', which.holder)
  await query.execute()
}

export async function changeCallBatch(
  tx: Tx,
  { id, holder, set }: Args<'changeCallBatch'>,
): Promise<CallBatch | undefined> {
  const { status, total, startedAt, finalizingAt } = set
  const row = await tx.db
    .updateTable('call_batches')
    .set({
      ...(total === undefined ? {} : { total }),
      ...(startedAt === undefined ? {} : { started_at: startedAt }),
      ...(finalizingAt === undefined ? {} : { finalizing_at: finalizingAt }),
      // A cancel that came meanwhile stays one.
      ...(status === 'running'
        ? { status: sql<string>`case when status = 'cancelling' then status else 'running' end` }
        : status === undefined
          ? {}
          : { status }),
    })
    .where('id', '=', id)
    .where('holder', '=', holder)
    .where('ended_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return row && batchOfRow(row)
}

export async function cancelCallBatch(tx: Tx, { id, now }: Args<'cancelCallBatch'>): Promise<CallBatch | undefined> {
  await tx.db
    .updateTable('call_batches')
    .set({ status: 'cancelling', cancelling_at: now })
    .where('id', '=', id)
    .where('status', 'in', ['validating', 'running'])
    .execute()
  return getCallBatch(tx, { id })
}

/** Stores outcomes that lines do not have yet, and counts them. Lines of a batch that has ended are dropped. */
export async function endBatchLines(tx: Tx, { lines }: { lines: readonly BatchLine[] }): Promise<void> {
  const batches = Map.groupBy(lines, ({ batchId }) => batchId)
  for (const batchId of [...batches.keys()].sort()) {
    let row = tx.db.selectFrom('call_batches').select('id').where('id', '=', batchId).where('ended_at', 'is', null)
    if (tx.engine === 'postgres') row = row.forUpdate() // two processes may have called the same line
    if (!(await row.executeTakeFirst())) continue
    await insertNew(tx, batchId, batches.get(batchId) ?? [])
  }
}

async function insertNew(tx: Tx, batchId: string, lines: readonly BatchLine[]): Promise<void> {
  const known = await tx.db
    .selectFrom('call_batch_lines')
    .select('line')
    .where('batch_id', '=', batchId)
    .where(
      'line',
      'in',
      lines.map(({ index }) => index),
    )
    .execute()
  const stored = new Set(known.map(({ line }) => line))
  const fresh = [...new Map(lines.map((line) => [line.index, line])).values()].filter(({ index }) => !stored.has(index))
  if (fresh.length === 0) return
  const rows = fresh.map(({ index, isSuccess, text }) => ({
    batch_id: batchId,
    line: index,
    success: Number(isSuccess),
    text,
  }))
  await tx.insertMany('call_batch_lines', rows)
  const succeeded = fresh.filter(({ isSuccess }) => isSuccess).length
  await tx.db
    .updateTable('call_batches')
    .set((eb) => ({
      succeeded: eb('succeeded', '+', succeeded),
      failed: eb('failed', '+', fresh.length - succeeded),
    }))
    .where('id', '=', batchId)
    .execute()
}

export async function finishCallBatch(
  tx: Tx,
  { id, holder, end, files, keepsInput }: Args<'finishCallBatch'>,
): Promise<boolean> {
  const row = await tx.db
    .updateTable('call_batches')
    .set({
      status: end.status,
      faults: JSON.stringify(end.faults),
      cancelled: end.cancelled,
      expired: end.expired,
      output_file_id: end.outputFileId,
      error_file_id: end.errorFileId,
      ended_at: end.endedAt,
      holder: null,
      lease_until: 0,
    })
    .where('id', '=', id)
    .where('holder', '=', holder)
    .where('ended_at', 'is', null)
    .returning(['input_file_id', 'input_asset_id'])
    .executeTakeFirst()
  if (!row) return false
  if (files.length > 0) {
    const assets = files.map(({ asset }) => rowOfAsset(asset))
    await tx.insertMany('assets', assets)
    const rows = files.map(({ file }) => rowOfFile(file))
    await tx.insertMany('call_files', rows)
  }
  await tx.db.deleteFrom('call_batch_lines').where('batch_id', '=', id).execute()
  await releaseInput(tx, { fileId: row.input_file_id, assetId: row.input_asset_id, keepsInput, now: end.endedAt })
  return true
}

/** The input was kept for the batch: from now on it lives as long as its file. */
async function releaseInput(
  tx: Tx,
  { fileId, assetId, keepsInput, now }: { fileId: string; assetId: string; keepsInput: boolean; now: number },
): Promise<void> {
  if (!keepsInput) await tx.db.deleteFrom('call_files').where('id', '=', fileId).execute()
  const file = await tx.db.selectFrom('call_files').select('expires_at').where('id', '=', fileId).executeTakeFirst()
  if (!file || file.expires_at <= now) await expireUnused(tx, assetId, now)
}

export async function deleteCallBatch(tx: Tx, { id, now }: Args<'deleteCallBatch'>): Promise<boolean> {
  const row = await tx.db
    .deleteFrom('call_batches')
    .where('id', '=', id)
    .where('ended_at', 'is not', null)
    .returning(['output_file_id', 'error_file_id'])
    .executeTakeFirst()
  if (!row) return false
  const ids = [row.output_file_id, row.error_file_id].filter((one) => one !== null)
  if (ids.length === 0) return true
  const files = await tx.db.deleteFrom('call_files').where('id', 'in', ids).returning('asset_id').execute()
  for (const { asset_id } of files) await expireUnused(tx, asset_id, now)
  return true
}

export async function getCallBatch(tx: Tx, { id }: ReadArgs<'getCallBatch'>): Promise<CallBatch | undefined> {
  const row = await tx.db.selectFrom('call_batches').selectAll().where('id', '=', id).executeTakeFirst()
  return row && batchOfRow(row)
}

export async function listCallBatches(
  tx: Tx,
  { tenantId, mode, format, beforeId, afterId, limit }: ReadArgs<'listCallBatches'>,
): Promise<CallBatch[]> {
  let query = tx.db
    .selectFrom('call_batches')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('mode', '=', mode)
    .where('format', '=', format)
    .limit(limit)
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  if (afterId !== undefined) query = query.where('id', '>', afterId)
  // From the given one on upwards, and shown with the newest first all the same.
  const rows = await query.orderBy('id', afterId === undefined ? 'desc' : 'asc').execute()
  const batches = rows.map(batchOfRow)
  return afterId === undefined ? batches : batches.toReversed()
}

export async function listBatchLines(
  tx: Tx,
  { batchId, from, limit }: ReadArgs<'listBatchLines'>,
): Promise<BatchLine[]> {
  const rows = await tx.db
    .selectFrom('call_batch_lines')
    .selectAll()
    .where('batch_id', '=', batchId)
    .where('line', '>=', from)
    .orderBy('line')
    .limit(limit)
    .execute()
  return rows.map(({ batch_id, line, success, text }) => ({
    batchId: batch_id,
    index: line,
    isSuccess: success === 1,
    text,
  }))
}

export async function listEndedLines(tx: Tx, { batchId }: ReadArgs<'listEndedLines'>): Promise<number[]> {
  const rows = await tx.db
    .selectFrom('call_batch_lines')
    .select('line')
    .where('batch_id', '=', batchId)
    .orderBy('line')
    .execute()
  return rows.map(({ line }) => line)
}

function rowOf(batch: CallBatch): Selectable<CallBatchesTable> {
  return {
    id: batch.id,
    tenant_id: batch.tenantId,
    mode: batch.mode,
    key_id: batch.keyId,
    format: batch.format,
    endpoint: batch.endpoint,
    status: batch.status,
    input_file_id: batch.inputFileId,
    input_asset_id: batch.inputAssetId,
    metadata: batch.metadata === null ? null : JSON.stringify(batch.metadata),
    headers: JSON.stringify(batch.headers),
    output_seconds: batch.outputSeconds,
    total: batch.total,
    succeeded: batch.succeeded,
    failed: batch.failed,
    cancelled: batch.cancelled,
    expired: batch.expired,
    faults: JSON.stringify(batch.faults),
    output_file_id: batch.outputFileId,
    error_file_id: batch.errorFileId,
    created_at: batch.createdAt,
    expires_at: batch.expiresAt,
    started_at: batch.startedAt,
    cancelling_at: batch.cancellingAt,
    finalizing_at: batch.finalizingAt,
    ended_at: batch.endedAt,
    record_expires_at: batch.recordExpiresAt,
    holder: null,
    lease_until: 0,
  }
}

function batchOfRow(row: Selectable<CallBatchesTable>): CallBatch {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    mode: row.mode as Mode, // as `rowOf` wrote it, like the next ones
    keyId: row.key_id,
    format: row.format,
    endpoint: row.endpoint,
    status: row.status as CallBatchStatus,
    inputFileId: row.input_file_id,
    inputAssetId: row.input_asset_id,
    metadata: row.metadata === null ? null : (JSON.parse(row.metadata) as JsonObject),
    headers: JSON.parse(row.headers) as Record<string, string>,
    outputSeconds: row.output_seconds,
    total: row.total,
    succeeded: row.succeeded,
    failed: row.failed,
    cancelled: row.cancelled,
    expired: row.expired,
    faults: JSON.parse(row.faults) as BatchFault[],
    outputFileId: row.output_file_id,
    errorFileId: row.error_file_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    startedAt: row.started_at,
    cancellingAt: row.cancelling_at,
    finalizingAt: row.finalizing_at,
    endedAt: row.ended_at,
    recordExpiresAt: row.record_expires_at,
  }
}
