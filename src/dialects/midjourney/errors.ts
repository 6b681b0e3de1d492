import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'

/** What relays of this protocol say: a number for the kind of fault, and a word where they have one. */
interface ErrorShape {
  status: number
  code: 4 | 5 | 30
  word?: string
}

/** Errors that a relay answers before it reads the body, in the form of OpenAI's errors. */
interface Plain {
  status: number
  type: 'new_api_error' | 'invalid_request_error'
}

const INVALID: ErrorShape = { status: 400, code: 4 }
const NO_QUOTA: ErrorShape = { status: 400, code: 4, word: 'quota_not_enough' }
const BUSY: ErrorShape = { status: 429, code: 30 }
const UPSTREAM: ErrorShape = { status: 400, code: 5, word: 'do_request_failed' }
const CLOSED: Plain = { status: 503, type: 'new_api_error' }

/** The status and name of every error code in this protocol. An unknown task is a 400 here, not a 404. */
const SHAPES: Record<ErrorCode, ErrorShape | Plain> = {
  malformed_body: { ...INVALID, word: 'bind_request_body_failed' },
  invalid_input: INVALID,
  unknown_operation: { ...INVALID, word: 'unknown_relay_action' },
  address_refused: INVALID,
  parent_not_usable: { ...INVALID, word: 'task_status_not_success' },
  unauthorized: { status: 401, type: 'new_api_error' },
  insufficient_points: NO_QUOTA,
  spend_limit_reached: NO_QUOTA,
  forbidden: { status: 403, type: 'new_api_error' },
  model_not_allowed: { status: 403, type: 'new_api_error' },
  task_not_found: { ...INVALID, word: 'task_no_found' },
  not_found: { status: 404, type: 'invalid_request_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  not_cancellable: INVALID,
  conflict: INVALID,
  payload_too_large: INVALID,
  storage_quota_reached: INVALID,
  unsupported_media: INVALID,
  idempotency_mismatch: INVALID,
  rate_limited: BUSY,
  too_many_staged: BUSY,
  too_many_waiting: BUSY,
  content_moderated: UPSTREAM,
  account_refused: UPSTREAM,
  account_busy: UPSTREAM,
  vendor_refused: UPSTREAM,
  vendor_unreachable: UPSTREAM,
  vendor_silent: UPSTREAM,
  no_provider: CLOSED,
  overloaded: BUSY,
  store_unavailable: CLOSED,
  storage_full: CLOSED,
  output_unusable: { ...UPSTREAM, word: 'read_response_body_failed' },
  timed_out: UPSTREAM,
  internal: UPSTREAM,
}

export function errorStatus({ code }: PolyphonyError): number {
  return SHAPES[code].status
}

export function errorBody({ code, message }: PolyphonyError) {
  const shape = SHAPES[code]
  if ('type' in shape) return { error: { message, type: shape.type } }
  return { description: described(shape, message), type: 'upstream_error', code: shape.code }
}

/** Clients search for the name; for an unknown task, the name is the whole description, as at new-api. */
function described({ word }: ErrorShape, message: string): string {
  if (word === undefined) return message
  return word === 'task_no_found' ? word : `${word}: ${message}`
}
