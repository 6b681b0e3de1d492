import { sql } from 'kysely'
import type { Task } from '../../core/task.ts'
import { taskOfRow } from '../rows.ts'
import type { AccountSlots, Offer, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { beginAttempts } from './attempts.ts'
import { IN_HAND } from './attention.ts'
import { PENDING } from './statuses.ts'
import { utcDay } from './utc-day.ts'

/** Moves waiting tasks of a pool to accounts with free slots: fewest running first, then longest unserved. */
export async function claimPending(tx: Tx, args: Parameters<WriteVerbs['claimPending']>[0]): Promise<Task[]> {
  const { pool, now } = args
  const offers = args.offers.filter(({ accounts }) => accounts.length > 0)
  if (args.limit <= 0 || offers.length === 0) return []
  const waiting: Place[] = []
  for (const { operation } of offers) {
    for (const tenantId of await tenantsWaiting(tx, pool, operation)) waiting.push({ operation, tenantId })
  }
  if (waiting.length === 0) return []
  const rooms = await roomsOf(tx, offers, now)
  const turns = await turnsOf(tx, pool, waiting)

  const claimed: Task[] = []
  const served = new Map<string, number>()
  while (claimed.length < args.limit) {
    const turn = turns.next()
    if (!turn) break
    const room = roomsFor(rooms, offers, turn.operation)
    if (room.length === 0) {
      turns.drop(turn)
      continue
    }
    const next = await turn.oldest(tx, args.limit - claimed.length, now)
    if (!next) {
      turns.drop(turn)
      continue
    }
    const chosen = chooseRoom(room, next.avoid)
    const row = await tx.db
      .updateTable('tasks')
      .set((eb) => ({
        status: 'submitting',
        provider: chosen.provider,
        account: chosen.account,
        attempts: eb('attempts', '+', 1),
        claim: eb('claim', '+', 1),
        attention: IN_HAND,
        due_at: now + args.leaseMs,
        // The sum is made in 64 bits: PostgreSQL would take `now` for a number of the size of `timeout_ms`.
        deadline_at: eb(eb.cast<number>(eb.val(now), 'bigint'), '+', eb.ref('timeout_ms')),
      }))
      .where('id', '=', next.id)
      .where('status', '=', PENDING)
      .returningAll()
      .executeTakeFirst()
    if (!row) continue
    chosen.free -= 1
    chosen.taken += 1
    served.set(turn.tenantId, turns.served(turn))
    claimed.push(taskOfRow(row))
  }
  for (const room of rooms.values()) if (room.taken > 0) await addLoad(tx, room, now)
  await countUp(tx, pool, claimed, served)
  await beginAttempts(tx, claimed, now)
  for (const task of claimed) tx.signal({ kind: 'task', id: task.id })
  return claimed
}

/** Where tasks wait: a tenant's line for an operation. */
interface Place {
  operation: string
  tenantId: string
}

/** What an account still has room for. */
interface Room extends AccountSlots {
  running: number
  free: number
  taken: number
}

/**
 * The rows of the loads are the lock under which slots are counted: two nodes cannot fill the same slot, not even from two
 * pools that share an account. A row is made before the first count, since one that does not exist yet locks nothing.
 */
async function roomsOf(tx: Tx, offers: readonly Offer[], now: number): Promise<Map<string, Room>> {
  const accounts = new Map(offers.flatMap((offer) => offer.accounts.map((one) => [one.account, one] as const)))
  const names = [...accounts.keys()].sort()
  const loadsOf = tx.db.selectFrom('account_loads').selectAll().where('account', 'in', names)
  if (tx.engine === 'postgres') {
    const known = new Set((await loadsOf.execute()).map((load) => load.account))
    for (const account of names) if (!known.has(account)) await insertLoad(tx, account)
  }
  const loads = await (tx.engine === 'postgres' ? loadsOf.orderBy('account').forUpdate() : loadsOf).execute()
  const loadOf = new Map(loads.map((load) => [load.account, load]))
  const today = utcDay(now)
  return new Map(
    [...accounts].map(([name, account]) => {
      const load = loadOf.get(name)
      const running = load?.running ?? 0
      const begun = load?.day === today ? load.begun : 0
      const left = account.dailyCap === null ? Number.POSITIVE_INFINITY : account.dailyCap - begun
      return [name, { ...account, running, free: Math.min(account.slots - running, left), taken: 0 }]
    }),
  )
}

function roomsFor(rooms: Map<string, Room>, offers: readonly Offer[], operation: string): Room[] {
  const accounts = offers.find((offer) => offer.operation === operation)?.accounts ?? []
  return accounts.flatMap(({ account }) => rooms.get(account) ?? []).filter(({ free }) => free > 0)
}

/** The highest priority, then the least work for its weight. One that turned the task away is asked after all others. */
function chooseRoom(rooms: readonly Room[], avoid: string | null): Room {
  const loadOf = ({ running, taken, weight, slots }: Room) => (running + taken) / (weight * slots)
  return rooms.reduce((best, one) => {
    const order =
      Number(best.account === avoid) - Number(one.account === avoid) ||
      one.priority - best.priority ||
      loadOf(best) - loadOf(one)
    return order > 0 ? one : best
  })
}

/** The tenants that wait for an operation, by hopping along the partial index: the cost follows the tenants, not the tasks. */
async function tenantsWaiting(tx: Tx, pool: string, operation: string): Promise<string[]> {
  const { rows } = await sql<{ tenant_id: string | null }>`
    with recursive hop(tenant_id) as (
      select min(tenant_id) from tasks where status = 'pending' and pool = ${pool} and operation = ${operation}
      union all
      select (select min(tenant_id) from tasks
              where status = 'pending' and pool = ${pool} and operation = ${operation} and tenant_id > hop.tenant_id)
      from hop where hop.tenant_id is not null
    )
    select tenant_id from hop where tenant_id is not null`.execute(tx.db)
  return rows.flatMap((row) => (row.tenant_id === null ? [] : [row.tenant_id]))
}

/** For which operations tasks wait, by hopping along the same index. */
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

interface Turn extends Place {
  /** The tenant's next task for the operation. */
  oldest(tx: Tx, limit: number, now: number): Promise<{ id: string; avoid: string | null } | undefined>
}

interface Turns {
  /** Whose turn it is. */
  next(): Turn | undefined
  /** There is nothing more for it here. */
  drop(turn: Turn): void
  /** It was served; says when, in the order of turns. */
  served(turn: Turn): number
}

/**
 * Whose turn it is: the tenant that runs least in the pool, whatever it runs; then the one that was served longest ago.
 * A tenant's tasks are looked up when its turn comes, not before. The time of serving grows from turn to turn, also within
 * one millisecond: of two tenants that were served in the same round, the second would else always come after the first.
 */
async function turnsOf(tx: Tx, pool: string, waiting: readonly Place[]): Promise<Turns> {
  const lines = await tx.db.selectFrom('lines').selectAll().where('pool', '=', pool).execute()
  const tenants = new Map(
    waiting.map(({ tenantId }) => {
      const line = lines.find((one) => one.tenant_id === tenantId)
      return [tenantId, { running: line?.running ?? 0, servedAt: line?.served_at ?? 0 }]
    }),
  )
  let lastServedAt = lines.reduce((last, line) => Math.max(last, line.served_at), 0)
  const turns = new Set<Turn>()
  for (const { operation, tenantId } of waiting) {
    let queue: { id: string; avoid: string | null }[] | undefined
    turns.add({
      operation,
      tenantId,
      async oldest(on, limit, now) {
        queue ??= await oldestWaiting(on, { pool, operation, tenantId, limit, now })
        return queue.shift()
      },
    })
  }
  const standing = ({ tenantId }: Turn) => tenants.get(tenantId) ?? { running: 0, servedAt: 0 }
  return {
    next() {
      let best: Turn | undefined
      for (const turn of turns) {
        if (!best) best = turn
        const [a, b] = [standing(turn), standing(best)]
        if ((a.running - b.running || a.servedAt - b.servedAt) < 0) best = turn
      }
      return best
    },
    drop: (turn) => turns.delete(turn),
    served(turn) {
      const tenant = standing(turn)
      tenant.running += 1
      tenant.servedAt = ++lastServedAt
      // Of a tenant's operations, the one that was just served comes last.
      turns.delete(turn)
      turns.add(turn)
      return tenant.servedAt
    },
  }
}

async function oldestWaiting(
  tx: Tx,
  { pool, operation, tenantId, limit, now }: Place & { pool: string; limit: number; now: number },
): Promise<{ id: string; avoid: string | null }[]> {
  const query = tx.db
    .selectFrom('tasks')
    .select(['id', 'avoid'])
    .where('pool', '=', pool)
    .where('operation', '=', operation)
    .where('tenant_id', '=', tenantId)
    .where('status', '=', PENDING)
    .where('due_at', '<=', now)
    .orderBy('lane')
    .orderBy('seq')
    .limit(limit)
  return (tx.engine === 'postgres' ? query.forUpdate().skipLocked() : query).execute()
}

async function countUp(tx: Tx, pool: string, claimed: Task[], served: Map<string, number>): Promise<void> {
  const perTenant = new Map<string, number>()
  for (const { tenantId } of claimed) perTenant.set(tenantId, (perTenant.get(tenantId) ?? 0) + 1)
  for (const [tenantId, count] of [...perTenant].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const servedAt = served.get(tenantId) ?? 0
    await tx.db
      .insertInto('lines')
      .values({ pool, tenant_id: tenantId, running: count, served_at: servedAt })
      .onConflict((oc) =>
        oc
          .columns(['pool', 'tenant_id'])
          .doUpdateSet((eb) => ({ running: eb('lines.running', '+', count), served_at: servedAt })),
      )
      .execute()
  }
}

async function insertLoad(tx: Tx, account: string): Promise<void> {
  await tx.db
    .insertInto('account_loads')
    .values({ account, running: 0 })
    .onConflict((oc) => oc.column('account').doNothing())
    .execute()
}

async function addLoad(tx: Tx, { account, taken }: Room, now: number): Promise<void> {
  const day = utcDay(now)
  await tx.db
    .insertInto('account_loads')
    .values({ account, running: taken, day, begun: taken })
    .onConflict((oc) =>
      oc.column('account').doUpdateSet((eb) => ({
        running: eb('account_loads.running', '+', taken),
        begun: eb
          .case()
          .when('account_loads.day', '=', day)
          .then(eb('account_loads.begun', '+', taken))
          .else(taken)
          .end(),
        day,
      })),
    )
    .execute()
}
