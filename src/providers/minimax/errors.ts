import { type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'

/** What stands in every answer, with HTTP 200 as a rule: 0 is good. */
export interface ApiStatus {
  code: number
  message: string
}

export function apiStatusIn(body: Json): ApiStatus {
  const { status_code: code = 0, status_msg: message = '' } =
    isJsonObject(body) && isJsonObject(body.base_resp) ? body.base_resp : {}
  return { code: Number(code), message: String(message) }
}

/** MiniMax's codes, from its page of them. A plan that lacks a model (2061) says nothing about the account otherwise. */
const CREDENTIAL = [1004, 2049]
const CREDIT = [1008]
const BUSY = [1002, 1039, 1041, 2045, 2056]
const MODERATED = [1026, 1027]
const BROKEN = [1000, 1001, 1024, 1033]

export function isModerated({ code, message }: ApiStatus): boolean {
  return MODERATED.includes(code) || speaksOfModeration(message) || /sensitive/i.test(message)
}

/** The meaning of a code other than 0, for a call that begins work or one that does not. */
export function minimaxError(said: ApiStatus, isPaid: boolean): PolyphonyError {
  const words = `${said.message || 'MiniMax refuses the call.'} (${said.code})`
  if (CREDENTIAL.includes(said.code)) return new PolyphonyError('account_refused', words, { lacks: 'credential' })
  if (CREDIT.includes(said.code)) return new PolyphonyError('account_refused', words, { lacks: 'credit' })
  return new PolyphonyError(meaningOf(said, isPaid), words)
}

function meaningOf(words: ApiStatus, isPaid: boolean): ErrorCode {
  if (BUSY.includes(words.code)) return 'account_busy'
  if (isModerated(words)) return 'content_moderated'
  if (BROKEN.includes(words.code)) return isPaid ? 'vendor_silent' : 'vendor_unreachable'
  return 'vendor_refused'
}
