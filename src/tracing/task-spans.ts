import { LRUCache } from 'lru-cache'
import { isTerminal, type Task } from '../core/task.ts'
import type { Transition } from '../core/transitions.ts'
import type { TaskObserver } from '../tasks/observer.ts'
import type { Spans } from './spans.ts'
import { attemptContext, parseTraceparent, taskContext } from './trace-context.ts'

/** Tasks that went back into a queue, of which it is remembered when. */
const MOST_RETURNED = 10_000

/**
 * The life of a task in spans: the whole task below the request that submitted it, and below the task its waits and its
 * attempts. Each is reported when it is over, by the process that saw its end.
 */
export function taskSpans(spans: Spans): TaskObserver {
  /** Since when a task waits again, by its id. */
  const returnedAt = new LRUCache<string, number>({ max: MOST_RETURNED })

  function reportWait(task: Task, startAt: number, endAt: number): void {
    spans.report({
      name: 'queue',
      parent: taskContext(task),
      attributes: { 'polyphony.pool': task.pool },
      startAt,
      endAt,
    })
  }

  function reportAttempt({ before, attempt }: Transition): void {
    if (attempt?.endedAt === undefined || before.claimedAt === null) return
    const { attempts, provider, account, claimedAt } = before
    const hasFailed = attempt.outcome === 'failed' || attempt.outcome === 'turned_away'
    spans.report({
      name: 'attempt',
      parent: taskContext(before),
      spanId: attemptContext(before).spanId,
      attributes: {
        'polyphony.attempt': attempts,
        'polyphony.outcome': attempt.outcome,
        'polyphony.provider': provider ?? 'none',
        'polyphony.account': account ?? 'none',
      },
      startAt: claimedAt,
      endAt: attempt.endedAt,
      error: hasFailed ? (attempt.reason ?? attempt.outcome) : undefined,
    })
  }

  function reportTask(task: Task): void {
    const { id, operation, status, tenantId, attempts, error, createdAt, endedAt, traceparent } = task
    if (endedAt === null) return
    if (attempts === 0) reportWait(task, createdAt, endedAt)
    const { traceId, spanId } = taskContext(task)
    spans.report({
      name: `task ${operation}`,
      parent: parseTraceparent(traceparent),
      spanId,
      traceId,
      attributes: {
        'polyphony.task_id': id,
        'polyphony.operation': operation,
        'polyphony.tenant_id': tenantId,
        'polyphony.status': status,
        ...(error === null ? {} : { 'polyphony.code': error.code }),
      },
      startAt: createdAt,
      endAt: endedAt,
      error: error === null ? undefined : error.code,
    })
  }

  return {
    submitted() {},
    claimed(task) {
      const since = task.attempts === 1 ? task.createdAt : returnedAt.get(task.id)
      returnedAt.delete(task.id)
      if (since !== undefined && task.claimedAt !== null) reportWait(task, since, task.claimedAt)
    },
    moved(step) {
      reportAttempt(step)
      const { before, after, attempt } = step
      if (after.status === 'pending' && attempt?.endedAt !== undefined) returnedAt.set(after.id, attempt.endedAt)
      if (isTerminal(after.status) && !isTerminal(before.status)) reportTask(after)
    },
  }
}
