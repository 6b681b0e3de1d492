import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'

/** Where PiAPI's status differs from the core's: its task routes know 400, 401, 402, 403, 404, 429 and 500. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  not_cancellable: 400,
  overloaded: 429,
}

/** Top-level `code` and `message`, which PiAPI's clients read, and for people the field. */
export function errorBody(error: PolyphonyError, requestId?: string): { status: number; body: JsonObject } {
  const status = STATUS[error.code] ?? error.status
  const { field } = error.details
  return {
    status,
    body: {
      code: status,
      data: null,
      message: error.message,
      error: {
        type: error.code,
        message: error.message,
        ...(field === undefined ? {} : { field }),
        ...(requestId === undefined ? {} : { request_id: requestId }),
      },
    },
  }
}
