import { ERRORS, type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { readIfFits } from '../kit/read-wire.ts'
import { ErrorBody } from './wire.ts'

/**
 * What an error of the upstream means to us. Codes that are not here mean what their status does: a limit of the key (429)
 * is `account_busy`, a fault of its store or disk (500, 503, 507) leaves open whether the task was stored.
 */
const MEANING: Partial<Record<ErrorCode, ErrorCode>> = {
  malformed_body: 'vendor_refused',
  invalid_input: 'vendor_refused',
  unknown_operation: 'vendor_refused',
  address_refused: 'vendor_refused',
  parent_not_usable: 'vendor_refused',
  payload_too_large: 'vendor_refused',
  unsupported_media: 'vendor_refused',
  no_provider: 'vendor_refused',
  // Of this model, and not of the whole account.
  model_not_allowed: 'vendor_refused',
  not_cancellable: 'vendor_refused',
  conflict: 'vendor_refused',
  // Nothing was begun, and another account may have room.
  overloaded: 'account_busy',
  storage_quota_reached: 'account_busy',
  content_moderated: 'content_moderated',
  task_not_found: 'task_not_found',
  unauthorized: 'account_refused',
  forbidden: 'account_refused',
  insufficient_points: 'account_refused',
  spend_limit_reached: 'account_refused',
  // The same task was submitted before with another body (with another callback URL, for example), so it exists.
  idempotency_mismatch: 'vendor_silent',
}

const CREDIT: readonly ErrorCode[] = ['insufficient_points', 'spend_limit_reached']

/** Undefined where the status decides, or where the answer does not come from a gateway. */
export function upstreamError({ body, message }: { body: Json; message: string }): PolyphonyError | undefined {
  const code = codeIn(body)
  const meaning = code && MEANING[code]
  if (!code || !meaning) return undefined
  if (meaning !== 'account_refused') return new PolyphonyError(meaning, message)
  return new PolyphonyError(meaning, message, { lacks: CREDIT.includes(code) ? 'credit' : 'credential' })
}

function codeIn(body: Json): ErrorCode | undefined {
  const code = readIfFits(ErrorBody, body)?.error.code
  return code !== undefined && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : undefined // a key of the table
}
