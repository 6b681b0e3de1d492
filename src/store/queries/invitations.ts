import type { Selectable } from 'kysely'
import type { Invitation, Person, Role } from '../../core/person.ts'
import type { PeopleReads, PeopleWrites } from '../people-verbs.ts'
import type { InvitationsTable } from '../schema.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'

export async function createInvitation(
  tx: Tx,
  { invitation, audit }: Parameters<PeopleWrites['createInvitation']>[0],
): Promise<void> {
  await tx.insertMany('invitations', [
    {
      id: invitation.id,
      hash: invitation.hash,
      tenant_id: invitation.tenantId,
      role: invitation.role,
      email: invitation.email,
      invited_by: invitation.invitedBy,
      created_at: invitation.createdAt,
      expires_at: invitation.expiresAt,
      accepted_at: null,
      accepted_by: null,
      revoked_at: null,
    },
  ])
  await writeAudit(tx, audit)
}

export async function revokeInvitation(
  tx: Tx,
  { id, tenantId, now, audit }: Parameters<PeopleWrites['revokeInvitation']>[0],
): Promise<boolean> {
  const query = tx.db
    .updateTable('invitations')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
  const row = await (tenantId === null ? query : query.where('tenant_id', '=', tenantId))
    .returning('id')
    .executeTakeFirst()
  if (!row) return false
  await writeAudit(tx, audit)
  return true
}

/** Uses an invitation up, in the transaction of the person who accepts it. False when it is over, or another person's. */
export async function useInvitation(
  tx: Tx,
  id: string,
  person: Pick<Person, 'id' | 'email'>,
  now: number,
): Promise<boolean> {
  const row = await tx.db
    .updateTable('invitations')
    .set({ accepted_at: now, accepted_by: person.id })
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .where((eb) => eb.or([eb('email', 'is', null), eb('email', '=', person.email)]))
    .where('tenant_id', 'in', tx.db.selectFrom('tenants').select('id').where('deleted_at', 'is', null))
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function listInvitations(
  tx: Tx,
  { tenantId, beforeId, limit }: Parameters<PeopleReads['listInvitations']>[0],
): Promise<Invitation[]> {
  let query = tx.db.selectFrom('invitations').selectAll().orderBy('id', 'desc').limit(limit)
  if (tenantId !== null) query = query.where('tenant_id', '=', tenantId)
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  return (await query.execute()).map(invitationOf)
}

export async function findInvitation(
  tx: Tx,
  by: Parameters<PeopleReads['findInvitation']>[0],
): Promise<Invitation | undefined> {
  const query = tx.db.selectFrom('invitations').selectAll()
  const row = await ('id' in by
    ? query.where('id', '=', by.id)
    : 'hash' in by
      ? query.where('hash', '=', by.hash)
      : query
          .where('email', '=', by.email)
          .where('accepted_at', 'is', null)
          .where('revoked_at', 'is', null)
          .where('expires_at', '>', by.now)
          .orderBy('id', 'desc')
          .limit(1)
  ).executeTakeFirst()
  return row && invitationOf(row)
}

function invitationOf(row: Selectable<InvitationsTable>): Invitation {
  return {
    id: row.id,
    hash: row.hash,
    tenantId: row.tenant_id,
    role: row.role as Role,
    email: row.email,
    invitedBy: row.invited_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    acceptedAt: row.accepted_at,
    acceptedBy: row.accepted_by,
    revokedAt: row.revoked_at,
  }
}
