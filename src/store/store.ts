import type { AccountRecord } from '../core/account.ts'
import type { Asset } from '../core/asset.ts'
import type { Attempt } from '../core/attempt.ts'
import type { AuditEntry } from '../core/audit.ts'
import type { Batch, NewBatch } from '../core/batch.ts'
import type { Allowance, Call, CallBooking, KeptItem, StoredResponse } from '../core/call.ts'
import type { BatchLine, CallBatch, CallBatchChange, CallBatchEnd } from '../core/call-batch.ts'
import type { CallFile } from '../core/call-file.ts'
import type { Clock } from '../core/clock.ts'
import type { Delivery, DeliveryAttempt, DeliveryDraft, DeliveryStatus } from '../core/delivery.ts'
import type { Draft } from '../core/draft.ts'
import type { JsonObject } from '../core/json.ts'
import type { KeptAnswer } from '../core/kept-answer.ts'
import type { KeyChange, KeyRecord, NewKey } from '../core/key.ts'
import type { NewTask } from '../core/new-task.ts'
import type { Person } from '../core/person.ts'
import type { Points } from '../core/points.ts'
import type { CostRule, PriceRule } from '../core/price-rule.ts'
import type { Quota } from '../core/quota.ts'
import type { ReceiverKey, Standing } from '../core/receiver.ts'
import type { Share } from '../core/share.ts'
import type { SpendPeriod } from '../core/spend-periods.ts'
import type { Mode, Status, Task } from '../core/task.ts'
import type { TaskFilter } from '../core/task-filter.ts'
import type { Balance, Tenant, TenantChange } from '../core/tenant.ts'
import type { Transition } from '../core/transitions.ts'
import type { OperatorReads, OperatorWrites } from './operator-verbs.ts'
import type { Joining, PeopleReads, PeopleWrites } from './people-verbs.ts'
import type { Engine, SignalListener } from './tx.ts'

export type { Engine, Signal, SignalListener } from './tx.ts'

/** Without a period: the limit of all that the key may spend. */
export interface SpendLimitReached {
  outcome: 'spend_limit_reached'
  period?: SpendPeriod
}

export type BatchOutcome =
  | { outcome: 'created' }
  | { outcome: 'replayed'; batchId: string }
  | { outcome: 'idempotency_mismatch' }
  | { outcome: 'insufficient_points'; available: Points }
  | SpendLimitReached

export type AllowanceOutcome =
  | { outcome: 'held'; amount: Points }
  | { outcome: 'insufficient_points'; available: Points }
  | SpendLimitReached

export type SubmitOutcome =
  | { outcome: 'created'; status: 'pending' | 'staged' }
  /** The same request came before, under the same Idempotency-Key. */
  | { outcome: 'replayed'; taskId: string }
  | { outcome: 'idempotency_mismatch' }
  | { outcome: 'insufficient_points'; available: Points }
  | SpendLimitReached
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

/** The accounts that could take a waiting task of an operation now. */
export interface Offer {
  operation: string
  accounts: AccountSlots[]
}

/** A move of a task to be written, with its files and deliveries. */
export interface TaskChange {
  transition: Transition
  /** Files of the result; their rows are written with the end of the task. */
  assets: readonly Asset[]
  deliveries: readonly DeliveryDraft[]
  now: number
}

/** The process that takes a lease, and for how long. */
export interface LeaseTaker {
  /** A name of the process, new at each start. */
  holder: string
  leaseMs: number
  now: number
}

export type FingerprintName = 'secret' | 'storage' | 'storage_turn'
/** What identifies the secret and the storage of files that belong to this database; absent until a server has stored it. */
export type Fingerprints = Partial<Record<FingerprintName, string>>
/** A change with this is recorded in the same transaction, if it was made. */
interface Audited {
  audit?: AuditEntry
}

export interface StoredAuditEntry extends AuditEntry {
  /** Grows from entry to entry: pages go on from it. */
  seq: number
}

/** A transaction of the ledger as a line of a tenant's statement. */
export interface LedgerLine {
  id: string
  seq: number
  kind: string
  taskId: string | null
  keyId: string | null
  memo: string | null
  at: number
  /** What the transaction added to the available and the held points, and what the operator earned by it. */
  available: Points
  held: Points
  revenue: Points
  /** The balance after it. */
  availableAfter: Points
  heldAfter: Points
}

