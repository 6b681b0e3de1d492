import { type Insertable, sql } from 'kysely'
import { holdTransaction } from '../../core/entries.ts'
import { type Points, points } from '../../core/points.ts'
import type { LedgerEntriesTable, LedgerTransactionsTable, TasksTable } from '../schema.ts'
import type { NewTask, SubmitOutcome } from '../store.ts'
import type { Tx } from '../tx.ts'
import { lockTenants } from './lock-tenants.ts'
import { STAGED } from './statuses.ts'
import { countTasks } from './task-counts.ts'

/**
 * Stores a batch of tasks with their holds. The tasks of a batch that share a key share its checks too: one conditional
 * statement for the key, one for the balance. Only when the sum does not fit are they tried one by one.
 */
export async function submitTasks(tx: Tx, { tasks }: { tasks: NewTask[] }): Promise<SubmitOutcome[]> {
  await lockTenants(
    tx,
    tasks.map((task) => task.tenantId),
  )
  const outcomes = new Map<NewTask, SubmitOutcome>()
  let round = tasks
  while (round.length > 0) round = await submitRound(tx, round, outcomes)
  return tasks.map((task) => {
    const outcome = outcomes.get(task)
    if (!outcome) throw new Error(`Task ${task.id} has no outcome.`)
    return outcome
  })
}

/** Returns the tasks that repeat one of this round which was refused: a request of their own after all. */
async function submitRound(tx: Tx, tasks: NewTask[], outcomes: Map<NewTask, SubmitOutcome>): Promise<NewTask[]> {
  const { fresh, repeats } = await withoutReplays(tx, tasks, outcomes)

  const keys = new Map<string, Room>()
  for (const [keyId, group] of grouped(fresh, (task) => task.keyId)) {
    const { fitting, room } = await take(group, (some) => bookOnKey(tx, keyId, some))
    if (room) keys.set(keyId, room)
    for (const task of group) if (!fitting.has(task)) outcomes.set(task, { outcome: 'spend_limit_reached' })
  }
  const spendable = fresh.filter((task) => !outcomes.has(task))

  const accepted: NewTask[] = []
  const parked = new Set<NewTask>()
  for (const [tenantId, group] of grouped(spendable, (task) => task.tenantId)) {
    const { fitting, room } = await take(group, (some) => bookOnBalance(tx, tenantId, some))
    const refused = group.filter((task) => !fitting.has(task))
    if (refused.length > 0) {
      const available = await availableOf(tx, tenantId)
      for (const task of refused) outcomes.set(task, { outcome: 'insufficient_points', available })
      await unbookKeys(tx, refused, keys)
    }
    const held = group.filter((task) => fitting.has(task))
    if (!room) continue
    const excess = await park(tx, tenantId, held, room, keys, parked, outcomes)
    accepted.push(...held.filter((task) => !excess.has(task)))
  }

  for (const task of accepted) {
    outcomes.set(task, { outcome: 'created', status: parked.has(task) ? 'staged' : 'pending' })
  }
  // In the order in which they were asked for, so that `seq` follows it.
  const stored = new Set(accepted)
  const inOrder = accepted.length === tasks.length ? tasks : tasks.filter((task) => stored.has(task))
  await insert(tx, inOrder, parked)

  const again: NewTask[] = []
  for (const [task, original] of repeats) {
    if (stored.has(original)) outcomes.set(task, repeatOf(task, original.id, original.idempotency?.fingerprint))
    else again.push(task)
  }
  return again
}

/** What a conditional update found: unfinished tasks, the new ones included, against the limit. */
interface Room {
  active: number
  staged: number
  limit: number | null
}

/** Sorts out what came before: answered at once when it is on record, paired when it stands earlier in this batch. */
async function withoutReplays(
  tx: Tx,
  tasks: NewTask[],
  outcomes: Map<NewTask, SubmitOutcome>,
): Promise<{ fresh: NewTask[]; repeats: Map<NewTask, NewTask> }> {
  const repeats = new Map<NewTask, NewTask>()
  const keyed = tasks.filter((task) => task.idempotency)
  if (keyed.length === 0) return { fresh: tasks, repeats }
  const stored = new Map<string, { id: string; fingerprint: string | null }>()
  const first = new Map<string, NewTask>()
  for (const [tenantId, group] of grouped(keyed, (task) => task.tenantId)) {
    const rows = await tx.db
      .selectFrom('tasks')
      .select(['id', 'mode', 'idempotency_key', 'fingerprint'])
      .where('tenant_id', '=', tenantId)
      .where('idempotency_key', 'in', [...new Set(group.map((task) => task.idempotency?.key ?? ''))])
      .execute()
    for (const row of rows) stored.set(`${tenantId} ${row.mode} ${row.idempotency_key}`, row)
  }
  const fresh = tasks.filter((task) => {
    if (!task.idempotency) return true
    const place = `${task.tenantId} ${task.mode} ${task.idempotency.key}`
    const onRecord = stored.get(place)
    const original = first.get(place)
    if (onRecord) outcomes.set(task, repeatOf(task, onRecord.id, onRecord.fingerprint))
    else if (original) repeats.set(task, original)
    else first.set(place, task)
    return !onRecord && !original
  })
  return { fresh, repeats }
}

