import { isDeepStrictEqual } from 'node:util'
import { type Selectable, sql } from 'kysely'
import type { DeliveryAttempt } from '../../core/delivery.ts'
import { afterAttempt } from '../../core/receiver.ts'
import type { ReceiversTable } from '../schema.ts'
import type { AttemptRecord, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { dueIds } from './claim-deliveries.ts'
import { circuitOf, keyOf, lockReceivers, refreshDueTimes, writeCircuit } from './receivers.ts'
import { PENDING } from './statuses.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]

export async function recordAttempts(tx: Tx, { attempts }: Args<'recordAttempts'>): Promise<boolean[]> {
  if (attempts.length === 0) return []
  // Receivers first, as in a claim, so that two processes lock the same rows in the same order.
  const receivers = await lockReceivers(tx, attempts)
  const outcomes = sql.join(
    attempts.map(
      ({ id, claim, status, dueAt }) =>
        sql`(${id}, cast(${claim} as integer), ${status}, cast(${Math.round(dueAt)} as bigint))`,
    ),
  )
  const { rows } = await sql<{ id: string; attempts: number }>`
    with outcomes(id, claim, status, due_at) as (values ${outcomes})
    update deliveries set status = outcomes.status, due_at = outcomes.due_at, attempts = deliveries.attempts + 1
    from outcomes
    where deliveries.id = outcomes.id and deliveries.claim = outcomes.claim and deliveries.status = 'pending'
    returning deliveries.id, deliveries.attempts`.execute(tx.db)
  const numbers = new Map(rows.map((row) => [row.id, row.attempts]))
  await insertLog(
    tx,
    attempts.flatMap(({ id, attempt }) => {
      const number = numbers.get(id)
      return number === undefined ? [] : [{ id, number, attempt }]
    }),
  )
  for (const row of receivers) await recordAnswers(tx, row, attempts)
  await refreshDueTimes(
    tx,
    receivers.map(({ tenant_id: tenantId, host }) => ({ tenantId, host })),
  )
  return attempts.map(({ id }) => numbers.has(id))
}

/** Updates the circuit of a receiver after its attempts. Mostly its standing is unchanged, and nothing is written. */
async function recordAnswers(
  tx: Tx,
  row: Selectable<ReceiversTable>,
  attempts: readonly AttemptRecord[],
): Promise<void> {
  const receiver = { tenantId: row.tenant_id, host: row.host }
  const before = circuitOf(row)
  const after = attempts
    .filter((one) => keyOf(one) === keyOf(receiver))
    .reduce(
      (circuit, { attempt }) => afterAttempt(circuit, { ...attempt, answered: attempt.httpStatus !== null }),
      before,
    )
  if (!isDeepStrictEqual(after, before)) await writeCircuit(tx, receiver, after)
}

async function insertLog(
  tx: Tx,
  entries: readonly { id: string; number: number; attempt: DeliveryAttempt }[],
): Promise<void> {
  if (entries.length === 0) return
  await tx.insertMany(
    'delivery_attempts',
    entries.map(({ id, number, attempt: { at, durationMs, httpStatus, error } }) => ({
      delivery_id: id,
      number,
      at,
      duration_ms: Math.round(durationMs),
      http_status: httpStatus,
      error,
    })),
  )
}

export async function giveUpDeliveries(
  tx: Tx,
  { dueBefore, failedAfter, limit, now }: Args<'giveUpDeliveries'>,
): Promise<{ id: string; taskId: string }[]> {
  const silent = await tx.db
    .selectFrom('receivers')
    .select(['tenant_id', 'host'])
    .where('failing_since', '<=', dueBefore)
    .where('failed_at', '>=', failedAfter)
    .where('retry_at', '>', now)
    .where('next_at', 'is not', null)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('deliveries')
          .select('id')
          .whereRef('deliveries.tenant_id', '=', 'receivers.tenant_id')
          .whereRef('deliveries.host', '=', 'receivers.host')
          .where('status', '=', PENDING)
          .where('due_at', '<=', dueBefore),
      ),
    )
    .limit(limit)
    .execute()
  const keys = silent.map(({ tenant_id: tenantId, host }) => ({ tenantId, host }))
  const receivers = (await lockReceivers(tx, keys, { skip: true })).map(({ tenant_id: tenantId, host }) => ({
    tenantId,
    host,
  }))
  const ids = await dueIds(
    tx,
    receivers.map((one) => ({ ...one, limit })),
    { inHand: [], now: dueBefore },
  )
  if (ids.length === 0) return []
  const rows = await tx.db
    .updateTable('deliveries')
    .set((eb) => ({ status: 'failed', attempts: eb('attempts', '+', 1), due_at: now }))
    .where('id', 'in', ids.slice(0, limit))
    .where('status', '=', PENDING)
    .returning(['id', 'attempts', 'host', 'task_id'])
    .execute()
  const error = 'The receiver has not answered any webhook for days; this one was given up without another attempt.'
  const attempt = { at: now, durationMs: 0, httpStatus: null, error }
  await insertLog(
    tx,
    rows.map(({ id, attempts: number }) => ({ id, number, attempt })),
  )
  await refreshDueTimes(tx, receivers)
  return rows.map(({ id, task_id: taskId }) => ({ id, taskId }))
}