export interface UsageFilter {
  tenantId?: string
  mode?: Mode
  keyId?: string
  from: number
  to: number
}

export const USAGE_KEYS = ['day', 'model', 'operation', 'key'] as const
export type UsageKey = (typeof USAGE_KEYS)[number]

/** Tasks and calls that were made in a period, and points that were booked in it. */
export interface UsageRow {
  /** A UTC day as YYYY-MM-DD, a model, an operation, or the id of a key. */
  group: string
  /** The UTC day, where days were asked for. */
  day?: string
  tasks: number
  completed: number
  failed: number
  cancelled: number
  /** Answered on the spot. */
  calls: number
  consumed: Points
}

/** Tasks of all tenants, or of one. */
export interface AllTasksFilter {
  tenantId?: string
  keyId?: string
  mode?: Mode
  operation?: string
  status?: readonly Status[]
  createdFrom?: number
  createdTo?: number
}

/** One broken rule of the ledger, from `reconcile`. */
export interface LedgerFault {
  rule: string
  subject: string
  found: string
}

export interface Claim {
  tasks: Task[]
  /** No account of the offers had room: what waits was not looked at. A signal tells of the next free slot. */
  isFull: boolean
}

/**
 * The verbs that write. Each is one transaction: all of it is on disk when the promise resolves, or nothing is.
 * `now` is passed in, so that tests control the time.
 */
