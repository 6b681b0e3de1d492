import { pino } from 'pino'
import { systemClock } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import { type Accounts, type BuiltInAccount, openAccounts } from './accounts.ts'
import { openVault } from './vault.ts'

/**
 * Accounts of providers in this process, and no others. `pool` takes the place of the usual one, for tests that share a
 * store and not its lines.
 */
export function houseAccounts(house: readonly BuiltInAccount[], store: Store, pool?: string): Accounts {
  const accounts = openAccounts({
    store,
    house,
    manifests: [],
    environment: [],
    vault: openVault('the secret of the test'),
    fetchFor: () => fetch,
    clock: systemClock,
    log: pino({ level: 'silent' }),
  })
  if (pool === undefined) return accounts
  return {
    ...accounts,
    route: (wish) => ({ ...accounts.route(wish), pool }),
    offers: (asked, operations) => (asked === pool ? accounts.offers('live', operations) : []),
  }
}
