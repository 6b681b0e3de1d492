import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'

/** The errors of OpenAI's routes behind which there are tasks: pictures and videos. */

export interface ErrorShape {
  status?: number
  type?: string
  code?: string | null
}

/** Where OpenAI has its own words; for the rest, the core's status and code. */
const SHAPES: Partial<Record<ErrorCode, ErrorShape>> = {
  malformed_body: { code: null },
  invalid_input: { code: 'invalid_value' },
  unknown_operation: { status: 404, code: 'model_not_found' },
  unauthorized: { code: 'invalid_api_key' },
  insufficient_points: { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
  spend_limit_reached: { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
  model_not_allowed: { status: 403, code: 'model_not_found' },
  rate_limited: { type: 'requests', code: 'rate_limit_exceeded' },
  too_many_staged: { type: 'requests', code: 'rate_limit_exceeded' },
  too_many_waiting: { type: 'requests', code: 'rate_limit_exceeded' },
  unsupported_media: { status: 400, code: 'invalid_image_file' },
  content_moderated: { status: 400, code: 'moderation_blocked' },
  vendor_refused: { status: 500, type: 'server_error' },
}

/** The status and the body of an error; `own` has what is different on these routes. */
export function openaiTaskErrors(own: Partial<Record<ErrorCode, ErrorShape>> = {}) {
  function shapeOf(error: PolyphonyError): ErrorShape {
    const shape = own[error.code] ?? SHAPES[error.code] ?? {}
    // A body of a wrong type is no picture.
    if (error.code === 'unsupported_media' && error.details.field === undefined) return { status: 400, code: null }
    const isMissing = error.code === 'invalid_input' && error.details.rule === 'is required'
    return isMissing ? { ...shape, code: 'missing_required_parameter' } : shape
  }

  function statusOf(error: PolyphonyError): number {
    return shapeOf(error).status ?? error.status
  }

  function errorBody(error: PolyphonyError) {
    const { type, code } = shapeOf(error)
    const { message, details } = error
    return {
      error: {
        message,
        type: type ?? (statusOf(error) >= 500 ? 'server_error' : 'invalid_request_error'),
        param: details.field ?? null,
        code: code === undefined ? error.code : code,
      },
    }
  }

  return { statusOf, errorBody }
}
