import { type Kysely, sql } from 'kysely'

/**
 * The tasks that have ended, by how: without it, a list of the few that failed reads all those that did not. It is written
 * once for a task, when it ends.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index tasks_ended on tasks (tenant_id, mode, status, id)
    where status in ('completed', 'failed', 'cancelled')`.execute(db)
}
