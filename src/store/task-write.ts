import type { Selectable } from 'kysely'
import { utcDay, utcMonth } from '../core/spend-periods.ts'
import { isTerminal, type Task } from '../core/task.ts'
import { freesSlot } from '../core/transitions.ts'
import { newDeliveryRow } from './queries/deliveries.ts'
import { type Titled, titlesIn } from './queries/library-text.ts'
import { rowOfAsset } from './rows.ts'
import type { AssetsTable, AttemptsTable, LedgerTransactionsTable, TasksTable } from './schema.ts'
import { storableText } from './storable.ts'
import type { TaskChange } from './store.ts'

/** The columns of a task that moves change. */
export const MUTABLE = [
  'status',
  'progress',
  'consumed',
  'cost',
  'cost_source',
  'output',
  'error',
  'logs',
  'provider',
  'account',
  'handle',
  'misses',
  'avoid',
  'version',
  'claim',
  'lease_until',
  'claimed_at',
  'called_at',
  'heard_at',
  'cancel_requested_at',
  'watched',
  'due_at',
  'deadline_at',
  'started_at',
  'ended_at',
] as const

export type TaskRow = Pick<Selectable<TasksTable>, 'id' | (typeof MUTABLE)[number]>

/** A move of a task as rows and sums. Each engine writes it if the task's version is still `row.version - 1`. */
export interface TaskWrite {
  row: TaskRow
  ledger: Omit<Selectable<LedgerTransactionsTable>, 'seq' | 'allowance_id'> | null
  attempt: Pick<
    Selectable<AttemptsTable>,
    'task_id' | 'number' | 'outcome' | 'accepted_at' | 'ended_at' | 'reason'
  > | null
  assets: Selectable<AssetsTable>[]
  deliveries: ReturnType<typeof newDeliveryRow>[]
  /** Set when the task has ended: the amounts and counts that its tenant and its key get back. */
  end: {
    id: string
    tenant_id: string
    key_id: string
    refund: number
    held: number
    staged: number
    /** When the hold was taken: see `utcDay` and `utcMonth`. */
    day: number
    month: number
  } | null
  /** The slot that became free; `day` is the day of the account on which the task no longer counts. */
  freed: { id: string; account: string; pool: string; tenant_id: string; day: number | null } | null
  batch: { id: string; batch_id: string; completed: number; failed: number; cancelled: number } | null
  /** Set when what was made has titles. */
  titled: Titled | null
  now: number
}

export function taskWriteOf({ transition, assets, deliveries, now }: TaskChange): TaskWrite {
  const { before, after, ledger, attempt } = transition
  const owner = { tenant_id: before.tenantId, key_id: before.keyId }
  const isEnd = isTerminal(after.status) && !isTerminal(before.status)
  return {
    row: rowOf(after),
    ledger: ledger && {
      ...owner,
      id: ledger.id,
      kind: ledger.kind,
      task_id: before.id,
      memo: null,
      at: now,
      ...ledger.moves,
    },
    attempt: attempt && {
      task_id: before.id,
      number: before.attempts,
      outcome: attempt.outcome,
      accepted_at: attempt.acceptedAt ?? null,
      ended_at: attempt.endedAt ?? null,
      reason: attempt.reason === undefined || attempt.reason === null ? null : storableText(attempt.reason),
    },
    assets: assets.map((asset) => ({ ...rowOfAsset(asset), task_id: before.id })),
    deliveries: deliveries.map((draft) => newDeliveryRow(before.id, before.tenantId, draft, now)),
    end: isEnd
      ? {
          id: before.id,
          ...owner,
          refund: before.pricePoints - after.consumedPoints,
          held: before.pricePoints,
          staged: before.status === 'staged' ? 1 : 0,
          day: utcDay(before.createdAt),
          month: utcMonth(before.createdAt),
        }
      : null,
    freed:
      freesSlot(transition) && before.account !== null
        ? {
            id: before.id,
            account: before.account,
            pool: before.pool,
            tenant_id: before.tenantId,
            // A task that was turned away was not begun, so it does not count towards the day of the account.
            day: attempt?.outcome === 'turned_away' && before.claimedAt !== null ? utcDay(before.claimedAt) : null,
          }
        : null,
    batch: batchOf(before, after),
    titled: titledOf(before, after),
    now,
  }
}

function titledOf(before: Task, after: Task): Titled | null {
  if (after.status !== 'completed' || before.status === 'completed') return null
  const titles = titlesIn(after.output)
  return titles.length === 0 ? null : { tenant_id: before.tenantId, mode: before.mode, id: before.id, titles }
}

/** How the counts of the task's batch change; a late result turns a failure into a success. */
function batchOf(before: Task, after: Task): TaskWrite['batch'] {
  if (before.batchId === null || before.status === after.status || !isTerminal(after.status)) return null
  const counts = { completed: 0, failed: 0, cancelled: 0 }
  counts[after.status] += 1
  if (isTerminal(before.status)) counts[before.status] -= 1
  return { id: before.id, batch_id: before.batchId, ...counts }
}

function rowOf(task: Task): TaskRow {
  return {
    id: task.id,
    status: task.status,
    progress: task.progress,
    consumed: task.consumedPoints,
    cost: task.costPoints,
    cost_source: task.costSource,
    output: task.output === null ? null : JSON.stringify(task.output),
    error: task.error === null ? null : JSON.stringify(task.error),
    logs: task.logs.length === 0 ? null : JSON.stringify(task.logs),
    provider: task.provider,
    account: task.account,
    handle: task.handle === null ? null : JSON.stringify(task.handle),
    misses: task.misses,
    avoid: task.avoidAccount,
    version: task.version,
    claim: task.claim,
    lease_until: task.leaseUntil,
    claimed_at: task.claimedAt,
    called_at: task.calledAt,
    heard_at: task.heardAt,
    cancel_requested_at: task.cancelRequestedAt,
    watched: task.isWatched ? 1 : 0,
    due_at: task.dueAt,
    deadline_at: task.deadlineAt,
    started_at: task.startedAt,
    ended_at: task.endedAt,
  }
}
