import type { Points } from './points.ts'

/** `open` until the provider says how it ended. A payment that is `paid` stays so. */
export type PaymentStatus = 'open' | 'paid' | 'expired' | 'failed'

/** Of the ledger entry and the audit entry of a refund or dispute, whose `id` is the provider's. */
export function reversalSubject(id: string, isUndone: boolean): string {
  return isUndone ? `refund:${id}:returned` : `refund:${id}`
}

/** A payment by which a tenant buys credit. */
export interface Payment {
  id: string
  tenantId: string
  /** Such as `stripe`. */
  provider: string
  /** Its id at the provider; null until the provider has answered. */
  externalId: string | null
  amount: Points
  status: PaymentStatus
  /** As the audit names an actor. */
  createdBy: string
  createdAt: number
  endedAt: number | null
}
