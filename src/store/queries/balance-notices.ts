import type { BalanceNotice } from '../../core/balance-notice.ts'
import { points } from '../../core/points.ts'
import type { OperatorReads, OperatorWrites } from '../operator-verbs.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'

export async function getBalanceNotice(tx: Tx, { tenantId }: { tenantId: string }): Promise<BalanceNotice | undefined> {
  const row = await tx.db.selectFrom('balance_notices').selectAll().where('tenant_id', '=', tenantId).executeTakeFirst()
  return row && { tenantId, below: points(row.below), url: row.url, email: row.email }
}

export async function changeBalanceNotice(
  tx: Tx,
  { tenantId, notice, audit }: Parameters<OperatorWrites['changeBalanceNotice']>[0],
): Promise<void> {
  await tx.db.deleteFrom('balance_notices').where('tenant_id', '=', tenantId).execute()
  if (notice) {
    const { below, url, email } = notice
    await tx.insertMany('balance_notices', [{ tenant_id: tenantId, below, url, email }])
  }
  await writeAudit(tx, audit)
}

export async function listDueBalanceNotices(
  tx: Tx,
  { limit, afterId }: Parameters<OperatorReads['listDueBalanceNotices']>[0],
): ReturnType<OperatorReads['listDueBalanceNotices']> {
  const query = tx.db
    .selectFrom('balance_notices as n')
    .innerJoin('balances as b', 'b.tenant_id', 'n.tenant_id')
    .innerJoin('tenants as t', 't.id', 'n.tenant_id')
    .select(['n.tenant_id', 'n.below', 'n.url', 'n.email', 'b.available', 't.name'])
    .whereRef('b.available', '<', 'n.below')
    .where('t.deleted_at', 'is', null)
    .orderBy('n.tenant_id')
    .limit(limit)
  const rows = await (afterId === undefined ? query : query.where('n.tenant_id', '>', afterId)).execute()
  return rows.map(({ tenant_id: tenantId, below, available, ...rest }) => ({
    tenantId,
    below: points(below),
    available: points(available),
    ...rest,
  }))
}
