import { isRunning, type Status } from '../../core/task.ts'
import { storableJson } from '../storable.ts'
import { MUTABLE, type TaskWrite } from '../task-write.ts'
import type { Tx } from '../tx.ts'
import { addTitles, titleText } from './library-text.ts'
import { promote } from './promote.ts'

/**
 * Writes moves of tasks, each if its task still has the version that it was computed from. Returns one result per write, in
 * order. Changes of the same balance, key, account or queue are combined in one statement.
 */
export async function applyWrites(tx: Tx, { writes }: { writes: TaskWrite[] }): Promise<boolean[]> {
  const applied = tx.engine === 'postgres' ? await applyOnServer(tx, writes) : await applyHere(tx, writes)
  for (const write of applied) signalsOf(tx, write)
  return writes.map((write) => applied.has(write))
}

function signalsOf(tx: Tx, { row, freed, deliveries, now }: TaskWrite): void {
  tx.signal({ kind: 'task', id: row.id, status: row.status as Status, progress: row.progress })
  if (row.lease_until === null && row.due_at <= now) {
    if (isRunning(row.status as Status)) tx.signal({ kind: 'due' })
    else if (row.watched === 1) tx.signal({ kind: 'late' })
  }
  if (freed) tx.signal({ kind: 'slot', account: freed.account })
  if (deliveries.length > 0) tx.signal({ kind: 'delivery' })
}

interface Applied {
  applied: string[]
  promoted?: { id: string; pool: string; operation: string }[] | null
  ended?: string[] | null
}

const APPLY = 'select polyphony_apply($1::json, $2::json) as result'
/**
 * One statement, so that both are written or neither is. As a second statement, the titles could fail for want of a connection
 * when the moves were written already: repeated, the moves did not apply any more, as if another process had made them.
 */
const APPLY_WITH_TITLES = `
  with moved as materialized (select polyphony_apply($1::json, $2::json) as result),
  titled as (
    update library l set text = l.text || lower(t.titles)
    from moved, json_to_recordset($3::json) as t(tenant_id text, mode text, id text, titles text)
    where l.tenant_id = t.tenant_id and l.mode = t.mode and l.id = t.id
      and t.id in (select json_array_elements_text(moved.result->'applied')))
  select result from moved`

async function applyOnServer(tx: Tx, given: readonly TaskWrite[]): Promise<Set<TaskWrite>> {
  // Of two moves of one task only the first can have been computed from its version.
  const writes = [...new Map([...given].reverse().map((write) => [write.row.id, write])).values()].reverse()
  const payload = {
    now: Math.max(...writes.map(({ now }) => now)),
    ledger: writes.flatMap(({ ledger }) => ledger ?? []),
    attempts: writes.flatMap(({ attempt }) => attempt ?? []),
    assets: writes.flatMap(({ assets }) => assets),
    deliveries: writes.flatMap(({ deliveries }) => deliveries),
    ends: writes.flatMap(({ end }) => end ?? []),
    freed: writes.flatMap(({ freed }) => freed ?? []),
    batches: writes.flatMap(({ batch }) => batch ?? []),
  }
  const titled = writes.flatMap(({ titled: one }) => (one ? { ...one, titles: titleText(one) } : []))
  const parts = [writes.map(({ row }) => row), payload, ...(titled.length > 0 ? [titled] : [])]
  const [row] = await tx.run<{ result: Applied }>(
    titled.length > 0 ? APPLY_WITH_TITLES : APPLY,
    parts.map(storableJson),
  )
  const { applied, promoted, ended } = row?.result ?? { applied: [] }
  for (const { id, pool, operation } of promoted ?? []) {
    tx.signal({ kind: 'pool', pool, operation })
    tx.signal({ kind: 'task', id, status: 'pending', progress: 0 })
  }
  for (const id of ended ?? []) tx.signal({ kind: 'batch', id })
  const ids = new Set(applied)
  return new Set(writes.filter(({ row }) => ids.has(row.id)))
}

/** A renewal has no version of its own: so a move that was computed before the renewal must not shorten the lease. */
const VALUES: Partial<Record<(typeof MUTABLE)[number], string>> = { lease_until: 'max(coalesce(lease_until, 0), ?)' }
const SETS = MUTABLE.map((column) => `${column} = ${VALUES[column] ?? '?'}`).join(', ')
const UPDATE_TASK = `update tasks set ${SETS} where id = ? and version = ?`

