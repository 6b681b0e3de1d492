import { type Insertable, type Selectable, sql } from 'kysely'
import type { Call, CallBooking, KeptItem, StoredResponse } from '../../core/call.ts'
import { allowTransaction, callsTransaction, returnTransaction, type Transaction } from '../../core/entries.ts'
import { newId } from '../../core/ids.ts'
import type { JsonObject } from '../../core/json.ts'
import { type Points, points } from '../../core/points.ts'
import { type SpendPeriod, spentNow, utcDay, utcMonth } from '../../core/spend-periods.ts'
import type { Mode } from '../../core/task.ts'
import { spendingOfRow } from '../rows.ts'
import type { AllowancesTable, ApiKeysTable, CallsTable } from '../schema.ts'
import type { AllowanceOutcome, ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { endBatchLines } from './call-batches.ts'

/** What of a tenant's points one key's allowance may take beyond what it needs: other keys and tasks want some, too. */
const SHARE = 4

/**
 * Rows are locked in one order in every verb: allowances by id, balances by tenant, each with its keys, batches of calls by
 * id. A process raises an allowance while it books calls of it: in two orders, each would wait for the other until the server
 * ends one of them after a second, and all work of the tenant would wait with them.
 */
export async function holdAllowance(
  tx: Tx,
  { allowance, least, wanted, leaseUntil, now }: Parameters<WriteVerbs['holdAllowance']>[0],
): Promise<AllowanceOutcome> {
  const { id, tenantId, keyId, holder } = allowance
  await lockAllowances(tx, [id])
  const balance = await locked(
    tx,
    tx.db.selectFrom('balances').select('available').where('tenant_id', '=', tenantId),
  ).executeTakeFirst()
  const available = balance?.available ?? 0
  if (available < least) return { outcome: 'insufficient_points', available: points(available) }
  const key = await locked(tx, tx.db.selectFrom('api_keys').selectAll().where('id', '=', keyId)).executeTakeFirst()
  const { left, period } = key ? await roomOf(tx, key, now) : { left: available, period: undefined }
  if (left < least) return { outcome: 'spend_limit_reached', ...(period ? { period } : {}) }
  const share = Math.floor(Math.min(available, left) / SHARE)
  const amount = points(Math.min(left, Math.max(least, Math.min(wanted, share))))
  await tx.db
    .insertInto('allowances')
    .values({ id, tenant_id: tenantId, key_id: keyId, held: amount, holder, lease_until: leaseUntil })
    .onConflict((oc) =>
      oc.column('id').doUpdateSet((eb) => ({ held: eb('allowances.held', '+', amount), lease_until: leaseUntil })),
    )
    .execute()
  if (amount > 0) await book(tx, allowance, allowTransaction(newId(now), amount), now)
  return { outcome: 'held', amount }
}

/**
 * How much more may be held for calls of a key, and the period whose limit says so. Calls count in a day and a month when
 * they are booked, and what is held for them counts in every one until then: so no midnight lets more through.
 */
async function roomOf(
  tx: Tx,
  key: Selectable<ApiKeysTable>,
  now: number,
): Promise<{ left: number; period: SpendPeriod | undefined }> {
  let room: { left: number; period: SpendPeriod | undefined } = {
    left: key.spend_limit === null ? Number.POSITIVE_INFINITY : key.spend_limit - key.spent,
    period: undefined,
  }
  if (key.day_limit === null && key.month_limit === null) return room
  const held = await heldForCalls(tx, key.id)
  const spent = spentNow(spendingOfRow(key), now)
  for (const [period, limit] of [
    ['day', key.day_limit],
    ['month', key.month_limit],
  ] as const) {
    const left = limit === null ? Number.POSITIVE_INFINITY : limit - spent[period] - held
    if (left < room.left) room = { left, period }
  }
  return room
}

async function heldForCalls(tx: Tx, keyId: string): Promise<number> {
  const row = await tx.db
    .selectFrom('allowances')
    .select((eb) => eb.fn.sum<number | null>('held').as('held'))
    .where('key_id', '=', keyId)
    .executeTakeFirst()
  return Number(row?.held ?? 0)
}

/**
 * Stores calls and books what they cost, once each. A booking takes from its allowance first, then from the available
 * points; what neither has is not booked, and the record says the smaller price.
 */
export async function bookCalls(
  tx: Tx,
  { bookings, leaseUntil, recordExpiresAt, now }: Parameters<WriteVerbs['bookCalls']>[0],
): Promise<Points[]> {
  const heldIn = await lockAllowances(
    tx,
    bookings.flatMap(({ allowanceId }) => allowanceId ?? []),
  )
  const held = new Map<CallBooking, Points>()
  for (const booking of bookings.toSorted((a, b) => compare(a.tenantId, b.tenantId))) {
    held.set(booking, await bookOne(tx, booking, { heldIn, leaseUntil, recordExpiresAt, now }))
  }
  const lines = bookings.flatMap((booking) => booking.lines ?? [])
  if (lines.length > 0) await endBatchLines(tx, { lines })
  return bookings.map((booking) => held.get(booking) ?? points(0))
}

/** What each of them holds, by id; those that have ended are left out. */
async function lockAllowances(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for (const some of inParts(ids.toSorted(compare))) {
    const query = tx.db.selectFrom('allowances').select(['id', 'held']).where('id', 'in', some).orderBy('id')
    for (const { id, held } of await locked(tx, query).execute()) found.set(id, held)
  }
  return found
}

/** A statement takes 32,766 parameters on SQLite, and one that is built for each length should not be long. */
const AT_ONCE = 500

function inParts<One>(all: readonly One[]): One[][] {
  return Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, index) =>
    all.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  )
}

