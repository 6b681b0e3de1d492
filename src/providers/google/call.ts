import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import type { Account } from '../provider.ts'

const VERSION = 'v1beta'

/** A call of the Gemini API; `path` is what follows the version. */
export async function callGoogle(account: Account, call: Call): Promise<JsonObject> {
  const { body } = await callVendor(account, {
    ...call,
    path: pathOf(call.path),
    headers: headersOf(account),
    errorOf: (answer) => call.errorOf?.(answer) ?? errorOf(answer),
  })
  if (isJsonObject(body)) return body
  const code = call.isPaid === true ? 'vendor_silent' : 'vendor_unreachable'
  throw new PolyphonyError(code, 'Google answered with what is no JSON object.')
}

/** The same; undefined where Google knows nothing at that path. */
export async function findAtGoogle(account: Account, call: Call): Promise<JsonObject | undefined> {
  const gone = new PolyphonyError('not_found', 'Google knows nothing there.')
  try {
    return await callGoogle(account, { ...call, errorOf: ({ status }) => (status === 404 ? gone : undefined) })
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

type Refused = Parameters<NonNullable<Call['errorOf']>>[0]

/** Google's errors say in `status` and in `details` what an HTTP status leaves open. All pairs are inferred. */
export function errorOf({ status, body, message }: Refused): PolyphonyError | undefined {
  const error = isJsonObject(body) && isJsonObject(body.error) ? body.error : {}
  const details = Array.isArray(error.details) ? error.details.filter(isJsonObject) : []
  // A key that is wrong is a 400 here.
  if (details.some(({ reason }) => reason === 'API_KEY_INVALID') || /^API key (?:not valid|expired)/.test(message)) {
    return new PolyphonyError('account_refused', message, { lacks: 'credential' })
  }
  const needsBilling = error.status === 'FAILED_PRECONDITION' && /billing/i.test(message)
  if (needsBilling || /prepayment credits are depleted/i.test(message)) {
    return new PolyphonyError('account_refused', message, { lacks: 'credit' })
  }
  const retryAfterSeconds = details.map(({ retryDelay }) => secondsIn(retryDelay)).find((one) => one !== undefined)
  if (status !== 429 || retryAfterSeconds === undefined) return undefined
  return new PolyphonyError('account_busy', message, { retryAfterSeconds })
}

/** Of "34.5s". */
function secondsIn(delay: Json | undefined): number | undefined {
  const [, seconds] = (typeof delay === 'string' && /^(\d+(?:\.\d+)?)s$/.exec(delay)) || []
  return seconds === undefined ? undefined : Math.ceil(Number(seconds))
}
