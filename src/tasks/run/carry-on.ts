import { type Mark, MINUTE_MS } from '../../core/clock.ts'
import type { Task } from '../../core/task.ts'
import { cancelAsRequested } from './cancel.ts'
import { giveUp, scheduleLastLook, takeLastLook } from './deadline.ts'
import { getPerformer } from './performer.ts'
import { handlePollError, poll } from './poll.ts'
import { reconcile, resume } from './reconcile.ts'
import type { RunParts } from './run-parts.ts'

/** What is found at the deadline may be fetched for as long as this. */
const LAST_LOOK_MS = MINUTE_MS

/** Moves a running task on that was claimed because it is due. */
export async function carryOn(parts: RunParts, task: Task, since: Mark): Promise<void> {
  const { accounts, clock } = parts
  const isOver = clock.now() >= task.deadlineAt
  const lease = parts.leases.hold(task, since, isOver ? clock.now() + LAST_LOOK_MS : task.deadlineAt)
  try {
    if (isOver) return await takeLastLook(parts, lease)
    const performer = getPerformer(accounts, task)
    if (task.status === 'processing' && task.handle !== null) {
      const isCancelled = task.cancelRequestedAt !== null && (await cancelAsRequested(parts, lease, performer))
      if (!isCancelled) await poll(parts, lease, performer)
    } else if (task.status === 'uncertain') await reconcile(parts, lease, performer)
    else await resume(parts, lease, performer)
  } catch (thrown) {
    if (lease.lost) return
    if (!lease.timedOut) await handlePollError(parts, lease, thrown)
    else if (isOver) await giveUp(parts, lease)
    else await scheduleLastLook(parts, lease)
  } finally {
    lease.release()
  }
}
