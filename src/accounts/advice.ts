import type { AccountState } from '../core/account.ts'
import type { ManagedAccount } from './manage.ts'

/** What to do about each state; docs/accounts.md says the same at more length. */
const ABOUT: Record<Exclude<AccountState, 'connected'>, string> = {
  limited: 'The vendor takes no more for now, or wants to be paid. It is tried again by itself; test it to try now.',
  cooling_down: 'Its calls did not get through. It is tried again by itself; test it, and check its base address.',
  moderation_strike:
    'The vendor refused the content of many tasks in a row. Look at its last attempts, then enable it.',
  expired_credential: 'The vendor does not take its credential. Give it a new one.',
  disabled: 'It is switched off. Enable it.',
}

/** Why an account begins no task, the weightiest reason first; [] when nothing is in its way but that nobody asks. */
export function whyIdle(account: ManagedAccount, waiting: readonly { operation: string }[]): string[] {
  const { state, isUsable, running, slots, begunToday, dailyCap, operations, priority } = account
  const reasons: string[] = []
  if (!isUsable) reasons.push('It cannot be used as it is set up; the reason says why.')
  else if (state !== 'connected') reasons.push(ABOUT[state])
  if (account.isDraining) reasons.push('It drains: it finishes what it has, and begins nothing. Resume it.')
  if (isUsable && operations.length === 0) reasons.push('It performs nothing of what it is to serve. Change that.')
  if (running >= slots) reasons.push(`All of its ${slots} slots are taken.`)
  if (dailyCap !== null && begunToday >= dailyCap) reasons.push('It has begun as many tasks as it may today (UTC).')
  if (reasons.length > 0) return reasons
  if (priority < 0) return ['It is a back-up: it works when no account of priority 0 or more can.']
  return waiting.length === 0 ? ['Nothing is in its way; no task waits for it.'] : []
}
