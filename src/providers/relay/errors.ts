import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { readIfFits } from '../kit/read-wire.ts'
import type { ErrorAnswer } from '../kit/vendor-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import type { Account } from '../provider.ts'
import { ErrorBody } from './wire.ts'

/** Errors that relays write in the form of one-api and its successors, whichever protocol was used. */

export function bearer({ settings }: Account): Record<string, string> {
  return { authorization: `Bearer ${settings.apiKey ?? ''}` }
}

/** Low credit is a 403, as is a bad key; the code tells them apart. Words other than `quota_not_enough` are inferred. */
const LACKS_CREDIT =
  /quota_not_enough|(?:insufficient|not enough)[^.]{0,200}(?:quota|balance|credit|point)|余额不足|额度不足/i

export function errorOf({ body, message }: ErrorAnswer): PolyphonyError | undefined {
  const words = [codeIn(body), message].filter((one) => one !== '').join(': ')
  if (LACKS_CREDIT.test(words)) return new PolyphonyError('account_refused', words, { lacks: 'credit' })
  return speaksOfModeration(words) ? new PolyphonyError('content_moderated', message || words) : undefined
}

/** For calls about a task: one that the relay does not know (a 400) is `task_not_found`. */
export function taskErrorOf(answer: ErrorAnswer): PolyphonyError | undefined {
  const { body, message, status } = answer
  const isUnknown =
    status === 404 || (status < 500 && /task_not_exist|task_no_found/.test(`${codeIn(body)} ${message}`))
  return isUnknown ? new PolyphonyError('task_not_found', message) : errorOf(answer)
}

function codeIn(body: Json): string {
  const found = readIfFits(ErrorBody, body)
  if (!found) return ''
  return 'code' in found ? found.code : found.error.code
}

export function textIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function objectIn(value: Json | undefined): { [name: string]: Json } {
  return isJsonObject(value) ? value : {}
}
