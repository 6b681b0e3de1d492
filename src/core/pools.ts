/**
 * Names of pools: the queues in which tasks wait. Fair share is kept within one.
 *
 * - `live`, `test`: the operator's accounts
 * - `tenant:ID`:    the accounts that a tenant connected
 * - `account:ID`:   one account of the operator, for follow-ups of its work
 * - `own:ID`:       likewise, one that a tenant connected
 */
export const LIVE_POOL = 'live'

export function tenantPool(tenantId: string): string {
  return `tenant:${tenantId}`
}

export function accountPool(account: { id: string; tenantId: string | null }): string {
  return `${account.tenantId === null ? 'account' : 'own'}:${account.id}`
}

/** The account that a pool is pinned to, if it is. */
export function pinnedAccount(pool: string): string | undefined {
  return /^(?:account|own):(.*)$/.exec(pool)?.[1]
}

/** The log line of a task that moved from the private pool to the public one. */
export const FELL_BACK = 'no account of the private pool can do it now; the public pool takes it'

export function hasFallenBack({ logs }: { logs: readonly string[] }): boolean {
  return logs.includes(FELL_BACK)
}

/** Whether the tenant's own accounts perform the tasks of this pool. */
export function isPrivate(pool: string): boolean {
  return pool.startsWith('tenant:') || pool.startsWith('own:')
}

export function tenantOfPool(pool: string): string | undefined {
  return pool.startsWith('tenant:') ? pool.slice('tenant:'.length) : undefined
}
