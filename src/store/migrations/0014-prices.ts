import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** Prices and costs as data: rules with their history, groups of tenants, and what each task was priced by and did cost. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await db.schema.alterTable('tenants').addColumn('price_group', 'text').execute()
  await db.schema.alterTable('tasks').addColumn('price_rule', 'text').execute()
  await db.schema.alterTable('tasks').addColumn('cost', 'bigint').execute()
  await db.schema.alterTable('tasks').addColumn('cost_source', 'text').execute()
  await rulesTable(db, engine, 'price_rules')
    .addColumn('tenant_id', 'text', (c) => c.references('tenants.id'))
    .addColumn('price_group', 'text')
    .execute()
  await rulesTable(db, engine, 'cost_rules')
    .addColumn('provider', 'text', (c) => c.notNull())
    .addColumn('account', 'text')
    .execute()
  for (const table of ['price_rules', 'cost_rules']) {
    await sql`create unique index ${sql.raw(`${table}_in_force`)} on ${sql.table(table)} (slot) where ended_at is null`.execute(
      db,
    )
  }
  await sql`create index tenants_price_group on tenants (price_group) where price_group is not null`.execute(db)
  await db.schema
    .createTable('price_revision')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('revision', 'bigint', (c) => c.notNull())
    .execute()
  if (engine === 'postgres') await storeColumns(db)
}

function rulesTable(db: Kysely<unknown>, engine: Engine, name: string) {
  return db.schema
    .createTable(name)
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('of', 'text', (c) => c.notNull())
    .addColumn('conditions', 'text', (c) => c.notNull())
    .addColumn('points', 'bigint')
    .addColumn('factor', engine === 'postgres' ? 'double precision' : 'real')
    .addColumn('per', 'text')
    .addColumn('slot', 'text', (c) => c.notNull())
    .addColumn('begun_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('made_by', 'text', (c) => c.notNull())
    .addColumn('note', 'text', (c) => c.notNull())
}

/** The functions of the hot path name the columns that they write. */
async function storeColumns(db: Kysely<unknown>): Promise<void> {
  await rewrite(db, 'polyphony_submit(json, json, json)', 'batch_id, lane, ', 'batch_id, lane, price_rule, ', 2)
  const ended = 'ended_at = w.ended_at'
  const withCost = 'cost = w.cost, cost_source = w.cost_source, ended_at = w.ended_at'
  await rewrite(
    db,
    'polyphony_apply(json, json)',
    `started_at = w.started_at, ${ended}`,
    `started_at = w.started_at, ${withCost}`,
    1,
  )
}

/** Replaces a part of a function as it is by now: earlier migrations may have changed other parts. */
async function rewrite(db: Kysely<unknown>, name: string, old: string, changed: string, times: number): Promise<void> {
  const { rows } = await sql<{
    text: string
  }>`select pg_get_functiondef(${sql.lit(name)}::regprocedure) as text`.execute(db)
  const text = rows[0]?.text ?? ''
  if (text.includes(changed)) return
  const parts = text.split(old)
  if (parts.length !== times + 1) throw new Error(`${name} does not name its columns as expected.`)
  await sql.raw(parts.join(changed)).execute(db)
}
