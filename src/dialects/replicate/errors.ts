import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'

interface ErrorShape {
  status: number
  title: string
}

const INVALID: ErrorShape = { status: 422, title: 'Input validation failed' }
const NO_CREDIT: ErrorShape = { status: 402, title: 'Insufficient credit' }
const TOO_MANY: ErrorShape = { status: 429, title: 'Too many requests' }
const NOT_FOUND: ErrorShape = { status: 404, title: 'Not found' }
const DOWN: ErrorShape = { status: 503, title: 'Service unavailable' }
const BROKEN: ErrorShape = { status: 500, title: 'Internal server error' }

/**
 * Every error code in this protocol's format. The official client repeats a request at once, up to six times, after 429
 * and, if it is a GET, after 500 and above; nothing else here invites it to: with `Retry-After` it waits for as long.
 */
const SHAPES: Record<ErrorCode, ErrorShape> = {
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
  return SHAPES[code].status
}

/** Replicate's form of an error; one about a field names it in `invalid_fields`, too. */
export function errorBody({ code, message, details }: PolyphonyError) {
  const { status, title } = SHAPES[code]
  const { field } = details
  const invalid = status === 422 && field !== undefined
  return {
    title,
    detail: message,
    status,
    ...(invalid ? { invalid_fields: [{ type: code, field, description: message }] } : {}),
  }
}
