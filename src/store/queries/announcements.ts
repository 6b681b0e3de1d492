import type { Announcement } from '../../core/announcement.ts'
import type { OperatorReads, OperatorWrites } from '../operator-verbs.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'

export async function createAnnouncement(
  tx: Tx,
  { announcement, audit }: Parameters<OperatorWrites['createAnnouncement']>[0],
): Promise<void> {
  await tx.insertMany('announcements', [
    {
      id: announcement.id,
      text: announcement.text,
      tone: announcement.tone,
      tenant_id: announcement.tenantId,
      created_by: announcement.createdBy,
      created_at: announcement.createdAt,
      begins_at: announcement.beginsAt,
      ends_at: announcement.endsAt,
    },
  ])
  await writeAudit(tx, audit)
}

export async function removeAnnouncement(
  tx: Tx,
  { id, audit }: Parameters<OperatorWrites['removeAnnouncement']>[0],
): Promise<boolean> {
  const row = await tx.db.deleteFrom('announcements').where('id', '=', id).returning('id').executeTakeFirst()
  if (!row) return false
  await writeAudit(tx, audit)
  return true
}

export async function listAnnouncements(
  tx: Tx,
  { shownTo, beforeId, limit }: Parameters<OperatorReads['listAnnouncements']>[0],
): Promise<Announcement[]> {
  let query = tx.db.selectFrom('announcements').selectAll().orderBy('id', 'desc').limit(limit)
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  if (shownTo) {
    const { tenantId, now } = shownTo
    query = query
      .where('begins_at', '<=', now)
      .where((eb) => eb.or([eb('ends_at', 'is', null), eb('ends_at', '>', now)]))
      .where((eb) => eb.or([eb('tenant_id', 'is', null), eb('tenant_id', '=', tenantId)]))
  }
  return (await query.execute()).map((row) => ({
    id: row.id,
    text: row.text,
    tone: row.tone as Announcement['tone'], // as it was written
    tenantId: row.tenant_id,
    createdBy: row.created_by,
    createdAt: row.created_at,
    beginsAt: row.begins_at,
    endsAt: row.ends_at,
  }))
}
