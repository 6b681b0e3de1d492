import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** Tenants that are frozen or deleted, keys that are rotated, when keys were used, and who changed what. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  const seq = engine === 'postgres' ? sql`bigint generated always as identity primary key` : sql`integer primary key`

  await db.schema.alterTable('tenants').addColumn('frozen_at', big).execute()
  await db.schema.alterTable('tenants').addColumn('deleted_at', big).execute()
  // The first tenant is the operator's, which is looked at for each admin key.
  await db.schema.createIndex('tenants_age').on('tenants').columns(['created_at', 'id']).execute()

  await db.schema.alterTable('api_keys').addColumn('last_used_at', big).execute()
  await db.schema.alterTable('api_keys').addColumn('previous_hash', 'text').execute()
  await db.schema.alterTable('api_keys').addColumn('previous_until', big).execute()
  await sql`create unique index api_keys_previous on api_keys (previous_hash) where previous_hash is not null`.execute(
    db,
  )
  // A page of the keys of all tenants.
  await db.schema.createIndex('api_keys_age').on('api_keys').columns(['created_at', 'id']).execute()

  await db.schema
    .createTable('audit')
    .addColumn('seq', seq)
    .addColumn('at', big, (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('address', 'text')
    .addColumn('verb', 'text', (c) => c.notNull())
    .addColumn('tenant_id', 'text')
    .addColumn('subject', 'text')
    .addColumn('before', 'text')
    .addColumn('after', 'text')
    .execute()
  await db.schema.createIndex('audit_by_tenant').on('audit').columns(['tenant_id', 'seq']).execute()
  await db.schema.createIndex('audit_by_subject').on('audit').columns(['subject', 'seq']).execute()
}
