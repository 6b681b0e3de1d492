import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** Codes and payments that become credit, notices of low balances, announcements, and how often someone tried to sign in. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'

  await db.schema
    .createTable('top_up_codes')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('prefix', 'text', (c) => c.notNull())
    .addColumn('amount', big, (c) => c.notNull())
    .addColumn('tenant_id', 'text')
    .addColumn('note', 'text')
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('expires_at', big)
    .addColumn('revoked_at', big)
    .addColumn('redeemed_at', big)
    .addColumn('redeemed_for', 'text')
    .addColumn('redeemed_by', 'text')
    .execute()

  await db.schema
    .createTable('payments')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('provider', 'text', (c) => c.notNull())
    .addColumn('external_id', 'text')
    .addColumn('amount', big, (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('ended_at', big)
    .execute()
  await db.schema.createIndex('payments_by_tenant').on('payments').columns(['tenant_id', 'id']).execute()

  await db.schema
    .createTable('balance_notices')
    .addColumn('tenant_id', 'text', (c) => c.primaryKey())
    .addColumn('below', big, (c) => c.notNull())
    .addColumn('url', 'text')
    .addColumn('email', 'text')
    .execute()

  await db.schema
    .createTable('announcements')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('tone', 'text', (c) => c.notNull())
    .addColumn('tenant_id', 'text')
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('begins_at', big, (c) => c.notNull())
    .addColumn('ends_at', big)
    .execute()

  // A bucket for each address and account that is tried, which is full again at `full_at`.
  await db.schema
    .createTable('sign_in_attempts')
    .addColumn('subject', 'text', (c) => c.primaryKey())
    .addColumn('full_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('sign_in_attempts_by_time').on('sign_in_attempts').column('full_at').execute()

  // The operator lists what was given up, among millions of deliveries.
  await sql`create index deliveries_failed on deliveries (seq) where status = 'failed'`.execute(db)
}
