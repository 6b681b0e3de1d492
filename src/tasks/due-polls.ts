import { markOf } from '../core/clock.ts'
import type { Alarm } from './alarm.ts'
import type { InHand } from './in-hand.ts'
import type { Leases } from './leases.ts'
import type { TaskParts } from './parts.ts'
import type { Work } from './work.ts'

const CLAIM_LIMIT = 100
/** How many tasks are polled at once. Such answers come soon, and more at a time would only fill the memory. */
const MAX_POLLS = 512

/** Claims running tasks that are due and carries them on. The returned function says whether there may be more of them. */
export function openDuePolls(
  { store, clock }: TaskParts,
  options: {
    work: Pick<Work, 'carryOn'>
    leases: Leases
    inHand: InHand
    alarm: Pick<Alarm, 'at'>
    /** Called when more tasks may be polled again. */
    onRoom: () => void
  },
): () => Promise<boolean> {
  const { work, leases, inHand, alarm, onRoom } = options
  const { holder, leaseMs } = leases
  let polls = 0

  function endPoll(): void {
    polls -= 1
    // At half, so that each claim finds many.
    if (polls === MAX_POLLS / 2) onRoom()
  }

  return async () => {
    const limit = Math.min(CLAIM_LIMIT, MAX_POLLS - polls)
    if (limit <= 0) return false // the polls that end make room
    const since = markOf(clock)
    const tasks = await store.claimDue({ limit, leaseMs, holder, now: clock.now() })
    for (const task of tasks) {
      polls += 1
      inHand.add(work.carryOn(task, since).finally(endPoll), task.id)
    }
    if (tasks.length < limit) {
      const next = await store.nextDueAt({})
      if (next !== null) alarm.at(next)
    }
    return tasks.length === limit
  }
}
