import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { TaskWrite } from '../task-write.ts'
import type { Tx } from '../tx.ts'
import { changeAccount, createAccount, getAccount, listAccounts, listLoads, removeAccount } from './accounts.ts'
import { createAnnouncement, listAnnouncements, removeAnnouncement } from './announcements.ts'
import { findAnswer, keepAnswer, purgeAnswers } from './answers.ts'
import { applyWrites } from './apply-writes.ts'
import { deleteAssets, getAsset, insertAsset, listExpiredAssets, listKnownAssets } from './assets.ts'
import { listAttempts } from './attempts.ts'
import { addAudit, listAudit } from './audit.ts'
import {
  countAuthRows,
  deleteAuthRows,
  findAuthRows,
  insertAuthRow,
  purgeSessions,
  updateAuthRows,
} from './auth-rows.ts'
import { changeBalanceNotice, getBalanceNotice, listDueBalanceNotices } from './balance-notices.ts'
import { addBatchDeliveries, getBatch, listBatches, listUnannounced, submitBatch } from './batches.ts'
import {
  cancelCallBatch,
  changeCallBatch,
  claimCallBatches,
  createCallBatch,
  deleteCallBatch,
  endBatchLines,
  finishCallBatch,
  getCallBatch,
  listBatchLines,
  listCallBatches,
  listEndedLines,
  releaseCallBatches,
  renewCallBatches,
} from './call-batches.ts'
import { deleteCallFile, getCallFile, insertCallFile, listCallFiles, purgeCallFiles } from './call-files.ts'
import {
  bookCalls,
  endAllowances,
  findKeptItems,
  findResponse,
  forgetResponse,
  holdAllowance,
  listCalls,
  purgeCalls,
  renewAllowances,
} from './calls.ts'
import { claimDeliveries } from './claim-deliveries.ts'
import { claimPending, listWaiting } from './claim-pending.ts'
import { connectClient, findConnection, forgetUnusedClients, listConnections } from './connections.ts'
import { addDeliveries, listDeliveries, nextDeliveryAt, replayDelivery } from './deliveries.ts'
import { giveUpDeliveries, recordAttempts } from './delivery-attempts.ts'
import { getDraft, getDrafts, insertDraft, listDrafts, purgeDrafts, updateDraft } from './drafts.ts'
import { changeFingerprint, listFingerprints } from './fingerprints.ts'
import { ensureFirstTenant } from './first-tenant.ts'
import { importTenant } from './import-tenant.ts'
import { createInvitation, findInvitation, listInvitations, revokeInvitation } from './invitations.ts'
import { changeKey, createKey, findKey, getKey, listKeys, recordKeyUses, revokeKey, rotateKey } from './keys.ts'
import { claimDue, claimLateChecks, releaseLeases, renewLeases } from './leases.ts'
import { credit, getCredit, listLedger, rebuildBalances, reconcile, summary } from './ledger.ts'
import { hideTask, listHidden, markTask, purgeHidden, restoreTask } from './library.ts'
import { sumMargins } from './margins.ts'
import { countAhead, countWaiting, moveToPool } from './move-to-pool.ts'
import { beginNotice, endNotice, listLowBalances, listNotices, listPausedReceivers, takeTurn } from './notices.ts'
import { createPasswordReset, endPasswordResets, findPasswordReset, usePasswordReset } from './password-resets.ts'
import {
  createPayment,
  endPayment,
  getPayment,
  listPayments,
  namePayment,
  reversePayment,
  settlePayment,
} from './payments.ts'
import {
  addMember,
  changeMember,
  changePerson,
  changeSession,
  createPerson,
  createSession,
  deleteSessions,
  findSession,
  getMember,
  getPerson,
  isClaimed,
  listMembers,
  listMemberships,
  listPeople,
  listSessions,
  removeMember,
  removePerson,
} from './people.ts'
import { getPriceRevision } from './price-revision.ts'
import { changeCostRules, changePriceRules, listCostRules, listPriceGroups, listPriceRules } from './price-rules.ts'
import { listQueues } from './queues.ts'
import { forgetReceivers, listDueReceivers, queueDeliveries } from './receivers.ts'
import { changeRetention, getRetention } from './retention.ts'
import { createShare, getShare, listShares, revokeShare } from './shares.ts'
import { takeAttempt } from './sign-in-attempts.ts'
import { getStorageUse } from './storage-use.ts'
import { submitTasks } from './submit-tasks.ts'
import { totalTasks } from './task-counts.ts'
import {
  getMode,
  getTask,
  getTasks,
  listAllTasks,
  listOverdue,
  listTasks,
  listUnstarted,
  nextDueAt,
  purgeTasks,
} from './tasks.ts'
import { changeTenant, createTenant, deleteTenant, getBalance, getBalances, getTenant, listTenants } from './tenants.ts'
import { createTopUpCodes, getTopUpCode, listTopUpCodes, redeemTopUpCode, revokeTopUpCode } from './top-up-codes.ts'
import { countUnfinished } from './unfinished.ts'
import { readUsage } from './usage.ts'
import { vitals } from './vitals.ts'

