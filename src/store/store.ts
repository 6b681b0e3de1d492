import type { AccountRecord } from '../core/account.ts'
import type { Asset } from '../core/asset.ts'
import type { Caller } from '../core/caller.ts'
import type { Delivery, DeliveryAttempt, DeliveryDraft, DeliveryStatus } from '../core/delivery.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { Points } from '../core/points.ts'
import type { ReceiverKey, Standing } from '../core/receiver.ts'
import type { Mode, Task, TaskError, TerminalStatus } from '../core/task.ts'
import type { Engine, Signal } from './tx.ts'

export type { Engine, Signal } from './tx.ts'

/** A task to be stored. The verb decides between `pending` and `staged`. */
export interface NewTask {
  id: string
  tenantId: string
  keyId: string
  mode: Mode
  dialect: string
  operation: string
  model: string
  taskType: string
  input: Task['input']
  echo: Task['echo']
  pricePoints: Points
  pool: string
  parentTaskId: string | null
  /** The time that `id` was made with: lists and counts by time go by the id. */
  createdAt: number
  /** By when a provider must have begun. */
  deadlineAt: number
  /** How long a provider may take, from the claim. */
  timeoutMs: number
  recordExpiresAt: number
  idempotency: { key: string; fingerprint: string } | null
  /** The batch that it is part of; such tasks give way to single ones of the same tenant. */
  batchId?: string
}

/** An entry of a batch that was not accepted. */
export interface Rejected {
  /** Its place in the request, from 0. */
  index: number
  code: string
  message: string
  field: string | null
}

/** Many tasks that came in one request and are told of together. */
export interface Batch {
  id: string
  tenantId: string
  keyId: string
  dialect: string
  /** What only the dialect needs: where to tell of the end. */
  echo: JsonObject
  rejected: Rejected[]
  /** Accepted tasks; the next three count those that have ended. */
  total: number
  completed: number
  failed: number
  cancelled: number
  createdAt: number
  endedAt: number | null
}

export type NewBatch = Pick<Batch, 'id' | 'tenantId' | 'keyId' | 'dialect' | 'echo' | 'rejected' | 'createdAt'> &
  Pick<NewTask, 'recordExpiresAt' | 'idempotency'>

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

export interface Attempt {
  taskId: string
  /** From 1. */
  number: number
  provider: string
  account: string
  begunAt: number
  /** When the provider said that it has the work; null = it never did. */
  acceptedAt: number | null
  endedAt: number | null
  outcome: AttemptOutcome
  reason: string | null
}

/**
 * - calling:     no answer yet
 * - accepted:    the provider works on it
 * - uncertain:   the answer was lost, and it is asked
 * - turned_away: nothing was begun; the task went back into the line
 * - the rest as the task itself ended
 */
export type AttemptOutcome = 'calling' | 'accepted' | 'uncertain' | 'turned_away' | TerminalStatus

export interface Settlement {
  id: string
  /** The claim under which the work was done; null where no lease is needed (a task that nobody runs). */
  claim: number | null
  to: TerminalStatus
  /** Only from these statuses; by default from every one that may move to `to`. */
  from?: readonly Task['status'][]
  consumedPoints: Points
  output: Json
  error: TaskError | null
  logs: string[]
  assets: Asset[]
  deliveries: DeliveryDraft[]
  /** What follow-ups need to know of the work, where that is more than was known before. */
  handle?: Json
  /** For a failed task whose result may still come: when the provider is asked again. */
  lateAt?: number
  now: number
}

export interface KeyRecord extends Caller {
  name: string
  hash: string
  prefix: string
  maxConcurrent: number | null
  spendLimitPoints: Points | null
  spentPoints: Points
  createdAt: number
  revokedAt: number | null
}

export type NewKey = Omit<KeyRecord, 'spentPoints' | 'revokedAt'>

export interface Tenant {
  id: string
  name: string
  createdAt: number
  maxConcurrent: number | null
  maxStaged: number
  webhookSecretVersion: number
  /** Where a task goes that names no pool; the private one only where the tenant has an account for it. */
  defaultPool: 'private' | 'public'
  /** Whether the public pool steps in when no account of the tenant's own can. */
  fallsBack: boolean
}

export interface Balance {
  available: Points
  held: Points
  /** All credit that was ever booked; what is neither available nor held was consumed. */
  credited: Points
  active: number
  staged: number
}

export interface TaskFilter {
  tenantId: string
  model?: readonly string[]
  operation?: readonly string[]
  status?: readonly Task['status'][]
  createdFrom?: number
  createdTo?: number
  batchId?: string
}

