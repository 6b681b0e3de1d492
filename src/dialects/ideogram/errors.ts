import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'

/** Where the status differs from the core's: this API knows 400, 401, 402, 403, 422, 429 and 503. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  unsupported_media: 400,
  idempotency_mismatch: 400,
  vendor_refused: 500,
  vendor_silent: 503,
  output_unusable: 500,
  timed_out: 503,
  storage_full: 503,
}

/** 422 says that content was refused, and nothing else. */
export function statusOf(error: PolyphonyError): number {
  return error.code === 'content_moderated' ? 422 : (STATUS[error.code] ?? error.status)
}

export function errorBody({ code, message }: PolyphonyError) {
  if (code !== 'too_many_staged') return { error: message }
  return { error: message, reject_reason: 'inflight_limit' }
}
