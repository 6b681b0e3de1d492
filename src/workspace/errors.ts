import type { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'

/** Errors in the envelope of the other routes below `/api`. */
export function errorBody(
  { code, status, message, details }: PolyphonyError,
  requestId?: string,
): { status: number; body: JsonObject } {
  const { field } = details
  const error = {
    type: code,
    message,
    ...(field === undefined ? {} : { field }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
  }
  return { status, body: { code: status, data: null, message, error } }
}
