import type { Points } from './points.ts'

/** A code that the operator sold or gave away, and that a tenant turns into credit, once. */
export interface TopUpCode {
  id: string
  /** SHA-256 of the code, hex: the code itself is shown once and not kept. */
  hash: string
  /** Its first characters, by which people recognise it. */
  prefix: string
  amount: Points
  /** The only tenant that may redeem it; null = any. */
  tenantId: string | null
  note: string | null
  createdBy: string
  createdAt: number
  /** Null = it does not expire. */
  expiresAt: number | null
  revokedAt: number | null
  redeemedAt: number | null
  /** The tenant that has the credit. */
  redeemedFor: string | null
  /** As the audit names an actor. */
  redeemedBy: string | null
}
