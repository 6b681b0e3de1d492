import type { Kysely } from 'kysely'
import type { Engine } from '../tx.ts'

/** Answers of calls that their callers wanted to be kept for the same call. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  await db.schema
    .createTable('answers')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('status', 'integer', (c) => c.notNull())
    .addColumn('headers', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('price', big, (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('expires_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('answers_by_tenant').on('answers').columns(['tenant_id', 'created_at']).execute()
  await db.schema.createIndex('answers_by_expiry').on('answers').column('expires_at').execute()
}
