import { PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { Failure } from '../../providers/provider.ts'
import type { Lease } from '../leases.ts'
import { asPolyphonyError, failureError, redacted } from './errors.ts'
import { pollDelayMs, withoutSecrets } from './performer.ts'
import { recordFailure } from './report-account.ts'
import type { RunParts } from './run-parts.ts'
import { FIRST_POLL_MS } from './timing.ts'

/** The provider has the work: stores the handle by which any process can follow it. */
export async function recordAccepted(
  parts: RunParts,
  lease: Lease,
  handle: Task['handle'],
  pollAfterMs = FIRST_POLL_MS,
): Promise<void> {
  const dueAt = parts.clock.now() + pollDelayMs(parts, lease.task, pollAfterMs)
  await lease.move({ kind: 'accepted', handle, dueAt })
  parts.alarm.at(dueAt)
}

/**
 * The generation failed: ends the task with the provider's own reason. A provider that has just ended cancelled work reports it as
 * failed, often before it has answered the cancel, which goes first: the task is cancelled then, and nothing is written here.
 */
export async function recordFailed(parts: RunParts, lease: Lease, failure: Failure): Promise<void> {
  const { task } = lease
  await parts.cancelling.get(task.id)
  const error = failureError(failure)
  error.message = withoutSecrets(parts.accounts, task, error.message)
  if (error.detail !== undefined) error.detail = withoutSecrets(parts.accounts, task, error.detail)
  if (error.code === 'content_moderated')
    await recordFailure(parts, task, new PolyphonyError(error.code, error.message))
  const { costPoints } = failure
  await parts.finish.fail(lease, error, costPoints === undefined ? {} : { costPoints })
}

/** The error of a call, without secrets of the account. */
export function errorOfCall(parts: RunParts, task: Task, thrown: unknown): PolyphonyError {
  return redacted(asPolyphonyError(thrown), (text) => withoutSecrets(parts.accounts, task, text))
}
