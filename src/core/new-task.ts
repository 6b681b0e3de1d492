import type { Task } from './task.ts'

/** A task to be stored: what its submission says. The store decides between `pending` and `staged`, and begins the rest. */
export interface NewTask
  extends Pick<
    Task,
    | 'id'
    | 'tenantId'
    | 'keyId'
    | 'mode'
    | 'dialect'
    | 'operation'
    | 'model'
    | 'taskType'
    | 'input'
    | 'echo'
    | 'webhookUrl'
    | 'externalId'
    | 'pricePoints'
    | 'pool'
    | 'parentTaskId'
    /** The time that `id` was made with: lists and counts by time go by the id. */
    | 'createdAt'
    /** By when a provider must have begun. */
    | 'deadlineAt'
    | 'timeoutMs'
  > {
  recordExpiresAt: number
  idempotency: { key: string; fingerprint: string } | null
  /** The batch that it is part of; such tasks give way to single ones of the same tenant. */
  batchId?: string
}
