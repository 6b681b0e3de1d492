import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'

interface ErrorShape {
  type?: string
  code?: string | null
}

/** Where this API has its own words (https://platform.openai.com/docs/guides/error-codes); else the gateway's code. */
const SHAPES: Partial<Record<ErrorCode, ErrorShape>> = {
  malformed_body: { code: null },
  invalid_input: { code: 'invalid_value' },
  unknown_operation: { code: 'model_not_found' },
  no_provider: { code: 'model_not_found' },
  unauthorized: { code: 'invalid_api_key' },
  insufficient_points: { type: 'insufficient_quota', code: 'insufficient_quota' },
  spend_limit_reached: { type: 'insufficient_quota', code: 'insufficient_quota' },
  model_not_allowed: { code: 'model_not_found' },
  rate_limited: { type: 'requests', code: 'rate_limit_exceeded' },
  account_busy: { code: 'rate_limit_exceeded' },
  content_moderated: { code: 'content_policy_violation' },
}

/** The body of an error in OpenAI's APIs: `{ error: { message, type, param, code } }`. */
export function errorBody(error: PolyphonyError): JsonObject {
  const { type, code } = shapeOf(error)
  return {
    error: {
      message: error.message,
      type: type ?? (error.status >= 500 ? 'server_error' : 'invalid_request_error'),
      param: error.details.field || null,
      code: code === undefined ? error.code : code,
    },
  }
}

/** OpenAI answers 429 where the credit is used up, and where a limit of the account is reached; for the rest, the core's status. */
export function statusOf({ code, status }: PolyphonyError): number {
  return code === 'insufficient_points' || code === 'spend_limit_reached' || code === 'account_busy' ? 429 : status
}

function shapeOf(error: PolyphonyError): ErrorShape {
  const { code, details } = error
  if (code === 'not_found' && details.field === 'model') return { code: 'model_not_found' }
  const isMissing = code === 'invalid_input' && details.rule === 'is required'
  return isMissing ? { code: 'missing_required_parameter' } : (SHAPES[error.code] ?? {})
}