/** Ids are hexadecimal digits of one length, so PostgreSQL has the same order. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}

async function bookOne(
  tx: Tx,
  { tenantId, keyId, allowanceId, calls }: CallBooking,
  {
    heldIn,
    leaseUntil,
    recordExpiresAt,
    now,
  }: { heldIn: Map<string, number>; leaseUntil: number; recordExpiresAt: number; now: number },
): Promise<Points> {
  const heldBefore = allowanceId === null ? undefined : heldIn.get(allowanceId)
  const isNew = await listNew(tx, calls)
  const unbooked = calls.filter(({ id }) => isNew.has(id))
  const total = unbooked.reduce((sum, { pricePoints }) => sum + pricePoints, 0)
  const fromHeld = Math.min(total, heldBefore ?? 0)
  const fromAvailable = await affordable(tx, tenantId, total - fromHeld)
  const booking = fromHeld + fromAvailable > 0 ? newId(now) : null
  await tx.insertMany('calls', rowsOf(unbooked, fromHeld + fromAvailable, { booking, recordExpiresAt }))
  await keepItems(tx, unbooked, recordExpiresAt)
  if (booking !== null) {
    const moved = callsTransaction(booking, points(fromHeld), points(fromAvailable))
    await book(tx, { id: allowanceId, tenantId, keyId }, moved, now)
  }
  if (heldBefore === undefined || allowanceId === null) return points(0)
  const held = points(heldBefore - fromHeld)
  heldIn.set(allowanceId, held)
  await tx.db.updateTable('allowances').set({ held, lease_until: leaseUntil }).where('id', '=', allowanceId).execute()
  return held
}

/** The ids that are not stored yet: a booking whose answer was lost is sent again. */
async function listNew(tx: Tx, calls: readonly Call[]): Promise<Set<string>> {
  const fresh = new Set(calls.map(({ id }) => id))
  for (const some of inParts([...fresh])) {
    for (const { id } of await tx.db.selectFrom('calls').select('id').where('id', 'in', some).execute())
      fresh.delete(id)
  }
  return fresh
}

/** An id that is known already is that of the newer call, which had it from the vendor last. */
async function keepItems(tx: Tx, calls: readonly Call[], expiresAt: number): Promise<void> {
  for (const { tenantId, mode, account, itemIds = [] } of calls) {
    if (itemIds.length === 0 || account === null) continue
    for (const some of inParts([...new Set(itemIds)])) {
      await tx.db
        .insertInto('kept_items')
        .values(some.map((id) => ({ tenant_id: tenantId, mode, id, account, expires_at: expiresAt })))
        .onConflict((conflict) =>
          conflict.columns(['tenant_id', 'mode', 'id']).doUpdateSet((eb) => ({
            account: eb.ref('excluded.account'),
            expires_at: eb.ref('excluded.expires_at'),
          })),
        )
        .execute()
    }
  }
}

/** How much of an amount the tenant can pay from its available points. */
async function affordable(tx: Tx, tenantId: string, amount: number): Promise<number> {
  if (amount <= 0) return 0
  const balance = await locked(
    tx,
    tx.db.selectFrom('balances').select('available').where('tenant_id', '=', tenantId),
  ).executeTakeFirst()
  return Math.min(amount, balance?.available ?? 0)
}

