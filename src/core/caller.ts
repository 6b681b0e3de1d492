import type { Mode } from './task.ts'

/** Who sends a request: what a valid key says of itself. Frozen, and shared between requests. */
export interface Caller {
  readonly keyId: string
  readonly tenantId: string
  readonly mode: Mode
  readonly role: 'admin' | 'member'
  /** Model names that the key may use; null = all. */
  readonly allowedModels: readonly string[] | null
  readonly requestsPerMinute: number | null
  readonly expiresAt: number | null
}
