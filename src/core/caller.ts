import { PolyphonyError } from './errors.ts'
import { fits } from './model-name.ts'
import type { Role } from './person.ts'
import type { Mode } from './task.ts'

/** The sender of a request, as a valid key or the session of a person identifies it. Frozen, and shared between requests. */
export interface Caller {
  readonly keyId: string
  readonly tenantId: string
  readonly mode: Mode
  readonly role: 'admin' | 'member'
  /** Model names that the key may use, and beginnings of names with "*"; null = all. See `mayUse`. */
  readonly allowedModels: readonly string[] | null
  readonly requestsPerMinute: number | null
  /** Tokens of calls; null = no limit. */
  readonly tokensPerMinute: number | null
  readonly expiresAt: number | null
  /** Whether the tenant is frozen: new tasks are refused. */
  readonly isFrozen: boolean
  /** Who it is, where it is a person. The key is then one that makes the person's tasks, and no limit of the rights. */
  readonly person?: CallingPerson
  /** The session that was begun with the key, where the request came with its cookie in place of the key. */
  readonly sessionId?: string
}

export interface CallingPerson {
  readonly id: string
  /** In the caller's tenant. */
  readonly role: Role
  readonly isOperator: boolean
}

/** Whether the caller's key allows a model. */
export function mayUse({ allowedModels }: Pick<Caller, 'allowedModels'>, model: string): boolean {
  return allowedModels === null || allowedModels.some((pattern) => fits(pattern, model))
}

/** Throws `model_not_allowed` unless the caller's key allows the model. */
export function checkModelAllowed(caller: Pick<Caller, 'allowedModels'>, model: string): void {
  if (mayUse(caller, model)) return
  const allowed = caller.allowedModels?.join(', ')
  throw new PolyphonyError('model_not_allowed', `The key may use ${allowed}, not ${model}.`, { field: 'model' })
}

/** The scope of a caller's key: the tasks and files of one tenant in one mode. */
export function scopeOf({ tenantId, mode }: Pick<Caller, 'tenantId' | 'mode'>): Pick<Caller, 'tenantId' | 'mode'> {
  return { tenantId, mode }
}

/** Whether the caller's key may see a thing. To keys of other tenants and modes it does not exist. */
export function isOwn(caller: Pick<Caller, 'tenantId' | 'mode'>, thing: { tenantId: string; mode: Mode }): boolean {
  return thing.tenantId === caller.tenantId && thing.mode === caller.mode
}
