import type { AccountState } from '../core/account.ts'
import type { Attempt } from '../core/attempt.ts'
import type { ManagedAccount } from './managed-account.ts'

/** Everything that explains what an account does, or why it does nothing. */
export interface Diagnosis {
  account: ManagedAccount
  /** Why it begins no task; [] when it could. */
  advice: string[]
  /** Tasks that it could be given, by operation. */
  waiting: { operation: string; count: number }[]
  /** The newest first. */
  attempts: Omit<Attempt, 'account'>[]
}

/** What is known of the work of an account: the tasks that wait in its pools, and its latest attempts. */
export interface Workload {
  waiting: readonly { operation: string; count: number }[]
  attempts: readonly Attempt[]
}

/** `hide` removes the account's secrets from the words of its vendor. */
export function diagnose(account: ManagedAccount, workload: Workload, hide: (text: string) => string): Diagnosis {
  const waiting = performable(account, workload.waiting)
  const attempts = workload.attempts.map(({ account: _, ...attempt }) => ({
    ...attempt,
    reason: attempt.reason === null ? null : hide(attempt.reason),
  }))
  return { account, advice: diagnoseIdle(account, waiting), waiting, attempts }
}

/** What to do about each state; docs/accounts.md says the same at more length. */
const STATE_ADVICE: Record<Exclude<AccountState, 'connected'>, string> = {
  limited:
    'The limit of the account at its vendor is reached, or it has no credit. It is tried again by itself; test it to try now.',
  cooling_down: 'Its calls did not get through. It is tried again by itself; test it, and check its base address.',
  moderation_strike:
    'The vendor refused the content of many tasks in a row. Look at its last attempts, then enable it.',
  expired_credential: 'The vendor rejects its credential. Set a new one.',
  disabled: 'It is switched off. Enable it.',
}

/** Why an account begins no task, the most important reason first; [] when it could begin one of those that wait. */
export function diagnoseIdle(account: ManagedAccount, waiting: readonly { operation: string }[]): string[] {
  const { state, isUsable, running, slots, begunToday, dailyCap, operations, priority } = account
  const reasons: string[] = []
  if (!isUsable) reasons.push('It is misconfigured; the reason says how.')
  else if (state !== 'connected') reasons.push(STATE_ADVICE[state])
  if (account.isDraining) reasons.push('It drains: it finishes its running tasks and begins no new ones. Resume it.')
  if (isUsable && operations.length === 0) {
    reasons.push('Its provider supports none of the operations in "serves". Change "serves".')
  }
  if (running >= slots) reasons.push(`All of its ${slots} slots are taken.`)
  if (dailyCap !== null && begunToday >= dailyCap)
    reasons.push('Its daily cap is reached; it begins tasks again at 00:00 UTC.')
  if (reasons.length > 0) return reasons
  if (priority < 0) return ['It is a back-up: it works when no account of priority 0 or more can.']
  return waiting.length === 0 ? ['It is ready; no task waits for it.'] : []
}

/** Sums the tasks of all pools by operation, and leaves out operations that the account does not perform. */
function performable({ operations }: ManagedAccount, waiting: Workload['waiting']): Diagnosis['waiting'] {
  const counts = new Map<string, number>()
  for (const { operation, count } of waiting) {
    if (operations.includes(operation)) counts.set(operation, (counts.get(operation) ?? 0) + count)
  }
  return [...counts].map(([operation, count]) => ({ operation, count }))
}
