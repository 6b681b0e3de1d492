import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** What the operator was given notice of, and which process did last what only one of them does at a time. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const instant = engine === 'postgres' ? sql`bigint` : sql`integer`
  await db.schema
    .createTable('notices')
    .addColumn('subject', 'text', (c) => c.primaryKey())
    .addColumn('is_on', 'integer', (c) => c.notNull())
    .addColumn('on_at', instant, (c) => c.notNull())
    .execute()
}
