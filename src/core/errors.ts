import { shortened } from './short-texts.ts'

/** Every error code of Polyphony. `docs/errors.md` is the same list, and a test keeps it so. */
export const ERRORS = {
  malformed_body: { status: 400, retry: 'never', means: 'The body is not the JSON that the route reads.' },
  invalid_input: { status: 400, retry: 'never', means: 'A field breaks a rule; the message names both.' },
  unknown_operation: { status: 400, retry: 'never', means: 'No operation has this model and task type.' },
  address_refused: { status: 400, retry: 'never', means: 'A URL leads to a private or otherwise special address.' },
  parent_not_usable: { status: 400, retry: 'never', means: 'The task that this one follows is unknown or unfinished.' },
  unauthorized: { status: 401, retry: 'never', means: 'The key is missing, unknown, expired or revoked.' },
  insufficient_points: { status: 402, retry: 'never', means: 'The tenant has too little credit for the price.' },
  spend_limit_reached: { status: 402, retry: 'never', means: 'The key has a spend limit, and the price exceeds it.' },
  forbidden: { status: 403, retry: 'never', means: 'The key may not do this.' },
  model_not_allowed: { status: 403, retry: 'never', means: 'The key is limited to other models.' },
  task_not_found: { status: 404, retry: 'never', means: 'The tenant has no such task in the mode of this key.' },
  not_found: { status: 404, retry: 'never', means: 'No such route, file or other object.' },
  method_not_allowed: { status: 405, retry: 'never', means: 'The route exists, the method does not.' },
  not_cancellable: {
    status: 409,
    retry: 'never',
    means: 'The provider has the task and does not end it, or it has ended.',
  },
  conflict: { status: 409, retry: 'never', means: 'The current state does not allow this; the message says why.' },
  payload_too_large: { status: 413, retry: 'never', means: 'The body or file is over its size limit.' },
  storage_quota_reached: { status: 413, retry: 'never', means: 'The tenant keeps as many files or drafts as it may.' },
  unsupported_media: {
    status: 415,
    retry: 'never',
    means: 'The content type, or the type of a file, is not accepted.',
  },
  idempotency_mismatch: { status: 422, retry: 'never', means: 'The Idempotency-Key was used for another request.' },
  rate_limited: { status: 429, retry: 'again', means: 'The key sends more requests a minute than it may.' },
  too_many_staged: { status: 429, retry: 'again', means: 'The tenant has as many parked tasks as it may.' },
  too_many_waiting: { status: 429, retry: 'again', means: 'Too many requests wait for results already.' },
  content_moderated: { status: 400, retry: 'never', means: 'Content moderation refused the request or the result.' },
  vendor_refused: { status: 502, retry: 'never', means: 'The provider refused the work and says why.' },
  account_refused: {
    status: 502,
    retry: 'elsewhere',
    means: "The provider refuses the gateway's account: its credential or credit.",
  },
  account_busy: { status: 503, retry: 'elsewhere', means: "The gateway's account is at its limit at the provider." },
  vendor_unreachable: { status: 503, retry: 'again', means: 'The provider never got the call.' },
  vendor_silent: {
    status: 504,
    retry: 'reconcile',
    means: 'The call got no answer: the work may be running and billed.',
  },
  no_provider: { status: 503, retry: 'never', means: 'No configured provider performs this operation.' },
  overloaded: {
    status: 503,
    retry: 'again',
    means: 'More arrives than can be read or stored in time; nothing was done.',
  },
  store_unavailable: { status: 503, retry: 'again', means: 'The database or the storage of files does not answer.' },
  storage_full: { status: 507, retry: 'again', means: 'The disk is full; nothing was stored.' },
  output_unusable: { status: 502, retry: 'never', means: 'The provider delivered a file that cannot be used.' },
  timed_out: { status: 504, retry: 'never', means: 'The task was not done before its deadline.' },
  internal: { status: 500, retry: 'never', means: 'An error in the gateway; its log has the cause.' },
} as const satisfies Record<
  string,
  { status: number; retry: 'never' | 'again' | 'reconcile' | 'elsewhere'; means: string }
>

export type ErrorCode = keyof typeof ERRORS

export interface ErrorDetails {
  /** The field that is wrong, as a path in the caller's own body: `input.prompt`. */
  field?: string
  /** The rule that the field breaks, as it follows the field's name in the message: `must be at least 1, not 0`. */
  rule?: string
  retryAfterSeconds?: number
  /** With `rate_limited`: the limit of the key. */
  requestsPerMinute?: number
  /** With `account_refused`: what the account lacks. */
  lacks?: 'credential' | 'credit'
  /** Of a call: the names of the accounts that were asked, in order. */
  tried?: readonly string[]
}

/** The one error class. Code branches on `code`; callers read `message`, so it holds no key and no SQL. */
export class PolyphonyError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails
  override name = 'PolyphonyError'

  constructor(code: ErrorCode, message: string, details: ErrorDetails & { cause?: unknown } = {}) {
    const { cause, ...rest } = details
    super(shortened(message, MAX_MESSAGE), cause === undefined ? undefined : { cause })
    this.code = code
    const { field, rule } = rest
    this.details = {
      ...rest,
      ...(field === undefined ? {} : { field: shortened(field, MAX_FIELD) }),
      ...(rule === undefined ? {} : { rule: shortened(rule, MAX_MESSAGE) }),
    }
  }

  get status(): number {
    return ERRORS[this.code].status
  }

  get retry(): 'never' | 'again' | 'reconcile' | 'elsewhere' {
    return ERRORS[this.code].retry
  }
}

/** An error about one field. Its message is "FIELD RULE."; '' is the body as a whole. */
export function fieldError(
  code: ErrorCode,
  field: string,
  rule: string,
  details: Omit<ErrorDetails, 'field' | 'rule'> & { cause?: unknown } = {},
): PolyphonyError {
  return new PolyphonyError(code, `${field || 'The body'} ${rule}.`, { ...details, field, rule })
}

export function invalidInput(field: string, rule: string): PolyphonyError {
  return fieldError('invalid_input', field, rule)
}

/** All three may contain what a caller sent, and the name of a field may be as long as its body. */
const MAX_MESSAGE = 4_000
const MAX_FIELD = 500
