import { sql } from 'kysely'
import { DAY_MS } from '../../core/clock.ts'
import { points } from '../../core/points.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]

/** Turns that nothing took for so long are of a name that is not used any more, and so are notices that are over. */
const FORGET_AFTER_MS = 32 * DAY_MS

export async function beginNotice(tx: Tx, { subject, quietMs, now }: Args<'beginNotice'>): Promise<boolean> {
  const { rows } = await sql`insert into notices (subject, is_on, on_at) values (${subject}, 1, ${now})
    on conflict (subject) do update set is_on = 1, on_at = ${now}
      where notices.is_on = 0 and notices.on_at <= ${now - quietMs}
    returning subject`.execute(tx.db)
  return rows.length > 0
}

/** The row stays: it says when the next notice of the same thing may be sent. */
export async function endNotice(tx: Tx, { subject }: Args<'endNotice'>): Promise<boolean> {
  const { rows } = await sql`update notices set is_on = 0 where subject = ${subject} and is_on = 1
    returning subject`.execute(tx.db)
  return rows.length > 0
}

export async function takeTurn(tx: Tx, { name, everyMs, now }: Args<'takeTurn'>): Promise<boolean> {
  await tx.db
    .deleteFrom('notices')
    .where('is_on', '=', 0)
    .where('on_at', '<', now - FORGET_AFTER_MS)
    .execute()
  const { rows } = await sql`insert into notices (subject, is_on, on_at) values (${`turn ${name}`}, 0, ${now})
    on conflict (subject) do update set on_at = ${now} where notices.on_at <= ${now - everyMs}
    returning subject`.execute(tx.db)
  return rows.length > 0
}

export async function listNotices(tx: Tx): ReturnType<ReadVerbs['listNotices']> {
  const rows = await tx.db.selectFrom('notices').select('subject').where('is_on', '=', 1).orderBy('subject').execute()
  return rows.map(({ subject }) => subject)
}

export async function listLowBalances(
  tx: Tx,
  { below, limit, afterId }: Parameters<ReadVerbs['listLowBalances']>[0],
): ReturnType<ReadVerbs['listLowBalances']> {
  const query = tx.db
    .selectFrom('balances')
    .innerJoin('tenants', 'tenants.id', 'balances.tenant_id')
    .select(['balances.tenant_id', 'tenants.name', 'balances.available'])
    .where('balances.available', '<', below)
    .where('tenants.deleted_at', 'is', null)
    .orderBy('balances.tenant_id')
    .limit(limit)
  const rows = await (afterId === undefined ? query : query.where('balances.tenant_id', '>', afterId)).execute()
  return rows.map(({ tenant_id: tenantId, name, available }) => ({ tenantId, name, available: points(available) }))
}

export async function listPausedReceivers(
  tx: Tx,
  { limit, after }: Parameters<ReadVerbs['listPausedReceivers']>[0],
): ReturnType<ReadVerbs['listPausedReceivers']> {
  const query = tx.db
    .selectFrom('receivers')
    .select(['tenant_id', 'host', 'failing_since'])
    .where('failing_since', 'is not', null) // the condition of the index
    .where('retry_at', 'is not', null)
    .orderBy('tenant_id')
    .orderBy('host')
    .limit(limit)
  const page = after && sql<boolean>`(tenant_id, host) > (${after.tenantId}, ${after.host})`
  const rows = await (page ? query.where(page) : query).execute()
  return rows.map(({ tenant_id: tenantId, host, failing_since: failingSince }) => ({ tenantId, host, failingSince }))
}
