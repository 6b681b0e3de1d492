import { SECOND_MS } from '../../core/clock.ts'
import { ZERO_POINTS } from '../../core/points.ts'
import type { Task } from '../../core/task.ts'
import { findPerformer, type Performer } from './performer.ts'
import type { RunParts } from './run-parts.ts'

const CANCEL_LIMIT_MS = 10 * SECOND_MS

/** Ends work that the provider can end. Undefined when it cannot, or the task ended meanwhile. */
export async function cancel(parts: RunParts, task: Task): Promise<Task | undefined> {
  const found = findPerformer(parts.accounts, task)
  if (task.status !== 'processing' || !found?.provider.cancel) return undefined
  if (task.handle !== null && !(await cancelAtProvider(parts, task, found))) return undefined
  const end = { output: null, error: null, consumedPoints: ZERO_POINTS, logs: ['cancelled while it ran'] }
  const from = ['processing'] as const
  const ended = await parts.moves.move(task, { kind: 'ended', to: 'cancelled', from, ...end }, { fromAnyClaim: true })
  if (ended) parts.leases.abort(task.id)
  return ended
}

/** Whether the provider ended the work. */
export async function cancelAtProvider(
  parts: RunParts,
  task: Task,
  { provider, account }: Performer,
): Promise<boolean> {
  if (!provider.cancel) return false
  try {
    await provider.cancel(task.handle, account, AbortSignal.timeout(CANCEL_LIMIT_MS))
    return true
  } catch (error) {
    parts.log.warn({ err: error, taskId: task.id }, 'a task could not be cancelled at the provider')
    return false
  }
}
