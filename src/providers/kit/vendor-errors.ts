import { parseRetryAfter } from '../../assets/retry-after.ts'
import { systemClock } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'

/** What an answer or a broken call of a vendor means for the task. */
export interface Refusal {
  status: number
  /** The vendor's own reason, as plain words. */
  message: string
  /** A call that begins work that is paid for. Such a call is never simply made again when its outcome is open. */
  isPaid: boolean
  retryAfter?: string | undefined
}

/**
 * By the status, as nearly all vendors use it:
 *
 * | 401, 403      | `account_refused` (credential)                                  |
 * | 402           | `account_refused` (credit)                                      |
 * | 429           | `account_busy`                                                  |
 * | 503           | `vendor_unreachable`: turned away before anything was begun     |
 * | 408, other 5xx| `vendor_silent` for a paid call, else `vendor_unreachable`      |
 * | 301, 307, 308 | `vendor_unreachable`: the request has to be sent elsewhere      |
 * | other 3xx     | `vendor_silent` for a paid call, else `vendor_unreachable`      |
 * | of the way    | `vendor_unreachable` for a call that is not paid: see below     |
 * | else          | `vendor_refused`, or `content_moderated` where the words say so |
 */
export function vendorError({ status, message, isPaid, retryAfter }: Refusal): PolyphonyError {
  const words = message === '' ? `The vendor answered ${status}.` : message
  if (status === 401 || status === 403) {
    if (speaksOfModeration(words)) return new PolyphonyError('content_moderated', words)
    return new PolyphonyError('account_refused', words, { lacks: 'credential' })
  }
  if (status === 402) return new PolyphonyError('account_refused', words, { lacks: 'credit' })
  if (status === 429) return new PolyphonyError('account_busy', words, retryAfterOf(retryAfter))
  if (status === 503) return new PolyphonyError('vendor_unreachable', words, retryAfterOf(retryAfter))
  // 302 and 303 are also how forms that were taken are answered.
  if (status === 408 || status >= 500 || (isRedirect(status) && !MOVED.has(status))) {
    return new PolyphonyError(isPaid ? 'vendor_silent' : 'vendor_unreachable', words, retryAfterOf(retryAfter))
  }
  if (MOVED.has(status) || (!isPaid && OF_THE_WAY.has(status))) return new PolyphonyError('vendor_unreachable', words)
  return new PolyphonyError(speaksOfModeration(words) ? 'content_moderated' : 'vendor_refused', words)
}

/**
 * Of proxies and firewalls before the vendor, and of the connection: what the vendor works on goes on. 499 is nginx's for a
 * client that left.
 */
const OF_THE_WAY: ReadonlySet<number> = new Set([407, 417, 418, 421, 425, 426, 431, 451, 499])

/** Nothing was begun: the same request belongs to another address, such as the same with TLS. */
const MOVED: ReadonlySet<number> = new Set([301, 307, 308])

/** To a login or a page of maintenance, say: no vendor's API answers so. */
function isRedirect(status: number): boolean {
  return status >= 300 && status < 400
}

function retryAfterOf(header: string | undefined): { retryAfterSeconds?: number } {
  const seconds = parseRetryAfter(header, systemClock.now())
  return seconds === null ? {} : { retryAfterSeconds: seconds }
}

/** For vendors that have no code for moderation, only words. */
export function speaksOfModeration(message: string): boolean {
  return /moderat|nsfw|\bsafety\b|sensitive (?:content|words?)|(?:content|usage)[ _-]polic/i.test(message)
}

/** Failures of the network that come before a byte of the request was sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  // Handshakes of TLS that failed.
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/**
 * What a call that threw means: `vendor_unreachable` when it cannot have arrived, or when it is harmless to repeat, else
 * `vendor_silent`. Our own errors pass as they are, and so does the reason of `signal` when that ended the call.
 */
