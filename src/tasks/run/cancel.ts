import { SECOND_MS } from '../../core/clock.ts'
import { ZERO_POINTS } from '../../core/points.ts'
import { isRunning, type Task } from '../../core/task.ts'
import type { Lease } from '../leases.ts'
import { asPolyphonyError } from './errors.ts'
import { taskRequestOf } from './job.ts'
import { findPerformer, type Performer } from './performer.ts'
import type { RunParts } from './run-parts.ts'

const CANCEL_LIMIT_MS = 10 * SECOND_MS

const WHILE_IT_RAN = 'cancelled while it ran'
const REQUESTED = 'a cancel was requested'
const HEARD = 'the cancel came too late: a whole song can be heard'
const NOT_ENDED = 'the cancel came too late: the provider has the work and does not end it'

/**
 * Cancels what waits, what no vendor was called for, and what its provider can end. Where a call is under way whose outcome
 * is not known, the task is given back with `cancelRequestedAt`: the cancel is carried out as soon as it is known. So it is
 * where another process makes something itself, until that process has answered (`answerCancel`). Undefined when the provider
 * does not end the work, the task ended meanwhile, or one of its songs can be heard here as a whole: its caller has had it.
 */
export async function cancel(parts: RunParts, task: Task): Promise<Task | undefined> {
  if (parts.liveSounds.hasWhole(task.id)) return undefined
  const asksHolder = !parts.store.exclusive && parts.leases.inHand(task.id) === undefined
  const event = { kind: 'cancel_requested', log: logOf(task, asksHolder), asksHolder } as const
  const moved = await parts.moves.move(task, event, { fromAnyClaim: true })
  if (moved?.status === 'cancelled') parts.leases.abort(task.id)
  if (moved) return moved
  const fresh = await parts.store.getTask({ id: task.id })
  if (fresh === undefined || fresh.cancelRequestedAt !== null) return fresh
  if (fresh.status !== 'processing') return undefined
  const cancelled = cancelRunning(parts, fresh)
  const over = cancelled.catch(() => undefined) // who asked for it hears the error
  parts.cancelling.set(task.id, over)
  try {
    return await cancelled
  } finally {
    if (parts.cancelling.get(task.id) === over) parts.cancelling.delete(task.id)
  }
}

function logOf({ status }: Task, asksHolder: boolean): string {
  if (status === 'processing' && !asksHolder) return WHILE_IT_RAN
  return isRunning(status) ? REQUESTED : ''
}

/**
 * Carries out a cancel that came in at another process, of work that this one does itself; refuses it once a song of it can be
 * heard as a whole. Called whenever a task has changed. A request that is not seen is over with the task: its result is delivered,
 * or the task ends where it would be begun again.
 */
export async function answerCancel({ leases, store, moves, liveSounds }: RunParts, id: string): Promise<void> {
  const held = leases.inHand(id)
  if (!held || held.handle !== null || held.calledAt !== null) return
  const task = await store.getTask({ id })
  if (!task || task.cancelRequestedAt === null || task.claim !== held.claim) return
  if (liveSounds.hasWhole(id)) await moves.move(task, { kind: 'cancel_refused', log: HEARD })
  else if (await moves.move(task, endOfWork)) leases.abort(id)
}

async function cancelRunning(parts: RunParts, task: Task): Promise<Task | undefined> {
  const found = findPerformer(parts.accounts, task)
  if (!found?.provider.cancel) return undefined
  // Without a handle the work is in the call itself, and ends with it.
  if (task.handle !== null && !(await cancelAtProvider(parts, task, found))) return undefined
  const ended = await parts.moves.move(task, endOfWork, { fromAnyClaim: true })
  if (ended) parts.leases.abort(task.id)
  return ended
}

/**
 * Carries out the cancel that was requested while the task was handed over. Whether the task has ended by it, or is not ours
 * any more; where the provider could not be asked it is done at the next poll.
 */
export async function cancelAsRequested(parts: RunParts, lease: Lease, performer: Performer): Promise<boolean> {
  const outcome = await endAtProvider(parts, lease.task, performer)
  if (outcome === 'ended') {
    await lease.move(endOfWork)
    return true
  }
  if (outcome === 'unknown') return false
  return (await lease.move({ kind: 'cancel_refused', log: NOT_ENDED })) === undefined
}

/** Whether the provider ended the work. */
export async function cancelAtProvider(parts: RunParts, task: Task, performer: Performer): Promise<boolean> {
  return (await endAtProvider(parts, task, performer)) === 'ended'
}

/** `unknown` where the call did not arrive, or its answer was lost: the work may go on, and may be ended yet. */
async function endAtProvider(
  parts: RunParts,
  task: Task,
  { provider, account }: Performer,
): Promise<'ended' | 'refused' | 'unknown'> {
  if (!provider.cancel) return 'refused'
  try {
    await provider.cancel(task.handle, account, AbortSignal.timeout(CANCEL_LIMIT_MS), taskRequestOf(task))
    return 'ended'
  } catch (error) {
    parts.log.warn({ err: error, taskId: task.id }, 'a task could not be cancelled at the provider')
    return asPolyphonyError(error).retry === 'never' ? 'refused' : 'unknown'
  }
}

const endOfWork = {
  kind: 'ended',
  to: 'cancelled',
  from: ['processing'],
  output: null,
  error: null,
  consumedPoints: ZERO_POINTS,
  logs: [WHILE_IT_RAN],
} as const
