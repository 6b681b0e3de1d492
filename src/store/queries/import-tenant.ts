import type { NewKey } from '../../core/key.ts'
import type { WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'
import { createKey } from './keys.ts'
import { credit } from './ledger.ts'
import { createPerson } from './people.ts'
import { raiseRevision } from './price-revision.ts'
import { createTenant, getTenant } from './tenants.ts'

type Import = WriteVerbs['importTenant']
type Args = Parameters<Import>[0]

/** Keys that are looked for in one statement, two parameters each. */
const PER_LOOK = 250

export async function importTenant(tx: Tx, args: Args): Promise<Awaited<ReturnType<Import>>> {
  const { tenant, now } = args
  const existing = await getTenant(tx, { id: tenant.id })
  if (existing && existing.deletedAt !== null) return { outcome: 'deleted', added: [], taken: [], person: null }
  if (!existing) await createTenant(tx, { tenant })
  if (!existing && tenant.frozenAt !== null) await freeze(tx, tenant.id, tenant.frozenAt)
  if (!existing && tenant.priceGroup !== null) await raiseRevision(tx)
  // Not for a tenant that is there: what it has in the other gateway since then is no credit that was paid here.
  if (!existing && args.opening) await credit(tx, { ...args.opening, tenantId: tenant.id, now })
  const { added, taken } = await addKeys(tx, args.keys)
  const person = existing ? null : await addPerson(tx, args)
  if (!existing || added.length > 0) await writeAudit(tx, args.audit)
  return { outcome: existing ? 'present' : 'created', added, taken, person }
}

async function freeze(tx: Tx, id: string, at: number): Promise<void> {
  await tx.db.updateTable('tenants').set({ frozen_at: at }).where('id', '=', id).execute()
}

async function addPerson(tx: Tx, { person, now }: Args) {
  if (!person) return null
  const outcome = await createPerson(tx, { ...person, password: null, now })
  return outcome === 'created' ? outcome : ('email_taken' as const)
}

async function addKeys(tx: Tx, keys: Args['keys']): Promise<{ added: string[]; taken: string[] }> {
  const known = await knownAmong(
    tx,
    keys.map(({ key }) => key),
  )
  const [added, taken]: [string[], string[]] = [[], []]
  for (const { key, revokedAt } of keys) {
    if (known.ids.has(key.keyId)) continue
    if (known.hashes.has(key.hash)) {
      taken.push(key.keyId)
      continue
    }
    await createKey(tx, { key })
    if (revokedAt !== null) {
      await tx.db.updateTable('api_keys').set({ revoked_at: revokedAt }).where('id', '=', key.keyId).execute()
    }
    known.hashes.add(key.hash) // one user may have two tokens of one text
    added.push(key.keyId)
  }
  return { added, taken }
}

/** Which ids and which hashes there are already. */
async function knownAmong(tx: Tx, keys: readonly NewKey[]): Promise<{ ids: Set<string>; hashes: Set<string> }> {
  const [ids, hashes] = [new Set<string>(), new Set<string>()]
  for (let from = 0; from < keys.length; from += PER_LOOK) {
    const some = keys.slice(from, from + PER_LOOK)
    const texts = some.map(({ hash }) => hash)
    const rows = await tx.db
      .selectFrom('api_keys')
      .select(['id', 'hash', 'previous_hash'])
      .where((eb) =>
        eb.or([
          eb(
            'id',
            'in',
            some.map(({ keyId }) => keyId),
          ),
          eb('hash', 'in', texts),
          eb('previous_hash', 'in', texts),
        ]),
      )
      .execute()
    for (const row of rows) {
      ids.add(row.id)
      hashes.add(row.hash)
      if (row.previous_hash !== null) hashes.add(row.previous_hash)
    }
  }
  return { ids, hashes }
}
