import type { Selectable } from 'kysely'
import type { Share } from '../../core/share.ts'
import type { SharesTable } from '../schema.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'
import { tenantBeside } from './tenant-beside.ts'

type WriteArgs<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]
type ReadArgs<Verb extends keyof ReadVerbs> = Parameters<ReadVerbs[Verb]>[0]

export async function createShare(tx: Tx, { share, audit }: WriteArgs<'createShare'>): Promise<void> {
  await tx.db.insertInto('shares').values(rowOf(share)).execute()
  await writeAudit(tx, audit)
}

export async function revokeShare(tx: Tx, { id, now, audit }: WriteArgs<'revokeShare'>): Promise<boolean> {
  const revoked = await tx.db
    .updateTable('shares')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (revoked) await writeAudit(tx, audit)
  return revoked !== undefined
}

export async function getShare(tx: Tx, { id }: ReadArgs<'getShare'>): Promise<Share | undefined> {
  const row = await tx.db.selectFrom('shares').selectAll().where('id', '=', id).executeTakeFirst()
  return row && shareOf(row)
}

export async function listShares(
  tx: Tx,
  { tenantId, mode, taskId, before, limit }: ReadArgs<'listShares'>,
): Promise<Share[]> {
  let query = tx.db
    .selectFrom('shares')
    .selectAll()
    .where(tenantBeside(taskId, 'tenant_id'), '=', tenantId)
    .where('mode', '=', mode)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (taskId !== undefined) query = query.where('task_id', '=', taskId)
  if (before) {
    query = query.where((eb) =>
      eb.or([
        eb('created_at', '<', before.createdAt),
        eb.and([eb('created_at', '=', before.createdAt), eb('id', '<', before.id)]),
      ]),
    )
  }
  return (await query.execute()).map(shareOf)
}

function rowOf(share: Share): Selectable<SharesTable> {
  return {
    id: share.id,
    tenant_id: share.tenantId,
    mode: share.mode,
    task_id: share.taskId,
    title: share.title,
    made_by: share.madeBy,
    created_at: share.createdAt,
    expires_at: share.expiresAt,
    revoked_at: share.revokedAt,
  }
}

function shareOf(row: Selectable<SharesTable>): Share {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    mode: row.mode as Share['mode'], // as it was written
    taskId: row.task_id,
    title: row.title,
    madeBy: row.made_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  }
}
