import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import { systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { optional, secret } from '../providers/kit/account-fields.ts'
import type { Provider, ProviderManifest } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { createTenant } from '../tenants/first-tenant.ts'
import { type AccountsOptions, openAccounts } from './accounts.ts'
import { type AccountAdmin, type AccountAdminOptions, openAccountAdmin } from './admin.ts'
import { openVault } from './vault.ts'

export const provider: Provider = {
  id: 'lumen',
  operations: new Set(['lumen/clip', 'lumen/still']),
  submit: () => Promise.reject(new Error('The test submits nothing.')),
}

/** Needs a key and an address. */
export const lumen: ProviderManifest = {
  id: 'lumen',
  title: 'Lumen',
  fields: [
    secret('LUMEN_API_KEY', 'API key'),
    { name: 'baseUrl', env: 'LUMEN_BASE_URL', title: 'Base address', isSecret: false },
    optional({ name: 'project', env: 'LUMEN_PROJECT', title: 'Project', isSecret: false }),
  ],
  slots: 7,
  load: async () => () => provider,
}
/** Takes either of two keys. */
export const either: ProviderManifest = {
  id: 'either',
  title: 'Either',
  fields: [optional(secret('ONE', 'One', 'one')), optional(secret('OTHER', 'Other', 'other'))],
  slots: 2,
  load: async () => () => ({ ...provider, id: 'either' }),
}

export const FIELDS = { apiKey: 'lumen-secret-key', baseUrl: 'https://lumen.example/v1' }
/** The body of a request that adds an account. */
export const body = (given: JsonObject = {}): JsonObject => ({
  provider: 'lumen',
  name: 'main',
  fields: FIELDS,
  ...given,
})

/** A store with one tenant, and the administration of its accounts. */
export interface AdminBench extends AsyncDisposable {
  store: Store
  tenantId: string
  open(given?: Partial<AccountAdminOptions & Pick<AccountsOptions, 'environment'>>): AccountAdmin
  /** Removes all accounts. */
  empty(): Promise<void>
}

export async function openAdminBench(): Promise<AdminBench> {
  const folder = await mkdtemp(join(tmpdir(), 'polyphony-accounts-'))
  const store = await openMigratedSqlite({ path: join(folder, 'accounts.db') })
  const { id: tenantId } = await createTenant({ store, clock: systemClock }, 'a tenant')
  return {
    store,
    tenantId,
    open(given = {}) {
      const parts = {
        store,
        manifests: given.manifests ?? [lumen, either],
        vault: openVault('the secret of the test'),
        clock: systemClock,
        environment: given.environment ?? [],
        fetchFor: () => fetch,
        log: pino({ level: 'silent' }),
      }
      return openAccountAdmin({
        ...parts,
        accounts: openAccounts({ ...parts, builtIn: [] }),
        judge: async (url, field) => {
          if (url.includes('10.0.0.1')) throw new PolyphonyError('address_refused', `${field} is private.`, { field })
        },
        operations: new Set(['lumen/clip', 'lumen/still', 'Deep/model/task']),
        tenants: { priceFactor: 0.25, maxAccounts: 3 },
        ...given,
      })
    },
    async empty() {
      for (const { id } of await store.listAccounts({})) await store.removeAccount({ id })
    },
    async [Symbol.asyncDispose]() {
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
