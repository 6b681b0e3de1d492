import type { Kysely } from 'kysely'

/** How long things are kept, where the operator has chosen it in the gateway. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('retention')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'real', (c) => c.notNull())
    .execute()
}
