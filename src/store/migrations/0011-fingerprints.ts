import type { Kysely } from 'kysely'

/** What a process must share with the others on this database: its secret, and the storage of files. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('fingerprints')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute()
}
