import { type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { Task, TaskError } from '../../core/task.ts'
import type { Failure } from '../../providers/provider.ts'

/** After so many attempts that went wrong at the provider's end a task fails. */
export const MAX_MISSES = 5

/** What a tenant reads about an operator's account, in place of what the vendor or the network said. */
const PUBLIC_MESSAGES: Partial<Record<ErrorCode, string>> = {
  account_busy: 'The account is at its limit at the provider; the task waits for a free one.',
  account_refused: 'The account cannot be used at the provider now; the task waits for another one.',
  vendor_unreachable: 'The provider cannot be reached at present.',
  vendor_silent: 'The provider did not answer.',
}

/**
 * The message for the tenant. Hides the state and the address of an operator's account; the owner of an account, and the
 * sender of a file, may read everything.
 */
export function publicMessage(error: PolyphonyError, { isForOwner }: { isForOwner: boolean }): string {
  return isForOwner ? error.message : (PUBLIC_MESSAGES[error.code] ?? error.message)
}

/** Any other error than ours is a fault of the adapter, and its message is for the log only. */
export function asPolyphonyError(thrown: unknown): PolyphonyError {
  if (thrown instanceof PolyphonyError) return thrown
  return new PolyphonyError('internal', 'The provider adapter failed; the log has the cause.', { cause: thrown })
}

/** The same error, with its message as `redact` leaves it. */
export function redacted(error: PolyphonyError, redact: (text: string) => string): PolyphonyError {
  const message = redact(error.message)
  if (message === error.message) return error
  return new PolyphonyError(error.code, message, { ...error.details, cause: error })
}

/** What follows from a submission that failed. */
export type SubmitFailure =
  /** The work may have been begun: the provider is asked before anything is tried again. */
  | 'unknown'
  /** No other attempt would fare better: the task fails. */
  | 'refused'
  /** Nothing was begun, and the account takes no more for now: another account is tried, and no miss is counted. */
  | 'turned_away'
  /** Nothing was begun, for want of our own database or files: tried again later, and no miss is counted. */
  | 'delayed'
  /** Nothing was begun: tried again later, and counted as a miss. */
  | 'missed'
  /** The last miss: the task fails. */
  | 'missed_too_often'

/** An outage of ours fails no task, however long it is: the time for which a task may wait ends it. */
const OURS: ReadonlySet<ErrorCode> = new Set(['store_unavailable', 'storage_full'])

export function classifySubmitError(
  error: PolyphonyError,
  { calledAt, misses }: Pick<Task, 'calledAt' | 'misses'>,
): SubmitFailure {
  // A fault of ours after the request was sent says nothing about what the vendor does with it.
  if (error.retry === 'reconcile' || (error.code === 'internal' && calledAt !== null)) return 'unknown'
  if (error.retry === 'never') return 'refused'
  if (error.retry === 'elsewhere') return 'turned_away'
  if (OURS.has(error.code)) return 'delayed'
  return misses + 1 < MAX_MISSES ? 'missed' : 'missed_too_often'
}

/** Whether a poll that failed ends the task. A fault of ours does not end what a vendor works on: the deadline does. */
export function endsTask(error: PolyphonyError): boolean {
  return error.code !== 'internal' && error.retry === 'never'
}

export function failureError({ reason, detail, isModerated }: Failure): TaskError {
  const code = isModerated === true ? 'content_moderated' : 'vendor_refused'
  return { code, message: reason, ...(detail === undefined ? {} : { detail }) }
}

export function timeoutError({ attempts }: Pick<Task, 'attempts'>): TaskError {
  return { code: 'timed_out', message: `The task was not done in time (attempt ${attempts}).` }
}

export function lostAnswerError({ attempts }: Pick<Task, 'attempts'>): TaskError {
  const message = `The provider's answer was lost and could not be found again (attempt ${attempts}).`
  return { code: 'vendor_silent', message }
}

export function interruptedError({ attempts }: Pick<Task, 'attempts'>): TaskError {
  const message = `The work was interrupted again and again (attempt ${attempts}); it may be what ends the process.`
  return { code: 'internal', message }
}
