import { type Selectable, sql } from 'kysely'
import { utcDay } from '../../core/spend-periods.ts'
import type { Task } from '../../core/task.ts'
import {
  type Assignment,
  assign,
  compareStandings,
  roomFor,
  roomInAll,
  standingsOf,
  type Waiting,
  type WaitingTask,
} from '../assignment.ts'
import { taskOfRow } from '../rows.ts'
import type { TasksTable } from '../schema.ts'
import type { AccountSlots, Claim, Offer, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { beginAttempts } from './attempts.ts'

type Args = Parameters<WriteVerbs['claimPending']>[0]

/** How often the choice is repeated when other processes took the chosen tasks. */
const MAX_ROUNDS = 4
/** What `polyphony_waiting` answers where no account has room. */
const FULL = 'full'

/**
 * Moves waiting tasks of a pool to accounts with free slots. Waiting tasks are read of as many tenants as there are free slots, and
 * no more of one tenant than that; a pure function makes the choice, and it is written as far as it still holds. On PostgreSQL no lock is held in between, so tasks that another process took
 * meanwhile are skipped, and the choice is repeated for the free slots.
 */
export async function claimPending(tx: Tx, args: Args): Promise<Claim> {
  const offers = args.offers.filter(({ accounts }) => accounts.length > 0)
  const claimed: Task[] = []
  let isFull = false
  for (let round = 1; round <= MAX_ROUNDS && claimed.length < args.limit && offers.length > 0; round++) {
    const rest = { ...args, limit: args.limit - claimed.length }
    const { taken, isDone, ...found } = await claimOnce(tx, rest, offers).catch((error: unknown) => {
      // On PostgreSQL the tasks of earlier rounds are claimed for good: lost here, they would wait until their leases run out.
      // What is wrong shows again at the next claim.
      if (tx.engine === 'postgres' && claimed.length > 0) return { taken: [], isDone: true, isFull: false }
      throw error
    })
    claimed.push(...taken)
    isFull = found.isFull
    if (isDone) break
  }
  for (const task of claimed) tx.signal({ kind: 'task', id: task.id, status: task.status, progress: task.progress })
  return { tasks: claimed, isFull }
}

interface Round {
  taken: Task[]
  /** All that could be assigned was, or nothing could. */
  isDone: boolean
  isFull: boolean
}

async function claimOnce(tx: Tx, args: Args, offers: readonly Offer[]): Promise<Round> {
  const isServer = tx.engine === 'postgres'
  const waiting = isServer ? await waitingOnServer(tx, args, offers) : await waitingHere(tx, args, offers)
  if (waiting === FULL) return { taken: [], isDone: true, isFull: true }
  const assignment = assign(waiting, offers, args.limit, utcDay(args.now))
  if (assignment.assigned.length === 0) return { taken: [], isDone: true, isFull: false }
  const taken = isServer ? await claimOnServer(tx, args, offers, assignment) : await claimHere(tx, args, assignment)
  return { taken, isDone: taken.length === assignment.assigned.length, isFull: false }
}

async function waitingOnServer(
  tx: Tx,
  { pool, limit, now }: Args,
  offers: readonly Offer[],
): Promise<Waiting | typeof FULL> {
  const payload = {
    pool,
    limit,
    now,
    offers: offers.map(({ operation, accounts }) => ({ operation, accounts: accounts.map(({ account }) => account) })),
    accounts: accountsIn(offers).map(slotsOf),
  }
  type Found = { [Name in keyof Waiting]: Waiting[Name] | null } | typeof FULL | null
  const text = 'select polyphony_waiting($1::json) as found'
  const [row] = await tx.run<{ found: Found }>(text, [JSON.stringify(payload)], { isRead: true })
  const found = row?.found
  return found === FULL ? FULL : { loads: found?.loads ?? [], lines: found?.lines ?? [], places: found?.places ?? [] }
}

async function claimOnServer(tx: Tx, args: Args, offers: readonly Offer[], assignment: Assignment): Promise<Task[]> {
  const chosen = new Set(assignment.assigned.map(({ account }) => account))
  const payload = {
    pool: args.pool,
    now: args.now,
    leaseMs: args.leaseMs,
    holder: args.holder,
    accounts: accountsIn(offers)
      .filter(({ account }) => chosen.has(account))
      .map(slotsOf),
    assigned: assignment.assigned.map((one, place) => ({ ...one, place })),
    served: [...assignment.servedAt].map(([tenant_id, served_at]) => ({ tenant_id, served_at })),
  }
  const rows = await tx.run<Selectable<TasksTable>>('select * from polyphony_claim($1::json)', [
    JSON.stringify(payload),
  ])
  return rows.map(taskOfRow)
}

async function waitingHere(
  tx: Tx,
  { pool, limit, now }: Args,
  offers: readonly Offer[],
): Promise<Waiting | typeof FULL> {
  const loads = await tx.run<Waiting['loads'][number]>(
    'select * from account_loads where account in (select value from json_each(?))',
    [JSON.stringify(accountsIn(offers).map(({ account }) => account))],
  )
  const room = roomFor(loads, offers, utcDay(now))
  if (room.size === 0) return FULL
  const lines = await tx.run<Waiting['lines'][number]>('select * from lines where pool = ?', [pool])
  const standingOf = standingsOf(lines)
  const most = Math.min(limit, roomInAll(loads, offers, utcDay(now)))
  const places: Waiting['places'] = []
  for (const [operation, free] of room) {
    const tenants = (await tenantsWaiting(tx, pool, operation)).sort((a, b) =>
      compareStandings(standingOf(a), standingOf(b)),
    )
    let found = 0
    for (const tenantId of tenants) {
      if (found === most) break
      const tasks = await tx.run<WaitingTask>(
        `select id, version, avoid from tasks
         where pool = ? and operation = ? and tenant_id = ? and status = 'pending' and due_at <= ?
         order by lane, seq limit ?`,
        [pool, operation, tenantId, now, Math.min(limit, free)],
      )
      if (tasks.length === 0) continue
      places.push({ operation, tenantId, tasks })
      found += 1
    }
  }
  return { places, loads, lines }
}

async function claimHere(tx: Tx, args: Args, { assigned, servedAt }: Assignment): Promise<Task[]> {
  const { pool, now, leaseMs, holder } = args
  const claimed: Task[] = []
  for (const { id, version, account, provider } of assigned) {
    const [row] = await tx.run<Selectable<TasksTable>>(
      `update tasks set status = 'submitting', provider = ?, account = ?, attempts = attempts + 1, claim = claim + 1,
         version = version + 1, holder = ?, lease_until = ?, claimed_at = ?, due_at = ?, deadline_at = ? + timeout_ms
       where id = ? and status = 'pending' and version = ? returning *`,
      [provider, account, holder, now + leaseMs, now, now, now, id, version],
    )
    if (row) claimed.push(taskOfRow(row))
  }
  await countUp(tx, claimed, { pool, now, servedAt })
  await beginAttempts(tx, claimed, now)
  return claimed
}

async function countUp(
  tx: Tx,
  claimed: readonly Task[],
  { pool, now, servedAt }: { pool: string; now: number; servedAt: Map<string, number> },
): Promise<void> {
  const day = utcDay(now)
  for (const [account, taken] of countsBy(claimed, (task) => task.account ?? '')) {
    await tx.run(
      `insert into account_loads (account, running, day, begun) values (?, ?, ?, ?)
       on conflict (account) do update set running = running + excluded.running, day = excluded.day,
         begun = case when day = excluded.day then begun + excluded.begun else excluded.begun end`,
      [account, taken, day, taken],
    )
  }
  for (const [tenantId, taken] of countsBy(claimed, (task) => task.tenantId)) {
    await tx.run(
      `insert into lines (pool, tenant_id, running, served_at) values (?, ?, ?, ?)
       on conflict (pool, tenant_id) do update set running = running + excluded.running, served_at = excluded.served_at`,
      [pool, tenantId, taken, servedAt.get(tenantId) ?? 0],
    )
  }
}

function countsBy(tasks: readonly Task[], by: (task: Task) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const task of tasks) counts.set(by(task), (counts.get(by(task)) ?? 0) + 1)
  return counts
}