async function applyHere(tx: Tx, writes: readonly TaskWrite[]): Promise<Set<TaskWrite>> {
  const applied = new Set<TaskWrite>()
  for (const write of writes) {
    const { row } = write
    const values = [...MUTABLE.map((column) => row[column]), row.id, row.version - 1]
    const [changed] = await tx.run(`${UPDATE_TASK} returning id`, values)
    if (!changed) continue
    applied.add(write)
    if (write.titled) await addTitles(tx, write.titled)
  }
  const kept = [...applied]
  await tx.insertMany(
    'ledger_transactions',
    kept.flatMap(({ ledger }) => ledger ?? []),
  )
  for (const { attempt } of kept) if (attempt) await changeAttempt(tx, attempt)
  await tx.insertMany(
    'assets',
    kept.flatMap(({ assets }) => assets),
  )
  await tx.insertMany(
    'deliveries',
    kept.flatMap(({ deliveries }) => deliveries),
  )
  await bookEnds(
    tx,
    kept.flatMap(({ end }) => end ?? []),
  )
  await freeSlots(
    tx,
    kept.flatMap(({ freed }) => freed ?? []),
  )
  for (const { batch, now } of kept) if (batch) await countInBatch(tx, batch, now)
  for (const tenantId of new Set(kept.flatMap(({ end }) => end?.tenant_id ?? []))) {
    await promote(tx, tenantId, Math.max(...kept.map(({ now }) => now)))
  }
  return applied
}

async function changeAttempt(tx: Tx, attempt: NonNullable<TaskWrite['attempt']>): Promise<void> {
  const { task_id, number, outcome, accepted_at, ended_at, reason } = attempt
  await tx.run(
    `update attempts set outcome = ?, accepted_at = coalesce(?, accepted_at), ended_at = coalesce(?, ended_at),
       reason = coalesce(?, reason) where task_id = ? and number = ?`,
    [outcome, accepted_at, ended_at, reason, task_id, number],
  )
}

async function bookEnds(tx: Tx, ends: readonly NonNullable<TaskWrite['end']>[]): Promise<void> {
  for (const [keyId, some] of grouped(ends, (end) => end.key_id)) {
    await tx.run('update api_keys set spent = spent - ?, active = active - ?, staged = staged - ? where id = ?', [
      sum(some, (end) => end.refund),
      some.length,
      sum(some, (end) => end.staged),
      keyId,
    ])
    await refundPeriods(tx, keyId, some)
  }
  for (const [tenantId, some] of grouped(ends, (end) => end.tenant_id)) {
    await tx.run(
      `update balances set available = available + ?, held = held - ?, active = active - ?, staged = staged - ?
       where tenant_id = ?`,
      [
        sum(some, (end) => end.refund),
        sum(some, (end) => end.held),
        some.length,
        sum(some, (end) => end.staged),
        tenantId,
      ],
    )
  }
}

/** A refund counts in the day and the month of its hold alone: what was held before left room there. */
async function refundPeriods(tx: Tx, keyId: string, ends: readonly NonNullable<TaskWrite['end']>[]): Promise<void> {
  for (const { refund, day, month } of ends) {
    if (refund === 0) continue
    await tx.run('update api_keys set day_spent = day_spent - ? where id = ? and spend_day = ?', [refund, keyId, day])
    await tx.run('update api_keys set month_spent = month_spent - ? where id = ? and spend_month = ?', [
      refund,
      keyId,
      month,
    ])
  }
}

async function freeSlots(tx: Tx, freed: readonly NonNullable<TaskWrite['freed']>[]): Promise<void> {
  for (const [account, some] of grouped(freed, (one) => one.account)) {
    await tx.run('update account_loads set running = running - ? where account = ?', [some.length, account])
  }
  for (const { account, day } of freed) {
    if (day === null) continue
    await tx.run('update account_loads set begun = begun - 1 where account = ? and day = ? and begun > 0', [
      account,
      day,
    ])
  }
  for (const some of grouped(freed, (one) => `${one.pool} ${one.tenant_id}`).values()) {
    const [{ pool, tenant_id } = { pool: '', tenant_id: '' }] = some
    await tx.run('update lines set running = running - ? where pool = ? and tenant_id = ?', [
      some.length,
      pool,
      tenant_id,
    ])
  }
}

/** Counts an ended task in its batch; the last one ends the batch. */
async function countInBatch(tx: Tx, batch: NonNullable<TaskWrite['batch']>, now: number): Promise<void> {
  const { batch_id, completed, failed, cancelled } = batch
  await tx.run(
    'update batches set completed = completed + ?, failed = failed + ?, cancelled = cancelled + ? where id = ?',
    [completed, failed, cancelled, batch_id],
  )
  const [ended] = await tx.run(
    `update batches set ended_at = ? where id = ? and ended_at is null and completed + failed + cancelled >= total
     returning id`,
    [now, batch_id],
  )
  if (ended) tx.signal({ kind: 'batch', id: batch_id })
}

function grouped<Item>(items: readonly Item[], by: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(by(item))
    if (group) group.push(item)
    else groups.set(by(item), [item])
  }
  return groups
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
