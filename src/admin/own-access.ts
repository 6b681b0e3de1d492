import { PolyphonyError } from '../core/errors.ts'
import { type Actor, type AdminContext, callerOf } from './context.ts'

/**
 * What a tenant's verb may demand of the key:
 *
 * - `live`: test keys are shared more freely, and know nothing of money.
 * - `unlimited`: a key with a limit could otherwise take it off, or create a key without one.
 */
export type Access = 'live' | 'unlimited'

/** Throws `forbidden`, and says why. */
export async function checkAccess(context: AdminContext, access: readonly Access[], actor: Actor): Promise<void> {
  if (access.includes('live') && callerOf(actor).mode !== 'live') {
    throw new PolyphonyError('forbidden', 'This needs a live key.')
  }
  if (access.includes('unlimited')) await requireUnlimited(context, actor)
}

async function requireUnlimited({ store }: AdminContext, actor: Actor): Promise<void> {
  const key = await store.getKey({ id: callerOf(actor).keyId })
  if (!key) throw new PolyphonyError('unauthorized', 'The API key is unknown or was revoked.')
  const limits = [
    key.allowedModels === null ? [] : ['models'],
    key.requestsPerMinute === null ? [] : ['requests_per_minute'],
    key.tokensPerMinute === null ? [] : ['tokens_per_minute'],
    key.maxConcurrent === null ? [] : ['max_concurrent'],
    key.spendLimitPoints === null ? [] : ['spend_limit'],
    key.dayLimitPoints === null ? [] : ['daily_limit'],
    key.monthLimitPoints === null ? [] : ['monthly_limit'],
    key.expiresAt === null ? [] : ['expires_at'],
  ].flat()
  if (limits.length === 0) return
  throw new PolyphonyError(
    'forbidden',
    `This needs a key without limits of its own; this key has ${limits.join(', ')}.`,
  )
}
