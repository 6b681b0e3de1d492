import { HOUR_MS, type Mark, MINUTE_MS } from '../../core/clock.ts'
import type { Task } from '../../core/task.ts'
import type { Lease } from '../leases.ts'
import { taskRequestOf } from './job.ts'
import { findPerformer } from './performer.ts'
import type { RunParts } from './run-parts.ts'
import { LATE_CHECK_MS } from './timing.ts'

/** How long a task that failed for want of an answer is watched for its result. */
const WATCH_MS = 24 * HOUR_MS
/** How long one check may take, with the copying of its files. */
const CHECK_LIMIT_MS = 10 * MINUTE_MS

/** Delivers the result of a task that failed for want of an answer, if there is one by now. */
export async function checkLateResult(parts: RunParts, task: Task, since: Mark, stopping: AbortSignal): Promise<void> {
  const now = parts.clock.now()
  const lease = parts.leases.hold(task, since, now + CHECK_LIMIT_MS)
  try {
    await checkOnce(parts, lease, AbortSignal.any([stopping, lease.signal]))
  } catch (error) {
    if (lease.lost) return
    if (!stopping.aborted) parts.log.warn({ err: error, taskId: task.id }, 'a late result could not be fetched')
    // What this process did not come to the end of, the next one checks.
    await lease.move({ kind: 'looked_late', dueAt: stopping.aborted ? now : now + LATE_CHECK_MS })
  } finally {
    lease.release()
  }
}

async function checkOnce(parts: RunParts, lease: Lease, signal: AbortSignal): Promise<void> {
  const { accounts } = parts
  const { task } = lease
  const now = parts.clock.now()
  const found = findPerformer(accounts, task)
  const isOver = now >= (task.endedAt ?? 0) + WATCH_MS
  const isGone = task.account === null || !accounts.isKnown(task.account)
  const dueAt = now + LATE_CHECK_MS
  if (isOver || isGone || found?.provider.poll === undefined) {
    // A misconfigured account may be mended in time.
    await lease.move({ kind: 'looked_late', dueAt: isOver || isGone || found ? null : dueAt })
    return
  }
  if (task.handle === null) {
    await lease.move({ kind: 'looked_late', dueAt }) // until a callback names it
    return
  }
  const progress = await found.provider.poll(task.handle, found.account, signal, taskRequestOf(task))
  if (progress.status === 'completed') return parts.finish.completeLate(lease, progress.result, progress.handle, signal)
  await lease.move({ kind: 'looked_late', dueAt: progress.status === 'failed' ? null : dueAt })
}
