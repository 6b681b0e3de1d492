import { invalidInput, PolyphonyError } from '../core/errors.ts'
import type { Tenant } from '../core/tenant.ts'
import type { Store } from '../store/store.ts'

/**
 * The tenant with this id, or else with this name; by default the first tenant. Throws `not_found`, and `invalid_input` if
 * several have the name.
 */
export async function findTenant(store: Store, nameOrId: string | undefined): Promise<Tenant> {
  return only(store, nameOrId, await tenantsFor(store, nameOrId))
}

/** The same, of those that were deleted, too: their records stay. */
export async function findTenantToRead(store: Store, nameOrId: string | undefined): Promise<Tenant> {
  const present = await tenantsFor(store, nameOrId)
  if (present.length > 0 || nameOrId === undefined) return only(store, nameOrId, present)
  const byId = await store.getTenant({ id: nameOrId })
  return only(store, nameOrId, byId ? [byId] : await store.listTenants({ name: nameOrId, isDeleted: true, limit: 2 }))
}

async function only(store: Store, nameOrId: string | undefined, [tenant, second]: readonly Tenant[]): Promise<Tenant> {
  if (second) throw invalidInput('tenant', `must be an id: several tenants are called "${nameOrId}"`)
  if (tenant) return tenant
  const tenants = await store.listTenants({ limit: MOST_NAMES + 1 })
  const names = tenants.slice(0, MOST_NAMES).map((one) => one.name)
  const more = tenants.length > MOST_NAMES ? ' and others' : ''
  const known = names.join(', ') || 'none; "polyphony serve" makes the first'
  throw new PolyphonyError('not_found', `No tenant "${nameOrId ?? ''}" (there are: ${known}${more}).`)
}

async function tenantsFor(store: Store, nameOrId: string | undefined): Promise<Tenant[]> {
  if (nameOrId === undefined) return store.listTenants({ limit: 1 })
  // Names are chosen by whoever signs up: one that is another tenant's id must not hide that tenant.
  const byId = await store.getTenant({ id: nameOrId })
  return byId && byId.deletedAt === null ? [byId] : store.listTenants({ name: nameOrId, limit: 2 })
}

const MOST_NAMES = 20

/** The id of the tenant whose records are read, if the input names one. */
export async function tenantIdIn(store: Store, nameOrId: string | undefined): Promise<string | undefined> {
  return nameOrId === undefined ? undefined : (await findTenantToRead(store, nameOrId)).id
}
