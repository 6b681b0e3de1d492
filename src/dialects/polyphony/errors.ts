import type { PolyphonyError } from '../../core/errors.ts'

/** The status and code of docs/errors.md; `field` where one is wrong; the id of the request, as the log has it. */
export function errorBody(
  { code, status, message, details }: PolyphonyError,
  requestId?: string,
): { status: number; body: object } {
  const { field } = details
  const error = {
    code,
    message,
    ...(field === undefined ? {} : { field }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
  }
  return { status, body: { error } }
}