function repeatOf(task: NewTask, originalId: string, fingerprint: string | null | undefined): SubmitOutcome {
  return fingerprint === task.idempotency?.fingerprint
    ? { outcome: 'replayed', taskId: originalId }
    : { outcome: 'idempotency_mismatch' }
}

/** Books all of a group at once or, when that does not fit, one by one as far as it goes. */
async function take(
  group: NewTask[],
  book: (some: NewTask[]) => Promise<Room | undefined>,
): Promise<{ fitting: Set<NewTask>; room: Room | undefined }> {
  const all = await book(group)
  if (all) return { fitting: new Set(group), room: all }
  const fitting = new Set<NewTask>()
  let room: Room | undefined
  if (group.length > 1) {
    for (const task of group) {
      const one = await book([task])
      if (!one) continue
      fitting.add(task)
      room = one
    }
  }
  return { fitting, room }
}

// The two statements that every submission needs are text: building them cost as much as storing five tasks.

async function bookOnKey(tx: Tx, keyId: string, tasks: NewTask[]): Promise<Room | undefined> {
  const price = priceOf(tasks)
  const { rows } = await sql<Room>`
    update api_keys set spent = spent + ${price}, active = active + ${tasks.length}
    where id = ${keyId} and (spend_limit is null or spent + ${price} <= spend_limit)
    returning active, staged, max_concurrent as "limit"`.execute(tx.db)
  return rows[0]
}

/** Takes back what was booked on the keys, and tells `keys`, so that a refused task does not count as running. */
async function unbookKeys(tx: Tx, tasks: NewTask[], keys: Map<string, Room>): Promise<void> {
  for (const [keyId, group] of grouped(tasks, (task) => task.keyId)) {
    const room = keys.get(keyId)
    if (room) keys.set(keyId, { ...room, active: room.active - group.length })
    await tx.db
      .updateTable('api_keys')
      .set((eb) => ({ spent: eb('spent', '-', priceOf(group)), active: eb('active', '-', group.length) }))
      .where('id', '=', keyId)
      .execute()
  }
}

/** `available >= 0` is kept by this one statement, never by a read before a write. */
async function bookOnBalance(tx: Tx, tenantId: string, tasks: NewTask[]): Promise<Room | undefined> {
  const price = priceOf(tasks)
  const { rows } = await sql<Room>`
    update balances set available = available - ${price}, held = held + ${price}, active = active + ${tasks.length}
    where tenant_id = ${tenantId} and available >= ${price}
    returning active, staged,
      (select max_concurrent from tenants where tenants.id = balances.tenant_id) as "limit"`.execute(tx.db)
  return rows[0]
}

/**
 * Parks what is over the tenant's or its key's concurrency. Returns those that may not even be
 * parked, as the tenant has too many such tasks; their bookings are undone.
 */
async function park(
  tx: Tx,
  tenantId: string,
  tasks: NewTask[],
  tenantRoom: Room,
  keys: Map<string, Room>,
  parked: Set<NewTask>,
  outcomes: Map<NewTask, SubmitOutcome>,
): Promise<Set<NewTask>> {
  const candidates = overLimits(tasks, tenantRoom, keys)
  if (candidates.length === 0) return new Set()
  const { max_staged: limit } = await tx.db
    .selectFrom('tenants')
    .select('max_staged')
    .where('id', '=', tenantId)
    .executeTakeFirstOrThrow()
  // Only single tasks are limited: a batch is a request to wait.
  const singles = candidates.filter((task) => task.batchId === undefined)
  const roomToPark = singles.length === 0 ? 0 : Math.max(0, limit - (await parkedSingles(tx, tenantId)))
  const excess = new Set(singles.slice(roomToPark))
  const staged = candidates.filter((task) => !excess.has(task))
  for (const task of staged) parked.add(task)
  for (const task of excess) outcomes.set(task, { outcome: 'too_many_staged', limit })
  for (const [keyId, group] of grouped(staged, (task) => task.keyId)) {
    await tx.db
      .updateTable('api_keys')
      .set((eb) => ({ staged: eb('staged', '+', group.length) }))
      .where('id', '=', keyId)
      .execute()
  }
  const refund = priceOf([...excess])
  await tx.db
    .updateTable('balances')
    .set((eb) => ({
      staged: eb('staged', '+', staged.length),
      active: eb('active', '-', excess.size),
      available: eb('available', '+', refund),
      held: eb('held', '-', refund),
    }))
    .where('tenant_id', '=', tenantId)
    .execute()
  await unbookKeys(tx, [...excess], keys)
  return excess
}

