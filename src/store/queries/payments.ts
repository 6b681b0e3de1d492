import type { Selectable } from 'kysely'
import type { AuditEntry } from '../../core/audit.ts'
import { refundTransaction } from '../../core/entries.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { type Payment, type PaymentStatus, reversalSubject } from '../../core/payment.ts'
import { type Points, points } from '../../core/points.ts'
import type { OperatorReads, OperatorWrites } from '../operator-verbs.ts'
import type { PaymentsTable } from '../schema.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'
import { credit } from './ledger.ts'
import { changeTenant, getTenant } from './tenants.ts'

export async function createPayment(
  tx: Tx,
  { payment, audit }: Parameters<OperatorWrites['createPayment']>[0],
): Promise<void> {
  await tx.insertMany('payments', [
    {
      id: payment.id,
      tenant_id: payment.tenantId,
      provider: payment.provider,
      external_id: payment.externalId,
      amount: payment.amount,
      status: payment.status,
      created_by: payment.createdBy,
      created_at: payment.createdAt,
      ended_at: payment.endedAt,
    },
  ])
  await writeAudit(tx, audit)
}

export async function namePayment(
  tx: Tx,
  { id, externalId }: Parameters<OperatorWrites['namePayment']>[0],
): Promise<void> {
  await tx.db.updateTable('payments').set({ external_id: externalId }).where('id', '=', id).execute()
}

export async function settlePayment(
  tx: Tx,
  { id, externalId, now, audit }: Parameters<OperatorWrites['settlePayment']>[0],
): Promise<'paid' | 'paid_before' | 'unknown'> {
  // Also one that was given up: the money is there. The ledger's primary key alone allows one credit for it.
  const payment = await tx.db
    .updateTable('payments')
    .set({ status: 'paid' satisfies PaymentStatus, external_id: externalId, ended_at: now })
    .where('id', '=', id)
    .where('status', '<>', 'paid' satisfies PaymentStatus)
    .returning(['tenant_id', 'amount', 'provider'])
    .executeTakeFirst()
  if (!payment) return (await getPayment(tx, { id })) ? 'paid_before' : 'unknown'
  const { tenant_id: tenantId, amount, provider } = payment
  const entry = { id: `payment:${id}`, tenantId, amount: points(amount), memo: `${provider} ${externalId}`, now }
  const isBooked = await credit(tx, { ...entry, ...(audit ? { audit: { ...audit, tenantId } } : {}) })
  if (!isBooked) throw new PolyphonyError('internal', `The payment ${id} could not be booked.`)
  return 'paid'
}

export async function reversePayment(
  tx: Tx,
  { id, reversalId, amount, isUndone, memo, now, audit }: Parameters<OperatorWrites['reversePayment']>[0],
): ReturnType<OperatorWrites['reversePayment']> {
  const nothing = { moved: points(0), hasFrozen: false }
  // Locks the row: of two messages about a reversal, one waits for the other.
  const payment = await tx.db
    .updateTable('payments')
    .set((eb) => ({ status: eb.ref('status') }))
    .where('id', '=', id)
    .returning(['tenant_id', 'status'])
    .executeTakeFirst()
  if (!payment) return { outcome: 'unknown', ...nothing }
  if (payment.status !== ('paid' satisfies PaymentStatus)) return { outcome: 'not_paid', ...nothing }
  const subjects = { taken: reversalSubject(reversalId, false), returned: reversalSubject(reversalId, true) }
  const subject = isUndone ? subjects.returned : subjects.taken
  const isKnown = async (subject: string): Promise<boolean> =>
    (await tx.db.selectFrom('audit').select('seq').where('subject', '=', subject).limit(1).executeTakeFirst()) !==
    undefined
  if (await isKnown(subject)) return { outcome: 'booked_before', ...nothing }
  const tenantId = payment.tenant_id
  // Messages may arrive in any order.
  const isUndoneBefore = !isUndone && (await isKnown(subjects.returned))
  const { available, held } = await lockedBalance(tx, tenantId)
  const taken = isUndoneBefore ? points(0) : points(Math.min(amount, available))
  const moved = isUndone ? await takenBy(tx, subjects.taken) : taken
  await writeAudit(tx, { ...audit, tenantId, subject, after: { ...audit.after, moved_points: moved } })
  if (moved > 0) await bookRefund(tx, { id: subject, tenantId, taken: isUndone ? -moved : moved, memo, now })
  const hidesCredit = !isUndone && !isUndoneBefore && moved < amount && held > 0
  const hasFrozen = hidesCredit && (await freeze(tx, tenantId, now, { ...audit, verb: 'tenant.freeze' }))
  return { outcome: isUndoneBefore ? 'undone_before' : 'booked', moved, hasFrozen }
}

