import type { AccountRecord } from '../core/account.ts'
import type { Asset } from '../core/asset.ts'
import type { Attempt } from '../core/attempt.ts'
import type { Batch, NewBatch } from '../core/batch.ts'
import type { Clock } from '../core/clock.ts'
import type { Delivery, DeliveryAttempt, DeliveryDraft, DeliveryStatus } from '../core/delivery.ts'
import type { Draft } from '../core/draft.ts'
import type { JsonObject } from '../core/json.ts'
import type { KeyRecord, NewKey } from '../core/key.ts'
import type { NewTask } from '../core/new-task.ts'
import type { Points } from '../core/points.ts'
import type { Quota } from '../core/quota.ts'
import type { ReceiverKey, Standing } from '../core/receiver.ts'
import type { Mode, Task } from '../core/task.ts'
import type { TaskFilter } from '../core/task-filter.ts'
import type { Balance, Tenant } from '../core/tenant.ts'
import type { Transition } from '../core/transitions.ts'
import type { Engine, Signal } from './tx.ts'

export type { Engine, Signal } from './tx.ts'

export type BatchOutcome =
  | { outcome: 'created' }
  | { outcome: 'replayed'; batchId: string }
  | { outcome: 'idempotency_mismatch' }
  | { outcome: 'insufficient_points'; available: Points }
  | { outcome: 'spend_limit_reached' }

export type SubmitOutcome =
  | { outcome: 'created'; status: 'pending' | 'staged' }
  /** The same request came before, under the same Idempotency-Key. */
  | { outcome: 'replayed'; taskId: string }
  | { outcome: 'idempotency_mismatch' }
  | { outcome: 'insufficient_points'; available: Points }
  | { outcome: 'spend_limit_reached' }
  | { outcome: 'too_many_staged'; limit: number }

export interface AccountSlots {
  account: string
  provider: string
  /** How many tasks the account runs at once. */
  slots: number
  /** Its share among accounts of one priority. */
  weight: number
  /** The higher one is filled first. */
  priority: number
  /** Tasks that it begins on one UTC day; null = no limit. */
  dailyCap: number | null
}

/** Accounts that can be given the waiting tasks of an operation now. */
export interface Offer {
  operation: string
  accounts: AccountSlots[]
}

/** A move of a task as it is to be written, with what belongs to it. */
export interface TaskChange {
  transition: Transition
  /** Files of the result; their rows are written with the end of the task. */
  assets: readonly Asset[]
  deliveries: readonly DeliveryDraft[]
  now: number
}

/** Who takes a lease, and for how long. */
export interface LeaseTaker {
  /** One name a process, anew at each start. */
  holder: string
  leaseMs: number
  now: number
}

/** One thing that does not add up. */
export interface LedgerFault {
  rule: string
  subject: string
  found: string
}

/**
 * The verbs that write. Each is one transaction: all of it is on disk when the promise resolves, or nothing is.
 * `now` comes with the call, so that a test owns the time.
 */
