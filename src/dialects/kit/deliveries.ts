import type { DeliveryDraft } from '../../core/delivery.ts'
import type { Task } from '../../core/task.ts'
import type { Dialect } from '../dialect.ts'
import type { Urls } from './urls.ts'

/** The webhook that a task of this dialect calls for in its present state: none, or one to the address that it names. */
export function deliveriesOf(dialect: Dialect, task: Task, urls: Urls): DeliveryDraft[] {
  if (task.webhookUrl === null) return []
  const content = dialect.webhookFor?.(task, urls)
  if (!content) return []
  const trace = task.traceparent === null ? {} : { traceparent: task.traceparent }
  return [{ url: task.webhookUrl, body: content.body, headers: { ...trace, ...content.headers } }]
}
