import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { readIfFits, unreadable } from '../kit/read-wire.ts'
import { soundsResult } from '../kit/results.ts'
import { type Call, callVendor, type ErrorAnswer, fileOfVendor } from '../kit/vendor-call.ts'
import type { Account, Job, Submitted } from '../provider.ts'
import { ErrorBody } from './wire.ts'

export async function callElevenlabs(account: Account, call: Call): Promise<Json> {
  const { body } = await callVendor(account, {
    ...call,
    headers: headersOf(account),
    errorOf: (answer) => call.errorOf?.(answer) ?? errorOf(answer),
  })
  return body
}

/** A call whose answer is the sound itself. */
export async function soundOf(account: Account, call: Call): Promise<Uint8Array> {
  const headers = { ...headersOf(account), accept: 'audio/*' }
  const { bytes, headers: about } = await fileOfVendor(account, { ...call, headers, errorOf })
  const type = about.get('content-type') ?? ''
  if (bytes.length > 0 && !/^(?:application\/json|text\/)/.test(type)) return bytes
  throw unreadable(`no sound (${type || 'no type'}, ${bytes.length} bytes)`, 'ElevenLabs', call.isPaid === true)
}

/** The paid call of most operations: one request for one sound. */
export async function submitForSound(
  job: Job,
  account: Account,
  call: Omit<Call, 'method' | 'isPaid'>,
): Promise<Submitted> {
  const sound = await soundOf(account, { ...call, method: 'POST', isPaid: true })
  return { result: soundsResult(job, [sound]) }
}

function headersOf({ settings }: Account): Record<string, string> {
  return { 'xi-api-key': settings.apiKey ?? '' }
}

/**
 * `detail.status` says more than the HTTP status. Seen: `quota_exceeded` (a 401), the two kinds of 429, `bad_prompt` and
 * `bad_composition_plan` with what to ask for instead; the others are inferred.
 */
const WITHOUT_CREDIT =
  /^(?:quota_exceeded|payment_required|paid_plan_required|subscription_required|limited_access|can_not_use_instant_voice_cloning)$/
const MODERATED = /^(?:bad_prompt|bad_composition_plan|content_policy_violation|prohibited_content)$/
const FULL = /^(?:voice_limit_reached|too_many_concurrent_requests|system_busy|concurrent_limit_exceeded)$/

export function statusIn(body: Json): string {
  const { status, code } = readIfFits(ErrorBody, body)?.detail ?? {}
  return status ?? code ?? ''
}

function errorOf({ status, body, message }: ErrorAnswer): PolyphonyError | undefined {
  const reason = statusIn(body)
  const words = message || reason
  if (WITHOUT_CREDIT.test(reason)) return new PolyphonyError('account_refused', words, { lacks: 'credit' })
  if (MODERATED.test(reason)) return new PolyphonyError('content_moderated', `${words}${suggestionIn(body)}`)
  if (FULL.test(reason) && status !== 429) return new PolyphonyError('account_busy', words) // 429 has its own header
  return status === 425 ? new PolyphonyError('vendor_unreachable', words) : undefined // not ready yet
}

function suggestionIn(body: Json): string {
  const { data, prompt_suggestion: own } = readIfFits(ErrorBody, body)?.detail ?? {}
  const suggestion = data?.prompt_suggestion ?? own
  return suggestion === undefined ? '' : ` It suggests: ${suggestion}`
}