function accountsIn(offers: readonly Offer[]): AccountSlots[] {
  return [...new Map(offers.flatMap((offer) => offer.accounts.map((one) => [one.account, one] as const))).values()]
}

function slotsOf({ account, slots, dailyCap }: AccountSlots): { account: string; slots: number; cap: number | null } {
  return { account, slots, cap: dailyCap }
}

/** The tenants that wait for an operation, by skipping along the partial index: the cost grows with the tenants, not with the tasks. */
async function tenantsWaiting(tx: Tx, pool: string, operation: string): Promise<string[]> {
  const rows = await tx.run<{ tenant_id: string | null }>(
    `with recursive hop(tenant_id) as (
      select min(tenant_id) from tasks where status = 'pending' and pool = ? and operation = ?
      union all
      select (select min(tenant_id) from tasks
              where status = 'pending' and pool = ? and operation = ? and tenant_id > hop.tenant_id)
      from hop where hop.tenant_id is not null
    )
    select tenant_id from hop where tenant_id is not null`,
    [pool, operation, pool, operation],
  )
  return rows.flatMap((row) => (row.tenant_id === null ? [] : [row.tenant_id]))
}

/** For which operations tasks wait, by skipping along the same index. */
export async function listWaiting(tx: Tx): Promise<{ pool: string; operation: string }[]> {
  const pools = await sql<{ pool: string | null }>`
    with recursive hop(pool) as (
      select min(pool) from tasks where status = 'pending'
      union all
      select (select min(pool) from tasks where status = 'pending' and pool > hop.pool)
      from hop where hop.pool is not null
    )
    select pool from hop where pool is not null`.execute(tx.db)
  const found: { pool: string; operation: string }[] = []
  for (const { pool } of pools.rows) {
    if (pool === null) continue
    const { rows } = await sql<{ operation: string | null }>`
      with recursive hop(operation) as (
        select min(operation) from tasks where status = 'pending' and pool = ${pool}
        union all
        select (select min(operation) from tasks
                where status = 'pending' and pool = ${pool} and operation > hop.operation)
        from hop where hop.operation is not null
      )
      select operation from hop where operation is not null`.execute(tx.db)
    found.push(...rows.flatMap(({ operation }) => (operation === null ? [] : [{ pool, operation }])))
  }
  return found
}