export interface WriteVerbs {
  /** Checks idempotency and limits, takes the holds and stores the tasks; one outcome a task, in order. */
  submitTasks(args: { tasks: NewTask[] }): Promise<SubmitOutcome[]>
  /** Stores a batch with all of its tasks and their holds, or nothing. */
  submitBatch(args: { batch: NewBatch; tasks: NewTask[] }): Promise<BatchOutcome>
  /** Stores the deliveries that tell of a batch's end, once. False when it goes on or was told of. */
  addBatchDeliveries(args: { id: string; deliveries: DeliveryDraft[]; now: number }): Promise<boolean>
  /**
   * Gives waiting tasks of a pool to accounts with free slots and writes the intent to call them: the tasks come back
   * as `submitting`, leased for `leaseMs`. The tenant that runs least is served first, whichever operations it waits for.
   */
  claimPending(args: LeaseTaker & { pool: string; offers: Offer[]; limit: number }): Promise<Task[]>
  /**
   * Leases running tasks that are due and that no process has, the longest due first; and those whose lease has run out
   * in another process's hand. A process that was paused keeps what it holds: it renews.
   */
  claimDue(args: LeaseTaker & { limit: number }): Promise<Task[]>
  /** Leases failed tasks whose result may still come and that are due to be looked at. Their status stays. */
  claimLateChecks(args: LeaseTaker & { limit: number }): Promise<Task[]>
  /**
   * Writes a move of a task with all that follows from it: money, slot, attempt, files, deliveries, counts. False, and
   * nothing is written, when the task has another version by now.
   */
  applyChange(args: { change: TaskChange }): Promise<boolean>
  /** Moves the tasks that wait for an operation to another pool. Returns how many. */
  moveToPool(args: { pool: string; operation: string; to: string; log: string; now: number }): Promise<number>
  /** Of two with one id the first one stays, and nothing is thrown. */
  createAccount(args: { account: AccountRecord }): Promise<void>
  /** False when the account is gone or has another version by now. */
  changeAccount(args: { id: string; version: number; set: AccountChange }): Promise<boolean>
  /** False when tasks still run on it. */
  removeAccount(args: { id: string }): Promise<boolean>
  changeTenant(args: { id: string; set: Partial<Pick<Tenant, 'defaultPool' | 'fallsBack'>> }): Promise<boolean>
  /**
   * Extends the leases that `holder` has, also those that have run out, unless another process took the task. Returns the
   * ids that are still held. Leases of this holder that ran out one `leaseMs` ago and are not among `leases` are given up:
   * the process lost them from sight when a write failed.
   */
  renewLeases(args: LeaseTaker & { leases: { id: string; claim: number }[] }): Promise<string[]>
  /** Makes every lease due at once. Only for a store that no other process can be working on. */
  releaseLeases(args: { now: number; leaseMs: number }): Promise<number>
  /** Stores deliveries of a task outside a change of its status. */
  addDeliveries(args: { taskId: string; tenantId: string; deliveries: DeliveryDraft[]; now: number }): Promise<void>
  /** Puts up to `limit` new deliveries into the queues of their receivers, the oldest and the newest. Returns how many. */
  queueDeliveries(args: { limit: number; now: number }): Promise<number>
  /**
   * Leases up to `limit` due deliveries of each receiver, the longest due first; none of those in `inHand`. A receiver
   * whose circuit is open gives none, and one delivery when the pause is over, to all processes together. So does one that
   * another process claims from at the same time.
   */
  claimDeliveries(args: {
    receivers: (ReceiverKey & { limit: number })[]
    inHand: string[]
    leaseMs: number
    now: number
  }): Promise<Delivery[]>
  /**
   * Writes attempts down, what follows from them, and what they say about their receivers. The results are in the order of
   * the attempts: false when the lease was lost.
   */
  recordAttempts(args: { attempts: AttemptRecord[] }): Promise<boolean[]>
  /**
   * Ends up to `limit` deliveries that have been due since `dueBefore` at receivers that have been without an answer for
   * as long, and were tried without success since `failedAfter`: after a long stop of the gateway they may be back. The
   * logs of the deliveries say why. Returns them.
   */
  giveUpDeliveries(args: {
    dueBefore: number
    failedAfter: number
    limit: number
    now: number
  }): Promise<{ id: string; taskId: string }[]>
  /** Forgets receivers for which nothing waits and that were not used since `usedBefore`. */
  forgetReceivers(args: { usedBefore: number }): Promise<void>
  /** Sends a delivery again, with the same id and body; an open circuit of its receiver is tried at once. */
  replayDelivery(args: { id: string; tenantId: string | null; now: number }): Promise<boolean>
  /** False, and nothing is stored, when the draft would take its tenant and mode beyond `quota`; absent = no limit. */
  insertDraft(args: { draft: Draft; quota?: Quota }): Promise<boolean>
  /** Writes a draft's next state. False when it is not in the state `from` any more. */
  updateDraft(args: { id: string; from: JsonObject; body: JsonObject }): Promise<boolean>
  purgeDrafts(args: { now: number }): Promise<void>
  /** False, and nothing is stored, when an upload would take its tenant and mode beyond `quota`; absent = no limit. */
  insertAsset(args: { asset: Asset; quota?: Quota }): Promise<boolean>
  deleteAssets(args: { ids: string[] }): Promise<void>
  /** Deletes finished tasks whose record has expired, with their deliveries; the ledger stays. Returns how many. */
  purgeTasks(args: { now: number; limit: number }): Promise<number>
  /**
   * Adds (or, negative, takes back) credit. False, and nothing is booked, when `id` was booked before, when it would make
   * a debt, or when the amount is zero.
   */
  credit(args: { id: string; tenantId: string; amount: Points; memo: string; now: number }): Promise<boolean>
  createTenant(args: { tenant: Tenant }): Promise<void>
  /**
   * Sees to it that there is a tenant: makes `tenant` with its credit and all of `keys`, if there is none. Where there is
   * one, only those keys are added to it that the operator chose and that are not there. Two processes that start at once
   * make one tenant. Gives the first tenant, and the keys that were added.
   */
  ensureFirstTenant(args: {
    tenant: Tenant
    credit: Points
    keys: { key: NewKey; isChosen: boolean }[]
    now: number
  }): Promise<{ tenant: Tenant; isNew: boolean; added: string[] }>
  createKey(args: { key: NewKey }): Promise<void>
  revokeKey(args: { id: string; now: number }): Promise<boolean>
  /** Rebuilds every cached sum and count from the ledger and the tasks. */
  rebuildBalances(args: { now: number }): Promise<void>
}