export interface WriteVerbs extends PeopleWrites, OperatorWrites {
  /** Checks idempotency and limits, takes the holds and stores the tasks. Returns one outcome per task, in order. */
  submitTasks(args: { tasks: NewTask[] }): Promise<SubmitOutcome[]>
  /** Stores a batch with all of its tasks and their holds, or nothing. */
  submitBatch(args: { batch: NewBatch; tasks: NewTask[] }): Promise<BatchOutcome>
  /** Stores the deliveries that announce a batch's end, once. False when it has not ended or was announced before. */
  addBatchDeliveries(args: { id: string; deliveries: DeliveryDraft[]; now: number }): Promise<boolean>
  /**
   * Gives waiting tasks of a pool to accounts with free slots and writes the intent to call them: the tasks come back
   * as `submitting`, leased for `leaseMs`. The tenant that runs least is served first, whichever operations it waits for.
   */
  claimPending(args: LeaseTaker & { pool: string; offers: Offer[]; limit: number }): Promise<Claim>
  /**
   * Leases running tasks that are due and that no process holds, the longest due first, and tasks whose lease by another
   * process has run out. A process that was suspended does not claim its own tasks again, but renews them.
   */
  claimDue(args: LeaseTaker & { limit: number }): Promise<Task[]>
  /** Leases failed tasks whose result may still come and that are due for a check. Their status stays. */
  claimLateChecks(args: LeaseTaker & { limit: number }): Promise<Task[]>
  /**
   * Writes a move of a task with all of its consequences: money, slot, attempt, files, deliveries, counts. False, and
   * nothing is written, when the task has another version meanwhile.
   */
  applyChange(args: { change: TaskChange }): Promise<boolean>
  /** Moves the tasks that wait for an operation to another pool. Returns how many. */
  moveToPool(args: { pool: string; operation: string; to: string; log: string; now: number }): Promise<number>
  /** Does nothing if there is an account with this id. */
  createAccount(args: { account: AccountRecord }): Promise<void>
  /** False when the account is gone or has another version meanwhile. */
  changeAccount(args: { id: string; version: number; set: AccountChange }): Promise<boolean>
  /** False when tasks still run on it, or wait for it alone, also parked ones. */
  removeAccount(args: { id: string }): Promise<boolean>
  /** False when the tenant is unknown or deleted. */
  changeTenant(args: { id: string; set: TenantChange } & Audited): Promise<boolean>
  /**
   * Revokes the tenant's keys, deletes its accounts and gives its name free; ledger and tasks stay. Refused while tasks of
   * the tenant are unfinished.
   */
  deleteTenant(args: { id: string; now: number } & Audited): Promise<'deleted' | 'unfinished' | 'unknown'>
  /**
   * Ends rules and begins others, of which each ends the rule in force for the same thing. False, and nothing is written,
   * when anything about prices has changed since `revision` was read.
   */
  changePriceRules(args: RuleChange<PriceRule>): Promise<boolean>
  changeCostRules(args: RuleChange<CostRule>): Promise<boolean>
  /**
   * Extends the leases that `holder` has, also those that have run out, unless another process took the task. Returns the
   * ids that are still held. Leases of this holder that ran out one `leaseMs` ago and are not among `leases` are released:
   * the process lost track of them when a write failed.
   */
  renewLeases(args: LeaseTaker & { leases: { id: string; claim: number }[] }): Promise<string[]>
  /** Makes every lease due at once. Only for a store that no other process uses. Returns how many. */
  releaseLeases(args: { now: number; leaseMs: number }): Promise<number>
  /** Stores deliveries of a task outside a change of its status. */
  addDeliveries(args: { taskId: string; tenantId: string; deliveries: DeliveryDraft[]; now: number }): Promise<void>
  /** Puts up to `limit` new deliveries into the queues of their receivers, the oldest and the newest. Returns how many. */
  queueDeliveries(args: { limit: number; now: number }): Promise<number>
  /**
   * Leases up to `limit` due deliveries of each receiver, the longest due first, without those in `inHand`. A receiver whose
   * circuit is open gives none, and after the pause one delivery to all processes together. A receiver that another process
   * claims from at the same time gives none either.
   */
  claimDeliveries(args: {
    receivers: (ReceiverKey & { limit: number })[]
    inHand: string[]
    leaseMs: number
    now: number
  }): Promise<Delivery[]>
  /**
   * Records attempts, their consequences, and the new state of their receivers. Returns one result per attempt, in order:
   * false when the lease was lost.
   */
  recordAttempts(args: { attempts: AttemptRecord[] }): Promise<boolean[]>
  /**
   * Gives up at most `limit` deliveries that have been due since `dueBefore`, at receivers that have not answered since then
   * and failed again after `failedAfter`: after a long stop of the gateway they may be back. The logs of the deliveries say
   * why. Returns them.
   */
  giveUpDeliveries(args: {
    dueBefore: number
    failedAfter: number
    limit: number
    now: number
  }): Promise<{ id: string; taskId: string }[]>
  /** Deletes receivers without waiting deliveries that were not used since `usedBefore`. */
  forgetReceivers(args: { usedBefore: number }): Promise<void>
  /** Sends a delivery again, with the same id and body; an open circuit of its receiver is tried at once. */
  replayDelivery(args: { id: string; tenantId: string | null; now: number } & Audited): Promise<boolean>
  /** False, and nothing is stored, when the draft would exceed the `quota` of its tenant and mode; absent = no limit. */
  insertDraft(args: { draft: Draft; quota?: Quota }): Promise<boolean>
  /** Writes a draft's next body. False when its body is no longer `from`. */
  updateDraft(args: { id: string; from: JsonObject; body: JsonObject }): Promise<boolean>
  purgeDrafts(args: { now: number }): Promise<void>
  /** False, and nothing is stored, when an upload would exceed the `quota` of its tenant and mode; absent = no limit. */
  insertAsset(args: { asset: Asset; quota?: Quota }): Promise<boolean>
  deleteAssets(args: { ids: string[] }): Promise<void>
  /** Marks a task as a favourite, or no more. Undefined when it is unknown or deleted. */
  markTask(args: { id: string; favouriteAt: number | null }): Promise<Task | undefined>
  /** Hides an ended task, which `purgeHidden` deletes later. Undefined when it is unknown, unfinished or hidden already. */
  hideTask(args: { id: string; now: number }): Promise<Task | undefined>
  /** Undefined when it is not one that was hidden after `hiddenAfter`. */
  restoreTask(args: { id: string; hiddenAfter: number }): Promise<Task | undefined>
  /** Deletes those of these tasks that were hidden until then, with their deliveries; the ledger stays. Returns how many. */
  purgeHidden(args: { ids: string[]; hiddenBefore: number }): Promise<number>
  createShare(args: { share: Share } & Audited): Promise<void>
  /** False when it is unknown or revoked. */
  revokeShare(args: { id: string; now: number } & Audited): Promise<boolean>
  /** Deletes finished tasks whose record has expired, with their deliveries; the ledger stays. Returns how many. */
  purgeTasks(args: { now: number; limit: number }): Promise<number>
  /**
   * Adds credit, or takes it back if `amount` is negative. False, and nothing is booked, when `id` was booked before, when
   * the balance would become negative, or when the amount is zero.
   */
  credit(args: { id: string; tenantId: string; amount: Points; memo: string; now: number } & Audited): Promise<boolean>
  createTenant(args: { tenant: Tenant } & Audited): Promise<void>
  /**
   * Creates `tenant` with its credit and all of `keys`, if there is no tenant. If there is one, only keys that the operator
   * chose and that are missing are added to it. Two processes that start at once create one tenant. Returns the first tenant,
   * and the ids of the keys that were added.
   */
  ensureFirstTenant(args: {
    tenant: Tenant
    credit: Points
    keys: { key: NewKey; isChosen: boolean }[]
    now: number
  }): Promise<{ tenant: Tenant; isNew: boolean; added: string[] }>
  /**
   * Stores a tenant of another gateway with its opening balance, its keys and its person, or what of that is not there yet: all
   * are known by their ids, so that an import can be repeated. Nothing that is there is changed. `added` and `taken`: the ids of
   * the keys that were stored, and of those whose text is another key's. A tenant that was deleted since stays deleted.
   */
  importTenant(
    args: {
      tenant: Tenant
      /** Booked with a tenant that is new. `id` is that of the ledger transaction. */
      opening: { id: string; amount: Points; memo: string } | null
      keys: { key: NewKey; revokedAt: number | null }[]
      person: { person: Person; joins: Joining } | null
      now: number
    } & Audited,
  ): Promise<{
    outcome: 'created' | 'present' | 'deleted'
    added: string[]
    taken: string[]
    person: 'created' | 'email_taken' | null
  }>
  /** Stores a fingerprint if the stored one is still `from`; null = none is stored. Returns the one that is stored then. */
  changeFingerprint(args: { name: FingerprintName; from: string | null; to: string }): Promise<string>
  /**
   * Whether the caller is to give notice of a trouble: no process has since it began, nor of an earlier one with the same
   * subject in the last `quietMs`.
   */
  beginNotice(args: { subject: string; quietMs: number; now: number }): Promise<boolean>
  /** Whether the caller is to give notice that a trouble is over: one was begun, and no process has said so yet. */
  endNotice(args: { subject: string }): Promise<boolean>
  /** True for one process in each period. */
  takeTurn(args: { name: string; everyMs: number; now: number }): Promise<boolean>
  createKey(args: { key: NewKey } & Audited): Promise<void>
  /** False when the key is unknown or revoked; likewise for the next two. */
  changeKey(args: { id: string; set: KeyChange } & Audited): Promise<boolean>
  /**
   * Gives the key another text. That from before is valid until `previousUntil`; null = not any more. So are the sessions that
   * were begun with the key, but for `keptSessionId`.
   */
  rotateKey(
    args: {
      id: string
      hash: string
      prefix: string
      previousUntil: number | null
      keptSessionId?: string
    } & Audited,
  ): Promise<boolean>
  revokeKey(args: { id: string; now: number } & Audited): Promise<boolean>
  recordKeyUses(args: { uses: { id: string; at: number }[] }): Promise<void>
  /** For a change that is more than one transaction of the store; the others take an `audit`. */
  addAudit(args: { audit: AuditEntry }): Promise<void>
  /**
   * Holds points for a key's calls, or adds to what is held: up to `wanted`, at least `least`, and a quarter of what the
   * tenant has, and of what the key may still spend, unless `least` is more. The key's spend limits count it.
   */
  holdAllowance(args: {
    allowance: Allowance
    least: Points
    wanted: Points
    leaseUntil: number
    now: number
  }): Promise<AllowanceOutcome>
  /**
   * Stores calls with the outcomes of the lines that they answered, books their prices, and renews the allowances that pay. A call that is stored already is left as it is.
   * Returns what each allowance still holds: 0 for one that has ended, whose calls are paid from the available points.
   */
  bookCalls(args: {
    bookings: CallBooking[]
    leaseUntil: number
    recordExpiresAt: number
    now: number
  }): Promise<Points[]>
  renewAllowances(args: { holder: string; leaseUntil: number }): Promise<void>
  /** Gives back what allowances hold. `all` is for a store that no other process uses. Returns how many were ended. */
  endAllowances(args: {
    which: { ids: string[] } | { expiredBefore: number } | { all: true }
    now: number
  }): Promise<number>
  /** The call's record stays, and does not name the response any more. Harmless when repeated. */
  forgetResponse(args: { tenantId: string; mode: Mode; id: string }): Promise<void>
  /** Deletes up to `limit` records of calls that have expired, and a part of their items; the ledger stays. Returns how many. */
  purgeCalls(args: { now: number; limit: number }): Promise<number>
  /** False, and nothing is stored, when the file would exceed the `quota` of its tenant and mode; absent = no limit. */
  insertCallFile(args: { file: CallFile; asset: Asset; quota?: Quota }): Promise<boolean>
  /** Its bytes go with the next sweep of assets, or with the end of the last batch that reads them. False for an unknown id. */
  deleteCallFile(args: { id: string; now: number }): Promise<boolean>
  /** Deletes files for calls that have expired, and records of ended batches. Returns how many. */
  purgeCallFiles(args: { now: number; limit: number }): Promise<number>
  /** Keeps its input for as long. False, and nothing is stored, when the input is gone. */
  createCallBatch(args: { batch: CallBatch; keepInputUntil: number }): Promise<boolean>
  /**
   * Leases unfinished batches that no process holds: of each tenant in turn, the oldest first, and none of a tenant of which
   * `perTenant` are held.
   */
  claimCallBatches(args: LeaseTaker & { limit: number; perTenant: number }): Promise<CallBatch[]>
  /** Returns those that are still held, as they are now. */
  renewCallBatches(args: LeaseTaker & { ids: string[] }): Promise<CallBatch[]>
  /** Ends leases. `all` is for a store that no other process uses. */
  releaseCallBatches(args: { which: { holder: string } | { all: true } }): Promise<void>
  /** Undefined, and nothing is written, when `holder` does not hold it. `running` does not replace a cancel. */
  changeCallBatch(args: { id: string; holder: string; set: CallBatchChange }): Promise<CallBatch | undefined>
  /** Returns the batch as it is then; one that has ended, or writes its results, stays as it is. */
  cancelCallBatch(args: { id: string; now: number }): Promise<CallBatch | undefined>
  /** Stores outcomes of lines that were not called. A line that has an outcome keeps it. */
  endBatchLines(args: { lines: readonly BatchLine[] }): Promise<void>
  /**
   * Ends a batch with the files of its results. Its lines are deleted, and unless `keepsInput` its input, too. False, and
   * nothing is written, when `holder` does not hold it.
   */
  finishCallBatch(args: {
    id: string
    holder: string
    end: CallBatchEnd
    files: readonly { file: CallFile; asset: Asset }[]
    keepsInput: boolean
  }): Promise<boolean>
  /** Deletes an ended batch with its results. False when it is unknown or unfinished. */
  deleteCallBatch(args: { id: string; now: number }): Promise<boolean>
  /** Keeps an answer for the same call, in place of an earlier one. The tenant's oldest go beyond `atMost`. */
  keepAnswer(args: { answer: KeptAnswer; atMost: number }): Promise<void>
  purgeAnswers(args: { now: number }): Promise<void>
  /** Rebuilds every cached sum and count from the ledger and the tasks. */
  rebuildBalances(args: { now: number } & Audited): Promise<void>
}

