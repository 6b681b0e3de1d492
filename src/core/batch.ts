import type { JsonObject } from './json.ts'
import type { NewTask } from './new-task.ts'
import type { Mode } from './task.ts'

/** An entry of a batch that was not accepted. */
export interface Rejected {
  /** Its position in the request, from 0. */
  index: number
  code: string
  message: string
  field: string | null
}

/** Many tasks that came in one request and have one webhook at the end. */
export interface Batch {
  id: string
  tenantId: string
  mode: Mode
  keyId: string
  dialect: string
  /** Data for the dialect alone. The address of the final webhook is in it: a batch has no member for that. */
  echo: JsonObject
  rejected: Rejected[]
  /** Accepted tasks; the next three count those that have ended. */
  total: number
  completed: number
  failed: number
  cancelled: number
  createdAt: number
  endedAt: number | null
}

export type NewBatch = Pick<
  Batch,
  'id' | 'tenantId' | 'mode' | 'keyId' | 'dialect' | 'echo' | 'rejected' | 'createdAt'
> &
  Pick<NewTask, 'recordExpiresAt' | 'idempotency'>
