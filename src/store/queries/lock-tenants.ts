import type { Tx } from '../tx.ts'

/**
 * Makes every other verb that moves a tenant's money or counts wait for this one. On PostgreSQL all verbs take their
 * locks in one order, so that no two wait for each other: the task, the tenant (its row in `balances`), its keys, the
 * loads of accounts, the lines. SQLite has one writer and needs none of it.
 */
export async function lockTenants(tx: Tx, tenantIds: readonly string[]): Promise<void> {
  if (tx.engine !== 'postgres' || tenantIds.length === 0) return
  await tx.db
    .selectFrom('balances')
    .select('tenant_id')
    .where('tenant_id', 'in', [...new Set(tenantIds)])
    .orderBy('tenant_id')
    .forUpdate()
    .execute()
}
