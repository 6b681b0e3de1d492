import { isTerminal, type Task } from '../../core/task.ts'
import type { WebhookContent } from '../dialect.ts'
import type { Urls } from '../kit/urls.ts'
import { fromTask } from './from-task.ts'
import type { WebhookEvent } from './to-task.ts'

/**
 * One delivery for a state that a client subscribed to, though several of its events may fall together: output and
 * logs come with the end here, and the bodies would be the same.
 */
export function webhookFor(task: Task, urls: Urls): WebhookContent | undefined {
  const { events } = task.echo
  const isAnnounced = Array.isArray(events) && eventsAt(task).some((event) => events.includes(event))
  return isAnnounced ? { body: JSON.stringify(fromTask(task, urls)) } : undefined
}

function eventsAt({ status, progress, output, logs }: Task): WebhookEvent[] {
  // Progress does not change the status, and is not an event of this protocol.
  if (status === 'processing') return progress === 0 ? ['start'] : []
  if (!isTerminal(status)) return []
  return [
    'completed',
    ...(output === null ? [] : (['output'] as const)),
    ...(logs.length === 0 ? [] : (['logs'] as const)),
  ]
}
