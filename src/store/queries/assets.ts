import type { Asset } from '../../core/asset.ts'
import { assetOfRow, rowOfAsset } from '../rows.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { insertWithin } from './storage-use.ts'

export async function insertAsset(
  tx: Tx,
  { asset, quota }: Parameters<WriteVerbs['insertAsset']>[0],
): Promise<boolean> {
  const added = { bytes: asset.sizeBytes, drafts: 0 }
  return insertWithin(tx, asset, added, quota, 'assets', rowOfAsset(asset))
}

export async function getAsset(tx: Tx, { id }: { id: string }): Promise<Asset | undefined> {
  const row = await tx.db.selectFrom('assets').selectAll().where('id', '=', id).executeTakeFirst()
  return row && assetOfRow(row)
}

/** Without the inputs of batches of calls that go on: one that was interrupted for long needs its input all the same. */
export async function listExpiredAssets(
  tx: Tx,
  { now, after, limit }: Parameters<ReadVerbs['listExpiredAssets']>[0],
): Promise<Asset[]> {
  const inputs = tx.db.selectFrom('call_batches').select('input_asset_id').where('ended_at', 'is', null)
  let query = tx.db
    .selectFrom('assets')
    .selectAll()
    .where('expires_at', '<=', now)
    .where('id', 'not in', inputs)
    .orderBy('expires_at')
    .orderBy('id')
    .limit(limit)
  if (after !== undefined) {
    const { expiresAt, id } = after
    query = query
      .where('expires_at', '>=', expiresAt)
      .where((eb) => eb.or([eb('expires_at', '>', expiresAt), eb('id', '>', id)]))
  }
  return (await query.execute()).map(assetOfRow)
}

export async function listKnownAssets(tx: Tx, { ids }: { ids: string[] }): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await tx.db.selectFrom('assets').select('id').where('id', 'in', ids).execute()
  return rows.map(({ id }) => id)
}

export async function deleteAssets(tx: Tx, { ids }: { ids: string[] }): Promise<void> {
  if (ids.length > 0) await tx.db.deleteFrom('assets').where('id', 'in', ids).execute()
}
