import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { soundsResult } from '../kit/results.ts'
import { type Call, callVendor, fileOfVendor } from '../kit/vendor-call.ts'
import type { Account, Job, Submitted } from '../provider.ts'

type Refused = Parameters<NonNullable<Call['errorOf']>>[0]

export async function callElevenlabs(account: Account, call: Call): Promise<JsonObject> {
  const { body } = await callVendor(account, {
    ...call,
    headers: headersOf(account),
    errorOf: (answer) => call.errorOf?.(answer) ?? errorOf(answer),
  })
  if (isJsonObject(body)) return body
  if (body === null && call.isPaid !== true) return {} // done, and nothing to say
  const code = call.isPaid === true ? 'vendor_silent' : 'vendor_unreachable'
  throw new PolyphonyError(code, 'ElevenLabs answered with what is no JSON object.')
}

/** A call that is answered with the sound itself. */
export async function soundOf(account: Account, call: Call): Promise<Uint8Array> {
  const headers = { ...headersOf(account), accept: 'audio/*' }
  const { bytes, headers: about } = await fileOfVendor(account, { ...call, headers, errorOf })
  const type = about.get('content-type') ?? ''
  if (bytes.length > 0 && !/^(?:application\/json|text\/)/.test(type)) return bytes
  const code = call.isPaid === true ? 'vendor_silent' : 'vendor_unreachable'
  throw new PolyphonyError(code, `ElevenLabs answered with no sound (${type || 'of no type'}, ${bytes.length} bytes).`)
}

/** The paid call of most operations: one request, and one sound for it. */
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
  const detail = isJsonObject(body) && isJsonObject(body.detail) ? body.detail : {}
  return [detail.status, detail.code].find((one) => typeof one === 'string')?.toString() ?? ''
}

function errorOf({ status, body, message }: Refused): PolyphonyError | undefined {
  const said = statusIn(body)
  const words = message || said
  if (WITHOUT_CREDIT.test(said)) return new PolyphonyError('account_refused', words, { lacks: 'credit' })
  if (MODERATED.test(said)) return new PolyphonyError('content_moderated', `${words}${suggestionIn(body)}`)
  if (FULL.test(said) && status !== 429) return new PolyphonyError('account_busy', words) // 429 has its own header
  return status === 425 ? new PolyphonyError('vendor_unreachable', words) : undefined // not ready yet
}

function suggestionIn(body: Json): string {
  const detail = isJsonObject(body) && isJsonObject(body.detail) ? body.detail : {}
  const data = isJsonObject(detail.data) ? detail.data : detail
  return typeof data.prompt_suggestion === 'string' ? ` It suggests: ${data.prompt_suggestion}` : ''
}
