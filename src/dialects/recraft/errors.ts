import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'

const STATUS: Partial<Record<ErrorCode, number>> = {
  unsupported_media: 400,
  idempotency_mismatch: 400,
}

const CODES: Partial<Record<ErrorCode, string>> = {
  malformed_body: 'invalid_request_body',
  invalid_input: 'invalid_request_parameter',
  insufficient_points: 'not_enough_credits',
  spend_limit_reached: 'not_enough_credits',
}

export function statusOf(error: PolyphonyError): number {
  return error.code === 'content_moderated' ? 400 : (STATUS[error.code] ?? error.status)
}

/** `code` and `message`, and `error` for OpenAI's library, with which this API is also used. */
export function errorBody(error: PolyphonyError) {
  const { message, details } = error
  const code = error.code === 'content_moderated' ? 'content_moderated' : (CODES[error.code] ?? error.code)
  return { code, message, error: { message, type: 'invalid_request_error', param: details.field ?? null, code } }
}
