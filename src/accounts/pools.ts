/**
 * Names of pools: the lines in which tasks wait. Fair share is kept within one.
 *
 * - `live`, `test`: the house's accounts
 * - `tenant:ID`:    the accounts that a tenant connected
 * - `account:ID`:   one account, for follow-ups of what it made
 */
export const LIVE_POOL = 'live'

export function tenantPool(tenantId: string): string {
  return `tenant:${tenantId}`
}

export function accountPool(accountId: string): string {
  return `account:${accountId}`
}

/** The account that a pool is pinned to, if it is. */
export function pinnedAccount(pool: string): string | undefined {
  return pool.startsWith('account:') ? pool.slice('account:'.length) : undefined
}

export function tenantOfPool(pool: string): string | undefined {
  return pool.startsWith('tenant:') ? pool.slice('tenant:'.length) : undefined
}
