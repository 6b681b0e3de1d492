import type { AccountAdmin } from '../accounts/admin.ts'
import type { ManagedAccount } from '../accounts/managed-account.ts'
import { PolyphonyError } from '../core/errors.ts'

/** What the vendor of an account said about its credential. */
export interface CredentialCheck {
  account: string
  name: string
  provider: string
  result: 'works' | 'refused' | 'no answer' | 'not asked'
  /** Why, and what to do; '' when it works. */
  says: string
}

const AT_ONCE = 8

/**
 * Makes the free call of each of the operator's accounts at its vendor, some at once, and reports each answer as it
 * arrives. No account is waited for longer than `timeoutMs`. The state of an account follows from the answer. An account
 * that is removed meanwhile is left out, and so is everything after the gateway was closed.
 */
export async function checkCredentials(
  admin: AccountAdmin,
  { timeoutMs, report }: { timeoutMs: number; report: (check: CredentialCheck) => void },
): Promise<void> {
  const accounts = await admin.list('operator').catch((error: unknown) => {
    if (isGone(error)) return []
    throw error
  })
  const waiting = accounts.filter(({ tenantId }) => tenantId === null)
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const check = await checkOne(admin, next, timeoutMs)
      if (check) report(check)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

async function checkOne(
  admin: AccountAdmin,
  account: ManagedAccount,
  timeoutMs: number,
): Promise<CredentialCheck | undefined> {
  const { id, name, provider, state } = account
  const about = { account: id, name, provider }
  // A call that succeeds would end these pauses, which are not about the credential.
  if (state === 'disabled' || state === 'moderation_strike')
    return { ...about, result: 'not asked', says: account.reason }
  const timeout = Promise.withResolvers<'timeout'>()
  const timer = setTimeout(() => timeout.resolve('timeout'), timeoutMs)
  try {
    const outcome = await Promise.race([admin.test(id, 'operator'), timeout.promise])
    if (outcome === 'timeout') {
      return { ...about, result: 'no answer', says: `There was no answer within ${timeoutMs / 1_000} s.` }
    }
    const { works, says } = outcome
    if (works === true) return { ...about, result: 'works', says: '' }
    if (works === null) return { ...about, result: 'not asked', says }
    const isRefused = ['expired_credential', 'limited', 'disabled'].includes(outcome.account.state)
    return { ...about, result: isRefused ? 'refused' : 'no answer', says }
  } catch (error) {
    if (isGone(error)) return undefined
    return { ...about, result: 'no answer', says: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}

/** The gateway was closed, or the account removed. */
function isGone(error: unknown): boolean {
  return error instanceof PolyphonyError && ['store_unavailable', 'not_found'].includes(error.code)
}
