import { sql } from 'kysely'
import type { Balance, Tenant } from '../../core/tenant.ts'
import { balanceOfRow, tenantOfRow } from '../rows.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'
import { forgetKeysOf } from './keys.ts'
import { raiseRevision } from './price-revision.ts'
import { anyHolds } from './search.ts'

export async function createTenant(
  tx: Tx,
  { tenant, audit }: Parameters<WriteVerbs['createTenant']>[0],
): Promise<void> {
  await tx.insertMany('tenants', [
    {
      id: tenant.id,
      name: tenant.name,
      created_at: tenant.createdAt,
      max_concurrent: tenant.maxConcurrent,
      max_staged: tenant.maxStaged,
      webhook_secret_version: tenant.webhookSecretVersion,
      pool: tenant.defaultPool,
      falls_back: tenant.fallsBack ? 1 : 0,
      price_group: tenant.priceGroup,
    },
  ])
  await tx.insertMany('balances', [{ tenant_id: tenant.id, available: 0, held: 0, credited: 0, active: 0, staged: 0 }])
  await writeAudit(tx, audit)
}

export async function changeTenant(
  tx: Tx,
  { id, set, audit }: Parameters<WriteVerbs['changeTenant']>[0],
): Promise<boolean> {
  const columns = {
    ...(set.name === undefined ? {} : { name: set.name }),
    ...(set.maxConcurrent === undefined ? {} : { max_concurrent: set.maxConcurrent }),
    ...(set.maxStaged === undefined ? {} : { max_staged: set.maxStaged }),
    ...(set.webhookSecretVersion === undefined ? {} : { webhook_secret_version: set.webhookSecretVersion }),
    ...(set.defaultPool === undefined ? {} : { pool: set.defaultPool }),
    ...(set.fallsBack === undefined ? {} : { falls_back: set.fallsBack ? 1 : 0 }),
    ...(set.priceGroup === undefined ? {} : { price_group: set.priceGroup }),
    ...(set.frozenAt === undefined ? {} : { frozen_at: set.frozenAt }),
  }
  const change = { id, ...columns } // an update must set at least one column
  const row = await tx.db
    .updateTable('tenants')
    .set(change)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (!row) return false
  // Callers carry whether their tenant is frozen.
  if (set.frozenAt !== undefined) await forgetKeysOf(tx, id)
  if (set.priceGroup !== undefined) await raiseRevision(tx)
  await writeAudit(tx, audit)
  return true
}

/** Locks the tenant's balance, so that no task is submitted between the count and the deletion. */
export async function deleteTenant(
  tx: Tx,
  { id, now, audit }: Parameters<WriteVerbs['deleteTenant']>[0],
): Promise<'deleted' | 'unfinished' | 'unknown'> {
  const touched = await tx.db
    .updateTable('balances')
    .set((eb) => ({ active: eb.ref('active') }))
    .where('tenant_id', '=', id)
    .returning('active')
    .executeTakeFirst()
  if (touched && touched.active > 0) return 'unfinished'
  const deleted = await tx.db
    .updateTable('tenants')
    .set({ deleted_at: now })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (!deleted) return 'unknown'
  await forgetKeysOf(tx, id)
  await tx.db
    .updateTable('api_keys')
    .set({ revoked_at: now })
    .where('tenant_id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
  await tx.db
    .updateTable('invitations')
    .set({ revoked_at: now })
    .where('tenant_id', '=', id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .execute()
  const accounts = await tx.db.deleteFrom('accounts').where('tenant_id', '=', id).returning('id').execute()
  if (accounts.length > 0) tx.signal({ kind: 'accounts' })
  await writeAudit(tx, audit)
  return 'deleted'
}

export async function getTenant(tx: Tx, { id }: { id: string }): Promise<Tenant | undefined> {
  const row = await tx.db.selectFrom('tenants').selectAll().where('id', '=', id).executeTakeFirst()
  return row && tenantOfRow(row)
}

export async function listTenants(
  tx: Tx,
  { name, search, isDeleted = false, afterId, limit }: Parameters<ReadVerbs['listTenants']>[0],
): Promise<Tenant[]> {
  let query = tx.db
    .selectFrom('tenants')
    .selectAll()
    .where('deleted_at', isDeleted ? 'is not' : 'is', null)
    .orderBy('created_at')
    .orderBy('id')
  if (name !== undefined) query = query.where('name', '=', name)
  if (search !== undefined) query = query.where(anyHolds(['name', 'id'], search))
  if (afterId !== undefined) {
    query = query.where(
      sql<boolean>`(created_at, id) > (select a.created_at, a.id from tenants a where a.id = ${afterId})`,
    )
  }
  if (limit !== undefined) query = query.limit(limit)
  return (await query.execute()).map(tenantOfRow)
}

export async function getBalance(tx: Tx, { tenantId }: { tenantId: string }): Promise<Balance | undefined> {
  const row = await tx.db.selectFrom('balances').selectAll().where('tenant_id', '=', tenantId).executeTakeFirst()
  return row && balanceOfRow(row)
}

export async function getBalances(
  tx: Tx,
  { tenantIds }: Parameters<ReadVerbs['getBalances']>[0],
): ReturnType<ReadVerbs['getBalances']> {
  if (tenantIds.length === 0) return []
  const rows = await tx.db.selectFrom('balances').selectAll().where('tenant_id', 'in', tenantIds).execute()
  return rows.map((row) => ({ tenantId: row.tenant_id, ...balanceOfRow(row) }))
}