/** What a reversal has taken, in points. */
async function takenBy(tx: Tx, transactionId: string): Promise<Points> {
  const row = await tx.db
    .selectFrom('ledger_transactions')
    .select('available')
    .where('id', '=', transactionId)
    .executeTakeFirst()
  return points(row ? -row.available : 0)
}

/** A balance is never negative, so what is held by tasks cannot be taken. */
function lockedBalance(tx: Tx, tenantId: string): Promise<{ available: number; held: number }> {
  return tx.db
    .updateTable('balances')
    .set((eb) => ({ available: eb.ref('available') }))
    .where('tenant_id', '=', tenantId)
    .returning(['available', 'held'])
    .executeTakeFirstOrThrow()
}

/** False for a tenant that is frozen already. */
async function freeze(tx: Tx, tenantId: string, now: number, audit: AuditEntry): Promise<boolean> {
  const tenant = await getTenant(tx, { id: tenantId })
  if (!tenant || tenant.frozenAt !== null) return false
  return changeTenant(tx, {
    id: tenantId,
    set: { frozenAt: now },
    audit: { ...audit, tenantId, subject: tenantId, before: { frozen_at: null } },
  })
}

async function bookRefund(
  tx: Tx,
  { id, tenantId, taken, memo, now }: { id: string; tenantId: string; taken: number; memo: string; now: number },
): Promise<void> {
  const { kind, moves } = refundTransaction(id, points(taken))
  const line = { id, tenant_id: tenantId, kind, task_id: null, key_id: null, memo, at: now, ...moves }
  await tx.insertMany('ledger_transactions', [line])
  await tx.db
    .updateTable('balances')
    .set((eb) => ({ available: eb('available', '-', taken), credited: eb('credited', '-', taken) }))
    .where('tenant_id', '=', tenantId)
    .execute()
}

export async function endPayment(
  tx: Tx,
  { id, status, now }: Parameters<OperatorWrites['endPayment']>[0],
): Promise<boolean> {
  const row = await tx.db
    .updateTable('payments')
    .set({ status, ended_at: now })
    .where('id', '=', id)
    .where('status', '=', 'open' satisfies PaymentStatus)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function getPayment(tx: Tx, { id }: { id: string }): Promise<Payment | undefined> {
  const row = await tx.db.selectFrom('payments').selectAll().where('id', '=', id).executeTakeFirst()
  return row && paymentOf(row)
}

export async function listPayments(
  tx: Tx,
  { tenantId, beforeId, limit }: Parameters<OperatorReads['listPayments']>[0],
): Promise<Payment[]> {
  let query = tx.db.selectFrom('payments').selectAll().orderBy('id', 'desc').limit(limit)
  if (tenantId !== null) query = query.where('tenant_id', '=', tenantId)
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  return (await query.execute()).map(paymentOf)
}

function paymentOf(row: Selectable<PaymentsTable>): Payment {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    provider: row.provider,
    externalId: row.external_id,
    amount: points(row.amount),
    status: row.status as PaymentStatus, // as it was written
    createdBy: row.created_by,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  }
}
