import OpenAI from 'openai'
import { PolyphonyError } from '../../core/errors.ts'
import { sdkError } from '../kit/vendor-errors.ts'
import type { Account } from '../provider.ts'

/**
 * The official package for one account. What it would read from the environment is set: an account that a tenant brought
 * must not speak for the operator's organisation. `hasFiles`: pictures come in the answers.
 */
export function clientOf({ settings, fetch }: Account, { hasFiles }: { hasFiles: boolean }): OpenAI {
  return new OpenAI({
    apiKey: settings.apiKey ?? '',
    baseURL: settings.baseUrl ?? null,
    organization: settings.organization || null,
    project: settings.project || null,
    webhookSecret: null,
    maxRetries: 0, // a paid call is made once; what follows is for the dispatcher to say
    fetch: (input, init) => fetch(input, { ...init, hasFiles }),
  })
}

interface Meaning {
  isPaid: boolean
  signal: AbortSignal
}

/** A call of the package, with its errors as `Provider` lists them. */
export async function answered<Answer>(call: () => PromiseLike<Answer>, meaning: Meaning): Promise<Answer> {
  try {
    return await call()
  } catch (thrown) {
    throw errorOf(thrown, meaning)
  }
}

/** `null` where nothing is known under the id. */
export async function found<Answer>(call: () => PromiseLike<Answer>, signal: AbortSignal): Promise<Answer | null> {
  try {
    return await call()
  } catch (thrown) {
    if (thrown instanceof OpenAI.NotFoundError) return null
    throw errorOf(thrown, { isPaid: false, signal })
  }
}

/** Codes of OpenAI's error bodies that say more than the status; inferred but for the first of each. */
const MODERATED = new Set(['moderation_blocked', 'content_policy_violation', 'sentinel_block'])
const WITHOUT_CREDIT = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active'])

export function isModeration(code: string | null | undefined): boolean {
  return MODERATED.has(code ?? '')
}

function errorOf(thrown: unknown, meaning: Meaning): unknown {
  if (!(thrown instanceof OpenAI.APIError)) return sdkError(thrown, meaning)
  const { code, message } = thrown
  // The package writes the status before the vendor's words.
  const words = message.replace(/^\d{3} /, '')
  if (isModeration(code)) return new PolyphonyError('content_moderated', words, { cause: thrown })
  // OpenAI answers 429 to who has no credit, as it does to whom it asks to slow down.
  if (WITHOUT_CREDIT.has(code ?? '')) {
    return new PolyphonyError('account_refused', words, { lacks: 'credit', cause: thrown })
  }
  return sdkError(thrown, meaning)
}
