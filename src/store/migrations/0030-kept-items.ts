import type { Kysely } from 'kysely'
import type { Engine } from '../tx.ts'

/** What vendors keep of the answers of calls, such as items of responses, by which only their tenant may go on. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await db.schema
    .createTable('kept_items')
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('mode', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('expires_at', engine === 'postgres' ? 'bigint' : 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('kept_items_key', ['tenant_id', 'mode', 'id'])
    .execute()
  await db.schema.createIndex('kept_items_by_expiry').on('kept_items').column('expires_at').execute()
}
