import type { Insertable, Selectable } from 'kysely'
import { holdTransaction } from '../../core/entries.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { NewTask } from '../../core/new-task.ts'
import { utcDay, utcMonth } from '../../core/spend-periods.ts'
import { type Accepted, admit, type Booking, bookingsBy } from '../admission.ts'
import type { BatchesTable, LedgerTransactionsTable, TasksTable } from '../schema.ts'
import { storableJson } from '../storable.ts'
import type { SubmitOutcome } from '../store.ts'
import type { Tx } from '../tx.ts'
import { readAdmissionState } from './admission-state.ts'
import { promote } from './promote.ts'
import { countsOf, type TaskCount } from './task-counts.ts'

/** How often a decision is repeated because its data changed before it was written. */
export const MAX_DECISIONS = 8

/**
 * Stores tasks with their holds. On PostgreSQL the first try assumes that all of them are accepted, which takes one round
 * trip. If an idempotency key is known or a limit is reached, the data is read and the decision made for each task.
 */
export async function submitTasks(tx: Tx, { tasks }: { tasks: NewTask[] }): Promise<SubmitOutcome[]> {
  if (tx.engine === 'postgres' && hasNoRepeats(tasks)) {
    const all = tasks.map((task) => ({ task, status: 'pending' as const }))
    if (await storeAccepted(tx, all)) return all.map(({ status }) => ({ outcome: 'created', status }))
  }
  for (let decision = 1; decision <= MAX_DECISIONS; decision++) {
    const { outcomes, accepted } = admit(tasks, await readAdmissionState(tx, tasks))
    if (accepted.length === 0 || (await storeAccepted(tx, accepted))) return outcomes
  }
  throw tooContended()
}

export function tooContended(): PolyphonyError {
  return new PolyphonyError(
    'store_unavailable',
    'Too many requests of this account were written at once; send it again.',
  )
}

function hasNoRepeats(tasks: readonly NewTask[]): boolean {
  const keyed = tasks.filter((task) => task.idempotency)
  return new Set(keyed.map((task) => `${task.tenantId} ${task.mode} ${task.idempotency?.key}`)).size === keyed.length
}

/** False, and nothing is written, when the decision no longer holds: another process was faster. */
export async function storeAccepted(
  tx: Tx,
  accepted: readonly Accepted[],
  batch?: Insertable<BatchesTable>,
): Promise<boolean> {
  const rows = rowsOf(accepted)
  const isStored = tx.engine === 'postgres' ? await writeOnServer(tx, rows, batch) : await writeHere(tx, rows, batch)
  if (!isStored) return false
  for (const { tenantId, mode } of new Map(
    accepted.map(({ task }) => [`${task.tenantId} ${task.mode}`, task]),
  ).values()) {
    tx.signal({ kind: 'submitted', tenantId, mode })
  }
  const lines = new Set<string>()
  for (const { task, status } of accepted) {
    const line = `${task.pool} ${task.operation}`
    if (status !== 'pending' || lines.has(line)) continue
    lines.add(line)
    tx.signal({ kind: 'pool', pool: task.pool, operation: task.operation })
  }
  return true
}

interface Rows {
  tasks: Insertable<TasksTable>[]
  ledger: Omit<Selectable<LedgerTransactionsTable>, 'seq' | 'allowance_id'>[]
  counts: TaskCount[]
  keys: Booking[]
  balances: Booking[]
  idempotency: { tenant_id: string; mode: string; key: string }[]
  now: number
  /** In which `now` is: see `utcDay` and `utcMonth`. */
  day: number
  month: number
}

function rowsOf(accepted: readonly Accepted[]): Rows {
  const rows = accepted.map(({ task, status }) => rowOf(task, status))
  const now = Math.max(...accepted.map(({ task }) => task.createdAt))
  return {
    tasks: rows,
    ledger: accepted.flatMap(({ task }) => holdOf(task)),
    counts: countsOf(rows),
    keys: bookingsBy(accepted, (task) => task.keyId),
    balances: bookingsBy(accepted, (task) => task.tenantId),
    idempotency: accepted.flatMap(({ task }) =>
      task.idempotency ? [{ tenant_id: task.tenantId, mode: task.mode, key: task.idempotency.key }] : [],
    ),
    now,
    day: utcDay(now),
    month: utcMonth(now),
  }
}

async function writeOnServer(tx: Tx, rows: Rows, batch: Insertable<BatchesTable> | undefined): Promise<boolean> {
  const { tasks, ledger, ...rest } = rows
  const parked = tasks.filter(({ status, lane }) => status === 'staged' && lane === 0)
  const payload = {
    ...rest,
    parked: [...new Set(parked.map(({ tenant_id }) => tenant_id))],
    batches: batch ? [batch] : [],
  }
  const text = 'select polyphony_submit($1::json, $2::json, $3::json) as outcome'
  try {
    const values = [tasks, ledger, payload].map(storableJson)
    const [row] = await tx.run<{ outcome: string }>(text, values)
    return row?.outcome === 'stored'
  } catch (error) {
    if (isOvertaken(error)) return false
    throw error
  }
}

/** Whether a limit was reached meanwhile (PY001, of `polyphony_submit`), or the same idempotency key was stored. */
function isOvertaken(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const constraint = 'constraint' in error ? String(error.constraint) : ''
  return error.code === 'PY001' || (error.code === '23505' && constraint.endsWith('_idempotency'))
}

/** An embedded database has one writer, so its decision still holds. */
async function writeHere(tx: Tx, rows: Rows, batch: Insertable<BatchesTable> | undefined): Promise<boolean> {
  if (batch) await tx.insertMany('batches', [batch])
  await tx.insertMany('tasks', rows.tasks)
  await tx.insertMany('ledger_transactions', rows.ledger)
  for (const { tenant_id, mode, model, day, tasks } of rows.counts) {
    await tx.run(
      `insert into task_counts (tenant_id, mode, model, day, tasks) values (?, ?, ?, ?, ?)
       on conflict (tenant_id, mode, model, day) do update set tasks = tasks + excluded.tasks`,
      [tenant_id, mode, model, day, tasks],
    )
  }
  for (const { id, price, active, staged } of rows.keys) {
    await tx.run(
      `update api_keys set spent = spent + ?, active = active + ?, staged = staged + ?,
         day_spent = case when spend_day >= ? then day_spent else 0 end + ?, spend_day = max(spend_day, ?),
         month_spent = case when spend_month >= ? then month_spent else 0 end + ?, spend_month = max(spend_month, ?)
       where id = ?`,
      [price, active, staged, rows.day, price, rows.day, rows.month, price, rows.month, id],
    )
  }
  for (const { id, price, active, staged } of rows.balances) {
    await tx.run(
      `update balances set available = available - ?, held = held + ?, active = active + ?, staged = staged + ?
       where tenant_id = ?`,
      [price, price, active, staged, id],
    )
    if (staged > 0) await promote(tx, id, rows.now)
  }
  return true
}

function holdOf(task: NewTask): Rows['ledger'] {
  if (task.pricePoints === 0) return [] // a test key's task: no money moves
  const { id, kind, moves } = holdTransaction(task.id, task.pricePoints)
  const { tenantId: tenant_id, keyId: key_id, createdAt: at } = task
  return [{ id, tenant_id, kind, task_id: task.id, key_id, memo: null, at, ...moves }]
}

function rowOf(task: NewTask, status: Accepted['status']) {
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
    price_rule: task.priceRule,
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
    webhook_url: task.webhookUrl,
    external_id: task.externalId,
    request_id: task.requestId,
    traceparent: task.traceparent,
  } satisfies Insertable<TasksTable>
}
