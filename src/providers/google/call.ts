import { MAX_RETRY_AFTER_SECONDS } from '../../assets/retry-after.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { readIfFits } from '../kit/read-wire.ts'
import { type Call, callVendor, type ErrorAnswer } from '../kit/vendor-call.ts'
import type { Account } from '../provider.ts'
import { ErrorBody } from './wire.ts'

const VERSION = 'v1beta'

/** A call of the Gemini API; `path` is what follows the version. */
export async function callGoogle(account: Account, call: Call): Promise<Json> {
  const { body } = await callVendor(account, {
    ...call,
    path: pathOf(call.path),
    headers: headersOf(account),
    errorOf: (answer) => call.errorOf?.(answer) ?? errorOf(answer),
  })
  return body
}

/** The same; undefined where Google has nothing at that path. */
export async function findAtGoogle(account: Account, call: Call): Promise<{ body: Json } | undefined> {
  const gone = new PolyphonyError('not_found', 'Google has nothing at this path.')
  try {
    const body = await callGoogle(account, { ...call, errorOf: ({ status }) => (status === 404 ? gone : undefined) })
    return { body }
  } catch (error) {
    if (error === gone) return undefined
    throw error
  }
}

export function pathOf(path: string): string {
  return `/${VERSION}/${path}`
}

export function headersOf({ settings }: Account): Record<string, string> {
  return { 'x-goog-api-key': settings.apiKey ?? '' }
}

/** Google's errors say in `status` and in `details` what an HTTP status leaves open. All pairs are inferred. */
export function errorOf({ status, body, message }: ErrorAnswer): PolyphonyError | undefined {
  const { status: kind, details = [] } = readIfFits(ErrorBody, body)?.error ?? {}
  // A wrong key is a 400 here.
  if (details.some(({ reason }) => reason === 'API_KEY_INVALID') || /^API key (?:not valid|expired)/.test(message)) {
    return new PolyphonyError('account_refused', message, { lacks: 'credential' })
  }
  const needsBilling = kind === 'FAILED_PRECONDITION' && /billing/i.test(message)
  if (needsBilling || /prepayment credits are depleted/i.test(message)) {
    return new PolyphonyError('account_refused', message, { lacks: 'credit' })
  }
  const retryAfterSeconds = details.map(({ retryDelay }) => secondsIn(retryDelay)).find((one) => one !== undefined)
  if (status !== 429 || retryAfterSeconds === undefined) return undefined
  return new PolyphonyError('account_busy', message, { retryAfterSeconds })
}

/** Of "34.5s". */
function secondsIn(delay: string | undefined): number | undefined {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(delay ?? '') ?? []
  return seconds === undefined ? undefined : Math.min(Math.ceil(Number(seconds)), MAX_RETRY_AFTER_SECONDS)
}
