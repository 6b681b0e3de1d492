import type { KeyRecord, NewKey } from '../../core/key.ts'
import type { Balance, Tenant } from '../../core/tenant.ts'
import { balanceOfRow, keyOfRow, tenantOfRow } from '../rows.ts'
import type { Tx } from '../tx.ts'
import { raiseRevision } from './price-revision.ts'

export async function createTenant(tx: Tx, { tenant }: { tenant: Tenant }): Promise<void> {
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
}

export async function changeTenant(
  tx: Tx,
  { id, set }: { id: string; set: Partial<Pick<Tenant, 'defaultPool' | 'fallsBack' | 'priceGroup'>> },
): Promise<boolean> {
  const columns = {
    ...(set.defaultPool === undefined ? {} : { pool: set.defaultPool }),
    ...(set.fallsBack === undefined ? {} : { falls_back: set.fallsBack ? 1 : 0 }),
    ...(set.priceGroup === undefined ? {} : { price_group: set.priceGroup }),
  }
  const change = { id, ...columns } // an update must set at least one column
  const row = await tx.db.updateTable('tenants').set(change).where('id', '=', id).returning('id').executeTakeFirst()
  if (row && set.priceGroup !== undefined) await raiseRevision(tx)
  return row !== undefined
}

export async function createKey(tx: Tx, { key }: { key: NewKey }): Promise<void> {
  await tx.insertMany('api_keys', [
    {
      id: key.keyId,
      tenant_id: key.tenantId,
      name: key.name,
      hash: key.hash,
      prefix: key.prefix,
      mode: key.mode,
      role: key.role,
      allowed_models: key.allowedModels === null ? null : JSON.stringify(key.allowedModels),
      requests_per_minute: key.requestsPerMinute,
      max_concurrent: key.maxConcurrent,
      spend_limit: key.spendLimitPoints,
      spent: 0,
      active: 0,
      staged: 0,
      created_at: key.createdAt,
      expires_at: key.expiresAt,
      revoked_at: null,
    },
  ])
}

export async function revokeKey(tx: Tx, { id, now }: { id: string; now: number }): Promise<boolean> {
  const row = await tx.db
    .updateTable('api_keys')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('hash')
    .executeTakeFirst()
  if (row) tx.signal({ kind: 'key', hash: row.hash })
  return row !== undefined
}

export async function findKey(tx: Tx, { hash }: { hash: string }): Promise<KeyRecord | undefined> {
  const row = await tx.db.selectFrom('api_keys').selectAll().where('hash', '=', hash).executeTakeFirst()
  return row && keyOfRow(row)
}

export async function getKey(tx: Tx, { id }: { id: string }): Promise<KeyRecord | undefined> {
  const row = await tx.db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst()
  return row && keyOfRow(row)
}

export async function listKeys(tx: Tx, { tenantId }: { tenantId: string | null }): Promise<KeyRecord[]> {
  let query = tx.db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id')
  if (tenantId !== null) query = query.where('tenant_id', '=', tenantId)
  return (await query.execute()).map(keyOfRow)
}

export async function getTenant(tx: Tx, { id }: { id: string }): Promise<Tenant | undefined> {
  const row = await tx.db.selectFrom('tenants').selectAll().where('id', '=', id).executeTakeFirst()
  return row && tenantOfRow(row)
}

export async function listTenants(tx: Tx): Promise<Tenant[]> {
  const rows = await tx.db.selectFrom('tenants').selectAll().orderBy('created_at').orderBy('id').execute()
  return rows.map(tenantOfRow)
}

export async function getBalance(tx: Tx, { tenantId }: { tenantId: string }): Promise<Balance | undefined> {
  const row = await tx.db.selectFrom('balances').selectAll().where('tenant_id', '=', tenantId).executeTakeFirst()
  return row && balanceOfRow(row)
}
