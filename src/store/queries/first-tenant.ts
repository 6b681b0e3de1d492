import { sql } from 'kysely'
import type { WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { createKey, findKey } from './keys.ts'
import { credit } from './ledger.ts'
import { createTenant, listTenants } from './tenants.ts'

type Ensure = WriteVerbs['ensureFirstTenant']

export async function ensureFirstTenant(
  tx: Tx,
  { tenant: fresh, credit: amount, keys, now }: Parameters<Ensure>[0],
): Promise<Awaited<ReturnType<Ensure>>> {
  // Nodes that start at once on an empty database would each find no tenant. SQLite has one writer.
  if (tx.engine === 'postgres') await sql`lock table tenants in share row exclusive mode`.execute(tx.db)
  const [existing] = await listTenants(tx, { limit: 1 })
  const tenant = existing ?? fresh
  if (!existing) {
    await createTenant(tx, { tenant })
    await credit(tx, { id: `opening:${tenant.id}`, tenantId: tenant.id, amount, memo: 'opening', now })
  }
  const added: string[] = []
  for (const { key, isChosen } of keys) {
    if (isChosen ? await findKey(tx, { hash: key.hash }) : existing) continue
    await createKey(tx, { key: { ...key, tenantId: tenant.id } })
    added.push(key.keyId)
  }
  return { tenant, isNew: existing === undefined, added }
}
