import { type ErrorCode, PolyphonyError } from '../core/errors.ts'

/** What the AI SDK's errors hold (`APICallError`, `UnsupportedFunctionalityError` and others of `@ai-sdk/provider`). */
interface Thrown {
  name?: unknown
  message?: unknown
  statusCode?: unknown
  functionality?: unknown
  responseHeaders?: Record<string, string>
}

/**
 * What an AI SDK model threw, or put into its stream as an error, in the gateway's own codes. Errors of the gateway pass
 * as they are. A refusal of the request itself is the caller's: `invalid_input`, with the vendor's words.
 */
export function vendorFailure(thrown: unknown): PolyphonyError {
  if (thrown instanceof PolyphonyError) return thrown
  const { name, message, statusCode, functionality, responseHeaders } = fieldsOf(thrown)
  const words = typeof message === 'string' && message !== '' ? message : 'The vendor gave no reason.'
  if (typeof functionality === 'string')
    return new PolyphonyError('invalid_input', `The vendor of this model does not support this: ${functionality}.`, {
      cause: thrown,
    })
  if (typeof statusCode === 'number' && statusCode >= 400)
    return new PolyphonyError(codeOf(statusCode), words, { cause: thrown, ...detailsOf(statusCode, responseHeaders) })
  if (name === 'AI_APICallError')
    return new PolyphonyError('vendor_unreachable', `The vendor cannot be reached: ${words}`, { cause: thrown })
  return new PolyphonyError('vendor_silent', `The vendor's answer broke off: ${words}`, { cause: thrown })
}

/** The vendor's stream ended before its answer was complete. */
export function brokenOff(): PolyphonyError {
  return new PolyphonyError('vendor_silent', "The vendor's answer broke off before it was complete.")
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 402 || status === 403) return 'account_refused'
  if (status === 404) return 'unknown_operation'
  if (status === 413) return 'payload_too_large'
  if (status === 429 || status === 529) return 'account_busy'
  if (status === 408 || status === 504) return 'vendor_silent'
  return status >= 500 ? 'vendor_unreachable' : 'invalid_input'
}

function detailsOf(status: number, headers: Record<string, string> | undefined) {
  const seconds = Number(headers?.['retry-after'])
  return {
    ...(status === 402 ? { lacks: 'credit' as const } : {}),
    ...(status === 401 || status === 403 ? { lacks: 'credential' as const } : {}),
    ...(seconds > 0 && Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {}),
  }
}

/** Streams report errors as objects, as text, or as the vendor's own body of an error. */
function fieldsOf(thrown: unknown): Thrown {
  if (typeof thrown === 'string') return { message: thrown }
  if (typeof thrown !== 'object' || thrown === null) return {}
  if ('error' in thrown && !(thrown instanceof Error)) return fieldsOf(thrown.error)
  return thrown as Thrown // read field by field, each of them checked
}
