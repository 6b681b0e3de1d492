import type { FastifyRequest } from 'fastify'
import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'

/** Paths of the second version of the API. */
const SECOND = /^(?:\/minimax)?\/v2\//
const PARAMETERS = 2013
const BAD_KEY = 2049
const NO_KEY = 1004
const BALANCE = 1008
const UNKNOWN = 1000
const INTERNAL = 1024
const TIMED_OUT = 1001

/** MiniMax's own codes. Where its list has no code, it is that of the parameters, or "unknown". */
const CODES: Record<ErrorCode, number> = {
  malformed_body: PARAMETERS,
  invalid_input: PARAMETERS,
  unknown_operation: PARAMETERS,
  address_refused: PARAMETERS,
  parent_not_usable: PARAMETERS,
  storage_quota_reached: PARAMETERS,
  unsupported_media: PARAMETERS,
  payload_too_large: PARAMETERS,
  idempotency_mismatch: PARAMETERS,
  not_cancellable: PARAMETERS,
  conflict: PARAMETERS,
  task_not_found: PARAMETERS,
  not_found: PARAMETERS,
  method_not_allowed: PARAMETERS,
  unauthorized: BAD_KEY,
  forbidden: NO_KEY,
  model_not_allowed: 2061, // "your current plan does not support this model"
  insufficient_points: BALANCE,
  spend_limit_reached: BALANCE,
  rate_limited: 1002,
  too_many_staged: 1041,
  too_many_waiting: 1002,
  content_moderated: 1026,
  account_refused: UNKNOWN,
  account_busy: UNKNOWN,
  vendor_refused: UNKNOWN,
  vendor_unreachable: UNKNOWN,
  vendor_silent: TIMED_OUT,
  timed_out: TIMED_OUT,
  no_provider: UNKNOWN,
  output_unusable: UNKNOWN,
  overloaded: 1002,
  store_unavailable: INTERNAL,
  storage_full: INTERNAL,
  internal: INTERNAL,
}

export function baseResp(code = 0, message = 'success') {
  return { base_resp: { status_code: code, status_msg: message } }
}

/** Errors of this protocol are answered 200, too; only a path that is none is not. */
export function errorStatus({ code }: PolyphonyError): number {
  return code === 'not_found' || code === 'method_not_allowed' ? 404 : 200
}

/** The kinds of errors that the second version names, by status. */
const TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'insufficient_balance_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  409: 'invalid_request_error',
  413: 'invalid_request_error',
  415: 'invalid_request_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
}

/** The form of the second version, which says what is wrong by the status, too. The words of the types are inferred. */
export function secondErrorAnswer({ status, message }: PolyphonyError, { id }: Pick<FastifyRequest, 'id'>) {
  const error = { type: TYPES[status] ?? 'server_error', message, http_code: String(status) }
  return { status, body: { type: 'error', error, request_id: id } }
}

export function isSecondVersion({ url }: Pick<FastifyRequest, 'url'>): boolean {
  return SECOND.test(url)
}

export function errorAnswer(error: PolyphonyError, { headers }: Pick<FastifyRequest, 'headers'>) {
  const hasKey = Boolean(headers.authorization || headers['x-api-key'])
  const code = error.code === 'unauthorized' && !hasKey ? NO_KEY : CODES[error.code]
  return { status: errorStatus(error), body: baseResp(code, error.message) }
}
