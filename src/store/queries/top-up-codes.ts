import type { Selectable } from 'kysely'
import { PolyphonyError } from '../../core/errors.ts'
import { points } from '../../core/points.ts'
import type { TopUpCode } from '../../core/top-up-code.ts'
import type { OperatorReads, OperatorWrites, RedeemOutcome } from '../operator-verbs.ts'
import type { TopUpCodesTable } from '../schema.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'
import { credit } from './ledger.ts'

export async function createTopUpCodes(
  tx: Tx,
  { codes, audit }: Parameters<OperatorWrites['createTopUpCodes']>[0],
): Promise<void> {
  await tx.insertMany(
    'top_up_codes',
    codes.map((code) => ({
      id: code.id,
      hash: code.hash,
      prefix: code.prefix,
      amount: code.amount,
      tenant_id: code.tenantId,
      note: code.note,
      created_by: code.createdBy,
      created_at: code.createdAt,
      expires_at: code.expiresAt,
      revoked_at: null,
      redeemed_at: null,
      redeemed_for: null,
      redeemed_by: null,
    })),
  )
  await writeAudit(tx, audit)
}

export async function redeemTopUpCode(
  tx: Tx,
  { hash, tenantId, redeemedBy, now, audit }: Parameters<OperatorWrites['redeemTopUpCode']>[0],
): Promise<RedeemOutcome> {
  const found = await tx.db.selectFrom('top_up_codes').selectAll().where('hash', '=', hash).executeTakeFirst()
  if (!found || (found.tenant_id !== null && found.tenant_id !== tenantId)) return { outcome: 'unknown' }
  if (found.redeemed_at !== null) return { outcome: 'used' }
  // The conditions again: another process may use or revoke it between the read and the write.
  const taken = await tx.db
    .updateTable('top_up_codes')
    .set({ redeemed_at: now, redeemed_for: tenantId, redeemed_by: redeemedBy })
    .where('id', '=', found.id)
    .where('redeemed_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .returning('id')
    .executeTakeFirst()
  if (!taken) {
    const isOver = found.revoked_at !== null || (found.expires_at !== null && found.expires_at <= now)
    return { outcome: isOver ? 'over' : 'used' }
  }
  const amount = points(found.amount)
  const entry = { id: `code:${found.id}`, tenantId, amount, memo: `code ${found.prefix}…` }
  const isBooked = await credit(tx, { ...entry, now, ...(audit ? { audit: { ...audit, subject: found.id } } : {}) })
  // An error undoes the whole transaction: a code is never used up without its credit.
  if (!isBooked) throw new PolyphonyError('internal', `The code ${found.id} could not be booked.`)
  return { outcome: 'redeemed', id: found.id, amount }
}

export async function revokeTopUpCode(
  tx: Tx,
  { id, now, audit }: Parameters<OperatorWrites['revokeTopUpCode']>[0],
): Promise<boolean> {
  const row = await tx.db
    .updateTable('top_up_codes')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('redeemed_at', 'is', null)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (!row) return false
  await writeAudit(tx, audit)
  return true
}

export async function listTopUpCodes(
  tx: Tx,
  { beforeId, limit }: Parameters<OperatorReads['listTopUpCodes']>[0],
): Promise<TopUpCode[]> {
  let query = tx.db.selectFrom('top_up_codes').selectAll().orderBy('id', 'desc').limit(limit)
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  return (await query.execute()).map(codeOf)
}

export async function getTopUpCode(tx: Tx, { id }: { id: string }): Promise<TopUpCode | undefined> {
  const row = await tx.db.selectFrom('top_up_codes').selectAll().where('id', '=', id).executeTakeFirst()
  return row && codeOf(row)
}

function codeOf(row: Selectable<TopUpCodesTable>): TopUpCode {
  return {
    id: row.id,
    hash: row.hash,
    prefix: row.prefix,
    amount: points(row.amount),
    tenantId: row.tenant_id,
    note: row.note,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    redeemedAt: row.redeemed_at,
    redeemedFor: row.redeemed_for,
    redeemedBy: row.redeemed_by,
  }
}
