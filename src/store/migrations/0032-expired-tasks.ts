import { type Kysely, sql } from 'kysely'

/** The records that expire first, of tasks that have ended: a purge finds them wherever they are in the table. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index tasks_expired on tasks (record_expires_at)
    where status in ('completed', 'failed', 'cancelled')`.execute(db)
}