/** Calls in turn, each with its price as long as what could be booked lasts. */
function rowsOf(
  calls: readonly Call[],
  booked: number,
  { booking, recordExpiresAt }: { booking: string | null; recordExpiresAt: number },
): Insertable<CallsTable>[] {
  let left = booked
  return calls.map((call) => {
    const price = Math.min(call.pricePoints, left)
    left -= price
    return {
      id: call.id,
      tenant_id: call.tenantId,
      key_id: call.keyId,
      mode: call.mode,
      request_id: call.requestId,
      endpoint: call.endpoint,
      model: call.model,
      provider: call.provider,
      account: call.account,
      vendor_model: call.vendorModel,
      status: call.status,
      outcome: call.outcome,
      error_code: call.errorCode,
      streamed: Number(call.isStreamed),
      usage: call.usage === null ? null : JSON.stringify(call.usage),
      price,
      cost: call.costPoints,
      tried: JSON.stringify(call.tried),
      created_at: call.createdAt,
      first_byte_ms: call.firstByteMs,
      duration_ms: call.durationMs,
      booking: price > 0 ? booking : null,
      record_expires_at: recordExpiresAt,
      batch_id: call.batchId,
      response_id: call.responseId,
    }
  })
}

/** Ends allowances, and gives their rest back. Returns how many. */
export async function endAllowances(
  tx: Tx,
  { which, now }: Parameters<WriteVerbs['endAllowances']>[0],
): Promise<number> {
  const query = tx.db.selectFrom('allowances').selectAll().orderBy('id')
  const queries =
    'ids' in which
      ? inParts(which.ids.toSorted(compare)).map((some) => query.where('id', 'in', some))
      : ['expiredBefore' in which ? query.where('lease_until', '<', which.expiredBefore) : query]
  const rows: Selectable<AllowancesTable>[] = []
  for (const one of queries) rows.push(...(await locked(tx, one).execute()))
  for (const { id, tenant_id: tenantId, key_id: keyId, held } of rows.toSorted((a, b) =>
    compare(a.tenant_id, b.tenant_id),
  )) {
    if (held > 0) await book(tx, { id, tenantId, keyId }, returnTransaction(newId(now), points(held)), now)
    await tx.db.deleteFrom('allowances').where('id', '=', id).execute()
  }
  return rows.length
}

export async function renewAllowances(
  tx: Tx,
  { holder, leaseUntil }: Parameters<WriteVerbs['renewAllowances']>[0],
): Promise<void> {
  // An update of several rows locks them in any order.
  const theirs = tx.db.selectFrom('allowances').select('id').where('holder', '=', holder).orderBy('id')
  const ids = (await locked(tx, theirs).execute()).map(({ id }) => id)
  for (const some of inParts(ids))
    await tx.db.updateTable('allowances').set({ lease_until: leaseUntil }).where('id', 'in', some).execute()
}

/** Writes a transaction with what follows from it for the balance and for what the key has spent. */
async function book(
  tx: Tx,
  { id: allowanceId, tenantId, keyId }: { id: string | null; tenantId: string; keyId: string },
  { id, kind, moves }: Transaction,
  now: number,
): Promise<void> {
  await tx.insertMany('ledger_transactions', [
    {
      id,
      tenant_id: tenantId,
      kind,
      task_id: null,
      key_id: keyId,
      memo: null,
      at: now,
      ...moves,
      allowance_id: allowanceId,
    },
  ])
  await tx.db
    .updateTable('balances')
    .set((eb) => ({ available: eb('available', '+', moves.available), held: eb('held', '+', moves.held) }))
    .where('tenant_id', '=', tenantId)
    .execute()
  if (moves.available === 0 && moves.revenue === 0) return
  const [day, month] = [utcDay(now), utcMonth(now)]
  await sql`update api_keys set spent = spent - ${moves.available},
      day_spent = case when spend_day >= ${day} then day_spent else 0 end + ${moves.revenue},
      spend_day = case when spend_day > ${day} then spend_day else ${day} end,
      month_spent = case when spend_month >= ${month} then month_spent else 0 end + ${moves.revenue},
      spend_month = case when spend_month > ${month} then spend_month else ${month} end
    where id = ${keyId}`.execute(tx.db)
}

/** On PostgreSQL the rows stay as they were read until the commit. SQLite has one writer. */
function locked<Query extends { forUpdate(): Query }>(tx: Tx, query: Query): Query {
  return tx.engine === 'postgres' ? query.forUpdate() : query
}

