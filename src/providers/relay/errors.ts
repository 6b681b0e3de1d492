import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import type { Account } from '../provider.ts'

/** What relays say in the words of one-api and its successors, whichever protocol was spoken. */

export function bearer({ settings }: Account): Record<string, string> {
  return { authorization: `Bearer ${settings.apiKey ?? ''}` }
}

/** Low credit is a 403 here, as a bad key is; the word tells them apart. Words other than `quota_not_enough` inferred. */
const LACKS_CREDIT =
  /quota_not_enough|(?:insufficient|not enough)[^.]{0,200}(?:quota|balance|credit|point)|余额不足|额度不足/i

export interface Refused {
  status: number
  body: Json
  message: string
}

export function errorOf({ body, message }: Refused): PolyphonyError | undefined {
  const words = [codeIn(body), message].filter((one) => one !== '').join(': ')
  if (LACKS_CREDIT.test(words)) return new PolyphonyError('account_refused', words, { lacks: 'credit' })
  return speaksOfModeration(words) ? new PolyphonyError('content_moderated', message || words) : undefined
}

/** For looks at a task: one that the relay does not know is told with 400. Throws `task_not_found` for it. */
export function lookErrorOf(refused: Refused): PolyphonyError | undefined {
  const { body, message, status } = refused
  const isUnknown =
    status === 404 || (status < 500 && /task_not_exist|task_no_found/.test(`${codeIn(body)} ${message}`))
  return isUnknown ? new PolyphonyError('task_not_found', message) : errorOf(refused)
}

/** The error's word, in either of the two forms in which relays write errors. */
function codeIn(body: Json): string {
  if (!isJsonObject(body)) return ''
  const { code, error } = body
  if (typeof code === 'string') return code
  return isJsonObject(error) && typeof error.code === 'string' ? error.code : ''
}

export function textIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function objectIn(value: Json | undefined): { [name: string]: Json } {
  return isJsonObject(value) ? value : {}
}

export function wrongHandle(): PolyphonyError {
  return new PolyphonyError('internal', 'The handle is none of a relay’s.')
}
