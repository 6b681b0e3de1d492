import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'
import { PLANS } from './0008-postgres-functions.ts'

/**
 * The waiting tasks for which accounts have room, with the data on which the fair order and the choice of accounts depend;
 * null when there are none, and "full" when no account has room. Of each operation they are those of as many tenants as there are free slots, whose turn comes
 * first (`roomInAll` says why these suffice), and of each tenant no more than that: where a queue is longer than its slots,
 * the earlier function read a hundred waiting tasks of every tenant, for nothing, with every submission and on every node. It
 * is in PL/pgSQL, which keeps the plan: planning took longer than the rest. Lines are looked up one by one ("limit 1" keeps the
 * planner from joining): as long as the table has no statistics, PostgreSQL compared each waiting tenant with each line, 6 s for
 * 5,000 of them.
 */
const WAITING = `
create function polyphony_waiting(p json) returns json language plpgsql stable ${PLANS} as $$
declare
  today int := ((p->>'now')::bigint / 86400000)::int;
begin
  if not exists (
    select 1 from json_to_recordset(p->'accounts') as a(account text, slots int, cap int)
    left join account_loads l on l.account = a.account
    where a.slots > coalesce(l.running, 0) and (a.cap is null or a.cap > case when l.day = today then l.begun else 0 end)
  ) then return '"full"'::json; end if;

  return (
    with free as materialized (
      select a.account, least(a.slots - coalesce(l.running, 0),
        coalesce(a.cap - case when l.day = today then l.begun else 0 end, 2147483647)) as slots
      from json_to_recordset(p->'accounts') as a(account text, slots int, cap int)
      left join account_loads l on l.account = a.account
    ), room as materialized (
      select o.operation, sum(f.slots) as slots
      from json_to_recordset(p->'offers') as o(operation text, accounts json)
      cross join lateral json_array_elements_text(o.accounts) as able(account)
      join free f on f.account = able.account
      where f.slots > 0
      group by o.operation
    ), found as materialized (
      select o.operation, turn.tenant_id, turn.tasks from room o
      cross join lateral (
        -- The tasks of one tenant after the other are read, until those of enough tenants are found.
        select h.tenant_id, w.tasks from (
          with recursive hop(tenant_id) as (
            select min(tenant_id) from tasks
              where status = 'pending' and pool = p->>'pool' and operation = o.operation
            union all
            select (select min(tenant_id) from tasks
              where status = 'pending' and pool = p->>'pool' and operation = o.operation and tenant_id > hop.tenant_id)
            from hop where hop.tenant_id is not null)
          select hop.tenant_id from hop
            left join lateral (select running, served_at from lines
              where pool = p->>'pool' and tenant_id = hop.tenant_id limit 1) l on true
            where hop.tenant_id is not null
            order by coalesce(l.running, 0), coalesce(l.served_at, 0), hop.tenant_id offset 0) h
        cross join lateral (
          select json_agg(json_build_object('id', c.id, 'version', c.version, 'avoid', c.avoid) order by c.lane, c.seq) as tasks
          from (select t.id, t.version, t.avoid, t.lane, t.seq from tasks t
            where t.status = 'pending' and t.pool = p->>'pool' and t.operation = o.operation
              and t.tenant_id = h.tenant_id and t.due_at <= (p->>'now')::bigint
            order by t.lane, t.seq limit least((p->>'limit')::int, o.slots)) c) w
        where w.tasks is not null
        limit least((p->>'limit')::int, (select sum(slots) from free where slots > 0))) turn
    )
    select json_build_object(
      'loads', (select json_agg(l) from account_loads l
        where l.account in (select a->>'account' from json_array_elements(p->'accounts') a)),
      -- The one that was served last is there, too: the turns go on from its place.
      'lines', (select json_agg(l) from (
        select l.* from (select distinct tenant_id from found) f
          cross join lateral (select tenant_id, running, served_at from lines
            where pool = p->>'pool' and tenant_id = f.tenant_id limit 1) l
        union
        (select l.tenant_id, l.running, l.served_at from lines l
          where l.pool = p->>'pool' order by l.served_at desc limit 1)) l),
      'places', (select json_agg(json_build_object('operation', operation, 'tenantId', tenant_id, 'tasks', tasks))
        from found))
    where exists (select 1 from found));
end
$$`

export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  if (engine !== 'postgres') return
  await sql.raw('drop function if exists polyphony_waiting(json)').execute(db)
  await sql.raw(WAITING).execute(db)
}
