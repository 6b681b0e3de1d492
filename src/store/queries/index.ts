import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { changeAccount, createAccount, listAccounts, listLoads, removeAccount } from './accounts.ts'
import { deleteAssets, getAsset, insertAsset, listExpiredAssets } from './assets.ts'
import { listAttempts } from './attempts.ts'
import { announceBatch, getBatch, listUnannounced, submitBatch } from './batches.ts'
import { claimDeliveries } from './claim-deliveries.ts'
import { claimPending, listWaiting } from './claim-pending.ts'
import { addDeliveries, listDeliveries, nextDeliveryAt, replayDelivery } from './deliveries.ts'
import { giveUpDeliveries, recordAttempts } from './delivery-attempts.ts'
import { getDraft, insertDraft, listDrafts, purgeDrafts, updateDraft } from './drafts.ts'
import { claimLate, deliverLate, hear, recordLate } from './late.ts'
import { credit, listLedger, rebuildBalances, reconcile, summary } from './ledger.ts'
import {
  claimDue,
  recordHandle,
  recordProgress,
  recordUncertain,
  releaseLeases,
  renewLeases,
  requeue,
} from './progress.ts'
import { forgetReceivers, listDueReceivers, queueDeliveries } from './receivers.ts'
import { countAhead, countWaiting, repool } from './repool.ts'
import { settle } from './settle.ts'
import { submitTasks } from './submit-tasks.ts'
import { totalTasks } from './task-counts.ts'
import { getTask, getTasks, listOverdue, listTasks, listUnstarted, nextDueAt, purgeTasks } from './tasks.ts'
import {
  changeTenant,
  createKey,
  createTenant,
  findKey,
  getBalance,
  getKey,
  getTenant,
  listKeys,
  listTenants,
  revokeKey,
} from './tenants.ts'
import { countUnfinished } from './unfinished.ts'

/** The queries behind the verbs: the same code on both engines, each running in a transaction that the engine opens. */
type Queries<Verbs> = {
  [Verb in keyof Verbs]: Verbs[Verb] extends (args: infer Args) => infer Result ? (tx: Tx, args: Args) => Result : never
}

export const writes: Queries<WriteVerbs> = {
  submitTasks,
  submitBatch,
  announceBatch,
  claimPending,
  claimDue,
  claimLate,
  recordLate,
  deliverLate,
  hear,
  repool,
  createAccount,
  changeAccount,
  removeAccount,
  changeTenant,
  renewLeases,
  releaseLeases,
  recordHandle,
  recordProgress,
  recordUncertain,
  requeue,
  settle,
  addDeliveries,
  queueDeliveries,
  claimDeliveries,
  recordAttempts,
  giveUpDeliveries,
  forgetReceivers,
  replayDelivery,
  insertDraft,
  updateDraft,
  purgeDrafts,
  insertAsset,
  deleteAssets,
  purgeTasks,
  credit,
  createTenant,
  createKey,
  revokeKey,
  rebuildBalances,
}

export const reads: Queries<ReadVerbs> = {
  getTask,
  getTasks,
  listTasks,
  countTasks: totalTasks,
  getBatch,
  listUnannounced,
  listUnstarted,
  listOverdue,
  nextDueAt,
  nextDeliveryAt,
  listDueReceivers,
  listDeliveries,
  getDraft,
  listDrafts,
  getAsset,
  listExpiredAssets,
  getBalance,
  getTenant,
  listTenants,
  findKey,
  getKey,
  listKeys,
  listLedger,
  reconcile,
  summary,
  countUnfinished,
  listAccounts,
  listLoads,
  listWaiting,
  countAhead,
  countWaiting,
  listAttempts,
}
