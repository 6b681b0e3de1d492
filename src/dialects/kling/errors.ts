import type { FastifyRequest } from 'fastify'
import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'
import { type TokenFault, tokenFaultOf } from '../../tenants/access-keys.ts'

/** Kling's own codes, each with the status that its documents give it. */
const CODES: Record<ErrorCode, { status: number; code: number }> = {
  malformed_body: { status: 400, code: 1200 },
  storage_quota_reached: { status: 400, code: 1200 },
  unsupported_media: { status: 400, code: 1200 },
  payload_too_large: { status: 400, code: 1200 },
  invalid_input: { status: 400, code: 1201 },
  unknown_operation: { status: 400, code: 1201 },
  address_refused: { status: 400, code: 1201 },
  parent_not_usable: { status: 400, code: 1201 },
  idempotency_mismatch: { status: 400, code: 1201 },
  not_cancellable: { status: 400, code: 1201 },
  conflict: { status: 400, code: 1201 },
  unauthorized: { status: 401, code: 1002 },
  insufficient_points: { status: 429, code: 1102 },
  spend_limit_reached: { status: 429, code: 1102 },
  forbidden: { status: 403, code: 1103 },
  model_not_allowed: { status: 403, code: 1103 },
  not_found: { status: 404, code: 1202 },
  method_not_allowed: { status: 404, code: 1202 },
  task_not_found: { status: 404, code: 1203 },
  vendor_refused: { status: 400, code: 1300 },
  content_moderated: { status: 400, code: 1301 },
  rate_limited: { status: 429, code: 1302 },
  too_many_staged: { status: 429, code: 1303 },
  too_many_waiting: { status: 429, code: 1302 },
  internal: { status: 500, code: 5000 },
  storage_full: { status: 500, code: 5000 },
  output_unusable: { status: 500, code: 5000 },
  no_provider: { status: 503, code: 5001 },
  overloaded: { status: 503, code: 5001 },
  store_unavailable: { status: 503, code: 5001 },
  vendor_unreachable: { status: 503, code: 5001 },
  account_refused: { status: 503, code: 5001 },
  account_busy: { status: 503, code: 5001 },
  vendor_silent: { status: 504, code: 5002 },
  timed_out: { status: 504, code: 5002 },
}
const NO_KEY = 1001
/** What "failed" (1000) and what "invalid" (1002) means is inferred; Kling's pages say no more. */
const TOKEN_CODES: Record<TokenFault, number> = { forged: 1000, malformed: 1002, not_yet_valid: 1003, expired: 1004 }

export function errorStatus({ code }: PolyphonyError): number {
  return CODES[code].status
}

/** Kling's envelope; beside it what relays write and their web clients read: `error.message`. */
export function errorAnswer(error: PolyphonyError, request: FastifyRequest): { status: number; body: unknown } {
  const { status, code: defaultCode } = CODES[error.code]
  const code = error.code === 'unauthorized' ? (refusalOf(error, request) ?? defaultCode) : defaultCode
  const { message } = error
  return {
    status,
    body: { code, message, request_id: request.id, data: null, error: { message, type: error.code, code } },
  }
}

function refusalOf(error: PolyphonyError, { headers }: FastifyRequest): number | undefined {
  if (!headers.authorization && !headers['x-api-key']) return NO_KEY
  const fault = tokenFaultOf(error)
  return fault && TOKEN_CODES[fault]
}
