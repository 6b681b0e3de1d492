import { sql } from 'kysely'
import type { Task } from '../../core/task.ts'
import { taskOfRow } from '../rows.ts'
import type { AccountSlots, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'

/** Moves waiting tasks of a pool to accounts with free slots: fewest running first, then longest unserved. */
export async function claimPending(tx: Tx, args: Parameters<WriteVerbs['claimPending']>[0]): Promise<Task[]> {
  const { pool, now } = args
  // The lines of a pool are the lock under which its slots are counted: two nodes cannot fill the same slot.
  const linesQuery = tx.db.selectFrom('lines').selectAll().where('pool', '=', pool)
  const lines = await (tx.engine === 'postgres' ? linesQuery.forUpdate() : linesQuery).execute()
  const free = await freeSlots(tx, args.accounts)
  const want = Math.min(
    args.limit,
    free.reduce((sum, account) => sum + account.free, 0),
  )
  if (want <= 0) return []

  const waiting = await tenantsWaiting(tx, pool)
  if (waiting.length === 0) return []
  const turns = waiting.map((tenantId) => {
    const line = lines.find((one) => one.tenant_id === tenantId)
    return { tenantId, running: line?.running ?? 0, servedAt: line?.served_at ?? 0, ids: [] as string[], taken: 0 }
  })
  for (const turn of turns) turn.ids = await oldestWaiting(tx, pool, turn.tenantId, want, now)

  const picked: { id: string; tenantId: string }[] = []
  while (picked.length < want) {
    const next = turns
      .filter((turn) => turn.taken < turn.ids.length)
      .sort((a, b) => a.running - b.running || a.servedAt - b.servedAt)[0]
    const id = next?.ids[next.taken]
    if (!next || id === undefined) break
    picked.push({ id, tenantId: next.tenantId })
    next.taken += 1
    next.running += 1
    next.servedAt = now + picked.length // a turn served later in this round counts as served later
  }

  const claimed: Task[] = []
  for (const { id } of picked) {
    const account = free.sort((a, b) => b.free - a.free)[0]
    if (!account || account.free <= 0) break
    const row = await tx.db
      .updateTable('tasks')
      .set((eb) => ({
        status: 'submitting',
        provider: account.provider,
        account: account.account,
        attempts: eb('attempts', '+', 1),
        claim: eb('claim', '+', 1),
        due_at: now + args.leaseMs,
        deadline_at: eb(eb.val(now), '+', eb.ref('timeout_ms')),
      }))
      .where('id', '=', id)
      .where('status', '=', 'pending')
      .returningAll()
      .executeTakeFirst()
    if (!row) continue
    account.free -= 1
    account.taken += 1
    claimed.push(taskOfRow(row))
  }
  await countUp(tx, pool, claimed, now)
  for (const account of free) if (account.taken > 0) await addLoad(tx, account.account, account.taken)
  for (const task of claimed) tx.signal({ kind: 'task', id: task.id })
  return claimed
}

async function freeSlots(
  tx: Tx,
  accounts: AccountSlots[],
): Promise<(AccountSlots & { free: number; taken: number })[]> {
  const loads = await tx.db
    .selectFrom('account_loads')
    .selectAll()
    .where(
      'account',
      'in',
      accounts.map(({ account }) => account),
    )
    .execute()
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

async function oldestWaiting(tx: Tx, pool: string, tenantId: string, limit: number, now: number): Promise<string[]> {
  const query = tx.db
    .selectFrom('tasks')
    .select('id')
    .where('pool', '=', pool)
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'pending')
    .where('due_at', '<=', now)
    .orderBy('seq')
    .limit(limit)
  const rows = await (tx.engine === 'postgres' ? query.forUpdate().skipLocked() : query).execute()
  return rows.map((row) => row.id)
}

async function countUp(tx: Tx, pool: string, claimed: Task[], now: number): Promise<void> {
  const perTenant = new Map<string, number>()
  for (const { tenantId } of claimed) perTenant.set(tenantId, (perTenant.get(tenantId) ?? 0) + 1)
  for (const [tenantId, count] of [...perTenant].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await tx.db
      .insertInto('lines')
      .values({ pool, tenant_id: tenantId, running: count, served_at: now })
      .onConflict((oc) =>
        oc
          .columns(['pool', 'tenant_id'])
          .doUpdateSet((eb) => ({ running: eb('lines.running', '+', count), served_at: now })),
      )
      .execute()
  }
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
