import { ZERO_POINTS } from './points.ts'
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

/** What every task begins with, beside what its submission says. */
export const UNBEGUN = {
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
  isWatched: false,
  startedAt: null,
  endedAt: null,
} satisfies Partial<Task>

/** The task that is stored, in full. */
export function taskOf(fresh: NewTask, status: 'pending' | 'staged'): Task {
  const { recordExpiresAt: _, idempotency: _key, batchId = null, ...given } = fresh
  const first = { ...UNBEGUN, progress: 0, consumedPoints: ZERO_POINTS, dueAt: fresh.createdAt }
  return { ...given, ...first, logs: [], status, batchId }
}
