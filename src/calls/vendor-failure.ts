import { parseRetryAfter } from '../assets/retry-after.ts'
import { systemClock } from '../core/clock.ts'
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
  const network = networkCodeOf(thrown)
  if (network === 'UND_ERR_INVALID_ARG' || words.includes('ByteString'))
    return new PolyphonyError('account_refused', 'The credential has a character that no header can hold.', {
      cause: thrown,
      lacks: 'credential',
    })
  if (network !== undefined && UNREACHED.test(network))
    return new PolyphonyError('vendor_unreachable', `The vendor cannot be reached (${network}).`, { cause: thrown })
  if (network !== undefined && TOO_LATE.has(network))
    return new PolyphonyError('vendor_silent', 'The vendor sent nothing for too long.', { cause: thrown })
  if (network !== undefined)
    return new PolyphonyError('vendor_silent', `The vendor's answer broke off (${network}).`, { cause: thrown })
  if (typeof statusCode === 'number')
    return new PolyphonyError('output_unusable', `The vendor answers ${statusCode} with something that is no answer.`, {
      cause: thrown,
    })
  if (name === 'AI_APICallError')
    return new PolyphonyError('vendor_unreachable', `The vendor cannot be reached: ${words}`, { cause: thrown })
  return new PolyphonyError('vendor_silent', `The vendor's answer broke off: ${words}`, { cause: thrown })
}

/** Codes of errors that come before a connection stands: of name servers, of the network, of TLS. */
const UNREACHED =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ETIMEDOUT|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_\w+|ERR_SSL_\w+|CERT_\w+|UNABLE_TO_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+)$/
const TOO_LATE: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/** Whether a vendor was waited for as long as it may take. */
export function isTimeout(thrown: unknown): boolean {
  return TOO_LATE.has(networkCodeOf(thrown) ?? '')
}

/** How deep causes are looked into. */
const MAX_CAUSES = 5

/** The code of the error of the network at the bottom of an error. Its message may hold addresses of the operator's network. */
function networkCodeOf(thrown: unknown): string | undefined {
  let error: unknown = thrown
  for (let depth = 0; depth < MAX_CAUSES && typeof error === 'object' && error !== null; depth++) {
    if ('code' in error && typeof error.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(error.code)) return error.code
    if (error instanceof AggregateError && error.errors.length > 0) error = error.errors[0]
    else error = 'cause' in error ? error.cause : undefined
  }
  return undefined
}

/**
 * Whether a model's stream ended before the vendor said how its answer ended. Models of the AI SDK begin with a reason of
 * `other` and no words of the vendor's, and some report that for a stream that was cut.
 */
export function isCutOff({ unified, raw }: { unified: string; raw: string | undefined }): boolean {
  return unified === 'interrupted' || (unified === 'other' && raw === undefined)
}

/** The vendor's stream ended before its answer was complete. */
export function brokenOff(): PolyphonyError {
  return new PolyphonyError('vendor_silent', "The vendor's answer broke off before it was complete.")
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 402 || status === 403 || status === 407) return 'account_refused'
  if (status === 404) return 'unknown_operation'
  if (status === 413) return 'payload_too_large'
  if (status === 425 || status === 429 || status === 529) return 'account_busy'
  if (status === 408 || status === 504) return 'vendor_silent'
  return status >= 500 ? 'vendor_unreachable' : 'invalid_input'
}

function detailsOf(status: number, headers: Record<string, string> = {}) {
  const seconds = retryAfterIn(headers)
  return {
    ...(status === 402 ? { lacks: 'credit' as const } : {}),
    ...(status === 401 || status === 403 || status === 407 ? { lacks: 'credential' as const } : {}),
    ...(seconds !== undefined && seconds > 0 ? { retryAfterSeconds: seconds } : {}),
  }
}

/** OpenAI says it in milliseconds, too. */
function retryAfterIn(headers: Record<string, string>): number | undefined {
  const ms = headers['retry-after-ms']
  if (ms !== undefined && /^\d+(?:\.\d+)?$/.test(ms)) return Number(ms) / 1_000
  const text = headers['retry-after']
  if (text !== undefined && /^\d+\.\d+$/.test(text)) return Number(text)
  return parseRetryAfter(text, systemClock.now()) ?? undefined
}

/** Streams report errors as objects, as text, or as the vendor's own body of an error. */
function fieldsOf(thrown: unknown): Thrown {
  if (typeof thrown === 'string') return { message: thrown }
  if (typeof thrown !== 'object' || thrown === null) return {}
  if ('error' in thrown && !(thrown instanceof Error)) return fieldsOf(thrown.error)
  return thrown as Thrown // read field by field, each of them checked
}
