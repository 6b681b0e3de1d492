import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** Limits of a key by the minute, the day and the month, and what it has spent in the present day and month. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  for (const name of ['tokens_per_minute', 'day_limit', 'month_limit']) {
    await db.schema.alterTable('api_keys').addColumn(name, big).execute()
  }
  for (const name of ['spend_day', 'day_spent', 'spend_month', 'month_spent']) {
    await db.schema
      .alterTable('api_keys')
      .addColumn(name, big, (c) => c.notNull().defaultTo(0))
      .execute()
  }
  await db.schema.createIndex('allowances_by_key').on('allowances').column('key_id').execute()
  if (engine !== 'postgres') return
  await rewrite(db, 'polyphony_submit(json, json, json)', [
    [
      'update api_keys k set spent = k.spent + b.price,',
      `update api_keys k set spent = k.spent + b.price,
      day_spent = case when k.spend_day >= (p->>'day')::bigint then k.day_spent else 0 end + b.price,
      spend_day = greatest(k.spend_day, (p->>'day')::bigint),
      month_spent = case when k.spend_month >= (p->>'month')::bigint then k.month_spent else 0 end + b.price,
      spend_month = greatest(k.spend_month, (p->>'month')::bigint),`,
    ],
    [
      '(k.spend_limit is null or k.spent + b.price <= k.spend_limit)',
      `(k.spend_limit is null or k.spent + b.price <= k.spend_limit)
      and (k.day_limit is null or b.price
        + case when k.spend_day >= (p->>'day')::bigint then k.day_spent else 0 end
        + coalesce((select sum(a.held) from allowances a where a.key_id = k.id), 0) <= k.day_limit)
      and (k.month_limit is null or b.price
        + case when k.spend_month >= (p->>'month')::bigint then k.month_spent else 0 end
        + coalesce((select sum(a.held) from allowances a where a.key_id = k.id), 0) <= k.month_limit)`,
    ],
  ])
  await rewrite(db, 'polyphony_apply(json, json)', [
    [
      'select json_agg(one) into promoted from (',
      `-- A refund counts in the day and the month of its hold alone: what was held before left room there.
    if exists (select 1 from json_array_elements(p->'ends') e where (e->>'refund')::bigint > 0) then
      update api_keys k set day_spent = k.day_spent - s.refund
        from (select key_id, day, sum(refund) as refund
          from json_to_recordset(p->'ends') as e(id text, key_id text, refund bigint, day bigint)
          where id = any(applied) group by key_id, day) s
        where k.id = s.key_id and k.spend_day = s.day;
      update api_keys k set month_spent = k.month_spent - s.refund
        from (select key_id, month, sum(refund) as refund
          from json_to_recordset(p->'ends') as e(id text, key_id text, refund bigint, month bigint)
          where id = any(applied) group by key_id, month) s
        where k.id = s.key_id and k.spend_month = s.month;
    end if;
    select json_agg(one) into promoted from (`,
    ],
  ])
}

/** Changes parts of a function. Earlier migrations may have changed other parts of it. */
async function rewrite(
  db: Kysely<unknown>,
  name: string,
  changes: readonly (readonly [string, string])[],
): Promise<void> {
  const { rows } = await sql<{
    text: string
  }>`select pg_get_functiondef(${sql.lit(name)}::regprocedure) as text`.execute(db)
  let text = rows[0]?.text ?? ''
  if (text.includes('month_spent')) return // as after an undo in a test, which drops columns only
  for (const [old, changed] of changes) {
    if (text.split(old).length !== 2) throw new Error(`${name} does not read as expected.`)
    text = text.replace(old, () => changed)
  }
  await sql.raw(text).execute(db)
}
