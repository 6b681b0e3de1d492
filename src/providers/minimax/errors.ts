import { type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { readIfFits } from '../kit/read-wire.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import { BaseResponse } from './wire.ts'

/** The status that every answer carries in its body. */
export interface ApiStatus {
  code: number
  message: string
}

export function apiStatusIn(body: Json): ApiStatus {
  const { status_code = 0, status_msg = '' } = readIfFits(BaseResponse, body)?.base_resp ?? {}
  return { code: Number(status_code), message: status_msg }
}

/** MiniMax's codes, from its page of them. A plan without a model (2061) says nothing else about the account. */
const CREDENTIAL = [1004, 2049]
const CREDIT = [1008]
const BUSY = [1002, 1039, 1041, 2045, 2056]
const MODERATED = [1026, 1027]
const BROKEN = [1000, 1001, 1024, 1033]

export function isModerated({ code, message }: ApiStatus): boolean {
  return MODERATED.includes(code) || speaksOfModeration(message) || /sensitive/i.test(message)
}

/** The meaning of a code other than 0, for a call that begins work or one that does not. */
export function minimaxError(status: ApiStatus, isPaid: boolean): PolyphonyError {
  const words = `${status.message || 'MiniMax refused the call.'} (${status.code})`
  if (CREDENTIAL.includes(status.code)) return new PolyphonyError('account_refused', words, { lacks: 'credential' })
  if (CREDIT.includes(status.code)) return new PolyphonyError('account_refused', words, { lacks: 'credit' })
  return new PolyphonyError(meaningOf(status, isPaid), words)
}

function meaningOf(status: ApiStatus, isPaid: boolean): ErrorCode {
  if (BUSY.includes(status.code)) return 'account_busy'
  if (isModerated(status)) return 'content_moderated'
  if (BROKEN.includes(status.code)) return isPaid ? 'vendor_silent' : 'vendor_unreachable'
  return 'vendor_refused'
}
