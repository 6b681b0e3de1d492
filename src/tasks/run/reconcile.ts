import type { Task } from '../../core/task.ts'
import type { Found } from '../../providers/provider.ts'
import type { Lease } from '../leases.ts'
import { interruptedError, lostAnswerError, MAX_MISSES } from './errors.ts'
import { buildJob } from './job.ts'
import { mayCallBack, type Performer } from './performer.ts'
import { recordAccepted } from './record-answer.ts'
import { reportFailure } from './report-account.ts'
import type { RunParts } from './run-parts.ts'
import { backoffMs } from './timing.ts'

/** A task at whose beginning a process of ours died so often may be the reason of it. */
const MAX_INTERRUPTIONS = 10

const NO_TRACE = 'the provider has no trace of the call; it is made again'
const NOT_CALLED = 'the process that had taken the task ended before it called the provider; it is begun again'
const LOST_IN_MEMORY = 'the process that did the work ended, and what it had made was in its memory; it is begun again'

const INTERRUPTED: ReadonlySet<string | null> = new Set([NO_TRACE, NOT_CALLED, LOST_IN_MEMORY])

/** Attempts that ended otherwise do not count: an account that is busy may turn a task away a hundred times. */
async function isInterruptedTooOften({ store }: RunParts, task: Task): Promise<boolean> {
  if (task.attempts < MAX_INTERRUPTIONS) return false
  const attempts = await store.listAttempts({ taskId: task.id })
  return attempts.filter(({ reason }) => INTERRUPTED.has(reason)).length + 1 >= MAX_INTERRUPTIONS
}

/** Asks the provider what became of a call whose answer was lost, before anything is tried again. */
export async function reconcile(
  parts: RunParts,
  lease: Lease,
  { provider, account }: Performer,
  wasInterrupted = false,
): Promise<void> {
  const { finish, maxWaitMs } = parts
  const { task } = lease
  const now = parts.clock.now()
  if (task.handle !== null) return recordAccepted(parts, lease, task.handle, 0) // the provider called, and named it
  const found = await ask(parts, lease, { provider, account })
  if (found === 'unknowable') {
    if (!mayCallBack(parts, task, provider)) return finish.fail(lease, lostAnswerError(task))
    // Only the vendor can say, by a callback: until the deadline.
    const log = 'the answer was lost; waiting for the provider to call'
    await lease.move({ kind: 'answer_lost', dueAt: task.deadlineAt, log })
    return
  }
  if (typeof found === 'object') return recordAccepted(parts, lease, found.handle, 0)
  if (found === 'absent') {
    // An interruption of ours is no miss of the provider's, unless it happens again and again.
    const isTooOften = wasInterrupted ? await isInterruptedTooOften(parts, task) : task.misses + 1 >= MAX_MISSES
    if (isTooOften) return finish.fail(lease, lostAnswerError(task))
    const isMiss = !wasInterrupted
    await lease.move({ kind: 'returned', dueAt: now, deadlineAt: now + maxWaitMs, log: NO_TRACE, isMiss })
    return
  }
  // Asked again until it knows; the task's deadline ends the wait.
  const dueAt = now + backoffMs(3)
  await lease.move({ kind: 'answer_lost', dueAt, log: 'the provider cannot say yet whether it has the task' })
  parts.alarm.at(dueAt)
}

async function ask(parts: RunParts, { task, signal }: Lease, { provider, account }: Performer): Promise<Found> {
  if (!provider.reconcile) return 'unknowable'
  return reportFailure(parts, task, provider.reconcile(await buildJob(parts, task), account, signal))
}

/** The process that had the task ended between the claim and the answer, or while it did the work itself. */
export async function resume(parts: RunParts, lease: Lease, performer: Performer): Promise<void> {
  const { task } = lease
  const now = parts.clock.now()
  if (task.calledAt === null) {
    if (await isInterruptedTooOften(parts, task)) return parts.finish.fail(lease, interruptedError(task))
    // Nothing was sent, or the work was done in a process that is gone, with all that it had in memory.
    const log = task.status === 'submitting' ? NOT_CALLED : LOST_IN_MEMORY
    await lease.move({ kind: 'returned', dueAt: now, deadlineAt: now + parts.maxWaitMs, log, isMiss: false })
    return
  }
  const log = 'the call to the provider was interrupted'
  const dueAt = Math.max(now, task.calledAt + (performer.provider.missesCallsForMs ?? 0))
  const isOurs = await lease.move({ kind: 'answer_lost', dueAt, log, keepsLease: dueAt === now })
  if (dueAt > now) parts.alarm.at(dueAt)
  else if (isOurs) await reconcile(parts, lease, performer, true)
}