/** The queries behind the verbs: the same code on both engines, each running in a transaction that the engine opens. */
type Queries<Verbs> = {
  [Verb in keyof Verbs]: Verbs[Verb] extends (args: infer Args) => infer Result ? (tx: Tx, args: Args) => Result : never
}

/** The verbs as the engines run them: moves of tasks come as rows, several at once. */
export type EngineVerbs = Omit<WriteVerbs, 'applyChange'> & {
  applyWrites(args: { writes: TaskWrite[] }): Promise<boolean[]>
}

export const writes: Queries<EngineVerbs> = {
  submitTasks,
  submitBatch,
  addBatchDeliveries,
  claimPending,
  claimDue,
  claimLateChecks,
  applyWrites,
  moveToPool,
  createAccount,
  changeAccount,
  removeAccount,
  changeTenant,
  changePriceRules,
  changeCostRules,
  renewLeases,
  releaseLeases,
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
  markTask,
  hideTask,
  restoreTask,
  purgeHidden,
  createShare,
  revokeShare,
  credit,
  createTenant,
  ensureFirstTenant,
  importTenant,
  changeFingerprint,
  beginNotice,
  endNotice,
  takeTurn,
  deleteTenant,
  createKey,
  changeKey,
  rotateKey,
  revokeKey,
  recordKeyUses,
  addAudit,
  holdAllowance,
  bookCalls,
  renewAllowances,
  endAllowances,
  forgetResponse,
  purgeCalls,
  insertCallFile,
  deleteCallFile,
  purgeCallFiles,
  createCallBatch,
  claimCallBatches,
  renewCallBatches,
  releaseCallBatches,
  changeCallBatch,
  cancelCallBatch,
  endBatchLines,
  finishCallBatch,
  deleteCallBatch,
  keepAnswer,
  purgeAnswers,
  rebuildBalances,
  createPerson,
  changePerson,
  createPasswordReset,
  usePasswordReset,
  endPasswordResets,
  removePerson,
  addMember,
  changeMember,
  removeMember,
  connectClient,
  forgetUnusedClients,
  createSession,
  changeSession,
  deleteSessions,
  createInvitation,
  revokeInvitation,
  purgeSessions,
  insertAuthRow,
  updateAuthRows,
  deleteAuthRows,
  createTopUpCodes,
  redeemTopUpCode,
  revokeTopUpCode,
  createPayment,
  namePayment,
  reversePayment,
  settlePayment,
  endPayment,
  createAnnouncement,
  removeAnnouncement,
  changeBalanceNotice,
  changeRetention,
  takeAttempt,
}

export const reads: Queries<ReadVerbs> = {
  listTopUpCodes,
  getTopUpCode,
  getPayment,
  listPayments,
  listAnnouncements,
  getBalanceNotice,
  getRetention,
  listDueBalanceNotices,
  listQueues,
  getTask,
  getTasks,
  listTasks,
  listAllTasks,
  countTasks: totalTasks,
  listHidden,
  getShare,
  listShares,
  getBatch,
  listBatches,
  listCalls,
  findResponse,
  findKeptItems,
  getCallFile,
  listCallFiles,
  getCallBatch,
  listCallBatches,
  listBatchLines,
  listEndedLines,
  findAnswer,
  listUnannounced,
  listUnstarted,
  listOverdue,
  nextDueAt,
  nextDeliveryAt,
  listDueReceivers,
  listDeliveries,
  getDraft,
  getDrafts,
  listDrafts,
  getStorageUse,
  getMode,
  getAsset,
  listExpiredAssets,
  listKnownAssets,
  listFingerprints,
  listNotices,
  listLowBalances,
  listPausedReceivers,
  getBalance,
  getTenant,
  getBalances,
  listTenants,
  findKey,
  getKey,
  listKeys,
  getCredit,
  listLedger,
  readUsage,
  listAudit,
  reconcile,
  summary,
  countUnfinished,
  vitals,
  getAccount,
  listAccounts,
  listLoads,
  listWaiting,
  countAhead,
  countWaiting,
  listAttempts,
  getPriceRevision,
  listPriceRules,
  listCostRules,
  listPriceGroups,
  sumMargins,
  findPasswordReset,
  isClaimed,
  findSession,
  listSessions,
  getPerson,
  listPeople,
  listMemberships,
  listMembers,
  getMember,
  listInvitations,
  findInvitation,
  findAuthRows,
  countAuthRows,
  findConnection,
  listConnections,
}