/** A receiver with a delivery that may be claimed from `nextAt` on. */
export interface DueReceiver extends ReceiverKey {
  standing: Standing
  nextAt: number
}

/** One attempt of a claimed delivery, and the delivery's next state. */
export interface AttemptRecord extends ReceiverKey {
  id: string
  claim: number
  attempt: DeliveryAttempt
  status: DeliveryStatus
  dueAt: number
}

/** The fields of an account that can be changed. */
export type AccountChange = Partial<Omit<AccountRecord, 'id' | 'tenantId' | 'provider' | 'createdAt' | 'version'>>

/** How the gateway is, in figures that cost a few rows. */
export interface Vitals {
  /** When the task was submitted that is next to reach its deadline without having begun; null = none waits. */
  oldestPendingAt: number | null
  /** Sums over all tenants. */
  availablePoints: number
  heldPoints: number
  /** Of uploads and drafts. */
  storedBytes: number
  /** Balances that are negative, or together more than was credited. */
  balanceFaults: number
}

/** Rules of prices or costs to end and to begin at `now`. */
export interface RuleChange<Rule> {
  begin: Rule[]
  /** Ids. */
  end: string[]
  revision: number
  now: number
}

/** Sums over ended tasks of live keys. */
export interface MarginRow {
  /** The operation, tenant, provider or account, or the UTC day as its number; null = the tasks had none. */
  key: string | null
  tasks: number
  revenue: Points
  /** Of the tasks whose cost is known. */
  cost: Points
  /** Completed tasks whose cost is unknown. */
  unknown: number
}

