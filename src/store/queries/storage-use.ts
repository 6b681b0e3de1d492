import { sql } from 'kysely'
import type { Quota } from '../../core/quota.ts'
import type { ReadVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'

/** Triggers keep the counts; a tenant that never stored anything has no row. */
export async function getStorageUse(
  tx: Tx,
  { tenantId, mode }: Parameters<ReadVerbs['getStorageUse']>[0],
): Promise<Quota> {
  const row = await tx.db
    .selectFrom('storage_use')
    .select(['bytes', 'drafts'])
    .where('tenant_id', '=', tenantId)
    .where('mode', '=', mode)
    .executeTakeFirst()
  return row ?? { bytes: 0, drafts: 0 }
}

const UNLIMITED: Quota = { bytes: Number.MAX_SAFE_INTEGER, drafts: Number.MAX_SAFE_INTEGER }

/**
 * Inserts a row unless it would exceed the quota of its tenant and mode. On PostgreSQL, inserts at the same
 * moment do not see each other, and may exceed the quota by their own size.
 */
export async function insertWithin(
  tx: Tx,
  { tenantId, mode }: { tenantId: string; mode: string | null },
  added: Quota,
  quota: Quota | undefined,
  table: 'assets' | 'drafts',
  row: object,
): Promise<boolean> {
  const { bytes: maxBytes, drafts: maxDrafts } = quota ?? UNLIMITED
  const columns = sql.join(Object.keys(row).map((name) => sql.ref(name)))
  const values = sql.join(Object.values(row))
  const { rows } = await sql`
    insert into ${sql.table(table)} (${columns}) select ${values}
    where not exists (select 1 from storage_use
      where tenant_id = ${tenantId} and mode = ${mode}
        and (bytes > ${maxBytes - added.bytes} or drafts > ${maxDrafts - added.drafts}))
    returning id`.execute(tx.db)
  return rows.length > 0
}
