import type { Selectable } from 'kysely'
import { isRunning, mayMove, type Status, type Task } from '../../core/task.ts'
import { taskOfRow } from '../rows.ts'
import type { TasksTable } from '../schema.ts'
import type { WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { acceptAttempt, endAttempt, loseAttempt } from './attempts.ts'
import { AT_REST, CALLED, IN_HAND } from './attention.ts'
import { insertDeliveries } from './deliveries.ts'
import { freeSlot } from './free-slot.ts'
import { PENDING, RUNNING_TEXT } from './statuses.ts'
import { utcDay } from './utc-day.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]

export async function claimDue(tx: Tx, { limit, leaseMs, now }: Args<'claimDue'>): Promise<Task[]> {
  const query = tx.db
    .selectFrom('tasks')
    .select('id')
    .where('status', 'in', RUNNING_TEXT)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
  const due = await (tx.engine === 'postgres' ? query.forUpdate().skipLocked() : query).execute()
  if (due.length === 0) return []
  const ids = due.map(({ id }) => id)
  const rows = await tx.db
    .updateTable('tasks')
    .set((eb) => ({ claim: eb('claim', '+', 1), due_at: now + leaseMs, attention: IN_HAND }))
    .where('id', 'in', ids)
    .returningAll()
    .execute()
  const place = new Map(ids.map((id, index) => [id, index])) // an update returns its rows in any order
  return rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0)).map(taskOfRow)
}

export async function renewLeases(tx: Tx, { leases, leaseMs, now }: Args<'renewLeases'>): Promise<string[]> {
  const held: string[] = []
  for (const { id, claim } of leases) {
    const row = await tx.db
      .updateTable('tasks')
      .set({ due_at: now + leaseMs })
      .where('id', '=', id)
      .where('claim', '=', claim)
      .where('status', 'in', RUNNING_TEXT)
      .returning('id')
      .executeTakeFirst()
    if (row) held.push(row.id)
  }
  return held
}

export async function releaseLeases(tx: Tx, { now, leaseMs }: Args<'releaseLeases'>): Promise<number> {
  const tasks = await tx.db
    .updateTable('tasks')
    .set({ due_at: now })
    .where('status', 'in', RUNNING_TEXT)
    .where('due_at', '>', now)
    .returning('id')
    .execute()
  // A due time further off than a lease is a retry's, which keeps its place. Without a host, it is put into its queue anew.
  await tx.db
    .updateTable('deliveries')
    .set({ due_at: now, host: null })
    .where('status', '=', PENDING)
    .where('claim', '>', 0)
    .where('due_at', '>', now)
    .where('due_at', '<=', now + leaseMs)
    .execute()
  return tasks.length
}

export async function recordHandle(tx: Tx, args: Args<'recordHandle'>): Promise<boolean> {
  const task = await held(tx, args, 'processing')
  if (!task) return false
  await tx.db
    .updateTable('tasks')
    .set({
      status: 'processing',
      handle: JSON.stringify(args.handle),
      ...restedUntil(task, args),
      started_at: task.started_at ?? args.now,
    })
    .where('id', '=', args.id)
    .execute()
  if (task.status !== 'processing') await acceptAttempt(tx, task, args.now)
  await insertDeliveries(tx, task.id, task.tenant_id, args.deliveries, args.now)
  tx.signal({ kind: 'task', id: args.id })
  return true
}

export async function recordProgress(tx: Tx, args: Args<'recordProgress'>): Promise<boolean> {
  const task = await held(tx, args)
  if (!task) return false
  const progress = Math.max(task.progress, Math.min(100, Math.floor(args.progress)))
  await tx.db
    .updateTable('tasks')
    .set({ progress, ...restedUntil(task, args) })
    .where('id', '=', args.id)
    .execute()
  await insertDeliveries(tx, task.id, task.tenant_id, args.deliveries, args.now)
  if (progress !== task.progress) tx.signal({ kind: 'task', id: args.id })
  return true
}

export async function recordUncertain(tx: Tx, args: Args<'recordUncertain'>): Promise<boolean> {
  const task = await held(tx, args, 'uncertain')
  if (!task) return false
  await tx.db
    .updateTable('tasks')
    .set({ status: 'uncertain', ...restedUntil(task, args), logs: withLog(task, args.log) })
    .where('id', '=', args.id)
    .execute()
  await loseAttempt(tx, task, args.log)
  tx.signal({ kind: 'task', id: args.id })
  return true
}

export async function requeue(tx: Tx, args: Args<'requeue'>): Promise<boolean> {
  const task = await held(tx, args, 'pending')
  if (!task || !isRunning(task.status as Status)) return false // a waiting task has no slot to give back
  await tx.db
    .updateTable('tasks')
    .set((eb) => ({
      status: 'pending',
      provider: null,
      account: null,
      handle: null,
      claim: eb('claim', '+', 1),
      due_at: args.dueAt,
      deadline_at: args.deadlineAt ?? args.now + task.timeout_ms,
      logs: withLog(task, args.log),
      avoid: task.account,
      misses: eb('misses', '+', args.isMiss === true ? 1 : 0),
      attention: AT_REST,
    }))
    .where('id', '=', args.id)
    .execute()
  await endAttempt(tx, task, { outcome: 'turned_away', reason: args.log, at: args.now })
  await uncount(tx, task)
  await freeSlot(tx, task)
  tx.signal({ kind: 'task', id: args.id })
  return true
}

/** What was turned away was not begun: it does not count towards the day of the account. */
async function uncount(
  tx: Tx,
  { account, deadline_at, timeout_ms }: Pick<Selectable<TasksTable>, 'account' | 'deadline_at' | 'timeout_ms'>,
): Promise<void> {
  const claimedAt = deadline_at - timeout_ms // as `claimPending` made the sum
  await tx.db
    .updateTable('account_loads')
    .set((eb) => ({ begun: eb('begun', '-', 1) }))
    .where('account', '=', account)
    .where('day', '=', utcDay(claimedAt))
    .where('begun', '>', 0)
    .execute()
}

/** Ends the lease; a call that came while the task was in hand makes it due at once. */
function restedUntil(
  task: Pick<Selectable<TasksTable>, 'attention'>,
  { dueAt, now }: { dueAt: number; now: number },
): { due_at: number; attention: number } {
  return { due_at: task.attention === CALLED ? Math.min(now, dueAt) : dueAt, attention: AT_REST }
}

/** The row, locked, if the caller still holds it and it may move to `to`. */
async function held(
  tx: Tx,
  { id, claim }: { id: string; claim: number },
  to?: Status,
): Promise<Selectable<TasksTable> | undefined> {
  const query = tx.db.selectFrom('tasks').selectAll().where('id', '=', id).where('claim', '=', claim)
  const row = await (tx.engine === 'postgres' ? query.forUpdate() : query).executeTakeFirst()
  if (!row) return undefined
  const status = row.status as Status
  if (to === undefined ? !isRunning(status) : status !== to && !mayMove(status, to)) return undefined
  return row
}

function withLog(task: Selectable<TasksTable>, log: string): string {
  const logs = task.logs === null ? [] : (JSON.parse(task.logs) as string[])
  // A task that is turned away again and again says so once.
  return JSON.stringify(logs.at(-1) === log ? logs : [...logs, log])
}
