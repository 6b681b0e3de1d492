import { sql } from 'kysely'
import { DAY_MS } from '../../core/clock.ts'
import { creditTransaction } from '../../core/entries.ts'
import { points } from '../../core/points.ts'
import { RUNNING } from '../../core/task.ts'
import type { LedgerFault, LedgerLine, ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'

/** The balance comes last, so that its row is locked for no longer than the commit takes. */
export async function credit(tx: Tx, args: Parameters<WriteVerbs['credit']>[0]): Promise<boolean> {
  if (args.amount === 0) return false // no transaction without a movement of money
  const { id, kind, moves } = creditTransaction(args.id, args.amount)
  const booked = await tx.db
    .insertInto('ledger_transactions')
    .values({
      id,
      tenant_id: args.tenantId,
      kind,
      task_id: null,
      key_id: null,
      memo: args.memo,
      at: args.now,
      ...moves,
    })
    .onConflict((oc) => oc.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!booked) return false
  const balance = await tx.db
    .updateTable('balances')
    .set((eb) => ({ available: eb('available', '+', args.amount), credited: eb('credited', '+', args.amount) }))
    .where('tenant_id', '=', args.tenantId)
    .where((eb) => eb(eb('available', '+', args.amount), '>=', 0))
    .returning('available')
    .executeTakeFirst()
  if (balance) {
    await writeAudit(tx, args.audit)
    return true
  }
  await tx.db.deleteFrom('ledger_transactions').where('id', '=', id).execute()
  return false
}

export async function getCredit(
  tx: Tx,
  { id }: Parameters<ReadVerbs['getCredit']>[0],
): ReturnType<ReadVerbs['getCredit']> {
  const row = await tx.db
    .selectFrom('ledger_transactions')
    .select(['tenant_id', 'available'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { tenantId: row.tenant_id, amount: points(row.available) }
}

export async function listLedger(
  tx: Tx,
  { tenantId, from, to, beforeSeq, limit }: Parameters<ReadVerbs['listLedger']>[0],
): Promise<LedgerLine[]> {
  let query = tx.db
    .selectFrom('ledger_transactions')
    .select(['id', 'seq', 'kind', 'task_id as taskId', 'key_id as keyId', 'memo', 'at', 'available', 'held', 'revenue'])
    .where('tenant_id', '=', tenantId)
    .orderBy('seq', 'desc')
    .limit(limit)
  if (beforeSeq !== undefined) query = query.where('seq', '<', beforeSeq)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
  const rows = await query.execute()
  const sums = await balancesAfter(tx, tenantId, rows)
  return rows.map((row, index) => ({
    ...row,
    available: points(row.available),
    held: points(row.held),
    revenue: points(row.revenue),
    availableAfter: points(sums[index]?.available ?? 0),
    heldAfter: points(sums[index]?.held ?? 0),
  }))
}

/** The balance after each of these transactions, which are the newest first. */
async function balancesAfter(
  tx: Tx,
  tenantId: string,
  rows: readonly { seq: number }[],
): Promise<{ available: number; held: number }[]> {
  const [newest, oldest] = [rows[0], rows.at(-1)]
  if (!newest || !oldest) return []
  const sums = await tx.db
    .selectFrom('ledger_transactions')
    .select((eb) => [eb.fn.sum<number>('available').as('available'), eb.fn.sum<number>('held').as('held')])
    .where('tenant_id', '=', tenantId)
    .where('seq', '<', oldest.seq)
    .executeTakeFirst()
  // Transactions that a filter left out move the balance, too.
  const between = await tx.db
    .selectFrom('ledger_transactions')
    .select(['seq', 'available', 'held'])
    .where('tenant_id', '=', tenantId)
    .where('seq', '>=', oldest.seq)
    .where('seq', '<=', newest.seq)
    .orderBy('seq')
    .execute()
  const after = new Map<number, { available: number; held: number }>()
  let available = Number(sums?.available ?? 0)
  let held = Number(sums?.held ?? 0)
  for (const row of between) {
    available += row.available
    held += row.held
    after.set(row.seq, { available, held })
  }
  return rows.map(({ seq }) => after.get(seq) ?? { available, held })
}

// One pass over the ledger, however many tenants there are.
const SUMS_BY_TENANT = `
  select tenant_id, sum(available) as available, sum(held) as held, sum(funding) as funding
  from ledger_transactions group by tenant_id`

/** The rules of the ledger, each with a query that finds the rows that break it: `subject` and `found`. */
const RULES: Record<string, string> = {
  'what a transaction adds to the four accounts sums to zero': `
    select id as subject, cast(available + held + funding + revenue as text) as found from ledger_transactions
    where available + held + funding + revenue <> 0`,
  'every transaction moves something': `
    select id as subject, 'nothing' as found from ledger_transactions
    where available = 0 and held = 0 and funding = 0 and revenue = 0`,
  'a transaction of a task has the tenant of the task': `
    select l.id as subject, l.tenant_id as found from ledger_transactions l
    join tasks t on t.id = l.task_id where t.tenant_id <> l.tenant_id`,
  'a task at work holds its price': `
    select t.id as subject, t.status as found from tasks t
    where t.price > 0 and t.status not in ('completed', 'failed', 'cancelled')
      and (not exists (select 1 from ledger_transactions l where l.id = t.id || ':hold')
           or exists (select 1 from ledger_transactions l where l.id = t.id || ':settle'))`,
  'an ended task holds nothing': `
    select t.id as subject, t.status as found from tasks t
    where t.price > 0 and t.status in ('completed', 'failed', 'cancelled')
      and (not exists (select 1 from ledger_transactions l where l.id = t.id || ':hold')
           or not exists (select 1 from ledger_transactions l where l.id = t.id || ':settle'))`,
  'a hold that has ended is zero, whether or not its task is still on record': `
    select l.task_id as subject, cast(sum(l.held) as text) as found from ledger_transactions l
    where l.task_id is not null
    group by l.task_id having sum(l.held) <> 0
      and not exists (select 1 from tasks k where k.id = l.task_id
                      and k.status not in ('completed', 'failed', 'cancelled'))`,
  'the hold is the price of the task': `
    select t.id as subject, cast(l.held as text) as found from tasks t
    join ledger_transactions l on l.id = t.id || ':hold'
    where l.held <> t.price`,
  'a failed or cancelled task consumes nothing': `
    select t.id as subject, cast(t.consumed as text) as found from tasks t
    where t.status in ('failed', 'cancelled') and (t.consumed <> 0
      or exists (select 1 from ledger_transactions l where l.id = t.id || ':settle' and l.revenue <> 0))`,
  'what a task consumed is what the operator earned by it': `
    select t.id as subject, cast(t.consumed as text) as found from tasks t
    where t.status = 'completed' and t.consumed <> coalesce(
      (select l.revenue from ledger_transactions l where l.id = t.id || ':settle'), 0)`,
  'an allowance holds what its transactions say, and one that has ended holds nothing': `
    select l.allowance_id as subject, cast(sum(l.held) as text) as found from ledger_transactions l
    where l.allowance_id is not null
    group by l.allowance_id
    having sum(l.held) <> coalesce((select a.held from allowances a where a.id = l.allowance_id), 0)`,
  'what calls cost is what the operator earned by them': `
    select c.booking as subject, cast(sum(c.price) as text) as found from calls c
    where c.booking is not null
    group by c.booking
    having sum(c.price) <> coalesce((select l.revenue from ledger_transactions l where l.id = c.booking), 0)`,
  'the cached balance is the sum of the ledger': `
    select b.tenant_id as subject, b.available || ' available, ' || b.held || ' held' as found from balances b
    left join (${SUMS_BY_TENANT}) s on s.tenant_id = b.tenant_id
    where b.available <> coalesce(s.available, 0) or b.held <> coalesce(s.held, 0)
      or b.credited <> -coalesce(s.funding, 0)`,
  'the counts of unfinished tasks are right': `
    select b.tenant_id as subject, b.active || ' active, ' || b.staged || ' staged' as found from balances b
    where b.active <> (select count(*) from tasks t where t.tenant_id = b.tenant_id
                       and t.status not in ('completed', 'failed', 'cancelled'))
      or b.staged <> (select count(*) from tasks t where t.tenant_id = b.tenant_id and t.status = 'staged')`,
  'the counts of a key are right': `
    select k.id as subject, k.active || ' active, ' || k.staged || ' staged' as found from api_keys k
    where k.active <> (select count(*) from tasks t where t.tenant_id = k.tenant_id and t.key_id = k.id
                       and t.status not in ('completed', 'failed', 'cancelled'))
      or k.staged <> (select count(*) from tasks t where t.tenant_id = k.tenant_id and t.key_id = k.id
                      and t.status = 'staged')`,
  'what a key has spent is what its tasks and calls hold and have consumed': `
    select k.id as subject, cast(k.spent as text) as found from api_keys k
    left join (select key_id, -sum(available) as spent from ledger_transactions
               where key_id is not null group by key_id) l on l.key_id = k.id
    where k.spent <> coalesce(l.spent, 0)`,
  'a batch has counted the ends of its tasks': `
    select b.id as subject, b.completed || '+' || b.failed || '+' || b.cancelled || ' of ' || b.total as found
    from batches b
    join (select batch_id, count(*) as stored,
            sum(case when status = 'completed' then 1 else 0 end) as completed,
            sum(case when status = 'failed' then 1 else 0 end) as failed,
            sum(case when status = 'cancelled' then 1 else 0 end) as cancelled
          from tasks where batch_id is not null group by batch_id) t on t.batch_id = b.id
    where t.stored = b.total and (t.completed <> b.completed or t.failed <> b.failed or t.cancelled <> b.cancelled
      or (b.ended_at is null) <> (b.completed + b.failed + b.cancelled < b.total))`,
  'the counts of the history are right': `
    select tenant_id || ' / ' || mode || ' / ' || model || ' / ' || day as subject,
      cast(sum(counted) as text) as found from (
      select tenant_id, mode, model, day, tasks as counted, 0 as stored from task_counts
      union all
      select tenant_id, mode, model, created_at / ${DAY_MS} as day, 0 as counted, 1 as stored from tasks) c
    group by tenant_id, mode, model, day having sum(counted) <> sum(stored)`,
  'the counts of running tasks in a line are right': `
    select l.pool || ' / ' || l.tenant_id as subject, cast(l.running as text) as found from lines l
    where l.running <> (select count(*) from tasks t where t.pool = l.pool and t.tenant_id = l.tenant_id
                        and t.status in ('submitting', 'uncertain', 'processing'))`,
  'a running task is counted in its line and at its account': `
    select t.id as subject, t.status as found from tasks t
    where t.status in ('submitting', 'uncertain', 'processing')
      and (not exists (select 1 from lines l where l.pool = t.pool and l.tenant_id = t.tenant_id)
        or not exists (select 1 from account_loads a where a.account = t.account))`,
  'the load of an account is right': `
    select a.account as subject, cast(a.running as text) as found from account_loads a
    where a.running <> (select count(*) from tasks t where t.account = a.account
                        and t.status in ('submitting', 'uncertain', 'processing'))`,
}

export async function reconcile(tx: Tx): Promise<LedgerFault[]> {
  const faults: LedgerFault[] = []
  for (const [rule, query] of Object.entries(RULES)) {
    const { rows } = await sql.raw<{ subject: string; found: string }>(`${query} limit 100`).execute(tx.db)
    faults.push(...rows.map(({ subject, found }) => ({ rule, subject, found: String(found) })))
    // On SQLite a rule takes the event loop for as long as it reads: a server answers others between two of them.
    if (tx.engine === 'sqlite') await new Promise((resolve) => setImmediate(resolve))
  }
  return faults
}

export async function summary(tx: Tx): ReturnType<ReadVerbs['summary']> {
  const sums = await tx.db
    .selectFrom('ledger_transactions')
    .select((eb) => [
      eb.fn.sum<number>('available').as('available'),
      eb.fn.sum<number>('held').as('held'),
      eb.fn.sum<number>('funding').as('funding'),
      eb.fn.sum<number>('revenue').as('revenue'),
      eb.fn.countAll<number>().as('count'),
    ])
    .executeTakeFirstOrThrow()
  const { count, ...accounts } = sums
  const statuses = await tx.db
    .selectFrom('tasks')
    .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute()
  return {
    points: Object.fromEntries(Object.entries(accounts).map(([account, sum]) => [account, points(Number(sum ?? 0))])),
    transactions: Number(count),
    tasks: Object.fromEntries(statuses.map((row) => [row.status, Number(row.count)])),
  }
}

/** Rebuilds every cached number from the rows that it sums up, while no other transaction writes. */
export async function rebuildBalances(tx: Tx, { audit }: Parameters<WriteVerbs['rebuildBalances']>[0]): Promise<void> {
  const running = `status in (${RUNNING.map((status) => `'${status}'`).join(', ')})`
  const unfinished = `status not in ('completed', 'failed', 'cancelled')`
  const statements = [
    `update balances set
      available = 0, held = 0, credited = 0,
      active = (select count(*) from tasks t where t.tenant_id = balances.tenant_id and ${unfinished}),
      staged = (select count(*) from tasks t where t.tenant_id = balances.tenant_id and status = 'staged')`,
    `update balances set available = s.available, held = s.held, credited = -s.funding
     from (${SUMS_BY_TENANT}) s where s.tenant_id = balances.tenant_id`,
    `update api_keys set
      active = (select count(*) from tasks t
                where t.tenant_id = api_keys.tenant_id and t.key_id = api_keys.id and ${unfinished}),
      staged = (select count(*) from tasks t
                where t.tenant_id = api_keys.tenant_id and t.key_id = api_keys.id and status = 'staged')`,
    'update api_keys set spent = 0',
    `update api_keys set spent = l.spent from (
       select key_id, -sum(available) as spent from ledger_transactions
       where key_id is not null group by key_id) l
     where l.key_id = api_keys.id`,
    'update account_loads set running = 0',
    `insert into account_loads (account, running)
       select account, count(*) from tasks where ${running} and account is not null group by account
     on conflict (account) do update set running = excluded.running`,
    'update lines set running = 0',
    `insert into lines (pool, tenant_id, running, served_at)
       select pool, tenant_id, count(*), 0 from tasks where ${running} group by pool, tenant_id
     on conflict (pool, tenant_id) do update set running = excluded.running`,
    'delete from task_counts',
    `insert into task_counts (tenant_id, mode, model, day, tasks)
       select tenant_id, mode, model, created_at / ${DAY_MS}, count(*) from tasks
       group by tenant_id, mode, model, created_at / ${DAY_MS}`,
  ]
  if (tx.engine === 'postgres') {
    await sql`lock table balances, api_keys, account_loads, lines, task_counts in exclusive mode`.execute(tx.db)
  }
  for (const statement of statements) await sql.raw(statement).execute(tx.db)
  await writeAudit(tx, audit)
}
