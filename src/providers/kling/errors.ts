import { type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { readIfFits } from '../kit/read-wire.ts'
import { Envelope } from './wire.ts'

/** Whether a call begins work or is about a task. For the latter an unknown task is an outcome of its own. */
export type Purpose = 'begin' | 'ask'

/** What a code of Kling's means for a call. The table is the vendor's; its HTTP statuses are not always kept to. */
const BUSY = [1302, 1303]
const CREDENTIAL = [1000, 1001, 1002, 1003, 1004, 1100, 1103, 1304]
const CREDIT = [1101, 1102]
const MODERATED = [1300, 1301]
/** No such task, or none of that external id. */
const UNKNOWN_TASK = 1203
const AWAY = 5001
const BROKEN = [5000, 5002]

/**
 * The meaning of an answer with a code other than 0. Undefined where the HTTP status says more: that of a limit comes
 * with the time to wait.
 */
export function klingError(
  { status, body, message }: { status: number; body: Json; message: string },
  purpose: Purpose,
): PolyphonyError | undefined {
  const code = codeIn(body)
  if (code === undefined || code === 0 || (status === 429 && BUSY.includes(code))) return undefined
  const words = `${message || 'Kling refused the call.'} (${code})`
  if (CREDENTIAL.includes(code)) return new PolyphonyError('account_refused', words, { lacks: 'credential' })
  if (CREDIT.includes(code)) return new PolyphonyError('account_refused', words, { lacks: 'credit' })
  return new PolyphonyError(meaningOf(code, purpose), words)
}

function meaningOf(code: number, purpose: Purpose): ErrorCode {
  if (BUSY.includes(code)) return 'account_busy'
  if (MODERATED.includes(code)) return 'content_moderated'
  if (code === UNKNOWN_TASK && purpose === 'ask') return 'task_not_found'
  if (code === AWAY) return 'vendor_unreachable'
  if (BROKEN.includes(code)) return purpose === 'begin' ? 'vendor_silent' : 'vendor_unreachable'
  return 'vendor_refused'
}

export function codeIn(body: Json): number | undefined {
  return readIfFits(Envelope, body)?.code
}
