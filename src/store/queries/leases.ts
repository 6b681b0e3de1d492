import type { Selectable } from 'kysely'
import type { Task } from '../../core/task.ts'
import { taskOfRow } from '../rows.ts'
import type { TasksTable } from '../schema.ts'
import type { WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]
type Row = Selectable<TasksTable>

// The conditions are those of the partial indexes, word by word: only then does SQLite use the index.
const RUNNING = `status in ('submitting', 'uncertain', 'processing')`
const LATE = `status = 'failed' and watched = 1`

/** On PostgreSQL other processes lock rows at the same time; locked rows are skipped. */
const lockFor = (tx: Tx) => (tx.engine === 'postgres' ? ' for update skip locked' : '')
const placesFor = (tx: Tx, text: string) => {
  let place = 0
  return tx.engine === 'postgres' ? text.replaceAll('?', () => `$${++place}`) : text
}

export async function claimDue(tx: Tx, { limit, leaseMs, holder, now }: Args<'claimDue'>): Promise<Task[]> {
  const rows = await tx.run<Row>(
    placesFor(
      tx,
      `update tasks set claim = claim + 1, version = version + 1, holder = ?, lease_until = ?, heard_at = null
       where id in (
         select id from (select id from tasks where lease_until is null and ${RUNNING} and due_at <= ?
           order by due_at limit ?${lockFor(tx)}) resting
         union all
         select id from (select id from tasks where lease_until is not null and lease_until <= ? and ${RUNNING}
           and holder <> ? order by lease_until limit ?${lockFor(tx)}) lapsed)
       returning *`,
    ),
    [holder, now + leaseMs, now, limit, now, holder, limit],
  )
  // An update returns its rows in any order.
  return rows.sort((a, b) => a.due_at - b.due_at).map(taskOfRow)
}

export async function claimLateChecks(
  tx: Tx,
  { limit, leaseMs, holder, now }: Args<'claimLateChecks'>,
): Promise<Task[]> {
  const rows = await tx.run<Row>(
    placesFor(
      tx,
      `update tasks set claim = claim + 1, version = version + 1, holder = ?, lease_until = ?, heard_at = null
       where id in (
         select id from (select id from tasks where ${LATE} and due_at <= ?
           and (lease_until is null or (lease_until <= ? and holder <> ?))
           order by due_at limit ?${lockFor(tx)}) late)
       returning *`,
    ),
    [holder, now + leaseMs, now, now, holder, limit],
  )
  return rows.map(taskOfRow)
}

/** The lease of a task that no process holds any more is not renewed. */
export async function renewLeases(tx: Tx, args: Args<'renewLeases'>): Promise<string[]> {
  const { leases, leaseMs, holder, now } = args
  const held = tx.engine === 'postgres' ? await renewOnServer(tx, args) : []
  if (tx.engine === 'sqlite') {
    for (const { id, claim } of leases) {
      const [row] = await tx.run<{ id: string }>(
        'update tasks set lease_until = ? where id = ? and claim = ? and lease_until is not null returning id',
        [now + leaseMs, id, claim],
      )
      if (row) held.push(row.id)
    }
  }
  await tx.run(
    placesFor(
      tx,
      `update tasks set lease_until = null, claim = claim + 1, version = version + 1
       where lease_until is not null and lease_until <= ? and holder = ?`,
    ),
    [now - leaseMs, holder],
  )
  return held
}

async function renewOnServer(tx: Tx, { leases, leaseMs, now }: Args<'renewLeases'>): Promise<string[]> {
  if (leases.length === 0) return []
  const rows = await tx.run<{ id: string }>(
    `with held as (
       select t.id from tasks t join unnest($1::text[], $2::int[]) as l(id, claim) on l.id = t.id and l.claim = t.claim
       where t.lease_until is not null order by t.id for update of t)
     update tasks set lease_until = $3 where id in (select id from held) returning id`,
    [leases.map(({ id }) => id), leases.map(({ claim }) => claim), now + leaseMs],
  )
  return rows.map(({ id }) => id)
}

export async function releaseLeases(tx: Tx, { now, leaseMs }: Args<'releaseLeases'>): Promise<number> {
  const tasks = await tx.run(
    placesFor(
      tx,
      `update tasks set lease_until = null, due_at = ?, claim = claim + 1, version = version + 1
       where lease_until is not null returning id`,
    ),
    [now],
  )
  // A due time further off than a lease is that of a retry, and stays. Without a host, a delivery is put into its queue again.
  await tx.run(
    placesFor(
      tx,
      `update deliveries set due_at = ?, host = null where status = 'pending' and claim > 0 and due_at > ? and due_at <= ?`,
    ),
    [now, now, now + leaseMs],
  )
  return tasks.length
}
