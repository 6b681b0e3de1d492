import { type RawBuilder, type Selectable, sql } from 'kysely'
import { type Circuit, hostOf, NEW_CIRCUIT, type ReceiverKey, type Standing } from '../../core/receiver.ts'
import type { DeliveriesTable, ReceiversTable } from '../schema.ts'
import type { DueReceiver, ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { PENDING } from './statuses.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]

/**
 * New deliveries have no host, so that their writer need not wait for the row of a receiver that a sender has locked.
 * A sender puts them into the queues here, many with one statement.
 */
export async function queueDeliveries(tx: Tx, { limit, now }: Args<'queueDeliveries'>): Promise<number> {
  const rows = await unqueued(tx, limit)
  if (rows.length === 0) return 0
  const found = rows.map((row) => ({ ...row, host: hostOf(row.url) }))
  const hosts = sql.join(found.map(({ id, host }) => sql`(${id}, ${host})`))
  await sql`with sorted(id, host) as (values ${hosts})
    update deliveries set host = sorted.host from sorted where deliveries.id = sorted.id`.execute(tx.db)
  const queues = new Map<string, ReceiverKey & { dueAt: number }>()
  for (const { tenant_id: tenantId, host, due_at: dueAt } of found) {
    const key = keyOf({ tenantId, host })
    queues.set(key, { tenantId, host, dueAt: Math.min(dueAt, queues.get(key)?.dueAt ?? dueAt) })
  }
  await expectDeliveries(tx, [...queues.values()].sort(byKey), now)
  return rows.length
}

/** From both ends, so that ten thousand deliveries of one tenant delay neither earlier nor later ones. */
async function unqueued(
  tx: Tx,
  limit: number,
): Promise<Pick<Selectable<DeliveriesTable>, 'id' | 'tenant_id' | 'url' | 'due_at'>[]> {
  const newest = await unqueuedFrom(tx, 'desc', Math.ceil(limit / 2))
  const ids = new Set(newest.map(({ id }) => id))
  const oldest = await unqueuedFrom(tx, 'asc', limit - newest.length)
  return [...newest, ...oldest.filter(({ id }) => !ids.has(id))]
}

function unqueuedFrom(tx: Tx, order: 'asc' | 'desc', limit: number) {
  const query = tx.db
    .selectFrom('deliveries')
    .select(['id', 'tenant_id', 'url', 'due_at'])
    .where('status', '=', PENDING)
    .where('host', 'is', null)
    .orderBy('due_at', order)
    .orderBy('seq', order)
    .limit(limit)
  return (tx.engine === 'postgres' ? query.forUpdate().skipLocked() : query).execute()
}

/** Creates missing receivers, and sets when the others have a delivery to send: at `dueAt`, or when their circuit closes. */
async function expectDeliveries(tx: Tx, queues: readonly (ReceiverKey & { dueAt: number })[], now: number) {
  const { standing, failures } = NEW_CIRCUIT
  const rows = sql.join(
    queues.map(({ tenantId, host, dueAt }) => sql`(${tenantId}, ${host}, ${standing}, ${failures}, ${dueAt}, ${now})`),
  )
  const dueAt = sql`case when receivers.retry_at > excluded.next_at then receivers.retry_at else excluded.next_at end`
  await sql`insert into receivers (tenant_id, host, standing, failures, next_at, used_at) values ${rows}
    on conflict (tenant_id, host) do update set used_at = excluded.used_at,
      next_at = case when receivers.next_at <= ${dueAt} then receivers.next_at else ${dueAt} end`.execute(tx.db)
}

export async function listDueReceivers(
  tx: Tx,
  { standings, perTenant, except, now }: Parameters<ReadVerbs['listDueReceivers']>[0],
): Promise<DueReceiver[]> {
  const left = sql.join(
    [
      sql`r.next_at <= ${now}`,
      ...(except.tenants.length > 0 ? [sql`r.tenant_id not in (${sql.join(except.tenants)})`] : []),
      ...(except.hosts.length > 0 ? [sql`r.host not in (${sql.join(except.hosts)})`] : []),
      ...(except.receivers.length > 0
        ? [sql`(r.tenant_id, r.host) not in (values ${keysText(except.receivers)})`]
        : []),
    ],
    sql` and `,
  )
  const found: DueReceiver[] = []
  for (const standing of standings) found.push(...(await dueOf(tx, standing, perTenant, left)))
  return found
}

/** Skips from tenant to tenant along the index, and takes the first receivers of each. */
async function dueOf(tx: Tx, standing: Standing, perTenant: number, left: RawBuilder<unknown>): Promise<DueReceiver[]> {
  const kind = sql`standing = ${sql.lit(standing)} and next_at is not null`
  const first = sql`select r.tenant_id, r.host, r.next_at from receivers r
    where r.standing = ${sql.lit(standing)} and r.tenant_id = hop.tenant_id and ${left}
    order by r.next_at limit ${perTenant}`
  // SQLite has no lateral join; there the primary key leads from the hosts that were found to their rows.
  const picked =
    tx.engine === 'postgres'
      ? sql`hop cross join lateral (${first}) as due`
      : sql`hop join receivers due on due.tenant_id = hop.tenant_id and due.host in (select host from (${first}))`
  const { rows } = await sql<Pick<Selectable<ReceiversTable>, 'tenant_id' | 'host'> & { next_at: number }>`
    with recursive hop(tenant_id) as (
      select min(tenant_id) from receivers where ${kind}
      union all
      select (select min(tenant_id) from receivers where ${kind} and tenant_id > hop.tenant_id)
      from hop where hop.tenant_id is not null
    )
    select due.tenant_id, due.host, due.next_at from ${picked} order by due.next_at`.execute(tx.db)
  return rows.map((row) => ({ tenantId: row.tenant_id, host: row.host, standing, nextAt: row.next_at }))
}

/**
 * The rows of these receivers, locked, in one order for all, so that no two processes wait for each other. With `skip`
 * those that another process has locked are left out.
 */
export async function lockReceivers(
  tx: Tx,
  keys: readonly ReceiverKey[],
  { skip = false } = {},
): Promise<Selectable<ReceiversTable>[]> {
  if (keys.length === 0) return []
  const query = tx.db.selectFrom('receivers').selectAll().where(isOneOf(keys)).orderBy('tenant_id').orderBy('host')
  if (tx.engine === 'sqlite') return query.execute()
  return (skip ? query.forUpdate().skipLocked() : query.forUpdate()).execute()
}

/** Writes the circuit of a receiver. Call `refreshDueTimes` afterwards. */
export async function writeCircuit(tx: Tx, key: ReceiverKey, circuit: Circuit): Promise<void> {
  await tx.db
    .updateTable('receivers')
    .set({
      standing: circuit.standing,
      failures: circuit.failures,
      failing_since: circuit.failingSince,
      failed_at: circuit.failedAt,
      retry_at: circuit.retryAt,
    })
    .where('tenant_id', '=', key.tenantId)
    .where('host', '=', key.host)
    .execute()
}

/** Keeps circuits open until `retryAt`. */
export async function pauseReceivers(tx: Tx, keys: readonly ReceiverKey[], retryAt: number): Promise<void> {
  await tx.db.updateTable('receivers').set({ retry_at: retryAt }).where(isOneOf(keys)).execute()
}

/** Sets when the receivers have a delivery to send, from the heads of their queues. The caller has locked them. */
export async function refreshDueTimes(tx: Tx, keys: readonly ReceiverKey[]): Promise<void> {
  if (keys.length === 0) return
  await sql`update receivers set next_at = (
      select case when d.due_at < receivers.retry_at then receivers.retry_at else d.due_at end from deliveries d
      where d.tenant_id = receivers.tenant_id and d.host = receivers.host and d.status = 'pending'
      order by d.due_at, d.seq limit 1
    ) where ${isOneOf(keys)}`.execute(tx.db)
}

export function circuitOf(row: Selectable<ReceiversTable>): Circuit {
  return {
    standing: row.standing as Standing, // written by this room
    failures: row.failures,
    failingSince: row.failing_since,
    failedAt: row.failed_at,
    retryAt: row.retry_at,
  }
}

export async function forgetReceivers(tx: Tx, { usedBefore }: Args<'forgetReceivers'>): Promise<void> {
  await tx.db.deleteFrom('receivers').where('next_at', 'is', null).where('used_at', '<', usedBefore).execute()
}

/** A key as one text, for maps. No host contains a line break. */
export function keyOf({ tenantId, host }: ReceiverKey): string {
  return `${tenantId}\n${host}`
}

function byKey(a: ReceiverKey, b: ReceiverKey): number {
  return keyOf(a) < keyOf(b) ? -1 : 1
}

function isOneOf(keys: readonly ReceiverKey[]): RawBuilder<boolean> {
  return sql<boolean>`(tenant_id, host) in (values ${keysText(keys)})`
}

function keysText(keys: readonly ReceiverKey[]): RawBuilder<unknown> {
  return sql.join(keys.map(({ tenantId, host }) => sql`(${tenantId}, ${host})`))
}
