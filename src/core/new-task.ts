import { ZERO_POINTS } from './points.ts'
import { UNKNOWN_COST } from './price-rule.ts'
import type { Task } from './task.ts'

/** A task to be stored. The store decides between `pending` and `staged`, and sets the fields that are not here. */
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
    | 'requestId'
    | 'traceparent'
    | 'pricePoints'
    | 'priceRule'
    | 'pool'
    | 'parentTaskId'
    /** The time in `id`: lists and counts by time use the id. */
    | 'createdAt'
    /** When the task fails unless a provider has begun it. */
    | 'deadlineAt'
    | 'timeoutMs'
  > {
  recordExpiresAt: number
  idempotency: { key: string; fingerprint: string } | null
  /** The batch that it is part of; such tasks give way to single ones of the same tenant. */
  batchId?: string
}

/** The initial values of the fields that a submission does not set. */
export const UNBEGUN = {
  ...UNKNOWN_COST,
  output: null,
  error: null,
  logs: [],
  fellBack: false,
  provider: null,
  account: null,
  handle: null,
  attempts: 0,
  misses: 0,
  avoidAccount: null,
  version: 0,
  claim: 0,
  leaseUntil: null,
  claimedAt: null,
  calledAt: null,
  heardAt: null,
  cancelRequestedAt: null,
  isWatched: false,
  startedAt: null,
  endedAt: null,
  isFavourite: false,
  deletedAt: null,
} satisfies Partial<Task>

/** The task that is stored, in full. */
export function taskOf(fresh: NewTask, status: 'pending' | 'staged'): Task {
  const { recordExpiresAt: _, idempotency: _key, batchId = null, ...given } = fresh
  const first = { ...UNBEGUN, progress: 0, consumedPoints: ZERO_POINTS, dueAt: fresh.createdAt }
  return { ...given, ...first, logs: [], status, batchId }
}
