import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/**
 * The verbs of the hot path on PostgreSQL. Each is one statement to the client: one round trip, one commit, and no lock
 * that is held during a round trip. Their arguments were decided by pure functions in the client; they check that the
 * decision still holds, and write all of it or nothing.
 *
 * A function keeps the plans of its statements. Plans from the time when the tables were small, or not yet analysed, would
 * scan whole tables later, so the statements are written to use the index row by row.
 *
 * Long data (the rows of tasks, of the ledger) has a parameter of its own, since each access to a JSON parameter parses all
 * of its text.
 *
 * All of them lock in one order, so that no two wait for each other: tasks (by id), balances, keys (which only the holder
 * of their tenant's balance writes), loads of accounts, `lines` (the queues), counts of tasks, batches.
 */

export const PLANS = 'set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off'

/** Moves parked tasks into the queue as far as the limits allow. The caller holds the lock of the tenant's balance. */
const PROMOTE = `
create function polyphony_promote(tenant text, now_ms bigint) returns setof json language plpgsql ${PLANS} as $$
declare
  room bigint;
  next record;
begin
  select case when t.max_concurrent is null then b.staged
              else least(b.staged, t.max_concurrent - (b.active - b.staged)) end
    into room from balances b join tenants t on t.id = b.tenant_id where b.tenant_id = tenant;
  while room > 0 loop
    select t.id, t.key_id, t.pool, t.operation into next
      from tasks t join api_keys k on k.id = t.key_id
      where t.tenant_id = tenant and t.status = 'staged'
        and (k.max_concurrent is null or k.active - k.staged < k.max_concurrent)
      order by t.lane, t.seq limit 1 for update of t skip locked;
    exit when not found;
    update tasks set status = 'pending', due_at = now_ms, version = version + 1 where id = next.id;
    update api_keys set staged = staged - 1 where id = next.key_id;
    update balances set staged = staged - 1 where tenant_id = tenant;
    room := room - 1;
    return next json_build_object('id', next.id, 'pool', next.pool, 'operation', next.operation);
  end loop;
end $$`

/**
 * Stores accepted tasks with their holds. 'replayed' when an idempotency key is on record, with nothing written; SQLSTATE
 * PY001 when the key, the balance or the limit of parked tasks no longer allows them.
 */
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
      record_expires_at, idempotency_key, fingerprint, batch_id, lane)
    select id, tenant_id, key_id, mode, dialect, operation, model, task_type, input, echo, status, progress,
      price, consumed, pool, parent_task_id, attempts, claim, due_at, deadline_at, timeout_ms, created_at,
      record_expires_at, idempotency_key, fingerprint, batch_id, lane
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

/** Gives waiting tasks to accounts as decided, as far as the tasks still wait and the accounts still have slots. */
const CLAIM = `
create function polyphony_claim(p json) returns setof tasks language plpgsql ${PLANS} as $$
declare
  now_ms bigint := (p->>'now')::bigint;
  today int := ((p->>'now')::bigint / 86400000)::int;
  taken text[];
begin
  insert into account_loads (account, running)
    select a.account, 0 from json_to_recordset(p->'accounts') as a(account text)
    where not exists (select 1 from account_loads l where l.account = a.account)
    order by a.account on conflict (account) do nothing;
  perform 1 from account_loads where account in (select a->>'account' from json_array_elements(p->'accounts') a)
    order by account for update;

  with free as (
    select a.account, least(a.slots - l.running,
        coalesce(a.cap - case when l.day = today then l.begun else 0 end, 2147483647)) as slots
    from json_to_recordset(p->'accounts') as a(account text, slots int, cap int)
    join account_loads l on l.account = a.account
  ), numbered as (
    select g.id, g.version, g.account, g.provider, g.place,
      row_number() over (partition by g.account order by g.place) as number
    from json_to_recordset(p->'assigned') as g(id text, version bigint, account text, provider text, place int)
  ), kept as (
    select n.* from numbered n join free f on f.account = n.account and n.number <= f.slots
  ), locked as (
    -- The version says that it still waits. To ask for the status, too, would make the planner read all that wait.
    select t.id, k.account, k.provider, k.place from tasks t join kept k on k.id = t.id and k.version = t.version
    order by t.id for update of t skip locked
  ), changed as (
    update tasks t set status = 'submitting', provider = l.provider, account = l.account, attempts = t.attempts + 1,
      claim = t.claim + 1, version = t.version + 1, holder = p->>'holder', lease_until = now_ms + (p->>'leaseMs')::bigint,
      claimed_at = now_ms, due_at = now_ms, deadline_at = now_ms + t.timeout_ms
    from locked l where t.id = l.id returning t.id, l.place
  )
  select array_agg(id order by place) into taken from changed;
  if taken is null then return; end if;

  insert into attempts (task_id, number, provider, account, begun_at, outcome)
    select id, attempts, provider, account, now_ms, 'calling' from tasks where id = any(taken);
  update account_loads l set running = l.running + s.count, day = today,
      begun = case when l.day = today then l.begun + s.count else s.count end
    from (select account, count(*)::int as count from tasks where id = any(taken) group by account) s
    where l.account = s.account;
  insert into lines as l (pool, tenant_id, running, served_at)
    select p->>'pool', t.tenant_id, count(*)::int,
      coalesce((select s.served_at from json_to_recordset(p->'served') as s(tenant_id text, served_at bigint)
        where s.tenant_id = t.tenant_id), 0)
    from tasks t where t.id = any(taken) group by t.tenant_id order by t.tenant_id
    on conflict (pool, tenant_id) do update set running = l.running + excluded.running,
      served_at = greatest(l.served_at, excluded.served_at);
  return query select t.* from unnest(taken) with ordinality as u(id, place) join tasks t on t.id = u.id order by u.place;
end $$`

