/** One webhook that is to be sent. The body is fixed when the delivery is made, so that every attempt sends the same. */
export interface DeliveryDraft {
  url: string
  body: string
  /** Headers of the dialect's own, such as PiAPI's `x-webhook-secret`. */
  headers: Record<string, string>
}

export type DeliveryStatus = 'pending' | 'delivered' | 'failed'

export interface Delivery extends DeliveryDraft {
  /** Stable over all attempts: the `webhook-id` header. */
  id: string
  tenantId: string
  taskId: string
  status: DeliveryStatus
  attempts: number
  claim: number
  createdAt: number
  /** When the next attempt is due; for a claimed delivery, when the lease runs out. */
  dueAt: number
  /** Host and port of the URL: with the tenant, the receiver in whose queue it waits. */
  host: string
}

/** The outcome of one attempt. */
export interface DeliveryAttempt {
  at: number
  durationMs: number
  /** HTTP status of the receiver's answer; null when there was none. */
  httpStatus: number | null
  /** Why there was no answer, or why the answer does not count. */
  error: string | null
}
