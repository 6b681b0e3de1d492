import { type Clock, MINUTE_MS } from '../core/clock.ts'
import { openRateLimit } from '../tenants/rate-limit.ts'

/** How often a minute one account, and one address, may be tried. Wrong and right ones count alike. */
const PER_ACCOUNT = 10
const PER_ADDRESS = 60

export interface Attempts {
  /** Throws `rate_limited`. `account` is an e-mail address, or whatever else is guessed at. */
  note(address: string, account?: string): void
}

/** Kept in this process: with several nodes, an account can be tried as often at each of them. */
export function openAttempts(clock: Clock): Attempts {
  const limit = openRateLimit(clock, (perMinute, seconds) => {
    return `At most ${perMinute} attempts to sign in are made in ${MINUTE_MS / 1_000} s; try again in ${seconds} s.`
  })
  return {
    note(address, account) {
      limit(`address ${address}`, PER_ADDRESS)
      if (account !== undefined) limit(`account ${account}`, PER_ACCOUNT)
    },
  }
}
