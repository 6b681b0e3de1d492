import type { Batch } from '../core/batch.ts'
import type { DeliveryDraft } from '../core/delivery.ts'
import type { Task } from '../core/task.ts'

/** The webhooks that a task or an ended batch calls for. The dialect in which it was submitted renders them. */
export interface WebhookRenderers {
  task(task: Task): DeliveryDraft[]
  batch(batch: Batch): DeliveryDraft[]
}

export type RenderWebhooks = WebhookRenderers['task']

/** By dialect. A task of a dialect that is not served any more has no webhooks. */
export function webhookRenderers(dialects: ReadonlyMap<string, Partial<WebhookRenderers>>): WebhookRenderers {
  return {
    task: (task) => dialects.get(task.dialect)?.task?.(task) ?? [],
    batch: (batch) => dialects.get(batch.dialect)?.batch?.(batch) ?? [],
  }
}
