import type { Kysely } from 'kysely'
import type { Engine } from '../tx.ts'

/** Drafts, which a client has begun and not yet submitted: an upload in several steps, a modal that waits for input. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  await db.schema
    .createTable('drafts')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('expires_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('drafts_by_tenant').on('drafts').columns(['tenant_id', 'kind', 'id']).execute()
  await db.schema.createIndex('drafts_by_expiry').on('drafts').column('expires_at').execute()
}
