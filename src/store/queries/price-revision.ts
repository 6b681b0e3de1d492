import { sql } from 'kysely'
import type { Tx } from '../tx.ts'

const ROW = 1

/**
 * Announces a change of prices. With `from`, only if nothing changed since that revision: else false. Changes follow one
 * another, since the row is locked until the transaction ends.
 */
export async function raiseRevision(tx: Tx, from?: number): Promise<boolean> {
  await tx.db
    .insertInto('price_revision')
    .values({ id: ROW, revision: 0 })
    .onConflict((oc) => oc.column('id').doNothing())
    .execute()
  let update = tx.db.updateTable('price_revision').set({ revision: sql`revision + 1` })
  if (from !== undefined) update = update.where('revision', '=', from)
  const raised = await update.returning('revision').executeTakeFirst()
  if (raised) tx.signal({ kind: 'prices' })
  return raised !== undefined
}

export async function getPriceRevision(tx: Tx): Promise<number> {
  const row = await tx.db.selectFrom('price_revision').select('revision').executeTakeFirst()
  return row?.revision ?? 0
}
