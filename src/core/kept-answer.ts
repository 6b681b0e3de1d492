import type { Points } from './points.ts'

/** An answer of a call that is given again for the same call. */
export interface KeptAnswer {
  /** Follows from the tenant and the call: see `src/calls/answer-cache.ts`. */
  id: string
  tenantId: string
  status: number
  headers: Readonly<Record<string, string>>
  /** Base64: an answer may be a sound. */
  body: string
  /** What the call cost. */
  pricePoints: Points
  createdAt: number
  expiresAt: number
}
