import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import type { AccountRecord } from '../core/account.ts'
import type { Tenant } from '../core/tenant.ts'
import type { Provider, ProviderManifest } from '../providers/provider.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { createTenant } from '../tenants/first-tenant.ts'
import { type Accounts, type BuiltInAccount, type EnvironmentAccount, openAccounts, USUAL_ACCOUNT } from './accounts.ts'
import { openVault, type Vault } from './vault.ts'

export const START = Date.UTC(2026, 0, 1)
export const OPERATION = 'lumen/text_to_video'
export const SECRET = 'the secret of the test'

export interface TestClock {
  nowMs: number
  now(): number
}

/** A place for accounts of made-up providers; as many processes as the test likes share it. */
export interface Registry extends AsyncDisposable {
  store: Store
  clock: TestClock
  vault: Vault
  /** What processes logged, as words. */
  said: string[]
  log: Logger
  /** A process, with a store of its own if asked for. */
  process(given?: {
    house?: BuiltInAccount[]
    environment?: EnvironmentAccount[]
    vault?: Vault
    store?: Store
  }): Promise<Accounts>
  /** Another connection to the same database. */
  openStore(): Promise<Store>
  /** An account as its owner made it, with a credential that opens. */
  account(id: string, given?: Partial<AccountRecord>): Promise<AccountRecord>
  /** Changes one as its owner would, from another process. */
  change(id: string, set: Partial<AccountRecord>): Promise<void>
  tenant(given?: Partial<Pick<Tenant, 'defaultPool' | 'fallsBack'>>): Promise<string>
  record(id: string): Promise<AccountRecord>
  /** As good as new, for the next test: opening one takes a while. */
  empty(): Promise<void>
}

export function aProvider(id: string, given: Partial<Provider> = {}): Provider {
  return { id, operations: new Set([OPERATION]), submit: () => Promise.reject(new Error('Not used here.')), ...given }
}

/** A manifest of a provider that has a key, and an address that need not be given. */
export function aCard(provider: Provider): ProviderManifest {
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

export async function openRegistry(providers: readonly Provider[]): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), 'polyphony-accounts-'))
  const openStore = () => openSqlite({ path: join(folder, 'test.db') })
  const store = await openStore()
  const stores = [store]
  const opened: Accounts[] = []
  const said: string[] = []
  const log = pino({ level: 'debug' }, { write: (line) => said.push(line) })
  const clock: TestClock = {
    nowMs: START,
    now() {
      return this.nowMs
    },
  }
  const vault = openVault(SECRET)
  const manifests = providers.map(aCard)
  const registry: Registry = {
    store,
    clock,
    vault,
    said,
    log,
    async openStore() {
      const another = await openStore()
      stores.push(another)
      return another
    },
    async process(given = {}) {
      const accounts = openAccounts({
        store,
        house: [],
        environment: [],
        vault,
        manifests,
        fetchFor: (owner) => (owner === 'operator' ? houseFetch : tenantFetch),
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
        ...USUAL_ACCOUNT,
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
      const { version } = await registry.record(id)
      if (!(await store.changeAccount({ id, version, set }))) throw new Error(`${id} was changed meanwhile.`)
    },
    async tenant(given = {}) {
      const tenant = await createTenant({ store, clock }, 'a tenant')
      if (Object.keys(given).length > 0) await store.changeTenant({ id: tenant.id, set: given })
      return tenant.id
    },
    async record(id) {
      const found = (await store.listAccounts({})).find((one) => one.id === id)
      if (!found) throw new Error(`There is no account ${id}.`)
      return found
    },
    async empty() {
      for (const accounts of opened.splice(0)) await accounts.close()
      for (const { id } of await store.listAccounts({})) await store.removeAccount({ id })
      clock.nowMs = START
      said.length = 0
    },
    async [Symbol.asyncDispose]() {
      for (const accounts of opened) await accounts.close()
      for (const one of stores) await one.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return registry
}

const unused = (): Promise<Response> => Promise.reject(new Error('The test calls no vendor.'))
export const houseFetch: typeof fetch = () => unused()
export const tenantFetch: typeof fetch = () => unused()
