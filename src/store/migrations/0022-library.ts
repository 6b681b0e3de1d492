import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/**
 * What people do with their tasks (favourites, deleting, links), and a narrow copy of what lists are filtered by: the rows of
 * tasks are wide, so a search through a hundred thousand of them read hundreds of megabytes. Triggers keep the copy, since rows
 * of tasks are written and deleted in several ways.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  await db.schema.alterTable('tasks').addColumn('favourite_at', big).execute()
  await db.schema.alterTable('tasks').addColumn('deleted_at', big).execute()
  await sql`create index tasks_favourite on tasks (tenant_id, mode, id) where favourite_at is not null`.execute(db)
  await sql`create index tasks_deleted on tasks (deleted_at) where deleted_at is not null`.execute(db)
  await db.schema.createIndex('batches_by_tenant').on('batches').columns(['tenant_id', 'mode', 'id']).execute()

  await sql`create table library (
    tenant_id text not null,
    mode text not null,
    id text not null,
    operation text not null,
    model text not null,
    key_id text not null,
    text text not null,
    constraint library_key primary key (tenant_id, mode, id)
  ) ${sql.raw(engine === 'sqlite' ? 'without rowid' : '')}`.execute(db)
  await sql`insert into library (tenant_id, mode, id, operation, model, key_id, text)
    select tenant_id, mode, id, operation, model, key_id, ${sql.raw(textOf('tasks'))} from tasks`.execute(db)

  await db.schema
    .createTable('shares')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('mode', 'text', (c) => c.notNull())
    .addColumn('task_id', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('made_by', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('expires_at', big)
    .addColumn('revoked_at', big)
    .execute()
  await db.schema.createIndex('shares_by_task').on('shares').column('task_id').execute()
  await db.schema
    .createIndex('shares_by_tenant')
    .on('shares')
    .columns(['tenant_id', 'mode', 'created_at', 'id'])
    .execute()

  for (const trigger of engine === 'postgres' ? POSTGRES_TRIGGERS : SQLITE_TRIGGERS) await sql.raw(trigger).execute(db)
}

/** What a search reads: the first 4,000 characters of the input, in lower case. */
const textOf = (row: string): string => `lower(substr(${row}.input, 1, 4000))`

// A copy of a database writes this table before that of the tasks, so the row may be there.
const ADD = `insert into library (tenant_id, mode, id, operation, model, key_id, text)
  values (new.tenant_id, new.mode, new.id, new.operation, new.model, new.key_id, ${textOf('new')})
  on conflict (tenant_id, mode, id) do nothing;`
const REMOVE = `delete from library where tenant_id = old.tenant_id and mode = old.mode and id = old.id;
  delete from shares where task_id = old.id;`

const TRIGGERS = { library_added: ['insert', ADD], library_removed: ['delete', REMOVE] } as const

const SQLITE_TRIGGERS = Object.entries(TRIGGERS).map(
  ([name, [event, statements]]) =>
    `create trigger ${name} after ${event} on tasks for each row begin ${statements} end`,
)

const POSTGRES_TRIGGERS = Object.entries(TRIGGERS).flatMap(([name, [event, statements]]) => [
  `create function ${name}() returns trigger language plpgsql as $$ begin ${statements} return null; end $$`,
  `create trigger ${name} after ${event} on tasks for each row execute function ${name}()`,
])
