import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** Accounts at providers with their health, the attempts of tasks, and a queue for each operation. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  await db.schema
    .createTable('accounts')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('tenant_id', 'text', (c) => c.references('tenants.id'))
    .addColumn('provider', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('sealed', 'text')
    .addColumn('serves', 'text')
    .addColumn('mode', 'text', (c) => c.notNull())
    .addColumn('slots', 'integer', (c) => c.notNull())
    .addColumn('weight', 'integer', (c) => c.notNull())
    .addColumn('priority', 'integer', (c) => c.notNull())
    .addColumn('daily_cap', 'integer')
    .addColumn('price_factor', engine === 'postgres' ? 'double precision' : 'real', (c) => c.notNull())
    .addColumn('draining', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('retry_at', big)
    .addColumn('troubles', 'integer', (c) => c.notNull())
    .addColumn('strikes', 'integer', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .execute()

  await db.schema
    .createTable('attempts')
    .addColumn('task_id', 'text', (c) => c.notNull())
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('provider', 'text', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('begun_at', big, (c) => c.notNull())
    .addColumn('accepted_at', big)
    .addColumn('ended_at', big)
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('reason', 'text')
    .addPrimaryKeyConstraint('attempts_key', ['task_id', 'number'])
    .$call((table) => (engine === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table))
    .execute()
  // The last attempts of an account, to diagnose it.
  await db.schema.createIndex('attempts_account').on('attempts').columns(['account', 'begun_at']).execute()

  // How many tasks an account began on a UTC day, for its daily cap.
  await db.schema
    .alterTable('account_loads')
    .addColumn('day', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('account_loads')
    .addColumn('begun', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()

  // The account that turned the task away last: another one is tried first.
  await db.schema.alterTable('tasks').addColumn('avoid', 'text').execute()
  // Attempts that failed at the provider; being turned away for lack of a slot or of credit does not count.
  await db.schema
    .alterTable('tasks')
    .addColumn('misses', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  // 0 no lease, 1 leased, 2 leased and with a callback meanwhile, 3 ended and still watched for a late result.
  await db.schema
    .alterTable('tasks')
    .addColumn('attention', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('tenants')
    .addColumn('falls_back', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('tenants')
    .addColumn('pool', 'text', (c) => c.notNull().defaultTo('private'))
    .execute()

  // A pool belonged to one provider; now it is the operator's for a mode. Its counters are rebuilt.
  await sql`update tasks set pool = mode where pool like 'house:%'`.execute(db)
  await sql`delete from lines`.execute(db)
  await sql`insert into lines (pool, tenant_id, running, served_at)
    select pool, tenant_id, count(*), 0 from tasks
    where status in ('submitting', 'uncertain', 'processing') group by pool, tenant_id`.execute(db)

  // Tasks that wait for one operation must not block those that wait for another.
  await db.schema.dropIndex('tasks_waiting').execute()
  await sql`create index tasks_waiting on tasks (pool, operation, tenant_id, lane, seq) where status = 'pending'`.execute(
    db,
  )
  await sql`create index tasks_late on tasks (due_at) where status = 'failed' and attention = 3`.execute(db)
}
