import { type Static, Type } from 'typebox'
import type { DeliveryAttempt, Delivery as StoredDelivery } from '../core/delivery.ts'
import { ID, orNull, TEXT, TIME, timeOf } from './fields.ts'

/** A delivery in answers. Its headers may hold a secret of the receiver, so they are left out. */
export const Delivery = Type.Object({
  id: ID,
  tenant: ID,
  task_id: Type.String({ description: 'The task, or the batch.' }),
  url: TEXT,
  status: Type.Enum(['pending', 'delivered', 'failed']),
  attempts: Type.Integer(),
  created_at: TIME,
  next_attempt_at: orNull(TIME),
  log: Type.Array(
    Type.Object({
      at: TIME,
      duration_ms: Type.Integer(),
      http_status: orNull(Type.Integer()),
      error: orNull(TEXT),
    }),
  ),
})

export function deliveryBody(delivery: StoredDelivery & { log: DeliveryAttempt[] }): Static<typeof Delivery> {
  return {
    id: delivery.id,
    tenant: delivery.tenantId,
    task_id: delivery.taskId,
    url: delivery.url,
    status: delivery.status,
    attempts: delivery.attempts,
    created_at: timeOf(delivery.createdAt),
    next_attempt_at: delivery.status === 'pending' ? timeOf(delivery.dueAt) : null,
    log: delivery.log.map(({ at, durationMs, httpStatus, error }) => ({
      at: timeOf(at),
      duration_ms: durationMs,
      http_status: httpStatus,
      error,
    })),
  }
}