export const MARGIN_KEYS = ['operation', 'tenant', 'provider', 'account', 'day'] as const
export type MarginKey = (typeof MARGIN_KEYS)[number]

/** The verbs that only read. */
export interface ReadVerbs extends PeopleReads, OperatorReads {
  /** Undefined where there is none that still counts. */
  findAnswer(args: { id: string; now: number }): Promise<KeptAnswer | undefined>
  getAccount(args: { id: string }): Promise<AccountRecord | undefined>
  /** The oldest first. `tenantId` narrows the list to one owner; null = the operator's accounts. */
  listAccounts(args: { tenantId?: string | null }): Promise<AccountRecord[]>
  /** How many tasks accounts run now, and began on the UTC day of `now`. */
  listLoads(args: { now: number }): Promise<{ account: string; running: number; begunToday: number }[]>
  /** The operations for which tasks wait, by pool. */
  listWaiting(args: Record<string, never>): Promise<{ pool: string; operation: string }[]>
  /** How many tasks are before this one in the queue for its operation. Null when it does not wait. */
  countAhead(args: { id: string }): Promise<number | null>
  /** How many tasks wait in these pools, by operation; parked tasks do not count. */
  countWaiting(args: { pools: string[] }): Promise<{ pool: string; operation: string; count: number }[]>
  /** The attempts of a task, oldest first, or of an account, newest first. */
  listAttempts(args: { taskId: string } | { account: string; limit: number }): Promise<Attempt[]>
  getTask(args: { id: string }): Promise<Task | undefined>
  getTasks(args: { ids: string[] }): Promise<Task[]>
  /**
   * Newest first, without those that were deleted. `beforeId` pages on from a task, `offset` from a row; an `idempotencyKey`
   * names one task at most. `search` is a part of the input or of a title, in upper or lower case.
   */
  listTasks(
    args: TaskFilter & { limit: number; offset?: number; beforeId?: string; idempotencyKey?: string; search?: string },
  ): Promise<Task[]>
  countTasks(args: TaskFilter): Promise<number>
  /** Newest first, for the operator; `beforeId` pages on from a task. */
  listAllTasks(args: AllTasksFilter & { limit: number; beforeId?: string }): Promise<Task[]>
  /** Tasks that were hidden until then, the longest hidden first, with their files. */
  listHidden(args: { hiddenBefore: number; limit: number }): Promise<{ id: string; files: Asset[] }[]>
  getShare(args: { id: string }): Promise<Share | undefined>
  /** Newest first; `before` pages on from a share. */
  listShares(args: {
    tenantId: string
    mode: Mode
    taskId?: string
    before?: Pick<Share, 'id' | 'createdAt'>
    limit: number
  }): Promise<Share[]>
  getBatch(args: { id: string }): Promise<Batch | undefined>
  /** Newest first; `beforeId` pages on from a batch. */
  listBatches(args: { tenantId: string; mode: Mode; beforeId?: string; limit: number }): Promise<Batch[]>
  /** Newest first; `beforeId` pages on from a call. */
  listCalls(args: {
    tenantId?: string
    mode?: Mode
    keyId?: string
    model?: string
    batchId?: string
    from?: number
    to?: number
    beforeId?: string
    limit: number
  }): Promise<Call[]>
  /** A response that a vendor keeps for the tenant, by the vendor's id, as long as the record of its call is kept. */
  findResponse(args: { tenantId: string; mode: Mode; id: string }): Promise<StoredResponse | undefined>
  /** Those of the ids that vendors keep for the tenant, as long as the records of their calls are kept. */
  findKeptItems(args: { tenantId: string; mode: Mode; ids: readonly string[] }): Promise<KeptItem[]>
  /** Also of a file that has expired. */
  getCallFile(args: { id: string }): Promise<CallFile | undefined>
  /** By age; `after` pages on from a file. With `named`, those whose names begin so, which are looked for among the rest. */
  listCallFiles(args: {
    tenantId: string
    mode: Mode
    purposes: readonly string[]
    named?: string
    order: 'asc' | 'desc'
    after?: string
    limit: number
    now: number
  }): Promise<CallFile[]>
  getCallBatch(args: { id: string }): Promise<CallBatch | undefined>
  /** Newest first: those older than `beforeId`, or the next ones newer than `afterId`. */
  listCallBatches(args: {
    tenantId: string
    mode: Mode
    format: string
    beforeId?: string
    afterId?: string
    limit: number
  }): Promise<CallBatch[]>
  /** Outcomes in the order of the lines. */
  listBatchLines(args: { batchId: string; from: number; limit: number }): Promise<BatchLine[]>
  /** The indexes of all lines that have an outcome. */
  listEndedLines(args: { batchId: string }): Promise<number[]>
  /** Batches that have ended and have no webhooks yet, the longest ended first. */
  listUnannounced(args: { limit: number }): Promise<Batch[]>
  /** Parked and waiting tasks of a tenant, oldest first: those that can be cancelled. */
  listUnstarted(args: {
    tenantId: string
    mode?: Mode
    createdBefore: number
    models: string[] | null
    batchId?: string
    limit: number
  }): Promise<Task[]>
  /** Staged and pending tasks past their deadline. */
  listOverdue(args: { now: number; after?: Pick<Task, 'id' | 'deadlineAt'>; limit: number }): Promise<Task[]>
  /** When the next running task is due; null = none runs. */
  nextDueAt(args: Record<string, never>): Promise<number | null>
  /** When a delivery may be claimed next, circuits included; null = none waits. May be too early, never too late. */
  nextDeliveryAt(args: Record<string, never>): Promise<number | null>
  /**
   * Receivers of these standings with due deliveries, up to `perTenant` of each tenant and standing, the longest due first,
   * without those in `except`. The cost grows with the number of tenants with waiting deliveries, and of exceptions.
   */
  listDueReceivers(args: {
    standings: readonly Standing[]
    perTenant: number
    except: { tenants: string[]; hosts: string[]; receivers: ReceiverKey[] }
    now: number
  }): Promise<DueReceiver[]>
  /** Newest first; `beforeId` pages on from a delivery. `mode` is that of the task or batch. */
  listDeliveries(args: {
    tenantId: string | null
    id?: string
    taskId?: string
    mode?: Mode
    status?: DeliveryStatus
    beforeId?: string
    limit: number
  }): Promise<(Delivery & { log: DeliveryAttempt[] })[]>
  getDraft(args: { id: string }): Promise<Draft | undefined>
  /** Those of the ids that exist, in any order. */
  getDrafts(args: { ids: string[] }): Promise<Draft[]>
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
  /** The mode of a task or of a batch; undefined when there is neither. */
  getMode(args: { id: string }): Promise<Mode | undefined>
  getAsset(args: { id: string }): Promise<Asset | undefined>
  /** Those that expired first come first, from behind `after` on. Inputs of unfinished batches of calls are left out. */
  listExpiredAssets(args: { now: number; after?: Pick<Asset, 'id' | 'expiresAt'>; limit: number }): Promise<Asset[]>
  /** The ids among these that belong to assets. At most some hundreds at once. */
  listKnownAssets(args: { ids: string[] }): Promise<string[]>
  listFingerprints(args: Record<string, never>): Promise<Fingerprints>
  /** The subjects of troubles that notices were begun about and that are not over. */
  listNotices(args: Record<string, never>): Promise<string[]>
  /** Tenants with less than this to spend, in the order of their ids; `afterId` pages on from a tenant. */
  listLowBalances(args: {
    below: Points
    limit: number
    afterId?: string
  }): Promise<{ tenantId: string; name: string; available: Points }[]>
  /** Receivers whose circuit is open, in the order of tenants and hosts; `after` pages on from one. */
  listPausedReceivers(args: {
    limit: number
    after?: ReceiverKey
  }): Promise<(ReceiverKey & { failingSince: number | null })[]>
  getBalance(args: { tenantId: string }): Promise<Balance | undefined>
  getTenant(args: { id: string }): Promise<Tenant | undefined>
  /** Of several tenants; one without a balance is not among them. */
  getBalances(args: { tenantIds: readonly string[] }): Promise<(Balance & { tenantId: string })[]>
  /**
   * The oldest first, without those that were deleted; `afterId` pages on from a tenant. The first of all is the operator's.
   * `search` is a part of the name or of the id, in upper or lower case; `isDeleted` lists those that were deleted instead.
   */
  listTenants(args: {
    name?: string
    search?: string
    isDeleted?: boolean
    afterId?: string
    limit?: number
  }): Promise<Tenant[]>
  /** Also by the hash from before the last rotation, whose time the caller checks. */
  findKey(args: { hash: string }): Promise<KeyRecord | undefined>
  getKey(args: { id: string }): Promise<KeyRecord | undefined>
  /** The oldest first; `afterId` pages on from a key. `search` is a part of the name or of the id, in upper or lower case. */
  listKeys(args: {
    tenantId: string | null
    mode?: Mode
    search?: string
    afterId?: string
    limit?: number
  }): Promise<KeyRecord[]>
  /** What was booked under the id of a credit, and for whom. */
  getCredit(args: { id: string }): Promise<{ tenantId: string; amount: Points } | undefined>
  /** Newest first; `beforeSeq` pages on from a line. */
  listLedger(args: {
    tenantId: string
    from?: number
    to?: number
    beforeSeq?: number
    limit: number
  }): Promise<LedgerLine[]>
  /**
   * Counts are of the tasks on record that were created in the period, points of what was booked in it. By model or operation,
   * both are of the tasks on record, as the ledger knows neither. A call counts as the operation of its model. With `isDaily`,
   * there is a row for each UTC day of a group.
   */
  readUsage(args: UsageFilter & { by: UsageKey; isDaily?: boolean }): Promise<UsageRow[]>
  listAudit(args: {
    tenantId?: string
    subject?: string
    actor?: string
    verb?: string
    from?: number
    to?: number
    beforeSeq?: number
    limit: number
  }): Promise<StoredAuditEntry[]>
  /** Grows with every change of prices, costs and groups of tenants. */
  getPriceRevision(args: Record<string, never>): Promise<number>
  /** The newest first: those in force, or also those that have ended. */
  listPriceRules(args: { isInForce: boolean; limit?: number }): Promise<PriceRule[]>
  listCostRules(args: { isInForce: boolean; limit?: number }): Promise<CostRule[]>
  /** Tenants that are in a group. */
  listPriceGroups(args: Record<string, never>): Promise<{ tenantId: string; group: string }[]>
  /** What tasks that ended in `from <= t < to` earned and cost, as far as their records are kept. */
  sumMargins(args: { from: number; to: number; by: MarginKey }): Promise<MarginRow[]>
  /** Every broken rule of the ledger; [] proves that the money adds up. */
  reconcile(args: Record<string, never>): Promise<LedgerFault[]>
  /** Unfinished tasks of all tenants, at the cost of a few rows. */
  countUnfinished(args: Record<string, never>): Promise<Record<'staged' | 'pending' | 'running', number>>
  vitals(args: Record<string, never>): Promise<Vitals>
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
  /** The time for leases and deadlines: the same on all nodes, and not changed by setting a clock. */
  readonly clock: Clock
  /**
   * Subscribes to the signals of this node's commits and, unless one gets lost on the way, those of other nodes. Returns the
   * function that unsubscribes.
   */
  onSignal(listener: SignalListener): () => void
  close(): Promise<void>
}
