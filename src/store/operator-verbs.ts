import type { Announcement } from '../core/announcement.ts'
import type { AuditEntry } from '../core/audit.ts'
import type { BalanceNotice } from '../core/balance-notice.ts'
import type { Payment } from '../core/payment.ts'
import type { Points } from '../core/points.ts'
import type { RetentionTime, StoredRetention } from '../core/retention.ts'
import type { TopUpCode } from '../core/top-up-code.ts'

/** The verbs of codes and payments that become credit, of announcements, notices of low balances and attempts to sign in. */

interface Audited {
  audit?: AuditEntry
}

export type RedeemOutcome =
  | { outcome: 'redeemed'; id: string; amount: Points }
  /** `unknown`: also a code for another tenant, so that nothing is learnt about it. `over`: expired or revoked. */
  | { outcome: 'unknown' | 'used' | 'over' }

/** Tasks that wait for an operation in a pool. */
export interface Queue {
  pool: string
  operation: string
  count: number
  /** When the oldest of them was submitted. */
  oldestAt: number
}

export interface OperatorReads {
  /** The newest first. */
  listTopUpCodes(args: { beforeId?: string; limit: number }): Promise<TopUpCode[]>
  getTopUpCode(args: { id: string }): Promise<TopUpCode | undefined>
  getPayment(args: { id: string }): Promise<Payment | undefined>
  /** The newest first; null = of all tenants. */
  listPayments(args: { tenantId: string | null; beforeId?: string; limit: number }): Promise<Payment[]>
  /** The newest first. With `shownTo`, those that a tenant sees at `now`. */
  listAnnouncements(args: {
    shownTo?: { tenantId: string; now: number }
    beforeId?: string
    limit: number
  }): Promise<Announcement[]>
  getBalanceNotice(args: { tenantId: string }): Promise<BalanceNotice | undefined>
  /** What the operator has chosen. */
  getRetention(args: Record<never, never>): Promise<StoredRetention>
  /** Tenants with less to spend than what they want notice of. */
  listDueBalanceNotices(args: {
    limit: number
    /** Pages on from a tenant. */
    afterId?: string
  }): Promise<(BalanceNotice & { name: string; available: Points })[]>
  /** The longest ones first. */
  listQueues(args: { limit: number }): Promise<Queue[]>
}

export interface OperatorWrites {
  createTopUpCodes(args: { codes: TopUpCode[] } & Audited): Promise<void>
  /** Uses a code up and books its amount for the tenant, in one transaction. */
  redeemTopUpCode(
    args: { hash: string; tenantId: string; redeemedBy: string; now: number } & Audited,
  ): Promise<RedeemOutcome>
  /** False when it is unknown, used or revoked. */
  revokeTopUpCode(args: { id: string; now: number } & Audited): Promise<boolean>
  createPayment(args: { payment: Payment } & Audited): Promise<void>
  /** What the provider calls it. */
  namePayment(args: { id: string; externalId: string }): Promise<void>
  /** Books the amount of a payment for its tenant, once, however often the provider says that it was paid. */
  settlePayment(
    args: { id: string; externalId: string; now: number } & Audited,
  ): Promise<'paid' | 'paid_before' | 'unknown'>
  /**
   * Takes back points of a payment, at most what its tenant has available, and with `isUndone` returns what was taken. A reversal,
   * which is a refund or a dispute of the provider, is booked once in each direction; one that was undone before takes nothing.
   * The audit entry gets the subject by which a reversal is known that found nothing to take. A tenant that holds points while
   * too few are available is frozen: else what its tasks give back would be spent again.
   */
  reversePayment(args: {
    id: string
    /** The provider's id of the refund or the dispute. */
    reversalId: string
    amount: Points
    isUndone: boolean
    memo: string
    now: number
    audit: AuditEntry
  }): Promise<{
    outcome: 'booked' | 'booked_before' | 'undone_before' | 'not_paid' | 'unknown'
    moved: Points
    hasFrozen: boolean
  }>
  /** False unless it is open. */
  endPayment(args: { id: string; status: 'expired' | 'failed'; now: number }): Promise<boolean>
  createAnnouncement(args: { announcement: Announcement } & Audited): Promise<void>
  /** False when it is unknown. */
  removeAnnouncement(args: { id: string } & Audited): Promise<boolean>
  /** null = no notice. */
  changeBalanceNotice(args: { tenantId: string; notice: BalanceNotice | null } & Audited): Promise<void>
  /** Those that are named; null takes a choice back. */
  changeRetention(args: { changes: Partial<Record<RetentionTime, number | null>> } & Audited): Promise<void>
  /**
   * Takes one of `perMinute` attempts, of which a minute's worth may come at once, in all processes together. Returns how long
   * to wait when there is none, and 0 when one was taken.
   */
  takeAttempt(args: { subject: string; perMinute: number; now: number }): Promise<number>
}