async function parkedSingles(tx: Tx, tenantId: string): Promise<number> {
  const { count } = await tx.db
    .selectFrom('tasks')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('status', '=', STAGED)
    .where('lane', '=', 0)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The tasks that may not run beside those that do: as if each had been asked for by itself, in order. */
function overLimits(tasks: NewTask[], tenantRoom: Room, keys: Map<string, Room>): NewTask[] {
  const fits = (room: Room | undefined) => !room || room.limit === null || room.active - room.staged <= room.limit
  if (fits(tenantRoom) && [...keys.values()].every(fits)) return []
  let ofTenant = tenantRoom.active - tenantRoom.staged - tasks.length
  const ofKeys = new Map<string, number>()
  for (const [keyId, group] of grouped(tasks, (task) => task.keyId)) {
    const room = keys.get(keyId)
    if (room) ofKeys.set(keyId, room.active - room.staged - group.length)
  }
  return tasks.filter((task) => {
    const ofKey = ofKeys.get(task.keyId) ?? 0
    const keyLimit = keys.get(task.keyId)?.limit ?? Number.POSITIVE_INFINITY
    if (ofTenant >= (tenantRoom.limit ?? Number.POSITIVE_INFINITY) || ofKey >= keyLimit) return true
    ofTenant += 1
    ofKeys.set(task.keyId, ofKey + 1)
    return false
  })
}

async function insert(tx: Tx, tasks: NewTask[], parked: Set<NewTask>): Promise<void> {
  if (tasks.length === 0) return
  const rows: Insertable<TasksTable>[] = []
  const transactions: Insertable<LedgerTransactionsTable>[] = []
  const entries: Insertable<LedgerEntriesTable>[] = []
  const lines = new Map<string, { pool: string; operation: string }>()
  for (const task of tasks) {
    const staged = parked.has(task)
    rows.push(rowOf(task, staged ? 'staged' : 'pending'))
    if (!staged) lines.set(`${task.pool} ${task.operation}`, { pool: task.pool, operation: task.operation })
    if (task.pricePoints === 0) continue // a test key's task: no money moves
    const hold = holdTransaction(task.id, task.pricePoints)
    transactions.push({
      id: hold.id,
      tenant_id: task.tenantId,
      kind: hold.kind,
      task_id: task.id,
      key_id: task.keyId,
      memo: null,
      at: task.createdAt,
    })
    for (const entry of hold.entries) {
      entries.push({ transaction_id: hold.id, tenant_id: task.tenantId, account: entry.account, points: entry.points })
    }
  }
  await tx.insertMany('tasks', rows)
  await tx.insertMany('ledger_transactions', transactions)
  await tx.insertMany('ledger_entries', entries)
  await countTasks(tx, rows, 1)
  for (const line of lines.values()) tx.signal({ kind: 'pool', ...line })
}

function rowOf(task: NewTask, status: 'pending' | 'staged'): Insertable<TasksTable> {
  return {
    id: task.id,
    tenant_id: task.tenantId,
    key_id: task.keyId,
    mode: task.mode,
    dialect: task.dialect,
    operation: task.operation,
    model: task.model,
    task_type: task.taskType,
    input: JSON.stringify(task.input),
    echo: JSON.stringify(task.echo),
    status,
    progress: 0,
    price: task.pricePoints,
    consumed: 0,
    pool: task.pool,
    parent_task_id: task.parentTaskId,
    attempts: 0,
    claim: 0,
    due_at: task.createdAt,
    deadline_at: task.deadlineAt,
    timeout_ms: task.timeoutMs,
    created_at: task.createdAt,
    record_expires_at: task.recordExpiresAt,
    idempotency_key: task.idempotency?.key ?? null,
    fingerprint: task.idempotency?.fingerprint ?? null,
    batch_id: task.batchId ?? null,
    lane: task.batchId === undefined ? 0 : 1,
  }
}

async function availableOf(tx: Tx, tenantId: string): Promise<Points> {
  const row = await tx.db
    .selectFrom('balances')
    .select(sql<number>`available`.as('available'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst()
  return points(row?.available ?? 0)
}

function priceOf(tasks: readonly NewTask[]): Points {
  return points(tasks.reduce((sum, task) => sum + task.pricePoints, 0))
}

/** Groups in order of the group's id. */
function grouped(tasks: readonly NewTask[], by: (task: NewTask) => string): [string, NewTask[]][] {
  const groups = new Map<string, NewTask[]>()
  for (const task of tasks) {
    const group = groups.get(by(task))
    if (group) group.push(task)
    else groups.set(by(task), [task])
  }
  return groups.size < 2 ? [...groups] : [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
}
