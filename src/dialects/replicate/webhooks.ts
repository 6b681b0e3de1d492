import type { DeliveryDraft } from '../../core/delivery.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import { fromTask } from './from-task.ts'
import type { WebhookEvent } from './to-task.ts'

/**
 * One delivery for a state that a client subscribed to, though several of its events may fall together: output and
 * logs come with the end here, and the bodies would be the same.
 */
export function webhooksFor(task: Task, urls: Urls): DeliveryDraft[] {
  const { webhook, events } = task.echo
  if (typeof webhook !== 'string' || !Array.isArray(events)) return []
  if (!eventsAt(task).some((event) => events.includes(event))) return []
  return [{ url: webhook, body: JSON.stringify(fromTask(task, urls)), headers: {} }]
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
