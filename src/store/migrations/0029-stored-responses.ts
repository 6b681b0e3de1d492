import { type Kysely, sql } from 'kysely'

/** The ids of responses that vendors keep for their clients, by which a tenant goes on from one, reads and deletes it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('calls').addColumn('response_id', 'text').execute()
  await sql`create index calls_by_response on calls (tenant_id, mode, response_id)
    where response_id is not null`.execute(db)
}
