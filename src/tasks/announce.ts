import type { DeliveryDraft } from '../core/delivery.ts'
import type { Task } from '../core/task.ts'

/** The webhooks that a task in this state calls for. The dialect in which the task was asked for renders them. */
export type Announce = (task: Task) => DeliveryDraft[]

/** By dialect. A task of a dialect that is not served any more is told to nobody. */
export function announceIn(dialects: ReadonlyMap<string, Announce>): Announce {
  return (task) => dialects.get(task.dialect)?.(task) ?? []
}
