import type { Points } from './points.ts'

/** When, and where, a tenant wants to hear that its credit runs out. */
export interface BalanceNotice {
  tenantId: string
  /** Notice of less than this to spend. */
  below: Points
  /** Where it is posted, signed as webhooks are. */
  url: string | null
  email: string | null
}
