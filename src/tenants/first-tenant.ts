import type { Clock } from '../core/clock.ts'
import { newId } from '../core/ids.ts'
import type { Points } from '../core/points.ts'
import type { Mode } from '../core/task.ts'
import type { Tenant } from '../core/tenant.ts'
import type { Store } from '../store/store.ts'
import { aNewKey } from './keys.ts'

export interface FirstTenantOptions {
  adminKey: string | undefined
  testKey: string | undefined
  openingCredit: Points
}

/** The keys are set only at the start that created them, to be shown once. */
export interface FirstTenant {
  tenant: Tenant
  created: boolean
  adminKey: string | undefined
  testKey: string | undefined
}

const MAX_STAGED = 10_000

/** Creates the first tenant, with an admin key and some credit, unless there is one. Adds newly configured keys to it. */
export async function ensureFirstTenant(
  { store, clock }: { store: Store; clock: Clock },
  options: FirstTenantOptions,
): Promise<FirstTenant> {
  const now = clock.now()
  const fresh = aTenant('house', now)
  const keyOf = (mode: Mode, secret: string | undefined) => {
    const name = mode === 'live' ? 'first admin key' : 'first test key'
    const role = mode === 'live' ? 'admin' : 'member'
    const made = aNewKey({ tenantId: fresh.id, name, mode, role, ...(secret === undefined ? {} : { secret }) }, now)
    return { ...made, isChosen: secret !== undefined }
  }
  const live = keyOf('live', options.adminKey)
  const test = keyOf('test', options.testKey)
  const keys = [live, test].map(({ record, isChosen }) => ({ key: record, isChosen }))
  const { tenant, isNew, added } = await store.ensureFirstTenant({
    tenant: fresh,
    credit: options.openingCredit,
    keys,
    now,
  })
  // A key that the operator chose is known to them already.
  const shown = ({ key, record, isChosen }: typeof live) =>
    !isChosen && added.includes(record.keyId) ? key : undefined
  return { tenant, created: isNew, adminKey: shown(live), testKey: shown(test) }
}

export async function createTenant(
  { store, clock }: { store: Store; clock: Clock },
  name: string,
  limits: Limits = {},
): Promise<Tenant> {
  const tenant = aTenant(name, clock.now(), limits)
  await store.createTenant({ tenant })
  return tenant
}

interface Limits {
  maxConcurrent?: number | null
  maxStaged?: number
}

export function aTenant(name: string, now: number, limits: Limits = {}): Tenant {
  return {
    id: newId(now),
    name,
    createdAt: now,
    maxConcurrent: limits.maxConcurrent ?? null,
    maxStaged: limits.maxStaged ?? MAX_STAGED,
    webhookSecretVersion: 1,
    defaultPool: 'private',
    fallsBack: false,
    priceGroup: null,
    frozenAt: null,
    deletedAt: null,
  }
}
