import type { Selectable } from 'kysely'
import type { Draft } from '../../core/draft.ts'
import type { JsonObject } from '../../core/json.ts'
import type { DraftsTable } from '../schema.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { insertWithin } from './storage-use.ts'

export async function insertDraft(
  tx: Tx,
  { draft, quota }: Parameters<WriteVerbs['insertDraft']>[0],
): Promise<boolean> {
  const body = JSON.stringify(draft.body)
  const added = { bytes: Buffer.byteLength(body), drafts: 1 }
  return insertWithin(tx, draft, added, quota, 'drafts', {
    id: draft.id,
    tenant_id: draft.tenantId,
    mode: draft.mode,
    kind: draft.kind,
    body,
    created_at: draft.createdAt,
    expires_at: draft.expiresAt,
  })
}

export async function updateDraft(tx: Tx, args: Parameters<WriteVerbs['updateDraft']>[0]): Promise<boolean> {
  const row = await tx.db
    .updateTable('drafts')
    .set({ body: JSON.stringify(args.body) })
    .where('id', '=', args.id)
    .where('body', '=', JSON.stringify(args.from))
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function getDraft(tx: Tx, { id }: Parameters<ReadVerbs['getDraft']>[0]): Promise<Draft | undefined> {
  const row = await tx.db.selectFrom('drafts').selectAll().where('id', '=', id).executeTakeFirst()
  return row && draftOfRow(row)
}

export async function getDrafts(tx: Tx, { ids }: Parameters<ReadVerbs['getDrafts']>[0]): Promise<Draft[]> {
  if (ids.length === 0) return []
  return (await tx.db.selectFrom('drafts').selectAll().where('id', 'in', ids).execute()).map(draftOfRow)
}

export async function listDrafts(tx: Tx, args: Parameters<ReadVerbs['listDrafts']>[0]): Promise<Draft[]> {
  let query = tx.db
    .selectFrom('drafts')
    .selectAll()
    .where('tenant_id', '=', args.tenantId)
    .where('mode', '=', args.mode)
    .where('kind', '=', args.kind)
    .where('expires_at', '>', args.now)
    .orderBy('id', 'desc')
    .limit(args.limit)
  if (args.beforeId !== undefined) query = query.where('id', '<', args.beforeId)
  return (await query.execute()).map(draftOfRow)
}

function draftOfRow(row: Selectable<DraftsTable>): Draft {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    mode: row.mode as Draft['mode'],
    kind: row.kind,
    body: JSON.parse(row.body) as JsonObject, // as this file wrote it
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

export async function purgeDrafts(tx: Tx, { now }: Parameters<WriteVerbs['purgeDrafts']>[0]): Promise<void> {
  await tx.db.deleteFrom('drafts').where('expires_at', '<=', now).execute()
}
