import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** Deliveries wait in a queue for each receiver (a host, for one tenant), which has a circuit breaker. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  await db.schema
    .createTable('receivers')
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('host', 'text', (c) => c.notNull())
    .addColumn('standing', 'text', (c) => c.notNull())
    .addColumn('failures', 'integer', (c) => c.notNull())
    .addColumn('failing_since', big)
    .addColumn('failed_at', big)
    .addColumn('retry_at', big)
    .addColumn('next_at', big)
    .addColumn('used_at', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('receivers_key', ['tenant_id', 'host'])
    .$call((table) => (engine === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table))
    .execute()
  await sql`create index receivers_waiting on receivers (standing, tenant_id, next_at) where next_at is not null`.execute(
    db,
  )
  await sql`create index receivers_next on receivers (next_at) where next_at is not null`.execute(db)
  await sql`create index receivers_failing on receivers (failing_since) where failing_since is not null`.execute(db)
  await sql`create index receivers_idle on receivers (used_at) where next_at is null`.execute(db)

  // The planner would prefer it to the indexes below, and read all deliveries that wait for receivers that are down.
  await db.schema.dropIndex('deliveries_due').execute()
  // Null until the delivery is put into its queue, so existing deliveries take the same path as new ones.
  await db.schema.alterTable('deliveries').addColumn('host', 'text').execute()
  await sql`create index deliveries_queued on deliveries (tenant_id, host, due_at, seq) where status = 'pending'`.execute(
    db,
  )
  await sql`create index deliveries_unqueued on deliveries (due_at, seq) where status = 'pending' and host is null`.execute(
    db,
  )
}
