import { invalidInput, PolyphonyError } from '../core/errors.ts'
import type { Tenant } from '../core/tenant.ts'
import type { Store } from '../store/store.ts'

/** The tenant with this name or id; by default the first tenant. Throws `not_found`, and `invalid_input` if several match. */
export async function findTenant(store: Store, nameOrId: string | undefined): Promise<Tenant> {
  const tenants = await store.listTenants({})
  const found =
    nameOrId === undefined ? tenants.slice(0, 1) : tenants.filter((one) => one.id === nameOrId || one.name === nameOrId)
  const [tenant, second] = found
  if (second) throw invalidInput('tenant', `must be an id: several tenants are called "${nameOrId}"`)
  if (!tenant) {
    const names = tenants.slice(0, MOST_NAMES).map((one) => one.name)
    const more = tenants.length > MOST_NAMES ? ' and others' : ''
    const known = names.join(', ') || 'none; "polyphony serve" makes the first'
    throw new PolyphonyError('not_found', `No tenant "${nameOrId ?? ''}" (there are: ${known}${more}).`)
  }
  return tenant
}

const MOST_NAMES = 20

/** The id of the tenant, if the input names one. */
export async function tenantIdIn(store: Store, nameOrId: string | undefined): Promise<string | undefined> {
  return nameOrId === undefined ? undefined : (await findTenant(store, nameOrId)).id
}
