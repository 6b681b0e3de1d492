import { requireSecret } from '../compose/identity.ts'
import { openStore } from '../compose/store.ts'
import type { Config } from '../config/config.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Tenant } from '../core/tenant.ts'
import type { Store } from '../store/store.ts'
import { loadConfig } from './configuration.ts'

/**
 * Opens the configured store for one command, also while a server runs on it. Throws where there is none: it makes none. What
 * `usesSecret`, to seal or sign, is refused when its secret is not the one of the database.
 */
export async function withStore<T>(
  work: (store: Store, config: Config) => Promise<T>,
  { usesSecret = false }: { usesSecret?: boolean } = {},
): Promise<T> {
  const { config } = loadConfig({ isCommand: true })
  const store = await openStore(config, { exclusive: false })
  try {
    if (usesSecret) await requireSecret(store, config)
    return await work(store, config)
  } finally {
    await store.close()
  }
}

/** The tenant with this name or id; by default the first tenant. Throws `not_found`, and `invalid_input` if several match. */
export async function findTenant(store: Store, nameOrId: string | undefined): Promise<Tenant> {
  const tenants = await store.listTenants({})
  const found =
    nameOrId === undefined ? tenants.slice(0, 1) : tenants.filter((one) => one.id === nameOrId || one.name === nameOrId)
  const [tenant, second] = found
  if (second) throw new PolyphonyError('invalid_input', `Several tenants are called "${nameOrId}": use an id.`)
  if (!tenant) {
    const names = tenants.map((one) => one.name).join(', ') || 'none; "polyphony serve" makes the first'
    throw new PolyphonyError('not_found', `No tenant "${nameOrId ?? ''}" (there are: ${names}).`)
  }
  return tenant
}
