import OpenAI from 'openai'
import { VENDOR_TIMEOUT_MS } from '../../assets/fetch-through.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { sdkCalls } from '../kit/sdk-call.ts'
import { sdkError } from '../kit/vendor-errors.ts'
import type { Account } from '../provider.ts'

/**
 * The official package for one account. Settings that it would read from the environment are set here: a
 * tenant's account must not act for the operator's organisation. `hasFiles`: answers contain pictures.
 */
export function clientOf({ settings, fetch }: Account, { hasFiles }: { hasFiles: boolean }): OpenAI {
  return new OpenAI({
    apiKey: settings.apiKey ?? '',
    baseURL: settings.baseUrl ?? null,
    organization: settings.organization || null,
    project: settings.project || null,
    webhookSecret: null,
    timeout: VENDOR_TIMEOUT_MS,
    maxRetries: 0, // a paid call is made once; the dispatcher decides about another
    // With `Response` beside it, or the package makes a call before each form to find it out.
    fetch: Object.assign((...[input, init]: Parameters<typeof fetch>) => fetch(input, { ...init, hasFiles }), {
      Response,
    }),
  })
}

export const { call, find } = sdkCalls(errorOf)

/** Codes of OpenAI's error bodies that say more than the status; inferred but for the first of each. */
const MODERATED = new Set(['moderation_blocked', 'content_policy_violation', 'sentinel_block'])
const WITHOUT_CREDIT = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active'])

export function isModeration(code: string | null | undefined): boolean {
  return MODERATED.has(code ?? '')
}

function errorOf(thrown: unknown, meaning: { isPaid: boolean; signal: AbortSignal }): unknown {
  if (!(thrown instanceof OpenAI.APIError)) return sdkError(thrown, meaning)
  const { code, message } = thrown
  // The package writes the status before the vendor's words.
  const words = message.replace(/^\d{3} /, '')
  if (isModeration(code)) return new PolyphonyError('content_moderated', words, { cause: thrown })
  // OpenAI answers a lack of credit with 429, as it does too many calls.
  if (WITHOUT_CREDIT.has(code ?? '')) {
    return new PolyphonyError('account_refused', words, { lacks: 'credit', cause: thrown })
  }
  return sdkError(thrown, meaning)
}
