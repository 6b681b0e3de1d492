import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Progress } from '../../providers/provider.ts'
import type { Lease } from '../leases.ts'
import { endsTask, timeoutError } from './errors.ts'
import { taskRequestOf } from './job.ts'
import { type Performer, pollDelayMs } from './performer.ts'
import { errorOfCall, recordFailed } from './record-answer.ts'
import { recordSuccess, reportFailure } from './report-account.ts'
import type { RunParts } from './run-parts.ts'
import { backoffMs, LATE_CHECK_MS, pollIntervalMs } from './timing.ts'

/** Asks the provider once how the work goes, and writes down what it says. */
export async function poll(parts: RunParts, lease: Lease, performer: Performer): Promise<void> {
  const { task } = lease
  const progress = await fetchProgress(parts, lease, performer)
  if (progress.status === 'failed') return recordFailed(parts, lease, progress)
  if (progress.status === 'completed') return completePolled(parts, lease, progress)
  const now = parts.clock.now()
  const dueAt = now + pollDelayMs(parts, task, progress.pollAfterMs ?? pollIntervalMs(task, now))
  // A client is notified only when something has changed: a webhook a poll would be noise.
  await lease.move({ kind: 'progressed', progress: progress.progress ?? 0, dueAt })
  parts.alarm.at(dueAt)
}

export async function fetchProgress(
  parts: RunParts,
  { task, signal }: Lease,
  { provider, account }: Performer,
): Promise<Progress> {
  if (!provider.poll) throw new PolyphonyError('internal', `${provider.id} gave a handle and cannot be polled.`)
  const call = provider.poll(task.handle, account, signal, taskRequestOf(task)).catch(asUnanswered)
  const progress = await reportFailure(parts, task, call)
  await recordSuccess(parts, task, 'answered')
  return progress
}

/** An answer that is too long to read says nothing about the work, as none does. */
function asUnanswered(thrown: unknown): never {
  if (!(thrown instanceof PolyphonyError) || thrown.code !== 'payload_too_large') throw thrown
  throw new PolyphonyError('vendor_unreachable', thrown.message, { cause: thrown })
}

/** The work is done, and its files are to be copied. */
export async function completePolled(
  parts: RunParts,
  lease: Lease,
  { result, handle }: Extract<Progress, { status: 'completed' }>,
): Promise<void> {
  try {
    await parts.finish.complete(lease, result, handle, lease.signal)
    await recordSuccess(parts, lease.task, 'delivered')
  } catch (thrown) {
    if (lease.lost || !lease.timedOut) throw thrown
    // It lies ready at the provider: nothing is cancelled there, and it is fetched later.
    await parts.finish.fail(lease, timeoutError(lease.task), { lateAt: parts.clock.now() + LATE_CHECK_MS })
  }
}

/** A poll or a copy that failed says nothing about the work: it goes on, and is polled again. */
export async function handlePollError(parts: RunParts, lease: Lease, thrown: unknown): Promise<void> {
  const { clock, log } = parts
  const { task } = lease
  const error = errorOfCall(parts, task, thrown)
  if (endsTask(error)) {
    await parts.finish.fail(lease, { code: error.code, message: error.message })
    return
  }
  if (error.code === 'internal') {
    log.error({ err: thrown, taskId: task.id }, 'a poll failed by an error in the gateway; the task goes on')
  } else log.warn({ taskId: task.id, code: error.code, reason: error.message }, 'a poll failed; the task goes on')
  const delayMs = Math.max(backoffMs(3), SECOND_MS * Math.ceil(error.details.retryAfterSeconds ?? 0))
  // At its deadline the provider is asked once more, whatever it said before.
  const dueAt = Math.min(clock.now() + delayMs, Math.max(task.deadlineAt, clock.now() + backoffMs(1)))
  await lease.move({ kind: 'progressed', progress: task.progress, dueAt })
  parts.alarm.at(dueAt)
}
