import type { Clock } from '../core/clock.ts'
import { newId } from '../core/ids.ts'
import type { Points } from '../core/points.ts'
import type { Tenant } from '../core/tenant.ts'
import type { Store } from '../store/store.ts'
import { createKey, hashKey } from './keys.ts'

export interface FirstTenantWishes {
  adminKey: string | undefined
  testKey: string | undefined
  openingCredit: Points
}

/** What was made now and is shown once; nothing on a later start. */
export interface FirstTenant {
  tenant: Tenant
  created: boolean
  adminKey: string | undefined
  testKey: string | undefined
}

const MAX_STAGED = 10_000

/** Sees to it that there is a tenant, with an admin key and some credit, so that a first task runs. */
export async function ensureFirstTenant(
  { store, clock }: { store: Store; clock: Clock },
  wishes: FirstTenantWishes,
): Promise<FirstTenant> {
  const [existing] = await store.listTenants({})
  const tenant = existing ?? (await createTenant({ store, clock }, 'house'))
  if (!existing && wishes.openingCredit > 0) {
    const id = `opening:${tenant.id}`
    await store.credit({ id, tenantId: tenant.id, amount: wishes.openingCredit, memo: 'opening', now: clock.now() })
  }
  const keyOf = async (mode: 'live' | 'test', secret: string | undefined): Promise<string | undefined> => {
    const known = secret === undefined ? existing !== undefined : await store.findKey({ hash: hashKey(secret) })
    if (known) return undefined
    const { key } = await createKey(
      { store, clock },
      {
        tenantId: tenant.id,
        name: mode === 'live' ? 'first admin key' : 'first test key',
        mode,
        role: mode === 'live' ? 'admin' : 'member',
        ...(secret === undefined ? {} : { secret }),
      },
    )
    // A key that the operator chose is known to them already.
    return secret === undefined ? key : undefined
  }
  return {
    tenant,
    created: existing === undefined,
    adminKey: await keyOf('live', wishes.adminKey),
    testKey: await keyOf('test', wishes.testKey),
  }
}

export async function createTenant(
  { store, clock }: { store: Store; clock: Clock },
  name: string,
  limits: { maxConcurrent?: number | null; maxStaged?: number } = {},
): Promise<Tenant> {
  const now = clock.now()
  const tenant: Tenant = {
    id: newId(now),
    name,
    createdAt: now,
    maxConcurrent: limits.maxConcurrent ?? null,
    maxStaged: limits.maxStaged ?? MAX_STAGED,
    webhookSecretVersion: 1,
    defaultPool: 'private',
    fallsBack: false,
  }
  await store.createTenant({ tenant })
  return tenant
}
