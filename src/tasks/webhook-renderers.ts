import type { Batch } from '../core/batch.ts'
import type { DeliveryDraft } from '../core/delivery.ts'
import type { Task } from '../core/task.ts'

/** The webhooks that a task or an ended batch calls for. The dialect in which it was submitted renders them. */
export interface WebhookRenderers {
  task(task: Task): DeliveryDraft[] | Promise<DeliveryDraft[]>
  /** Resolves when the webhooks of the task can be rendered, if it has any; rejects when they cannot. Called before its work. */
  ready(task: Task): Promise<void> | undefined
  batch(batch: Batch): DeliveryDraft[] | Promise<DeliveryDraft[]>
}

export type RenderWebhooks = WebhookRenderers['task']
