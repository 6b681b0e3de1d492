import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'
import { PLANS } from './0008-postgres-functions.ts'

/**
 * On PostgreSQL, the list of the library follows the tasks once for each statement, not once for each row: submissions
 * share statements, and calling the trigger for each of their tasks took a fifth of the time. The plan of the deletion is kept,
 * so that it may be from when the tables were small: it looks up each row by the index.
 */
const BY_STATEMENT = [
  'drop trigger library_added on tasks',
  'drop trigger library_removed on tasks',
  `create or replace function library_added() returns trigger language plpgsql as $$ begin
    insert into library (tenant_id, mode, id, operation, model, key_id, text)
      select tenant_id, mode, id, operation, model, key_id, lower(substr(input, 1, 4000)) from added
      on conflict (tenant_id, mode, id) do nothing;
    return null;
  end $$`,
  `create or replace function library_removed() returns trigger language plpgsql ${PLANS} as $$ begin
    delete from library l using removed r where l.tenant_id = r.tenant_id and l.mode = r.mode and l.id = r.id;
    delete from shares s using removed r where s.task_id = r.id;
    return null;
  end $$`,
  `create trigger library_added after insert on tasks referencing new table as added
    for each statement execute function library_added()`,
  `create trigger library_removed after delete on tasks referencing old table as removed
    for each statement execute function library_removed()`,
]

export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  if (engine !== 'postgres') return
  for (const statement of BY_STATEMENT) await sql.raw(statement).execute(db)
}