export async function listCalls(
  tx: Tx,
  { tenantId, mode, keyId, model, batchId, from, to, beforeId, limit }: Parameters<ReadVerbs['listCalls']>[0],
): Promise<Call[]> {
  let query = tx.db.selectFrom('calls').selectAll().orderBy('id', 'desc').limit(limit)
  if (tenantId !== undefined) query = query.where('tenant_id', '=', tenantId)
  if (mode !== undefined) query = query.where('mode', '=', mode)
  if (keyId !== undefined) query = query.where('key_id', '=', keyId)
  if (model !== undefined) query = query.where('model', '=', model)
  if (batchId !== undefined) query = query.where('batch_id', '=', batchId)
  if (from !== undefined) query = query.where('created_at', '>=', from)
  if (to !== undefined) query = query.where('created_at', '<', to)
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  return (await query.execute()).map(callOfRow)
}

/** The newest, where several of the tenant's accounts have given the same id. */
export async function findResponse(
  tx: Tx,
  { tenantId, mode, id }: Parameters<ReadVerbs['findResponse']>[0],
): Promise<StoredResponse | undefined> {
  // In the order of ids, a planner would look through all calls of the tenant.
  const rows = await tx.db
    .selectFrom('calls')
    .select(['id', 'account', 'vendor_model'])
    .where('tenant_id', '=', tenantId)
    .where('mode', '=', mode)
    .where('response_id', '=', id)
    .execute()
  const [row] = rows.toSorted((one, other) => (one.id < other.id ? 1 : -1))
  return row && { account: row.account, model: row.vendor_model }
}

export async function forgetResponse(
  tx: Tx,
  { tenantId, mode, id }: Parameters<WriteVerbs['forgetResponse']>[0],
): Promise<void> {
  await tx.db
    .updateTable('calls')
    .set({ response_id: null })
    .where('tenant_id', '=', tenantId)
    .where('mode', '=', mode)
    .where('response_id', '=', id)
    .execute()
}

export async function findKeptItems(
  tx: Tx,
  { tenantId, mode, ids }: Parameters<ReadVerbs['findKeptItems']>[0],
): Promise<KeptItem[]> {
  if (ids.length === 0) return []
  return tx.db
    .selectFrom('kept_items')
    .select(['id', 'account'])
    .where('tenant_id', '=', tenantId)
    .where('mode', '=', mode)
    .where('id', 'in', [...ids])
    .execute()
}

/** An answer has some items. */
const ITEMS_PER_CALL = 5

/**
 * Deletes up to `limit` records that have expired, and some times as many items of such; the ledger stays. Returns how many
 * records.
 */
export async function purgeCalls(tx: Tx, { now, limit }: Parameters<WriteVerbs['purgeCalls']>[0]): Promise<number> {
  await sql`delete from kept_items where (tenant_id, mode, id) in (
      select tenant_id, mode, id from kept_items where expires_at <= ${now}
      order by expires_at limit ${limit * ITEMS_PER_CALL})`.execute(tx.db)
  const rows = await tx.db
    .selectFrom('calls')
    .select('seq')
    .where('record_expires_at', '<=', now)
    .orderBy('record_expires_at')
    .limit(limit)
    .execute()
  if (rows.length === 0) return 0
  const seqs = rows.map(({ seq }) => seq)
  await tx.db.deleteFrom('calls').where('seq', 'in', seqs).execute()
  return seqs.length
}

function callOfRow(row: Selectable<CallsTable>): Call {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    keyId: row.key_id,
    mode: row.mode as Mode, // as `bookCalls` wrote it, like the next ones
    requestId: row.request_id,
    endpoint: row.endpoint,
    model: row.model,
    batchId: row.batch_id,
    responseId: row.response_id,
    provider: row.provider,
    account: row.account,
    vendorModel: row.vendor_model,
    status: row.status,
    outcome: row.outcome as Call['outcome'],
    errorCode: row.error_code,
    isStreamed: row.streamed === 1,
    usage: row.usage === null ? null : (JSON.parse(row.usage) as JsonObject),
    pricePoints: points(row.price),
    costPoints: row.cost === null ? null : points(row.cost),
    tried: JSON.parse(row.tried) as Call['tried'],
    createdAt: row.created_at,
    firstByteMs: row.first_byte_ms,
    durationMs: row.duration_ms,
  }
}