/**
 * Writes moves of tasks, each if its task still has the version that the move was computed from: the row, the end of the
 * hold, what the tenant and its key have under way, the slot, the attempt, files and deliveries. Returns what was
 * written: \`{ applied, promoted, ended }\`.
 */
const APPLY = `
create function polyphony_apply(new_rows json, p json) returns json language plpgsql ${PLANS} as $$
declare
  applied text[];
  promoted json;
  ended json;
begin
  select array_agg(id) into applied from (
    select t.id from tasks t
    join json_to_recordset(new_rows) as w(id text, version bigint) on t.id = w.id and t.version = w.version - 1
    order by t.id for update of t) locked;
  if applied is null then return json_build_object('applied', '[]'::json); end if;

  update tasks t set status = w.status, progress = w.progress, consumed = w.consumed, output = w.output, error = w.error,
      logs = w.logs, provider = w.provider, account = w.account, handle = w.handle, misses = w.misses, avoid = w.avoid,
      version = w.version, claim = w.claim, claimed_at = w.claimed_at,
      -- A renewal has no version of its own: a lease that goes on is not made shorter by a move that knows nothing of it.
      lease_until = case when w.lease_until is null then null else greatest(t.lease_until, w.lease_until) end,
      called_at = w.called_at, heard_at = w.heard_at, watched = w.watched, due_at = w.due_at,
      deadline_at = w.deadline_at, started_at = w.started_at, ended_at = w.ended_at
    from json_populate_recordset(null::tasks, new_rows) w where t.id = w.id and t.id = any(applied);
  insert into ledger_transactions (id, tenant_id, kind, task_id, key_id, memo, at, available, held, funding, revenue)
    select id, tenant_id, kind, task_id, key_id, memo, at, available, held, funding, revenue
    from json_populate_recordset(null::ledger_transactions, p->'ledger') where task_id = any(applied);
  update attempts a set outcome = w.outcome, accepted_at = coalesce(w.accepted_at, a.accepted_at),
      ended_at = coalesce(w.ended_at, a.ended_at), reason = coalesce(w.reason, a.reason)
    from json_populate_recordset(null::attempts, p->'attempts') w
    where a.task_id = w.task_id and a.number = w.number and a.task_id = any(applied);
  insert into assets select w.* from json_populate_recordset(null::assets, p->'assets') w where w.task_id = any(applied);
  insert into deliveries (id, tenant_id, task_id, url, headers, body, status, attempts, claim, created_at, due_at)
    select id, tenant_id, task_id, url, headers, body, status, attempts, claim, created_at, due_at
    from json_populate_recordset(null::deliveries, p->'deliveries') where task_id = any(applied);

  if json_array_length(p->'ends') > 0 then
    perform 1 from balances where tenant_id in (select e->>'tenant_id' from json_array_elements(p->'ends') e)
      order by tenant_id for update;
    update balances b set available = b.available + s.refund, held = b.held - s.held, active = b.active - s.active,
        staged = b.staged - s.staged
      from (select tenant_id, sum(refund) as refund, sum(held) as held, count(*) as active, sum(staged) as staged
        from json_to_recordset(p->'ends') as e(id text, tenant_id text, refund bigint, held bigint, staged int)
        where id = any(applied) group by tenant_id) s
      where b.tenant_id = s.tenant_id;
    update api_keys k set spent = k.spent - s.refund, active = k.active - s.active, staged = k.staged - s.staged
      from (select key_id, sum(refund) as refund, count(*) as active, sum(staged) as staged
        from json_to_recordset(p->'ends') as e(id text, key_id text, refund bigint, staged int)
        where id = any(applied) group by key_id) s
      where k.id = s.key_id;
    select json_agg(one) into promoted from (
      select polyphony_promote(b.tenant_id, (p->>'now')::bigint) as one from balances b
      where b.staged > 0 and b.tenant_id in (select e->>'tenant_id' from json_array_elements(p->'ends') e)) moved;
  end if;

  if json_array_length(p->'freed') > 0 then
    perform 1 from account_loads where account in (select f->>'account' from json_array_elements(p->'freed') f)
      order by account for update;
    update account_loads l set running = l.running - s.count,
        begun = greatest(0, l.begun - case when s.day = l.day then s.uncounted else 0 end)
      from (select account, count(*)::int as count, max(day) as day, count(day)::int as uncounted
        from json_to_recordset(p->'freed') as f(id text, account text, day int) where id = any(applied) group by account) s
      where l.account = s.account;
    perform 1 from lines l join json_to_recordset(p->'freed') as f(pool text, tenant_id text)
      on l.pool = f.pool and l.tenant_id = f.tenant_id order by l.pool, l.tenant_id for update of l;
    update lines l set running = l.running - s.count
      from (select pool, tenant_id, count(*)::int as count
        from json_to_recordset(p->'freed') as f(id text, pool text, tenant_id text)
        where id = any(applied) group by pool, tenant_id) s
      where l.pool = s.pool and l.tenant_id = s.tenant_id;
  end if;

  if json_array_length(p->'batches') > 0 then
    update batches b set completed = b.completed + s.completed, failed = b.failed + s.failed,
        cancelled = b.cancelled + s.cancelled
      from (select batch_id, sum(completed)::int as completed, sum(failed)::int as failed, sum(cancelled)::int as cancelled
        from json_to_recordset(p->'batches') as w(id text, batch_id text, completed int, failed int, cancelled int)
        where id = any(applied) group by batch_id) s
      where b.id = s.batch_id;
    with over as (
      update batches b set ended_at = (p->>'now')::bigint
        where b.id in (select w->>'batch_id' from json_array_elements(p->'batches') w) and b.ended_at is null
          and b.completed + b.failed + b.cancelled >= b.total returning b.id)
    select json_agg(id) into ended from over;
  end if;
  return json_build_object('applied', array_to_json(applied), 'promoted', promoted, 'ended', ended);
end $$`