/** What a client has begun and not yet asked for. */
export interface Draft {
  id: string
  tenantId: string
  /** Which protocol's, and what: `suno.upload`. */
  kind: string
  body: JsonObject
  createdAt: number
  expiresAt: number
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
  announceBatch(args: { id: string; deliveries: DeliveryDraft[]; now: number }): Promise<boolean>
  /**
   * Gives waiting tasks of a pool to accounts with free slots and writes the intent to call them: the tasks come back
   * as `submitting`, leased for `leaseMs`. The tenant that runs least is served first, whichever operations it waits for.
   */
  claimPending(args: { pool: string; offers: Offer[]; limit: number; leaseMs: number; now: number }): Promise<Task[]>
  /** Leases running tasks that are due (a poll, a lost lease, a passed deadline), the longest due first. */
  claimDue(args: { limit: number; leaseMs: number; now: number }): Promise<Task[]>
  /** Leases failed tasks whose result may still come and that are due to be looked at. Their status stays. */
  claimLate(args: { limit: number; leaseMs: number; now: number }): Promise<Task[]>
  /** The next look at a late task; null = none any more. False when the claim is no longer ours. */
  recordLate(args: { id: string; claim: number; dueAt: number | null }): Promise<boolean>
  /**
   * The result of a task that had failed for want of an answer: it completes after all, and the refund stays. Undefined
   * when somebody else did that, or the task did not fail so.
   */
  deliverLate(args: {
    id: string
    claim: number
    handle: Json
    output: Json
    log: string
    assets: Asset[]
    deliveries: DeliveryDraft[]
    now: number
  }): Promise<Task | undefined>
  /**
   * A vendor called: the task becomes due, now or as soon as whoever has it in hand is done with it. `handle` is what the
   * call tells of the work; it counts only for a task that has none. False for a task that nobody waits for.
   */
  hear(args: { id: string; handle: Json; now: number }): Promise<boolean>
  /** Moves the tasks that wait for an operation to another pool. Returns how many. */
  repool(args: { pool: string; operation: string; to: string; log: string; now: number }): Promise<number>
  /** Of two with one id the first one stays, and nothing is thrown. */
  createAccount(args: { account: AccountRecord }): Promise<void>
  /** False when the account is gone or has another version by now. */
  changeAccount(args: { id: string; version: number; set: AccountChange }): Promise<boolean>
  /** False when tasks still run on it. */
  removeAccount(args: { id: string }): Promise<boolean>
  changeTenant(args: { id: string; set: Partial<Pick<Tenant, 'defaultPool' | 'fallsBack'>> }): Promise<boolean>
  /** Extends the leases of tasks whose work goes on in this process. Returns the ids that are still held. */
  renewLeases(args: { leases: { id: string; claim: number }[]; leaseMs: number; now: number }): Promise<string[]>
  /** Makes every lease due at once. Only for a store that no other process can be working on. */
  releaseLeases(args: { now: number; leaseMs: number }): Promise<number>
  /** The provider has the work. False when the claim is no longer ours. */
  recordHandle(args: {
    id: string
    claim: number
    handle: Json
    dueAt: number
    deliveries: DeliveryDraft[]
    now: number
  }): Promise<boolean>
  /** Progress of a running task; 0 to 100, a smaller value than the stored one is ignored. Ends the lease at `dueAt`. */
  recordProgress(args: {
    id: string
    claim: number
    progress: number
    dueAt: number
    deliveries: DeliveryDraft[]
    now: number
  }): Promise<boolean>
  /** The call's outcome is unknown; the task is to be reconciled at `dueAt`. */
  recordUncertain(args: { id: string; claim: number; dueAt: number; log: string; now: number }): Promise<boolean>
  /**
   * The provider never got it: back into the line, not before `dueAt`. Frees the slot. `deadlineAt` is by when it must be
   * begun again; without it, within the time that a provider may take.
   */
  requeue(args: {
    id: string
    claim: number
    dueAt: number
    deadlineAt?: number
    log: string
    /** The attempt went wrong at the provider's end. */
    isMiss?: boolean
    now: number
  }): Promise<boolean>
  /**
   * Ends a task, once: status, money, files' rows and deliveries together. Undefined when it had ended or was lost.
   * Refused as `internal`, with nothing changed, when more is to be consumed than is held.
   */
  settle(args: Settlement): Promise<Task | undefined>
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
  insertDraft(args: { draft: Draft }): Promise<void>
  /** Writes a draft's next state. False when it is not in the state `from` any more. */
  updateDraft(args: { id: string; from: JsonObject; body: JsonObject }): Promise<boolean>
  purgeDrafts(args: { now: number }): Promise<void>
  insertAsset(args: { asset: Asset }): Promise<void>
  deleteAssets(args: { ids: string[] }): Promise<void>
  /** Deletes finished tasks whose record has expired, with their deliveries; the ledger stays. Returns how many. */
  purgeTasks(args: { now: number; limit: number }): Promise<number>
  /**
   * Adds (or, negative, takes back) credit. False, and nothing is booked, when `id` was booked before, when it would make
   * a debt, or when the amount is zero.
   */
  credit(args: { id: string; tenantId: string; amount: Points; memo: string; now: number }): Promise<boolean>
  createTenant(args: { tenant: Tenant }): Promise<void>
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
  listAccounts(args: Record<string, never>): Promise<AccountRecord[]>
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
  /** Batches that have ended and were told of to nobody yet, the longest ended first. */
  listUnannounced(args: { limit: number }): Promise<Batch[]>
  /** Tasks of a tenant that nobody has begun, oldest first: what a cancel of many may take. */
  listUnstarted(args: {
    tenantId: string
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
  listDrafts(args: { tenantId: string; kind: string; limit: number; beforeId?: string; now: number }): Promise<Draft[]>
  getAsset(args: { id: string }): Promise<Asset | undefined>
  listExpiredAssets(args: { now: number; limit: number }): Promise<Asset[]>
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
  /** Hears what any node committed. Returns the function that stops the hearing. */
  onSignal(listener: (signal: Signal) => void): () => void
  close(): Promise<void>
}
