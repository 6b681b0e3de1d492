import type { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'

/** The types of errors by their status (https://docs.anthropic.com/en/api/errors). */
const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
}

/** A limit of the gateway's account is one to this API's callers; for the rest, the core's status. */
export function statusOf({ code, status }: PolyphonyError): number {
  return code === 'account_busy' ? 429 : status
}

/** The field of a conversation that Anthropic stores between requests. */
export const THREAD = 'thread'

/** By this the official client goes on without one: `unsupportedFeatures` in `ThreadState` of `@anthropic-ai/sdk` 1.14. */
const NO_THREAD: JsonObject = { details: { error_code: 'thread_unsupported_request', unsupported: [THREAD] } }

/** Where a request names the message after which it goes on. */
export const THREAD_PLACE = 'thread.previous_message_id'
/** By this it sends the whole conversation again, and begins another. */
const UNKNOWN_THREAD: JsonObject = { details: { error_code: 'thread_not_found' } }

/** The body of an error of the Messages API. Events of the type `error` in its streams have the same. */
export function errorBody(error: PolyphonyError): JsonObject {
  const { message, details } = error
  const status = statusOf(error)
  const type = TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
  return { type: 'error', error: { type, message, ...threadDetails(details.field) }, request_id: null }
}

function threadDetails(field: string | undefined): JsonObject {
  if (field === THREAD) return NO_THREAD
  return field === THREAD_PLACE ? UNKNOWN_THREAD : {}
}
