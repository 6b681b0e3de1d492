import { sql } from 'kysely'
import type { Task } from '../../core/task.ts'
import { taskOfRow } from '../rows.ts'
import type { AccountSlots, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { PENDING } from './statuses.ts'

/** Moves waiting tasks of a pool to accounts with free slots: fewest running first, then longest unserved. */
export async function claimPending(tx: Tx, args: Parameters<WriteVerbs['claimPending']>[0]): Promise<Task[]> {
  const { pool, now } = args
  if (args.limit <= 0 || args.accounts.length === 0) return []
  const waiting = await tenantsWaiting(tx, pool)
  if (waiting.length === 0) return []
  const free = await freeSlots(tx, args.accounts)
  const want = Math.min(
    args.limit,
    free.reduce((sum, account) => sum + Math.max(0, account.free), 0),
  )
  if (want <= 0) return []

  const { ids, servedAt } = await nextInTurn(tx, { pool, tenants: waiting, want, now })
  const claimed: Task[] = []
  for (const id of ids) {
    const account = free.reduce((best, one) => (one.free > best.free ? one : best))
    if (account.free <= 0) break
    const row = await tx.db
      .updateTable('tasks')
      .set((eb) => ({
        status: 'submitting',
        provider: account.provider,
        account: account.account,
        attempts: eb('attempts', '+', 1),
        claim: eb('claim', '+', 1),
        due_at: now + args.leaseMs,
        // The sum is made in 64 bits: PostgreSQL would take `now` for a number of the size of `timeout_ms`.
        deadline_at: eb(eb.cast<number>(eb.val(now), 'bigint'), '+', eb.ref('timeout_ms')),
      }))
      .where('id', '=', id)
      .where('status', '=', PENDING)
      .returningAll()
      .executeTakeFirst()
    if (!row) continue
    account.free -= 1
    account.taken += 1
    claimed.push(taskOfRow(row))
  }
  for (const account of free) if (account.taken > 0) await addLoad(tx, account.account, account.taken)
  await countUp(tx, pool, claimed, servedAt)
  for (const task of claimed) tx.signal({ kind: 'task', id: task.id })
  return claimed
}

/**
 * What each account still has room for. The rows of the loads are the lock under which slots are counted: two nodes
 * cannot fill the same slot, not even from two pools that share an account. A row is made before the first count,
 * since one that does not exist yet locks nothing.
 */
async function freeSlots(
  tx: Tx,
  accounts: AccountSlots[],
): Promise<(AccountSlots & { free: number; taken: number })[]> {
  const names = accounts.map(({ account }) => account).sort()
  const loadsOf = tx.db.selectFrom('account_loads').selectAll().where('account', 'in', names)
  if (tx.engine === 'postgres') {
    const known = new Set((await loadsOf.execute()).map((load) => load.account))
    for (const account of names) if (!known.has(account)) await insertLoad(tx, account)
  }
  const loads = await (tx.engine === 'postgres' ? loadsOf.orderBy('account').forUpdate() : loadsOf).execute()
  return accounts.map((account) => {
    const running = loads.find((load) => load.account === account.account)?.running ?? 0
    return { ...account, free: account.slots - running, taken: 0 }
  })
}

/** The tenants with waiting tasks, by hopping along the partial index: the cost follows the tenants, not the tasks. */
async function tenantsWaiting(tx: Tx, pool: string): Promise<string[]> {
  const { rows } = await sql<{ tenant_id: string | null }>`
    with recursive hop(tenant_id) as (
      select min(tenant_id) from tasks where status = 'pending' and pool = ${pool}
      union all
      select (select min(tenant_id) from tasks
              where status = 'pending' and pool = ${pool} and tenant_id > hop.tenant_id)
      from hop where hop.tenant_id is not null
    )
    select tenant_id from hop where tenant_id is not null`.execute(tx.db)
  return rows.flatMap((row) => (row.tenant_id === null ? [] : [row.tenant_id]))
}

/**
 * The tasks whose turn it is, in order, and when each tenant was served by that. A tenant's tasks are looked up when its
 * turn comes, not before. `servedAt` grows from turn to turn, also within one millisecond: of two tenants that were
 * served in the same round, the second would else always come after the first.
 */
async function nextInTurn(
  tx: Tx,
  { pool, tenants, want, now }: { pool: string; tenants: string[]; want: number; now: number },
): Promise<{ ids: string[]; servedAt: Map<string, number> }> {
  const lines = await tx.db.selectFrom('lines').selectAll().where('pool', '=', pool).execute()
  const lineOf = new Map(lines.map((line) => [line.tenant_id, line]))
  let turns = tenants.map((tenantId) => {
    const line = lineOf.get(tenantId)
    return {
      tenantId,
      running: line?.running ?? 0,
      servedAt: line?.served_at ?? 0,
      ids: undefined as string[] | undefined,
    }
  })
  const served = new Map<string, number>()
  const picked: string[] = []
  let lastServedAt = lines.reduce((last, line) => Math.max(last, line.served_at), now)
  while (picked.length < want) {
    const [first, ...others] = turns
    if (!first) break
    const next = others.reduce(
      (best, turn) => ((turn.running - best.running || turn.servedAt - best.servedAt) < 0 ? turn : best),
      first,
    )
    next.ids ??= await oldestWaiting(tx, pool, next.tenantId, want - picked.length, now)
    const id = next.ids.shift()
    if (id === undefined) {
      turns = turns.filter((turn) => turn !== next)
      continue
    }
    picked.push(id)
    next.running += 1
    next.servedAt = ++lastServedAt
    served.set(next.tenantId, next.servedAt)
  }
  return { ids: picked, servedAt: served }
}

async function oldestWaiting(tx: Tx, pool: string, tenantId: string, limit: number, now: number): Promise<string[]> {
  const query = tx.db
    .selectFrom('tasks')
    .select('id')
    .where('pool', '=', pool)
    .where('tenant_id', '=', tenantId)
    .where('status', '=', PENDING)
    .where('due_at', '<=', now)
    .orderBy('lane')
    .orderBy('seq')
    .limit(limit)
  const rows = await (tx.engine === 'postgres' ? query.forUpdate().skipLocked() : query).execute()
  return rows.map((row) => row.id)
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

async function addLoad(tx: Tx, account: string, count: number): Promise<void> {
  await tx.db
    .insertInto('account_loads')
    .values({ account, running: count })
    .onConflict((oc) =>
      oc.column('account').doUpdateSet((eb) => ({ running: eb('account_loads.running', '+', count) })),
    )
    .execute()
}
