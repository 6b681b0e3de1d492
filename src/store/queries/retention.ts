import { RETENTION_TIMES, type StoredRetention } from '../../core/retention.ts'
import type { OperatorWrites } from '../operator-verbs.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'

export async function getRetention(tx: Tx): Promise<StoredRetention> {
  const rows = await tx.db.selectFrom('retention').selectAll().execute()
  const known = rows.filter(({ name }) => RETENTION_TIMES.some((time) => time === name))
  return Object.fromEntries(known.map(({ name, value }) => [name, Number(value)]))
}

export async function changeRetention(
  tx: Tx,
  { changes, audit }: Parameters<OperatorWrites['changeRetention']>[0],
): Promise<void> {
  const named = Object.entries(changes)
  const names = named.map(([name]) => name)
  if (names.length > 0) await tx.db.deleteFrom('retention').where('name', 'in', names).execute()
  const rows = named.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]))
  if (rows.length > 0) await tx.insertMany('retention', rows)
  await writeAudit(tx, audit)
  tx.signal({ kind: 'retention' })
}
