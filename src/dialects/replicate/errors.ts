import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'

interface Told {
  status: number
  title: string
}

const INVALID: Told = { status: 422, title: 'Input validation failed' }
const NO_CREDIT: Told = { status: 402, title: 'Insufficient credit' }
const TOO_MANY: Told = { status: 429, title: 'Too many requests' }
const NOT_FOUND: Told = { status: 404, title: 'Not found' }
const DOWN: Told = { status: 503, title: 'Service unavailable' }
const BROKEN: Told = { status: 500, title: 'Internal server error' }

/**
 * Every code of ours in this protocol's words. The official client repeats a request at once, up to six times, after 429
 * and, if it is a GET, after 500 and above; nothing else here invites it to: with `Retry-After` it waits for as long.
 */
const TOLD: Record<ErrorCode, Told> = {
  malformed_body: { status: 400, title: 'Invalid request' },
  invalid_input: INVALID,
  unknown_operation: INVALID,
  address_refused: INVALID,
  parent_not_usable: INVALID,
  unauthorized: { status: 401, title: 'Unauthenticated' },
  insufficient_points: NO_CREDIT,
  spend_limit_reached: NO_CREDIT,
  forbidden: { status: 403, title: 'Permission denied' },
  model_not_allowed: { status: 403, title: 'Permission denied' },
  task_not_found: NOT_FOUND,
  not_found: NOT_FOUND,
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  not_cancellable: { status: 409, title: 'Cannot be canceled' },
  conflict: { status: 409, title: 'Conflict' },
  payload_too_large: { status: 413, title: 'Payload too large' },
  storage_quota_reached: { status: 413, title: 'Storage quota reached' },
  unsupported_media: { status: 415, title: 'Unsupported media type' },
  idempotency_mismatch: { status: 422, title: 'Idempotency key used before' },
  rate_limited: TOO_MANY,
  too_many_staged: TOO_MANY,
  too_many_waiting: TOO_MANY,
  content_moderated: { status: 422, title: 'Prediction failed' },
  account_refused: { status: 502, title: 'Prediction failed' },
  account_busy: DOWN,
  vendor_refused: { status: 502, title: 'Prediction failed' },
  vendor_unreachable: DOWN,
  vendor_silent: { status: 504, title: 'Prediction interrupted' },
  no_provider: DOWN,
  overloaded: TOO_MANY,
  store_unavailable: DOWN,
  storage_full: { status: 507, title: 'Insufficient storage' },
  output_unusable: { status: 502, title: 'Prediction failed' },
  timed_out: { status: 504, title: 'Prediction timed out' },
  internal: BROKEN,
}

export function errorStatus({ code }: Pick<PolyphonyError, 'code'>): number {
  return TOLD[code].status
}

/** A problem as Replicate tells it; what is wrong with a field stands in `invalid_fields`, too. */
export function errorBody({ code, message, details }: PolyphonyError) {
  const { status, title } = TOLD[code]
  const { field } = details
  const invalid = status === 422 && field !== undefined
  return {
    title,
    detail: message,
    status,
    ...(invalid ? { invalid_fields: [{ type: code, field, description: message }] } : {}),
  }
}
