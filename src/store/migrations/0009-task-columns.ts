import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** Columns for data that was in JSON or in a log line: the URL of a task's webhook, the caller's id, the fallback. */

/** Under these names the protocols kept the address of a webhook in `echo`. */
const WEBHOOK_FIELDS = ['webhook', 'callback_url', 'notify_hook', 'notifyHook', 'webhook_url', 'fal_webhook']
const FELL_BACK = 'no account of the private pool can do it now; the public pool takes it'

/** The settings of the functions, as in the migration before. */
const PLANS = 'set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off'
const SUBMIT = `
create function polyphony_submit(new_tasks json, new_ledger json, p json) returns text language plpgsql ${PLANS} as $$
declare
  found_rows int;
begin
  if json_array_length(p->'idempotency') > 0 then
    if exists (
      select 1 from json_to_recordset(p->'idempotency') as i(tenant_id text, mode text, key text)
      join tasks t on t.tenant_id = i.tenant_id and t.mode = i.mode and t.idempotency_key = i.key
    ) then return 'replayed'; end if;
  end if;

  insert into batches select b.* from json_populate_recordset(null::batches, p->'batches') b;
  insert into tasks (id, tenant_id, key_id, mode, dialect, operation, model, task_type, input, echo, status, progress,
      price, consumed, pool, parent_task_id, attempts, claim, due_at, deadline_at, timeout_ms, created_at,
      record_expires_at, idempotency_key, fingerprint, batch_id, lane, webhook_url, external_id)
    select id, tenant_id, key_id, mode, dialect, operation, model, task_type, input, echo, status, progress,
      price, consumed, pool, parent_task_id, attempts, claim, due_at, deadline_at, timeout_ms, created_at,
      record_expires_at, idempotency_key, fingerprint, batch_id, lane, webhook_url, external_id
    from json_populate_recordset(null::tasks, new_tasks);
  insert into ledger_transactions (id, tenant_id, kind, task_id, key_id, memo, at, available, held, funding, revenue)
    select id, tenant_id, kind, task_id, key_id, memo, at, available, held, funding, revenue
    from json_populate_recordset(null::ledger_transactions, new_ledger);
  perform 1 from balances where tenant_id in (select b->>'id' from json_array_elements(p->'balances') b)
    order by tenant_id for update;
  update balances k set available = k.available - b.price, held = k.held + b.price, active = k.active + b.active,
      staged = k.staged + b.staged
    from json_to_recordset(p->'balances') as b(id text, price bigint, active int, staged int)
    join tenants t on t.id = b.id
    where k.tenant_id = b.id and k.available >= b.price
      and (b.active = b.staged or t.max_concurrent is null
        or k.active - k.staged + b.active - b.staged <= t.max_concurrent);
  get diagnostics found_rows = row_count;
  if found_rows <> json_array_length(p->'balances') then
    raise exception 'no room in a balance' using errcode = 'PY001';
  end if;
  update api_keys k set spent = k.spent + b.price, active = k.active + b.active, staged = k.staged + b.staged
    from json_to_recordset(p->'keys') as b(id text, price bigint, active int, staged int)
    where k.id = b.id and (k.spend_limit is null or k.spent + b.price <= k.spend_limit)
      and (b.active = b.staged or k.max_concurrent is null
        or k.active - k.staged + b.active - b.staged <= k.max_concurrent);
  get diagnostics found_rows = row_count;
  if found_rows <> json_array_length(p->'keys') then raise exception 'no room under a key' using errcode = 'PY001'; end if;
  insert into task_counts as c (tenant_id, mode, model, day, tasks)
    select tenant_id, mode, model, day, tasks from json_populate_recordset(null::task_counts, p->'counts')
    order by tenant_id, mode, model, day
    on conflict (tenant_id, mode, model, day) do update set tasks = c.tasks + excluded.tasks;
  if exists (
    select 1 from json_array_elements_text(p->'parked') as parked(tenant_id)
    join tenants t on t.id = parked.tenant_id
    where (select count(*) from tasks k where k.tenant_id = t.id and k.status = 'staged' and k.lane = 0) > t.max_staged
  ) then raise exception 'no room for parked tasks' using errcode = 'PY001'; end if;
  -- Room may have come since the decision to park: then the parked tasks would wait for an end that has been.
  perform polyphony_promote(b.id, (p->>'now')::bigint)
    from json_to_recordset(p->'balances') as b(id text, staged int) where b.staged > 0;
  return 'stored';
end $$`

export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await db.schema.alterTable('tasks').addColumn('webhook_url', 'text').execute()
  await db.schema.alterTable('tasks').addColumn('external_id', 'text').execute()
  await db.schema
    .alterTable('tasks')
    .addColumn('fell_back', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  await sql`create index tasks_external on tasks (tenant_id, mode, external_id, id) where external_id is not null`.execute(
    db,
  )
  const member = (path: string[]) =>
    engine === 'sqlite'
      ? sql`json_extract(echo, ${sql.lit(['$', ...path].join('.'))})`
      : // PostgreSQL refuses a lone surrogate, which a prompt beside the address may have, so none is left an escape.
        sql`replace(echo, '\\u', '/u')::json #>> ${sql.lit(`{${path.join(',')}}`)}`
  const paths = [...WEBHOOK_FIELDS.map((name) => [name]), ['config', 'webhook_config', 'endpoint']]
  // Tasks that have ended for good send no webhook any more, and there are many of them.
  await sql`update tasks set webhook_url = coalesce(${sql.join(paths.map(member))})
    where status not in ('completed', 'failed', 'cancelled') or watched = 1`.execute(db)
  await sql`update tasks set external_id = ${member(['external_task_id'])}
    where echo like '%"external_task_id"%'`.execute(db)
  await sql`update tasks set fell_back = 1 where logs like ${sql.lit(`%${FELL_BACK}%`)}`.execute(db)
  if (engine !== 'postgres') return
  await sql`drop function polyphony_submit(json, json, json)`.execute(db)
  await sql.raw(SUBMIT).execute(db)
}
