import type { Role } from './person.ts'
import type { Mode } from './task.ts'

/** The sender of a request, as a valid key or the session of a person identifies it. Frozen, and shared between requests. */
export interface Caller {
  readonly keyId: string
  readonly tenantId: string
  readonly mode: Mode
  readonly role: 'admin' | 'member'
  /** Model names that the key may use; null = all. */
  readonly allowedModels: readonly string[] | null
  readonly requestsPerMinute: number | null
  readonly expiresAt: number | null
  /** Whether the tenant is frozen: new tasks are refused. */
  readonly isFrozen: boolean
  /** Who it is, where it is a person. The key is then one that makes the person's tasks, and no limit of the rights. */
  readonly person?: CallingPerson
}

export interface CallingPerson {
  readonly id: string
  /** In the caller's tenant. */
  readonly role: Role
  readonly isOperator: boolean
}

/** The scope of a caller's key: the tasks and files of one tenant in one mode. */
export function scopeOf({ tenantId, mode }: Caller): Pick<Caller, 'tenantId' | 'mode'> {
  return { tenantId, mode }
}

/** Whether the caller's key may see a thing. To keys of other tenants and modes it does not exist. */
export function isOwn(caller: Pick<Caller, 'tenantId' | 'mode'>, thing: { tenantId: string; mode: Mode }): boolean {
  return thing.tenantId === caller.tenantId && thing.mode === caller.mode
}
