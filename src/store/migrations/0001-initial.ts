import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** The first schema. Released: never edited again, only followed by further files. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  const seq = engine === 'postgres' ? sql`bigint generated always as identity primary key` : sql`integer primary key`

  await db.schema
    .createTable('tenants')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('max_concurrent', 'integer')
    .addColumn('max_staged', 'integer', (c) => c.notNull())
    .addColumn('webhook_secret_version', 'integer', (c) => c.notNull())
    .execute()

  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('tenant_id', 'text', (c) => c.notNull().references('tenants.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('prefix', 'text', (c) => c.notNull())
    .addColumn('mode', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('allowed_models', 'text')
    .addColumn('requests_per_minute', 'integer')
    .addColumn('max_concurrent', 'integer')
    .addColumn('spend_limit', big)
    .addColumn('spent', big, (c) => c.notNull())
    .addColumn('active', 'integer', (c) => c.notNull())
    .addColumn('staged', 'integer', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('expires_at', big)
    .addColumn('revoked_at', big)
    .execute()
  await db.schema.createIndex('api_keys_tenant').on('api_keys').column('tenant_id').execute()

  await db.schema
    .createTable('balances')
    .addColumn('tenant_id', 'text', (c) => c.primaryKey().references('tenants.id'))
    .addColumn('available', big, (c) => c.notNull().check(sql`available >= 0`))
    .addColumn('held', big, (c) => c.notNull().check(sql`held >= 0`))
    .addColumn('credited', big, (c) => c.notNull())
    .addColumn('active', 'integer', (c) => c.notNull())
    .addColumn('staged', 'integer', (c) => c.notNull())
    .execute()

  await db.schema
    .createTable('ledger_transactions')
    .addColumn('seq', seq)
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('task_id', 'text')
    .addColumn('key_id', 'text')
    .addColumn('memo', 'text')
    .addColumn('at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('ledger_by_tenant').on('ledger_transactions').columns(['tenant_id', 'seq']).execute()

  await db.schema
    .createTable('ledger_entries')
    .addColumn('transaction_id', 'text', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('points', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('ledger_entries_key', ['transaction_id', 'account'])
    .$call((table) => (engine === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table))
    .execute()

  await db.schema
    .createTable('tasks')
    .addColumn('seq', seq)
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('key_id', 'text', (c) => c.notNull())
    .addColumn('mode', 'text', (c) => c.notNull())
    .addColumn('dialect', 'text', (c) => c.notNull())
    .addColumn('operation', 'text', (c) => c.notNull())
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('task_type', 'text', (c) => c.notNull())
    .addColumn('input', 'text', (c) => c.notNull())
    .addColumn('echo', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('progress', 'integer', (c) => c.notNull())
    .addColumn('price', big, (c) => c.notNull())
    .addColumn('consumed', big, (c) => c.notNull())
    .addColumn('output', 'text')
    .addColumn('error', 'text')
    .addColumn('logs', 'text')
    .addColumn('pool', 'text', (c) => c.notNull())
    .addColumn('provider', 'text')
    .addColumn('account', 'text')
    .addColumn('handle', 'text')
    .addColumn('parent_task_id', 'text')
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('claim', 'integer', (c) => c.notNull())
    .addColumn('due_at', big, (c) => c.notNull())
    .addColumn('deadline_at', big, (c) => c.notNull())
    .addColumn('timeout_ms', 'integer', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('started_at', big)
    .addColumn('ended_at', big)
    .addColumn('record_expires_at', big, (c) => c.notNull())
    .addColumn('idempotency_key', 'text')
    .addColumn('fingerprint', 'text')
    .execute()
  await db.schema.createIndex('tasks_by_tenant').on('tasks').columns(['tenant_id', 'id']).execute()
  // Partial indexes hold only the rows that are at work, so their size follows the load and not the history.
  await sql`create index tasks_waiting on tasks (pool, tenant_id, seq) where status = 'pending'`.execute(db)
  await sql`create index tasks_staged on tasks (tenant_id, seq) where status = 'staged'`.execute(db)
  await sql`create index tasks_unfinished on tasks (tenant_id, id) where status in ('staged', 'pending', 'submitting', 'uncertain', 'processing')`.execute(
    db,
  )
  await sql`create index tasks_running on tasks (due_at) where status in ('submitting', 'uncertain', 'processing')`.execute(
    db,
  )
  await sql`create index tasks_unstarted on tasks (deadline_at) where status in ('staged', 'pending')`.execute(db)
  await sql`create unique index tasks_idempotency on tasks (tenant_id, idempotency_key) where idempotency_key is not null`.execute(
    db,
  )

  await db.schema
    .createTable('task_counts')
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('day', 'integer', (c) => c.notNull())
    .addColumn('tasks', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('task_counts_key', ['tenant_id', 'model', 'day'])
    .execute()

  await db.schema
    .createTable('lines')
    .addColumn('pool', 'text', (c) => c.notNull())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('running', 'integer', (c) => c.notNull())
    .addColumn('served_at', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('lines_key', ['pool', 'tenant_id'])
    .execute()

  await db.schema
    .createTable('account_loads')
    .addColumn('account', 'text', (c) => c.primaryKey())
    .addColumn('running', 'integer', (c) => c.notNull())
    .execute()

  await db.schema
    .createTable('assets')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('task_id', 'text')
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('media_type', 'text', (c) => c.notNull())
    .addColumn('extension', 'text', (c) => c.notNull())
    .addColumn('size_bytes', big, (c) => c.notNull())
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('expires_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('assets_by_expiry').on('assets').column('expires_at').execute()
  await db.schema.createIndex('assets_by_task').on('assets').column('task_id').execute()

  await db.schema
    .createTable('deliveries')
    .addColumn('seq', seq)
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('task_id', 'text', (c) => c.notNull())
    .addColumn('url', 'text', (c) => c.notNull())
    .addColumn('headers', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('claim', 'integer', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('due_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('deliveries_by_task').on('deliveries').column('task_id').execute()
  await db.schema.createIndex('deliveries_by_tenant').on('deliveries').columns(['tenant_id', 'seq']).execute()
  await sql`create index deliveries_due on deliveries (due_at) where status = 'pending'`.execute(db)

  await db.schema
    .createTable('delivery_attempts')
    .addColumn('delivery_id', 'text', (c) => c.notNull())
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('at', big, (c) => c.notNull())
    .addColumn('duration_ms', 'integer', (c) => c.notNull())
    .addColumn('http_status', 'integer')
    .addColumn('error', 'text')
    .addPrimaryKeyConstraint('delivery_attempts_key', ['delivery_id', 'number'])
    .execute()
}
