import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import { type AccountRecord, DEFAULT_ACCOUNT } from '../core/account.ts'
import type { Tenant } from '../core/tenant.ts'
import type { Provider, ProviderManifest } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { createTenant } from '../tenants/first-tenant.ts'
import { type Accounts, openAccounts } from './accounts.ts'
import type { EnvironmentAccount } from './environment.ts'
import type { BuiltInAccount } from './member.ts'
import { openVault, type Vault } from './vault.ts'

export const START = Date.UTC(2026, 0, 1)
export const OPERATION = 'lumen/text_to_video'
export const SECRET = 'the secret of the test'

export interface TestClock {
  nowMs: number
  now(): number
}

/** A store with accounts of fake providers, and any number of processes that share it. */
export interface AccountsBench extends AsyncDisposable {
  store: Store
  clock: TestClock
  vault: Vault
  /** What the processes logged, as JSON lines. */
  logged: string[]
  log: Logger
  /** Starts a process, on this store unless another one is given. */
  process(given?: {
    builtIn?: BuiltInAccount[]
    environment?: EnvironmentAccount[]
    vault?: Vault
    store?: Store
    manifests?: ProviderManifest[]
  }): Promise<Accounts>
  /** Another connection to the same database. */
  openStore(): Promise<Store>
  /** Stores an account with a credential that can be opened. */
  account(id: string, given?: Partial<AccountRecord>): Promise<AccountRecord>
  /** Changes an account from outside of the processes. */
  change(id: string, set: Partial<AccountRecord>): Promise<void>
  tenant(given?: Partial<Pick<Tenant, 'defaultPool' | 'fallsBack'>>): Promise<string>
  record(id: string): Promise<AccountRecord>
  /** Removes all accounts and closes all processes: opening a new bench for each test would be slow. */
  empty(): Promise<void>
}

export function aProvider(id: string, given: Partial<Provider> = {}): Provider {
  return {
    id,
    operations: new Set([OPERATION]),
    submit: () => Promise.reject(new Error('The test submits nothing.')),
    ...given,
  }
}

/** A manifest with a required key and an optional address. */
export function aManifest(provider: Provider): ProviderManifest {
  return {
    id: provider.id,
    title: provider.id,
    fields: [
      { name: 'apiKey', title: 'Key', env: 'KEY', isSecret: true },
      { name: 'baseUrl', title: 'Address', env: 'URL', isSecret: false, default: 'https://vendor.example' },
    ],
    slots: 3,
    load: async () => () => provider,
  }
}

export async function openAccountsBench(providers: readonly Provider[]): Promise<AccountsBench> {
  const folder = await mkdtemp(join(tmpdir(), 'polyphony-accounts-'))
  const openStore = () => openMigratedSqlite({ path: join(folder, 'test.db') })
  const store = await openStore()
  const stores = [store]
  const opened: Accounts[] = []
  const logged: string[] = []
  const log = pino({ level: 'debug' }, { write: (line) => logged.push(line) })
  const clock: TestClock = {
    nowMs: START,
    now() {
      return this.nowMs
    },
  }
  const vault = openVault(SECRET)
  const manifests = providers.map(aManifest)
  const bench: AccountsBench = {
    store,
    clock,
    vault,
    logged,
    log,
    async openStore() {
      const another = await openStore()
      stores.push(another)
      return another
    },
    async process(given = {}) {
      const accounts = openAccounts({
        store,
        builtIn: [],
        environment: [],
        vault,
        manifests,
        fetchFor: (owner) => (owner === 'operator' ? operatorFetch : tenantFetch),
        clock,
        log,
        ...given,
      })
      opened.push(accounts)
      await accounts.start()
      return accounts
    },
    async account(id, given = {}) {
      const account: AccountRecord = {
        ...DEFAULT_ACCOUNT,
        id,
        tenantId: null,
        provider: providers[0]?.id ?? 'none',
        name: id,
        sealed: vault.seal(id, { apiKey: `the key of ${id}` }),
        slots: 3,
        createdAt: clock.now(),
        ...given,
      }
      await store.createAccount({ account })
      return account
    },
    async change(id, { id: _id, tenantId: _tenantId, createdAt: _at, provider: _provider, version: _v, ...set }) {
      const { version } = await bench.record(id)
      if (!(await store.changeAccount({ id, version, set }))) throw new Error(`${id} was changed at the same time.`)
    },
    async tenant(given = {}) {
      const tenant = await createTenant({ store, clock }, 'a tenant')
      if (Object.keys(given).length > 0) await store.changeTenant({ id: tenant.id, set: given })
      return tenant.id
    },
    async record(id) {
      const found = await store.getAccount({ id })
      if (!found) throw new Error(`There is no account ${id}.`)
      return found
    },
    async empty() {
      for (const accounts of opened.splice(0)) await accounts.close()
      for (const { id } of await store.listAccounts({})) await store.removeAccount({ id })
      clock.nowMs = START
      logged.length = 0
    },
    async [Symbol.asyncDispose]() {
      for (const accounts of opened) await accounts.close()
      for (const one of stores) await one.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return bench
}

const unused = (): Promise<Response> => Promise.reject(new Error('The test calls no vendor.'))
export const operatorFetch: typeof fetch = () => unused()
export const tenantFetch: typeof fetch = () => unused()
