import type { KeptAnswer } from '../../core/kept-answer.ts'
import { points } from '../../core/points.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'

export async function findAnswer(
  tx: Tx,
  { id, now }: Parameters<ReadVerbs['findAnswer']>[0],
): Promise<KeptAnswer | undefined> {
  const row = await tx.db
    .selectFrom('answers')
    .selectAll()
    .where('id', '=', id)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  if (!row) return undefined
  return {
    id: row.id,
    tenantId: row.tenant_id,
    status: row.status,
    headers: JSON.parse(row.headers) as Record<string, string>, // as `keepAnswer` wrote it
    body: row.body,
    pricePoints: points(row.price),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

/** The tenant's oldest make room. */
export async function keepAnswer(tx: Tx, { answer, atMost }: Parameters<WriteVerbs['keepAnswer']>[0]): Promise<void> {
  const row = {
    id: answer.id,
    tenant_id: answer.tenantId,
    status: answer.status,
    headers: JSON.stringify(answer.headers),
    body: answer.body,
    price: answer.pricePoints,
    created_at: answer.createdAt,
    expires_at: answer.expiresAt,
  }
  const { id: _, ...changed } = row
  await tx.db
    .insertInto('answers')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changed))
    .execute()
  const over = tx.db
    .selectFrom('answers')
    .select('id')
    .where('tenant_id', '=', answer.tenantId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .offset(atMost)
    .limit(100)
  const old = (await over.execute()).map(({ id }) => id)
  if (old.length > 0) await tx.db.deleteFrom('answers').where('id', 'in', old).execute()
}

export async function purgeAnswers(tx: Tx, { now }: Parameters<WriteVerbs['purgeAnswers']>[0]): Promise<void> {
  await tx.db.deleteFrom('answers').where('expires_at', '<=', now).execute()
}
