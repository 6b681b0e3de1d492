import type { Lease } from '../leases.ts'
import { cancelAtProvider } from './cancel.ts'
import { timeoutError } from './errors.ts'
import { buildJob } from './job.ts'
import { findPerformer, mayCallBack, type Performer } from './performer.ts'
import { completePolled, fetchProgress } from './poll.ts'
import { errorOfCall, recordAccepted, recordFailed } from './record-answer.ts'
import { reportFailure } from './report-account.ts'
import type { RunParts } from './run-parts.ts'
import { LATE_CHECK_MS } from './timing.ts'

/** The deadline came in the middle of a call: the task becomes due at once, for a last look with a time of its own. */
export async function scheduleLastLook(parts: RunParts, lease: Lease): Promise<void> {
  const { task } = lease
  const now = parts.clock.now()
  const log = 'no answer came before the deadline'
  if (task.handle === null) await lease.move({ kind: 'answer_lost', dueAt: now, log })
  else await lease.move({ kind: 'progressed', progress: task.progress, dueAt: now })
  parts.alarm.at(now)
}

/** At the deadline the provider is asked once more; only what is not done then is given up. */
export async function takeLastLook(parts: RunParts, lease: Lease): Promise<void> {
  const { task } = lease
  const found = findPerformer(parts.accounts, task)
  try {
    if (found && (await isSettledByProvider(parts, lease, found))) return
  } catch (thrown) {
    if (lease.lost) return
    const { message } = errorOfCall(parts, task, thrown)
    parts.log.warn({ taskId: task.id, reason: message }, 'the provider could not be asked at the deadline')
  }
  await giveUp(parts, lease)
}

/** Whether the provider's answer says how the task goes on, and that is written down. */
async function isSettledByProvider(parts: RunParts, lease: Lease, performer: Performer): Promise<boolean> {
  const { task } = lease
  const { provider, account } = performer
  if (task.handle !== null) {
    const progress = await fetchProgress(parts, lease, performer)
    if (progress.status === 'processing') return false
    if (progress.status === 'completed') await completePolled(parts, lease, progress)
    else await recordFailed(parts, lease, progress)
    return true
  }
  if (!provider.reconcile || (task.status !== 'uncertain' && task.calledAt === null)) return false
  const call = provider.reconcile(await buildJob(parts, task), account, lease.signal)
  const known = await reportFailure(parts, task, call)
  if (known === 'unknown' || known === 'unknowable') return false
  // Due at once, and past its deadline: it is polled, and given up or delivered.
  if (typeof known === 'object') await recordAccepted(parts, lease, known.handle, 0)
  else await parts.finish.fail(lease, timeoutError(task))
  return true
}

/** Fails the task for its deadline, and cancels the work at the provider where that is possible. */
export async function giveUp(parts: RunParts, lease: Lease): Promise<void> {
  const { task } = lease
  const found = findPerformer(parts.accounts, task)
  const isCancelled = task.handle !== null && found !== undefined && (await cancelAtProvider(parts, task, found))
  // What goes on at the provider may still come to an end, which is then delivered.
  const mayStillCome = !isCancelled && (task.handle !== null || mayCallBack(parts, task, found?.provider))
  await parts.finish.fail(lease, timeoutError(task), mayStillCome ? { lateAt: parts.clock.now() + LATE_CHECK_MS } : {})
}
