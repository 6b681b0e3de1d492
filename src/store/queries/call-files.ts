import type { Selectable } from 'kysely'
import type { CallFile } from '../../core/call-file.ts'
import type { Mode } from '../../core/task.ts'
import { rowOfAsset } from '../rows.ts'
import type { CallFilesTable } from '../schema.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { insertWithin } from './storage-use.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]
type ReadArgs<Verb extends keyof ReadVerbs> = Parameters<ReadVerbs[Verb]>[0]

export async function insertCallFile(tx: Tx, { file, asset, quota }: Args<'insertCallFile'>): Promise<boolean> {
  const added = { bytes: asset.sizeBytes, drafts: 0 }
  if (!(await insertWithin(tx, asset, added, quota, 'assets', rowOfAsset(asset)))) return false
  await tx.insertMany('call_files', [rowOfFile(file)])
  return true
}

export async function getCallFile(tx: Tx, { id }: ReadArgs<'getCallFile'>): Promise<CallFile | undefined> {
  const row = await tx.db.selectFrom('call_files').selectAll().where('id', '=', id).executeTakeFirst()
  return row && fileOfRow(row)
}

export async function listCallFiles(
  tx: Tx,
  { tenantId, mode, purposes, named, after, order, limit, now }: ReadArgs<'listCallFiles'>,
): Promise<CallFile[]> {
  let query = tx.db
    .selectFrom('call_files')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('mode', '=', mode)
    .where('purpose', 'in', [...purposes])
    .where('expires_at', '>', now)
    .orderBy('id', order)
    .limit(limit)
  if (after !== undefined) query = query.where('id', order === 'asc' ? '>' : '<', after)
  if (named !== undefined)
    query = query.where(({ fn, val }) => fn('substr', ['name', val(1), val(named.length)]), '=', named)
  return (await query.execute()).map(fileOfRow)
}

export async function deleteCallFile(tx: Tx, { id, now }: Args<'deleteCallFile'>): Promise<boolean> {
  const row = await tx.db.deleteFrom('call_files').where('id', '=', id).returning('asset_id').executeTakeFirst()
  if (!row) return false
  await expireUnused(tx, row.asset_id, now)
  return true
}

/** The sweep of assets deletes the bytes, unless a batch reads them: then with its end. */
export async function expireUnused(tx: Tx, assetId: string, now: number): Promise<void> {
  await tx.db
    .updateTable('assets')
    .set({ expires_at: now })
    .where('id', '=', assetId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('call_batches')
            .select('call_batches.id')
            .where('call_batches.input_asset_id', '=', assetId)
            .where('call_batches.ended_at', 'is', null),
        ),
      ),
    )
    .execute()
}

/** Deletes what has expired: names of files, whose bytes have an expiry of their own, and records of batches. */
export async function purgeCallFiles(tx: Tx, { now, limit }: Args<'purgeCallFiles'>): Promise<number> {
  const files = await tx.db
    .selectFrom('call_files')
    .select('id')
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
    .execute()
  const batches = await tx.db
    .selectFrom('call_batches')
    .select('id')
    .where('record_expires_at', '<=', now)
    .where('ended_at', 'is not', null)
    .orderBy('record_expires_at')
    .limit(limit)
    .execute()
  if (files.length > 0) {
    const ids = files.map(({ id }) => id)
    await tx.db.deleteFrom('call_files').where('id', 'in', ids).execute()
  }
  if (batches.length > 0) {
    const ids = batches.map(({ id }) => id)
    await tx.db.deleteFrom('call_batches').where('id', 'in', ids).execute()
  }
  return files.length + batches.length
}

export function rowOfFile(file: CallFile): Selectable<CallFilesTable> {
  return {
    id: file.id,
    tenant_id: file.tenantId,
    mode: file.mode,
    asset_id: file.assetId,
    purpose: file.purpose,
    name: file.name,
    size_bytes: file.sizeBytes,
    created_at: file.createdAt,
    expires_at: file.expiresAt,
  }
}

function fileOfRow(row: Selectable<CallFilesTable>): CallFile {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    mode: row.mode as Mode, // as `rowOfFile` wrote it
    assetId: row.asset_id,
    purpose: row.purpose,
    name: row.name,
    sizeBytes: row.size_bytes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}
