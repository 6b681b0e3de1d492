import { sql } from 'kysely'
import type { Delivery } from '../../core/delivery.ts'
import type { ReceiverKey } from '../../core/receiver.ts'
import { deliveryOfRow } from '../rows.ts'
import type { WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { keyOf, lockReceivers, pauseReceivers, refreshDueTimes } from './receivers.ts'
import { PENDING } from './statuses.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]

export async function claimDeliveries(tx: Tx, args: Args<'claimDeliveries'>): Promise<Delivery[]> {
  const { leaseMs, now } = args
  const limits = new Map(args.receivers.map((receiver) => [keyOf(receiver), receiver.limit]))
  const receivers = (await lockReceivers(tx, args.receivers, { skip: true })).map((row) => ({
    tenantId: row.tenant_id,
    host: row.host,
    retryAt: row.retry_at,
  }))
  const open = receivers.filter(({ retryAt }) => retryAt === null || retryAt <= now)
  const ids = await dueIds(
    tx,
    open.map((one) => ({ ...one, limit: Math.min(limits.get(keyOf(one)) ?? 0, one.retryAt === null ? Infinity : 1) })),
    args,
  )
  const claimed = ids.length === 0 ? [] : await leaseDeliveries(tx, ids, { leaseMs, now })
  // One delivery tries a receiver that failed; until it or its lease has ended, the circuit stays open for all others.
  const tried = new Set(claimed.map(keyOf))
  const probed = open.filter((one) => one.retryAt !== null && tried.has(keyOf(one)))
  if (probed.length > 0) await pauseReceivers(tx, probed, now + leaseMs)
  await refreshDueTimes(tx, receivers)
  return claimed
}

/** Due deliveries of each receiver, all with one statement. */
export async function dueIds(
  tx: Tx,
  receivers: readonly (ReceiverKey & { limit: number })[],
  { inHand, now }: { inHand: readonly string[]; now: number },
): Promise<string[]> {
  if (receivers.length === 0) return []
  const others = inHand.length === 0 ? sql`` : sql`and id not in (${sql.join(inHand)})`
  const queues = receivers.map(
    ({ tenantId, host, limit }) => sql`select id from (
      select id from deliveries where tenant_id = ${tenantId} and host = ${host} and status = 'pending'
        and due_at <= ${now} ${others} order by due_at, seq limit ${limit}) as queue`,
  )
  const { rows } = await sql<{ id: string }>`${sql.join(queues, sql` union all `)}`.execute(tx.db)
  return rows.map(({ id }) => id)
}

async function leaseDeliveries(
  tx: Tx,
  ids: readonly string[],
  { leaseMs, now }: { leaseMs: number; now: number },
): Promise<Delivery[]> {
  const rows = await tx.db
    .updateTable('deliveries')
    .set((eb) => ({ claim: eb('claim', '+', 1), due_at: now + leaseMs }))
    .where('id', 'in', ids)
    .where('status', '=', PENDING)
    .where('due_at', '<=', now)
    .returningAll()
    .execute()
  const place = new Map(ids.map((id, index) => [id, index])) // an update returns its rows in any order
  return rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0)).map(deliveryOfRow)
}
