import { pino } from 'pino'
import { systemClock } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import { type Accounts, openAccounts } from './accounts.ts'
import type { BuiltInAccount } from './member.ts'
import { openVault } from './vault.ts'

/** Only built-in accounts. `pool` replaces the pool `live`, for tests that share a store but not its pools. */
export function builtInAccounts(builtIn: readonly BuiltInAccount[], store: Store, pool?: string): Accounts {
  const accounts = openAccounts({
    store,
    builtIn,
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
    route: (request) => ({ ...accounts.route(request), pool }),
    offers: (requested, operations) => (requested === pool ? accounts.offers('live', operations) : []),
  }
}
