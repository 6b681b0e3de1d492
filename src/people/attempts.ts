import { hash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import { type Clock, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'

/** How often a minute one account, and one address, may be tried. Wrong and right ones count alike. */
const PER_ACCOUNT = 10
const PER_ADDRESS = 60

export interface Attempts {
  /**
   * Rejects with `rate_limited`, and says when to try again. `account` is an e-mail address, or whatever else is guessed at:
   * only what is short enough to be guessed, since whoever guesses keeps its owner out meanwhile.
   */
  note(address: string, account?: string): Promise<void>
}

/** Counted in the database, so that several processes allow no more than one does. */
export function openAttempts({ store, clock }: { store: Pick<Store, 'takeAttempt'>; clock: Clock }): Attempts {
  async function take(subject: string, perMinute: number): Promise<void> {
    // A hash: what was typed into a form is not kept.
    const waitMs = await store.takeAttempt({ subject: hash('sha256', subject, 'hex'), perMinute, now: clock.now() })
    if (waitMs === 0) return
    const seconds = Math.ceil(waitMs / SECOND_MS)
    throw new PolyphonyError(
      'rate_limited',
      `At most ${perMinute} attempts are made in ${MINUTE_MS / SECOND_MS} s; try again in ${seconds} s.`,
      { retryAfterSeconds: seconds, requestsPerMinute: perMinute },
    )
  }
  return {
    async note(address, account) {
      await take(`address ${networkOf(address)}`, PER_ADDRESS)
      if (account !== undefined) await take(`account ${account}`, PER_ACCOUNT)
    },
  }
}

/** With IPv6, whoever has one address has the 2^64 of its network. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const parsed = ipaddr.parse(address)
  if (parsed instanceof ipaddr.IPv6 && !parsed.isIPv4MappedAddress()) {
    return `${parsed.parts
      .slice(0, 4)
      .map((part) => part.toString(16))
      .join(':')}::/64`
  }
  return ipaddr.process(address).toString()
}
