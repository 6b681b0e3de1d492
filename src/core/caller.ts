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

/** What a caller's key may see: one tenant's things of one mode. */
export function scopeOf({ tenantId, mode }: Caller): Pick<Caller, 'tenantId' | 'mode'> {
  return { tenantId, mode }
}

/** Whether the caller's key may see a thing: one of its tenant and of its mode. To every other key it does not exist. */
export function isOwn(caller: Pick<Caller, 'tenantId' | 'mode'>, thing: { tenantId: string; mode: Mode }): boolean {
  return thing.tenantId === caller.tenantId && thing.mode === caller.mode
}
