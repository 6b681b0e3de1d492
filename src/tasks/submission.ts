import type { Operation } from '../catalog/operation.ts'
import type { Rejected } from '../core/batch.ts'
import { callerField, callerInput, type FieldNames } from '../core/field-names.ts'
import type { JsonObject } from '../core/json.ts'
import type { Points } from '../core/points.ts'

/** A valid request for an operation, in whichever dialect it came. */
export interface Submission {
  operation: Operation
  /** As `readInput` returned it. */
  input: JsonObject
  /** What the caller calls the fields of the input, for errors; by default as the operation does. */
  names?: FieldNames
  /** As the caller spelt them; by default the operation's own. */
  model?: string
  taskType?: string
  dialect: string
  echo?: JsonObject
  /** Where the caller wants to be told; judged before anything is stored. */
  webhook?: Webhook | undefined
  /** The caller's own id of the task, by which they may look it up. */
  externalId?: string | undefined
  idempotency?: Idempotency | undefined
  origin?: RequestOrigin | undefined
  /** Whose accounts are to do it; by default as the tenant's setting says. */
  pool?: 'private' | 'public' | undefined
}

interface Webhook {
  field: string
  url: string
}

/** The request in which a submission came, to find it in the log and in the caller's own traces. */
export interface RequestOrigin {
  requestId: string
  /** W3C trace context, well-formed. */
  traceparent: string | null
}

interface Idempotency {
  key: string
  fingerprint: string
}

/** Many requests in one. What could not be read is in `rejected`, by its index. */
export interface BatchSubmission {
  dialect: string
  echo: JsonObject
  webhook: Webhook | undefined
  idempotency: Idempotency | undefined
  origin?: RequestOrigin | undefined
  entries: { index: number; submission: Submission }[]
  rejected: Rejected[]
}

/** What a submission would cost, and whether it would be accepted now. */
export interface Quote {
  pricePoints: Points
  /** Available before the hold. */
  availablePoints: Points
  /** Always true for a test key, which pays nothing. */
  isAffordable: boolean
}

/** The caller's name of a field of the input; of the whole input where the field is not known. */
export function fieldIn({ names = {} }: Pick<Submission, 'names'>, field: string | undefined): string {
  return field === undefined ? callerInput(names) : callerField(field, names)
}
