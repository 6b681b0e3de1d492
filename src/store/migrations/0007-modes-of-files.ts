import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/**
 * Test and live keys apart in histories, drafts and uploads, and counters of what a tenant stores. The counters are kept by
 * triggers: rows are deleted in several ways (a sweep, a deleted upload, a purge), and none of them can forget to count.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  await db.schema.dropIndex('tasks_by_tenant').execute()
  await db.schema.createIndex('tasks_by_mode').on('tasks').columns(['tenant_id', 'mode', 'id']).execute()
  await db.schema.dropIndex('tasks_unfinished').execute()
  await sql`create index tasks_unfinished on tasks (tenant_id, mode, id)
    where status in ('staged', 'pending', 'submitting', 'uncertain', 'processing')`.execute(db)

  // The keys of earlier files were not recorded.
  await db.schema
    .alterTable('drafts')
    .addColumn('mode', 'text', (c) => c.notNull().defaultTo('live'))
    .execute()
  await db.schema.dropIndex('drafts_by_tenant').execute()
  await db.schema.createIndex('drafts_by_tenant').on('drafts').columns(['tenant_id', 'mode', 'kind', 'id']).execute()
  await db.schema.alterTable('assets').addColumn('mode', 'text').execute()
  await sql`update assets set mode = 'live' where kind = 'upload'`.execute(db)

  await db.schema
    .createTable('storage_use')
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('mode', 'text', (c) => c.notNull())
    .addColumn('bytes', big, (c) => c.notNull())
    .addColumn('drafts', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('storage_use_key', ['tenant_id', 'mode'])
    .execute()
  await sql`insert into storage_use (tenant_id, mode, bytes, drafts)
    select tenant_id, mode, sum(bytes), sum(drafts) from (
      select tenant_id, mode, size_bytes as bytes, 0 as drafts from assets where kind = 'upload'
      union all
      select tenant_id, mode, octet_length(body), 1 from drafts) kept
    group by tenant_id, mode`.execute(db)
  for (const trigger of engine === 'postgres' ? POSTGRES_TRIGGERS : SQLITE_TRIGGERS) await sql.raw(trigger).execute(db)
}

const count = (row: 'new' | 'old', bytes: string, drafts: string): string =>
  `insert into storage_use (tenant_id, mode, bytes, drafts) values (${row}.tenant_id, ${row}.mode, ${bytes}, ${drafts})
   on conflict (tenant_id, mode) do update
     set bytes = storage_use.bytes + excluded.bytes, drafts = storage_use.drafts + excluded.drafts;`

const COUNTS = {
  upload_added: ['insert on assets', "new.kind = 'upload'", count('new', 'new.size_bytes', '0')],
  upload_removed: ['delete on assets', "old.kind = 'upload'", count('old', '-old.size_bytes', '0')],
  draft_added: ['insert on drafts', 'true', count('new', 'octet_length(new.body)', '1')],
  draft_changed: [
    'update of body on drafts',
    'true',
    count('new', 'octet_length(new.body) - octet_length(old.body)', '0'),
  ],
  draft_removed: ['delete on drafts', 'true', count('old', '-octet_length(old.body)', '-1')],
} as const

const SQLITE_TRIGGERS = Object.entries(COUNTS).map(
  ([name, [event, when, statement]]) =>
    `create trigger count_${name} after ${event} for each row when ${when} begin ${statement} end`,
)

const POSTGRES_TRIGGERS = Object.entries(COUNTS).flatMap(([name, [event, when, statement]]) => [
  `create function count_${name}() returns trigger language plpgsql as $$ begin ${statement} return null; end $$`,
  `create trigger count_${name} after ${event} for each row when (${when}) execute function count_${name}()`,
])
