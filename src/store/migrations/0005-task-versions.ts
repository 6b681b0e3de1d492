import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** Test and live keys apart in counts and idempotency keys. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await separateModes(db, engine)
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
