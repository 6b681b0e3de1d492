import type { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'

/** `google.rpc.Code` by the status (https://cloud.google.com/apis/design/errors#handling_errors). */
const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'FAILED_PRECONDITION',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

/** A limit of the gateway's account is one to this API's callers; for the rest, the core's status. */
export function statusOf({ code, status }: PolyphonyError): number {
  return code === 'account_busy' ? 429 : status
}

/** The body of an error in Google's APIs: `{ error: { code, message, status, details } }`. */
export function errorBody(error: PolyphonyError): JsonObject {
  const { message, details } = error
  const status = statusOf(error)
  const { field, rule } = details
  const violation = {
    '@type': 'type.googleapis.com/google.rpc.BadRequest',
    fieldViolations: [{ field: field ?? '', description: rule ?? message }],
  }
  return {
    error: {
      code: status,
      message,
      status: STATUSES[status] ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT'),
      ...(field === undefined ? {} : { details: [violation] }),
    },
  }
}
