import type { FingerprintName, Fingerprints, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'

export async function listFingerprints(tx: Tx): Promise<Fingerprints> {
  const rows = await tx.db.selectFrom('fingerprints').select(['name', 'value']).execute()
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}

type Change = WriteVerbs['changeFingerprint']

export async function changeFingerprint(tx: Tx, { name, from, to }: Parameters<Change>[0]): Promise<string> {
  if (from === null) {
    const row = { name, value: to }
    await tx.db
      .insertInto('fingerprints')
      .values(row)
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
  } else {
    await tx.db
      .updateTable('fingerprints')
      .set({ value: to })
      .where('name', '=', name)
      .where('value', '=', from)
      .execute()
  }
  return storedNow(tx, name)
}

async function storedNow(tx: Tx, name: FingerprintName): Promise<string> {
  const { value } = await tx.db
    .selectFrom('fingerprints')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return value
}