export function networkError(thrown: unknown, { isPaid, signal }: { isPaid: boolean; signal: AbortSignal }): unknown {
  if (signal.aborted) return signal.reason
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (error instanceof PolyphonyError) return error
    if ('code' in error && isNeverSent(error)) {
      return new PolyphonyError('vendor_unreachable', `The vendor cannot be reached: ${error.message}.`, {
        cause: thrown,
      })
    }
  }
  const why = thrown instanceof Error ? thrown.message : String(thrown)
  return new PolyphonyError(isPaid ? 'vendor_silent' : 'vendor_unreachable', `The call broke off: ${why}.`, {
    cause: thrown,
  })
}

/** `EPROTO` also comes from connections that carried a request. */
function isNeverSent(error: Error & { code?: unknown; syscall?: unknown }): boolean {
  return NEVER_SENT.has(String(error.code)) || (error.code === 'EPROTO' && error.syscall === 'connect')
}

/**
 * What a vendor's API answers about a request, and proxies in front of it, too, as while it restarts. The vendor answers with a
 * JSON object; an answer without one says nothing about what the vendor works on.
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 404, 405, 409, 410])

/** Whether an error answer cannot be the vendor's own. `hasObject`: its body is a JSON object. */
export function isOfProxy({
  status,
  isPaid,
  hasObject,
}: {
  status: number
  isPaid: boolean
  hasObject: boolean
}): boolean {
  return !isPaid && !hasObject && REFUSALS.has(status)
}

/** The error of an official package: they carry the answer's status and headers, or the network's failure as cause. */
export function sdkError(thrown: unknown, options: { isPaid: boolean; signal: AbortSignal }): unknown {
  if (thrown instanceof PolyphonyError) return thrown
  if (options.signal.aborted || !(thrown instanceof Error)) return networkError(thrown, options)
  const status = 'status' in thrown && typeof thrown.status === 'number' ? thrown.status : undefined
  if (status === undefined) return networkError(thrown, options)
  if (isOfProxy({ status, isPaid: options.isPaid, hasObject: hasErrorObject(thrown) })) {
    return new PolyphonyError('vendor_unreachable', `The vendor answered ${status} without a JSON object.`)
  }
  const retryAfter = 'headers' in thrown ? retryAfterIn(thrown.headers) : undefined
  return vendorError({ status, message: messageOf(thrown), isPaid: options.isPaid, retryAfter })
}

/** Some packages keep the headers as they came, others as a record of lower-case names. */
function retryAfterIn(headers: unknown): string | undefined {
  if (headers instanceof Headers) return headers.get('retry-after') ?? undefined
  const named: unknown =
    typeof headers === 'object' && headers !== null ? Reflect.get(headers, 'retry-after') : undefined
  return typeof named === 'string' ? named : undefined
}

/** Those packages keep the JSON of the answer, and undefined where it had none. */
export function hasErrorObject(thrown: object): boolean {
  return 'error' in thrown && typeof thrown.error === 'object' && thrown.error !== null
}

/** The vendor's words, from the body that those packages keep. */
function messageOf(error: Error): string {
  return wordsOf('error' in error ? error.error : undefined) ?? ''
}

/** The message in a vendor's error body, wherever vendors put it; undefined when there is none. */
export function wordsOf(body: unknown, depth = 0): string | undefined {
  if (typeof body === 'string') return body.trim() === '' ? undefined : body.trim()
  if (typeof body !== 'object' || body === null || depth > 3) return undefined
  if (Array.isArray(body)) {
    const words = body.flatMap((one: unknown) => wordsOf(one, depth + 1) ?? [])
    return words.length === 0 ? undefined : words.join('; ')
  }
  for (const name of ['message', 'detail', 'error', 'msg', 'error_message', 'description', 'reason', 'raw_message']) {
    const words = wordsOf((body as Record<string, unknown>)[name], depth + 1) // an object, as was just seen
    if (words !== undefined) return words
  }
  return undefined
}
