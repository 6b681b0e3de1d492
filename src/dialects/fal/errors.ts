import { type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'

/** An error code in fal's format. `detail` is a list in errors of a model, and a sentence in errors of the platform. */
interface ErrorShape {
  status: number
  type: string
  of: 'model' | 'platform'
}

const platform = (status: number, type: string): ErrorShape => ({ status, type, of: 'platform' })
const model = (status: number, type: string): ErrorShape => ({ status, type, of: 'model' })

const INVALID = model(422, 'value_error')
const MODERATED = model(422, 'content_policy_violation')
const NO_CREDIT = platform(403, 'insufficient_credits')

/**
 * The types are those of fal's documentation on errors where it has one, and made up elsewhere. The official client sends a
 * request again after 429, 502, 503 and 504, a paid one like any other: so these are used only where nothing was begun.
 */
const SHAPES: Record<ErrorCode, ErrorShape> = {
  malformed_body: platform(400, 'bad_request'),
  invalid_input: INVALID,
  unknown_operation: INVALID,
  address_refused: INVALID,
  parent_not_usable: INVALID,
  unauthorized: platform(401, 'unauthorized'),
  insufficient_points: NO_CREDIT,
  spend_limit_reached: NO_CREDIT,
  forbidden: platform(403, 'forbidden'),
  model_not_allowed: platform(403, 'forbidden'),
  task_not_found: platform(404, 'not_found'),
  not_found: platform(404, 'not_found'),
  method_not_allowed: platform(405, 'bad_request'),
  not_cancellable: platform(409, 'bad_request'),
  conflict: platform(409, 'bad_request'),
  payload_too_large: platform(413, 'bad_request'),
  storage_quota_reached: platform(413, 'bad_request'),
  unsupported_media: INVALID,
  idempotency_mismatch: platform(422, 'bad_request'),
  rate_limited: platform(429, 'rate_limited'),
  too_many_staged: platform(429, 'rate_limited'),
  too_many_waiting: platform(429, 'rate_limited'),
  content_moderated: MODERATED,
  account_refused: platform(500, 'internal_error'),
  account_busy: platform(503, 'runner_scheduling_failure'),
  vendor_refused: model(400, 'downstream_service_error'),
  vendor_unreachable: platform(503, 'runner_connection_error'),
  vendor_silent: platform(500, 'runner_disconnected'),
  no_provider: platform(503, 'runner_scheduling_failure'),
  overloaded: platform(503, 'runner_scheduling_failure'),
  store_unavailable: platform(503, 'internal_error'),
  storage_full: platform(503, 'internal_error'),
  output_unusable: model(500, 'downstream_service_error'),
  timed_out: model(500, 'generation_timeout'),
  internal: platform(500, 'internal_error'),
}

const CANCELLED = platform(499, 'client_cancelled')

export interface ErrorAnswer {
  status: number
  type: string
  body: { detail: { loc: (string | number)[]; msg: string; type: string }[] } | { detail: string; error_type: string }
}

export function errorStatus({ code }: Pick<PolyphonyError, 'code'>): number {
  return SHAPES[code].status
}

export function errorAnswer(error: Pick<PolyphonyError, 'code' | 'message' | 'details'>): ErrorAnswer {
  const { message, details } = error
  return answer(SHAPES[error.code], message, locationOf(details.field ?? ''))
}

/** Why a request failed; undefined if it succeeded or has not ended. */
export function failureOf({ status, error }: Pick<Task, 'status' | 'error'>): ErrorAnswer | undefined {
  if (status === 'cancelled') return answer(CANCELLED, 'Request was cancelled.', [])
  if (status !== 'failed') return undefined
  return errorAnswer(new PolyphonyError(error?.code ?? 'internal', error?.message ?? 'No reason is known.'))
}

function answer({ status, type, of }: ErrorShape, message: string, loc: (string | number)[]): ErrorAnswer {
  if (of === 'platform') return { status, type, body: { detail: message, error_type: type } }
  return { status, type, body: { detail: [{ loc: loc.length > 0 ? loc : ['body'], msg: message, type }] } }
}

const OUTSIDE_BODY: Record<string, string> = {
  fal_webhook: 'query',
  'Idempotency-Key': 'header',
  'x-fal-target-url': 'header',
}

function locationOf(field: string): (string | number)[] {
  if (field === '') return []
  const place = Object.hasOwn(OUTSIDE_BODY, field) ? (OUTSIDE_BODY[field] ?? 'body') : 'body'
  return [place, ...field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))]
}