/** A receiver with a delivery that may be claimed since `nextAt`. */
export interface DueReceiver extends ReceiverKey {
  standing: Standing
  nextAt: number
}

/** One attempt of a delivery that was claimed, and what follows from it. */
export interface AttemptRecord extends ReceiverKey {
  id: string
  claim: number
  attempt: DeliveryAttempt
  status: DeliveryStatus
  dueAt: number
}

/** What may be changed of an account. */
export type AccountChange = Partial<Omit<AccountRecord, 'id' | 'tenantId' | 'provider' | 'createdAt' | 'version'>>

/** The verbs that only read. */
export interface ReadVerbs {
  getAccount(args: { id: string }): Promise<AccountRecord | undefined>
  /** The oldest first. `tenantId` narrows the list to one owner; null = the operator's accounts. */
  listAccounts(args: { tenantId?: string | null }): Promise<AccountRecord[]>
  /** What accounts run now, and began on the UTC day of `now`. */
  listLoads(args: { now: number }): Promise<{ account: string; running: number; begunToday: number }[]>
  /** For which operations tasks wait, by pool. */
  listWaiting(args: Record<string, never>): Promise<{ pool: string; operation: string }[]>
  /** How many tasks stand before this one in the line for its operation. Null when it does not wait. */
  countAhead(args: { id: string }): Promise<number | null>
  /** How many tasks wait in these pools, by operation; those that are parked do not count. */
  countWaiting(args: { pools: string[] }): Promise<{ pool: string; operation: string; count: number }[]>
  /** Of a task the oldest first, of an account the newest first. */
  listAttempts(args: { taskId: string } | { account: string; limit: number }): Promise<Attempt[]>
  getTask(args: { id: string }): Promise<Task | undefined>
  getTasks(args: { ids: string[] }): Promise<Task[]>
  /** Newest first. `beforeId` pages on from a task, `offset` from a row; an `idempotencyKey` names one task at most. */
  listTasks(
    args: TaskFilter & { limit: number; offset?: number; beforeId?: string; idempotencyKey?: string },
  ): Promise<Task[]>
  countTasks(args: TaskFilter): Promise<number>
  getBatch(args: { id: string }): Promise<Batch | undefined>
  /** Batches that have ended and have no webhooks yet, the longest ended first. */
  listUnannounced(args: { limit: number }): Promise<Batch[]>
  /** Tasks of a tenant that wait, oldest first: what a cancel of many may take. */
  listUnstarted(args: {
    tenantId: string
    mode?: Mode
    createdBefore: number
    models: string[] | null
    batchId?: string
    limit: number
  }): Promise<Task[]>
  /** Staged and pending tasks past their deadline. */
  listOverdue(args: { now: number; limit: number }): Promise<Task[]>
  /** When the next running task is due; null = none runs. */
  nextDueAt(args: Record<string, never>): Promise<number | null>
  /** When a delivery may be claimed next, circuits considered; null = none waits. May be too early, never too late. */
  nextDeliveryAt(args: Record<string, never>): Promise<number | null>
  /**
   * Receivers of these standings with something due, up to `perTenant` of each tenant and standing, the longest due first.
   * What is in `except` is left out. The cost follows the tenants for which something waits, and what is left out.
   */
  listDueReceivers(args: {
    standings: readonly Standing[]
    perTenant: number
    except: { tenants: string[]; hosts: string[]; receivers: ReceiverKey[] }
    now: number
  }): Promise<DueReceiver[]>
  listDeliveries(args: {
    tenantId: string | null
    taskId?: string
    limit: number
  }): Promise<(Delivery & { log: DeliveryAttempt[] })[]>
  getDraft(args: { id: string }): Promise<Draft | undefined>
  /** Newest first; `beforeId` pages on from a draft. */
  listDrafts(args: {
    tenantId: string
    mode: Mode
    kind: string
    limit: number
    beforeId?: string
    now: number
  }): Promise<Draft[]>
  getStorageUse(args: { tenantId: string; mode: Mode }): Promise<Quota>
  /** The mode of a task or of a batch; undefined when there is none. */
  getMode(args: { id: string }): Promise<Mode | undefined>
  getAsset(args: { id: string }): Promise<Asset | undefined>
  listExpiredAssets(args: { now: number; limit: number }): Promise<Asset[]>
  /** Which of these ids files have. At most some hundreds at once. */
  listKnownAssets(args: { ids: string[] }): Promise<string[]>
  getBalance(args: { tenantId: string }): Promise<Balance | undefined>
  getTenant(args: { id: string }): Promise<Tenant | undefined>
  listTenants(args: Record<string, never>): Promise<Tenant[]>
  findKey(args: { hash: string }): Promise<KeyRecord | undefined>
  getKey(args: { id: string }): Promise<KeyRecord | undefined>
  listKeys(args: { tenantId: string | null }): Promise<KeyRecord[]>
  listLedger(args: { tenantId: string; limit: number }): Promise<
    {
      id: string
      kind: string
      taskId: string | null
      memo: string | null
      at: number
      available: Points
      held: Points
    }[]
  >
  /** Every rule of the ledger that is broken; [] is the proof that money is right. */
  reconcile(args: Record<string, never>): Promise<LedgerFault[]>
  /** Unfinished tasks of all tenants, at the cost of a few rows. */
  countUnfinished(args: Record<string, never>): Promise<Record<'staged' | 'pending' | 'running', number>>
  /** Sums over all tenants, and how many tasks there are by status. */
  summary(args: Record<string, never>): Promise<{
    points: Record<string, Points>
    transactions: number
    tasks: Record<string, number>
  }>
}

export interface Store extends WriteVerbs, ReadVerbs {
  readonly engine: Engine
  /** True when this process alone may write to the database. */
  readonly exclusive: boolean
  /** The time that leases and deadlines are measured by: the same on all nodes, and not moved by setting a clock. */
  readonly clock: Clock
  /**
   * Hears what this node committed, and, unless it gets lost on the way, what any other did. Returns the function that
   * stops the hearing.
   */
  onSignal(listener: (signal: Signal) => void): () => void
  close(): Promise<void>
}
