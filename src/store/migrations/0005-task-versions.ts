import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/**
 * Every write of a task under one version, leases apart from due times, the intent of a call apart from the claim; one
 * row a ledger transaction; test and live keys apart in counts and idempotency keys. Processes of earlier versions cannot work on this schema.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await separateLeases(db, engine)
  await separateModes(db, engine)
  await mergeLedgerRows(db, engine)
}

async function separateLeases(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  for (const name of ['lease_until', 'claimed_at', 'called_at', 'heard_at'] as const) {
    await db.schema.alterTable('tasks').addColumn(name, big).execute()
  }
  await db.schema.alterTable('tasks').addColumn('holder', 'text').execute()
  await db.schema
    .alterTable('tasks')
    .addColumn('version', big, (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('tasks')
    .addColumn('watched', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()

  // SQLite had stored fractions of milliseconds where a poll was put off by a tenth of the age of the task.
  if (engine === 'sqlite') await sql`update tasks set due_at = cast(round(due_at) as integer)`.execute(db)
  await sql`update tasks set watched = 1 where status = 'failed' and attention = 3`.execute(db)
  // Whether these calls were sent is not known, so they count as sent.
  await sql`update tasks set
      claimed_at = deadline_at - timeout_ms, called_at = deadline_at - timeout_ms,
      lease_until = case when attention in (1, 2) then due_at end
    where status in ('submitting', 'uncertain', 'processing')`.execute(db)

  await db.schema.dropIndex('tasks_late').execute()
  await db.schema.dropIndex('tasks_running').execute()
  await db.schema.alterTable('tasks').dropColumn('attention').execute()
  await sql`create index tasks_late on tasks (due_at) where status = 'failed' and watched = 1`.execute(db)
  await sql`create index tasks_running on tasks (due_at) where lease_until is null and status in ('submitting', 'uncertain', 'processing')`.execute(
    db,
  )
  await sql`create index tasks_leased on tasks (lease_until) where lease_until is not null`.execute(db)
}

async function separateModes(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await db.schema
    .alterTable('batches')
    .addColumn('mode', 'text', (c) => c.notNull().defaultTo('live'))
    .execute()
  await sql`update batches set mode = (select mode from api_keys where api_keys.id = batches.key_id)
    where exists (select 1 from api_keys where api_keys.id = batches.key_id)`.execute(db)
  await db.schema.dropIndex('tasks_idempotency').execute()
  await db.schema.dropIndex('batches_idempotency').execute()
  await sql`create unique index tasks_idempotency on tasks (tenant_id, mode, idempotency_key) where idempotency_key is not null`.execute(
    db,
  )
  await sql`create unique index batches_idempotency on batches (tenant_id, mode, idempotency_key) where idempotency_key is not null`.execute(
    db,
  )

  await db.schema.dropTable('task_counts').execute()
  await db.schema
    .createTable('task_counts')
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('mode', 'text', (c) => c.notNull())
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('day', 'integer', (c) => c.notNull())
    .addColumn('tasks', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('task_counts_key', ['tenant_id', 'mode', 'model', 'day'])
    .$call((table) => (engine === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table))
    .execute()
  await sql`insert into task_counts (tenant_id, mode, model, day, tasks)
    select tenant_id, mode, model, created_at / 86400000, count(*) from tasks
    group by tenant_id, mode, model, created_at / 86400000`.execute(db)
}

/** A transaction was a header with entries in another table: up to four rows instead of one. */
async function mergeLedgerRows(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  for (const account of ['available', 'held', 'funding'] as const) {
    await db.schema
      .alterTable('ledger_transactions')
      .addColumn(account, big, (c) => c.notNull().defaultTo(0))
      .execute()
  }
  await db.schema
    .alterTable('ledger_transactions')
    .addColumn('revenue', big, (c) => c.notNull().defaultTo(0).check(sql`available + held + funding + revenue = 0`))
    .execute()
  await sql`update ledger_transactions set
      available = s.available, held = s.held, funding = s.funding, revenue = s.revenue
    from (select transaction_id,
        sum(case when account = 'available' then points else 0 end) as available,
        sum(case when account = 'held' then points else 0 end) as held,
        sum(case when account = 'funding' then points else 0 end) as funding,
        sum(case when account = 'revenue' then points else 0 end) as revenue
      from ledger_entries group by transaction_id) s
    where s.transaction_id = ledger_transactions.id`.execute(db)
  await db.schema.dropTable('ledger_entries').execute()
}
