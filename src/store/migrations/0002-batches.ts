import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** Batches: many tasks in one request, announced together, which give way to the tenant's single tasks. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  await db.schema
    .createTable('batches')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('key_id', 'text', (c) => c.notNull())
    .addColumn('dialect', 'text', (c) => c.notNull())
    .addColumn('echo', 'text', (c) => c.notNull())
    .addColumn('rejected', 'text', (c) => c.notNull())
    .addColumn('total', 'integer', (c) => c.notNull())
    .addColumn('completed', 'integer', (c) => c.notNull())
    .addColumn('failed', 'integer', (c) => c.notNull())
    .addColumn('cancelled', 'integer', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('ended_at', big)
    .addColumn('announced_at', big)
    .addColumn('record_expires_at', big, (c) => c.notNull())
    .addColumn('idempotency_key', 'text')
    .addColumn('fingerprint', 'text')
    .execute()
  await sql`create unique index batches_idempotency on batches (tenant_id, idempotency_key) where idempotency_key is not null`.execute(
    db,
  )
  await sql`create index batches_unannounced on batches (ended_at) where ended_at is not null and announced_at is null`.execute(
    db,
  )
  await db.schema.createIndex('batches_by_expiry').on('batches').column('record_expires_at').execute()

  await db.schema.alterTable('tasks').addColumn('batch_id', 'text').execute()
  await sql`create index tasks_by_batch on tasks (batch_id, id) where batch_id is not null`.execute(db)
  // In a tenant's queue, single tasks (lane 0) come before those of batches (lane 1).
  await db.schema
    .alterTable('tasks')
    .addColumn('lane', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema.dropIndex('tasks_waiting').execute()
  await db.schema.dropIndex('tasks_staged').execute()
  await sql`create index tasks_waiting on tasks (pool, tenant_id, lane, seq) where status = 'pending'`.execute(db)
  await sql`create index tasks_staged on tasks (tenant_id, lane, seq) where status = 'staged'`.execute(db)
}
