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

/** The body of an error in Google's APIs: `{ error: { code, message, status, details } }`. */
export function errorBody({ status, message, details }: PolyphonyError): JsonObject {
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
