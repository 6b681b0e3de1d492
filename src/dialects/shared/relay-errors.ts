import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'

interface ErrorShape {
  status: number
  code: string
}

const INVALID: ErrorShape = { status: 400, code: 'invalid_request' }
const NO_QUOTA: ErrorShape = { status: 403, code: 'quota_not_enough' }

/** Every code of ours in this protocol's words. An unknown task is a 400 here, not a 404. */
const SHAPES: Record<ErrorCode, ErrorShape> = {
  malformed_body: INVALID,
  invalid_input: INVALID,
  unknown_operation: INVALID,
  address_refused: INVALID,
  parent_not_usable: INVALID,
  unauthorized: { status: 401, code: 'invalid_request' },
  insufficient_points: NO_QUOTA,
  spend_limit_reached: NO_QUOTA,
  forbidden: { status: 403, code: 'forbidden' },
  model_not_allowed: { status: 403, code: 'model_not_allowed' },
  task_not_found: { status: 400, code: 'task_not_exist' },
  not_found: { status: 404, code: 'invalid_request' },
  method_not_allowed: { status: 405, code: 'invalid_request' },
  not_cancellable: { status: 409, code: 'invalid_request' },
  conflict: { status: 409, code: 'invalid_request' },
  payload_too_large: { status: 413, code: 'invalid_request' },
  storage_quota_reached: { status: 413, code: 'invalid_request' },
  unsupported_media: { status: 415, code: 'invalid_request' },
  idempotency_mismatch: { status: 422, code: 'invalid_request' },
  rate_limited: { status: 429, code: 'rate_limited' },
  too_many_staged: { status: 429, code: 'too_many_staged' },
  too_many_waiting: { status: 429, code: 'too_many_waiting' },
  content_moderated: { status: 502, code: 'do_request_failed' },
  account_refused: { status: 502, code: 'do_request_failed' },
  account_busy: { status: 503, code: 'do_request_failed' },
  vendor_refused: { status: 502, code: 'do_request_failed' },
  vendor_unreachable: { status: 503, code: 'do_request_failed' },
  vendor_silent: { status: 504, code: 'do_request_failed' },
  no_provider: { status: 503, code: 'no_provider' },
  overloaded: { status: 503, code: 'overloaded' },
  store_unavailable: { status: 503, code: 'internal_error' },
  storage_full: { status: 507, code: 'internal_error' },
  output_unusable: { status: 502, code: 'read_response_body_failed' },
  timed_out: { status: 504, code: 'do_request_failed' },
  internal: { status: 500, code: 'internal_error' },
}

/** Clients of the task dialect read `code` and `message`, clients of the feed dialect and OpenAI's read `error`. */
export function errorBody(error: PolyphonyError) {
  const { status, code, message } = shapeOf(error)
  return { code, message, data: null, error: { message, type: typeOf(status), code } }
}

export function errorStatus(error: PolyphonyError): number {
  return shapeOf(error).status
}

function shapeOf({ code, message, details }: PolyphonyError): ErrorShape & { message: string } {
  const shape = SHAPES[code]
  if (code !== 'task_not_found') return { ...shape, message }
  // A field is named when the request builds on the task; without a field, the request is about the task itself.
  return { ...shape, message: details.field === undefined ? 'task_not_exist' : 'task_origin_not_exist' }
}

/** new-api names everything of its own making alike, except an unknown path. */
function typeOf(status: number): string {
  return [401, 403, 500, 503].includes(status) ? 'new_api_error' : 'invalid_request_error'
}
