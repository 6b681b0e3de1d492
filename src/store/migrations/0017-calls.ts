import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** Calls that were answered on the spot, and the points that processes hold for them. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  const seq = engine === 'postgres' ? sql`bigint generated always as identity primary key` : sql`integer primary key`

  await db.schema
    .createTable('allowances')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('key_id', 'text', (c) => c.notNull())
    .addColumn('held', big, (c) => c.notNull())
    .addColumn('holder', 'text', (c) => c.notNull())
    .addColumn('lease_until', big, (c) => c.notNull())
    .execute()

  await db.schema
    .createTable('calls')
    .addColumn('seq', seq)
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('key_id', 'text', (c) => c.notNull())
    .addColumn('mode', 'text', (c) => c.notNull())
    .addColumn('request_id', 'text')
    .addColumn('endpoint', 'text', (c) => c.notNull())
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('provider', 'text')
    .addColumn('account', 'text')
    .addColumn('vendor_model', 'text')
    .addColumn('status', 'integer', (c) => c.notNull())
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('error_code', 'text')
    .addColumn('streamed', 'integer', (c) => c.notNull())
    .addColumn('usage', 'text')
    .addColumn('price', big, (c) => c.notNull())
    .addColumn('cost', big)
    .addColumn('tried', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('first_byte_ms', 'integer')
    .addColumn('duration_ms', 'integer', (c) => c.notNull())
    .addColumn('booking', 'text')
    .addColumn('record_expires_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('calls_by_tenant').on('calls').columns(['tenant_id', 'mode', 'id']).execute()
  await db.schema.createIndex('calls_by_expiry').on('calls').column('record_expires_at').execute()

  await db.schema.alterTable('ledger_transactions').addColumn('allowance_id', 'text').execute()
}
