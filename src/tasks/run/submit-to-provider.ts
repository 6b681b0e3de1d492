import type { Mark } from '../../core/clock.ts'
import type { PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { Submitted } from '../../providers/provider.ts'
import type { Lease } from '../leases.ts'
import { giveUp, scheduleLastLook } from './deadline.ts'
import { classifySubmitError, publicMessage, timeoutError } from './errors.ts'
import { isFileError } from './file-errors.ts'
import { buildJob } from './job.ts'
import { type Calls, findPerformer, getPerformer, underLease } from './performer.ts'
import { errorOfCall, recordAccepted, recordFailed } from './record-answer.ts'
import { recordSuccess, reportFailure } from './report-account.ts'
import type { RunParts } from './run-parts.ts'
import { backoffMs } from './timing.ts'

/** Delay before a turned-away task can be claimed again; prevents a busy loop. */
const TURNED_AWAY_MS = 100
/** While our own database or files are away, a task is tried every 16 s, in terms of `backoffMs`. */
const LONGEST_DELAY = 5

/** Submits a task that was just claimed from its queue. */
export async function submitToProvider(parts: RunParts, task: Task, since: Mark): Promise<void> {
  const lease = parts.leases.hold(task, since)
  try {
    const answer = await callProvider(parts, lease)
    if (answer && 'result' in answer) parts.liveSounds.end(task.id)
    if (answer) await handleAnswer(parts, lease, answer)
  } finally {
    parts.liveSounds.forget(task.id)
    lease.release()
  }
}

/** Undefined when the call has no answer, or none was made; what follows is written down then. */
async function callProvider(parts: RunParts, lease: Lease): Promise<Submitted | undefined> {
  const calls: Calls = { sent: 0, refused: 0 }
  try {
    await addWebhooks(parts, lease.task)
    const { provider, account } = getPerformer(parts.accounts, lease.task)
    const job = await buildJob(parts, lease.task)
    lease.signal.throwIfAborted() // a task that is not ours any more is not sent
    if (provider.isLocal !== true && !(await recordIntent(parts, lease))) return undefined
    return await reportFailure(parts, lease.task, provider.submit(job, underLease(account, lease, calls), lease.signal))
  } catch (thrown) {
    if (lease.lost) {
      // Another process has it, or this one is stopping: the row says how to go on, but for what only this one knows.
      if (calls.refused > 0 && calls.sent === 0) await recordUnsent(parts, lease)
      return undefined
    }
    if (!lease.timedOut) await handleSubmitError(parts, lease, thrown)
    else if (lease.task.calledAt === null) await giveUp(parts, lease)
    else await scheduleLastLook(parts, lease)
    return undefined
  }
}

/** The claim itself, which no move announces, is news to a client. */
async function addWebhooks({ store, clock, webhooksFor }: RunParts, task: Task): Promise<void> {
  const deliveries = await webhooksFor(task)
  if (deliveries.length === 0) return
  await store.addDeliveries({ taskId: task.id, tenantId: task.tenantId, deliveries, now: clock.now() })
}

/**
 * Writes down that the paid request is about to leave. False when the task is not ours any more, or the answer of the
 * database came so late that another process may have taken it: then nothing is sent.
 */
async function recordIntent(parts: RunParts, lease: Lease): Promise<boolean> {
  if (!(await lease.move({ kind: 'called', leaseMs: parts.leases.leaseMs }))) return false
  if (lease.isHeld()) return true
  await recordUnsent(parts, lease)
  return false
}

/**
 * The intent of the call is on disk, and the call was not made. Another process that has the task by now could not know:
 * it would wait for a vendor that was never called.
 */
async function recordUnsent({ moves, clock, maxWaitMs }: RunParts, { task }: Lease): Promise<void> {
  if (task.calledAt === null) return
  const now = clock.now()
  const log = 'the call was not sent, as the lease was over; it is begun again'
  const event = { kind: 'unsent', calledAt: task.calledAt, dueAt: now, deadlineAt: now + maxWaitMs, log } as const
  await moves.move(task, event, { fromAnyClaim: true })
}

/**
 * The provider has the work, or has done it. Whatever goes wrong from here on, the call is not simply made again: what
 * cannot be written down now is reconciled when the lease has run out.
 */
async function handleAnswer(parts: RunParts, lease: Lease, answer: Submitted): Promise<void> {
  const { finish, log } = parts
  try {
    await recordAnswer(parts, lease, answer)
  } catch (thrown) {
    if (lease.lost) return
    // A handle that could not be written is found again when the lease has run out.
    if (lease.timedOut && 'result' in answer) return finish.fail(lease, timeoutError(lease.task))
    const error = errorOfCall(parts, lease.task, thrown)
    if (!('result' in answer) || error.retry !== 'never') throw thrown
    if (error.code === 'internal') log.error({ err: thrown, taskId: lease.task.id }, 'a result could not be stored')
    await finish.fail(lease, { code: error.code, message: error.message })
  }
}

async function recordAnswer(parts: RunParts, lease: Lease, answer: Submitted): Promise<void> {
  if ('failed' in answer) return recordFailed(parts, lease, answer.failed)
  if ('result' in answer) {
    await recordSuccess(parts, lease.task, 'worked')
    await parts.finish.complete(lease, answer.result, answer.handle, lease.signal)
    return recordSuccess(parts, lease.task, 'delivered')
  }
  // First of all: what is lost of it has to be found again.
  await recordAccepted(parts, lease, answer.handle, answer.pollAfterMs)
  await recordSuccess(parts, lease.task, 'worked')
}

/** A call that failed: its error says whether anything was begun. */
async function handleSubmitError(parts: RunParts, lease: Lease, thrown: unknown): Promise<void> {
  const { finish, maxWaitMs } = parts
  const { task } = lease
  const error = errorOfCall(parts, task, thrown)
  const now = parts.clock.now()
  const message = messageFor(parts, task, error)
  const log = `attempt ${task.attempts}: ${message}`
  logSubmitError(parts, task, error, thrown)
  switch (classifySubmitError(error, task)) {
    case 'unknown': {
      const { missesCallsForMs = 0 } = findPerformer(parts.accounts, task)?.provider ?? {}
      const dueAt = now + Math.max(backoffMs(1), missesCallsForMs)
      await lease.move({ kind: 'answer_lost', dueAt, log })
      return parts.alarm.at(dueAt)
    }
    case 'refused':
      return finish.fail(lease, { code: error.code, message: error.message })
    case 'turned_away': {
      // It waits for another account, or for this one, and not for longer than it might have waited without the attempt.
      const deadlineAt = task.createdAt + maxWaitMs
      await lease.move({ kind: 'returned', dueAt: now + TURNED_AWAY_MS, deadlineAt, log: message, isMiss: false })
      return
    }
    case 'delayed': {
      const dueAt = now + backoffMs(Math.min(task.attempts, LONGEST_DELAY))
      const deadlineAt = task.createdAt + maxWaitMs
      await lease.move({ kind: 'returned', dueAt, deadlineAt, log: message, isMiss: false })
      return
    }
    case 'missed': {
      const dueAt = now + backoffMs(task.misses + 1)
      await lease.move({ kind: 'returned', dueAt, deadlineAt: now + maxWaitMs, log, isMiss: true })
      return
    }
    case 'missed_too_often':
      return finish.fail(lease, { code: error.code, message })
  }
}

function messageFor(parts: RunParts, task: Task, error: PolyphonyError): string {
  const isOwnAccount = findPerformer(parts.accounts, task)?.record.tenantId === task.tenantId
  return publicMessage(error, { isForOwner: isOwnAccount || isFileError(error) })
}

function logSubmitError({ log }: RunParts, task: Task, error: PolyphonyError, thrown: unknown): void {
  const { id, account, attempts } = task
  if (error.code === 'internal') {
    log.error({ err: thrown, taskId: id }, 'a call to a provider failed by an error in the gateway')
  } else {
    const about = { taskId: id, account, attempts, code: error.code, reason: error.message }
    log.warn(about, 'a call of a provider failed')
  }
}
