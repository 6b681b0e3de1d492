import type { BatchLine } from './call-batch.ts'
import type { JsonObject } from './json.ts'
import type { Points } from './points.ts'
import type { Mode } from './task.ts'

/** How a call ended: answered whole, with an error, or begun and not finished. */
export type CallOutcome = 'completed' | 'failed' | 'cut'

/** An account that was tried for a call and did not answer it. */
export interface CallTry {
  account: string
  reason: string
}

/** What is kept of a call: a request that is answered on the spot, such as a chat completion. Never its content. */
export interface Call {
  id: string
  tenantId: string
  keyId: string
  mode: Mode
  requestId: string | null
  /** The route, such as `chat/completions`. */
  endpoint: string
  /** As the caller named it. */
  model: string
  /** The batch whose line it answers; null = it was asked for by itself. */
  batchId: string | null
  /** The vendor's id of a response that it keeps; null = it keeps none, or has deleted it. */
  responseId: string | null
  /** The vendor's ids of what it keeps of the answer, on the way into the store: what is read there has none. */
  itemIds?: readonly string[]
  provider: string | null
  account: string | null
  /** As the provider was told; null = none was asked. */
  vendorModel: string | null
  /** The HTTP status that the caller got. */
  status: number
  outcome: CallOutcome
  errorCode: string | null
  isStreamed: boolean
  /** Tokens and other units, as the provider reported them or as they were counted. */
  usage: JsonObject | null
  pricePoints: Points
  /** What the provider takes; null = unknown. */
  costPoints: Points | null
  tried: readonly CallTry[]
  createdAt: number
  /** From the request to the first byte of the answer. */
  firstByteMs: number | null
  durationMs: number
}

/** Where a response is that its vendor keeps. */
export interface StoredResponse {
  /** The id of the account that was asked for it; null = the record does not say. */
  account: string | null
  /** As the vendor was told. */
  model: string | null
}

/** What a vendor keeps of an answer, such as an item of a response, by the vendor's id. */
export interface KeptItem {
  id: string
  /** The account that made it. */
  account: string
}

/** Calls of a key that are booked together. */
export interface CallBooking {
  tenantId: string
  keyId: string
  /** The allowance that pays; null = calls that cost nothing. */
  allowanceId: string | null
  calls: readonly Call[]
  /** Outcomes of lines of batches, which are stored with the calls that answered them. */
  lines?: readonly BatchLine[]
}

/** Points that a process holds for the calls of a key: calls take from it in memory, and are booked some at a time. */
export interface Allowance {
  id: string
  tenantId: string
  keyId: string
  /** The process. */
  holder: string
}