/** The waiting tasks of operations in a pool, with the data on which the fair order and the choice of accounts depend. */
const WAITING = `
create function polyphony_waiting(p json) returns json language sql stable ${PLANS} as $$
  select json_build_object(
    'loads', (select json_agg(l) from account_loads l
      where l.account in (select json_array_elements_text(p->'accounts'))),
    'lines', (select json_agg(l) from lines l where l.pool = p->>'pool'),
    'places', (select json_agg(json_build_object('operation', o.operation, 'tenantId', h.tenant_id, 'tasks', w.tasks))
      from json_array_elements_text(p->'operations') as o(operation)
      cross join lateral (
        with recursive hop(tenant_id) as (
          select min(tenant_id) from tasks
            where status = 'pending' and pool = p->>'pool' and operation = o.operation
          union all
          select (select min(tenant_id) from tasks
            where status = 'pending' and pool = p->>'pool' and operation = o.operation and tenant_id > hop.tenant_id)
          from hop where hop.tenant_id is not null)
        select tenant_id from hop where tenant_id is not null) h
      cross join lateral (
        select json_agg(json_build_object('id', c.id, 'version', c.version, 'avoid', c.avoid) order by c.lane, c.seq) as tasks
        from (select t.id, t.version, t.avoid, t.lane, t.seq from tasks t
          where t.status = 'pending' and t.pool = p->>'pool' and t.operation = o.operation
            and t.tenant_id = h.tenant_id and t.due_at <= (p->>'now')::bigint
          order by t.lane, t.seq limit (p->>'limit')::int) c) w
      where w.tasks is not null))
$$`

/** Replaces the functions: a database may have earlier versions of them. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  if (engine !== 'postgres') return
  for (const name of ['promote(text, bigint)', 'submit(json)', 'claim(json)', 'apply(json)', 'waiting(json)']) {
    await sql.raw(`drop function if exists polyphony_${name}`).execute(db)
  }
  for (const text of [PROMOTE, SUBMIT, CLAIM, APPLY, WAITING]) await sql.raw(text).execute(db)
}
