import type { Logger } from 'pino'
import { type AccountRecord, DEFAULT_ACCOUNT } from '../core/account.ts'
import type { Clock } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import { type EnvironmentAccount, environmentId } from './environment.ts'
import type { Vault } from './vault.ts'

export interface SeedParts {
  store: Store
  environment: readonly EnvironmentAccount[]
  vault: Vault
  clock: Clock
  log: Logger
}

/** Stores a row for each account of the environment, without its credential, so that its health outlives the process. */
export async function seedEnvironment({ store, environment, clock }: SeedParts): Promise<void> {
  for (const account of environment) {
    const { provider, slots, priority } = account
    const id = environmentId(provider)
    const record = await store.getAccount({ id })
    if (!record) {
      await store.createAccount({ account: rowOf(account, clock.now()) })
    } else if (record.slots !== slots || record.priority !== priority) {
      await store.changeAccount({ id, version: record.version, set: { slots, priority } })
    }
  }
}

/** Re-encrypts credentials that were sealed under an earlier secret. One that cannot be opened stays as it is. */
export async function resealCredentials({ store, vault, log }: SeedParts): Promise<void> {
  for (const { id, sealed, version } of await store.listAccounts({})) {
    if (sealed === null || !vault.isOld(sealed)) continue
    try {
      await store.changeAccount({ id, version, set: { sealed: vault.seal(id, vault.open(id, sealed)) } })
    } catch (error) {
      log.error({ err: error, account: id }, 'a credential could not be re-encrypted')
    }
  }
}

function rowOf({ provider, slots, priority }: EnvironmentAccount, now: number): AccountRecord {
  const id = environmentId(provider)
  const name = `${provider} of the environment`
  return { ...DEFAULT_ACCOUNT, id, tenantId: null, provider, name, sealed: null, slots, priority, createdAt: now }
}
