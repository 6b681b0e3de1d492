import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** Files for calls, and batches of calls. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'

  await db.schema
    .createTable('call_files')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('mode', 'text', (c) => c.notNull())
    .addColumn('asset_id', 'text', (c) => c.notNull())
    .addColumn('purpose', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('size_bytes', big, (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('expires_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('call_files_by_tenant').on('call_files').columns(['tenant_id', 'mode', 'id']).execute()
  await db.schema.createIndex('call_files_by_expiry').on('call_files').column('expires_at').execute()

  await db.schema
    .createTable('call_batches')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('mode', 'text', (c) => c.notNull())
    .addColumn('key_id', 'text', (c) => c.notNull())
    .addColumn('format', 'text', (c) => c.notNull())
    .addColumn('endpoint', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('input_file_id', 'text', (c) => c.notNull())
    .addColumn('input_asset_id', 'text', (c) => c.notNull())
    .addColumn('metadata', 'text')
    .addColumn('headers', 'text', (c) => c.notNull())
    .addColumn('output_seconds', 'integer')
    .addColumn('total', 'integer', (c) => c.notNull())
    .addColumn('succeeded', 'integer', (c) => c.notNull())
    .addColumn('failed', 'integer', (c) => c.notNull())
    .addColumn('cancelled', 'integer', (c) => c.notNull())
    .addColumn('expired', 'integer', (c) => c.notNull())
    .addColumn('faults', 'text', (c) => c.notNull())
    .addColumn('output_file_id', 'text')
    .addColumn('error_file_id', 'text')
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('expires_at', big, (c) => c.notNull())
    .addColumn('started_at', big)
    .addColumn('cancelling_at', big)
    .addColumn('finalizing_at', big)
    .addColumn('ended_at', big)
    .addColumn('record_expires_at', big, (c) => c.notNull())
    .addColumn('holder', 'text')
    .addColumn('lease_until', big, (c) => c.notNull())
    .execute()
  await db.schema
    .createIndex('call_batches_by_tenant')
    .on('call_batches')
    .columns(['tenant_id', 'mode', 'format', 'id'])
    .execute()
  await db.schema.createIndex('call_batches_by_expiry').on('call_batches').column('record_expires_at').execute()
  await db.schema
    .createIndex('call_batches_unfinished')
    .on('call_batches')
    .column('lease_until')
    .where(sql.ref('ended_at'), 'is', null)
    .execute()

  await db.schema
    .createTable('call_batch_lines')
    .addColumn('batch_id', 'text', (c) => c.notNull())
    .addColumn('line', 'integer', (c) => c.notNull())
    .addColumn('success', 'integer', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('call_batch_lines_key', ['batch_id', 'line'])
    .execute()

  await db.schema.alterTable('calls').addColumn('batch_id', 'text').execute()
}
