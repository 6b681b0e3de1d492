import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { migratedDatabase, onDatabase } from '../../../test/support/postgres-database.ts'
import { newId } from '../../core/ids.ts'
import { points } from '../../core/points.ts'
import { type TaskEvent, transition } from '../../core/transitions.ts'
import { aCall } from '../contract/calls.ts'
import { aClaimedTask, aPayer, START } from '../contract/samples.ts'
import { openPostgres } from '../postgres.ts'
import type { Store } from '../store.ts'

/** What happens to verbs whose rows are locked by others. */

let url: string
let store: Store
let other: pg.Client
beforeEach(async () => {
  url = await migratedDatabase()
  store = await openPostgres({ url })
  await aPayer(store)
  other = new pg.Client({ connectionString: url, application_name: 'other' })
  await other.connect()
})
afterEach(async () => {
  await store.close()
  await other.end()
})

/** Since when each session that waits for a lock executes its statement. */
async function waits(): Promise<string[]> {
  const { rows } = await other.query<{ since: string }>(
    `select query_start::text as since from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rows.map(({ since }) => since)
}

async function waiting(count: number): Promise<void> {
  await expect.poll(waits, { timeout: 5_000, interval: 10 }).toHaveLength(count)
}

it('an end with titles is written whole and known to be, although the row of its titles is locked until the first try has failed', async () => {
  const task = await aClaimedTask(store)
  const end: TaskEvent = {
    kind: 'ended',
    to: 'completed',
    consumedPoints: points(1),
    output: { clips: [{ title: 'Rain on tin' }] },
    error: null,
    logs: [],
  }
  const step = transition(task, end, START)
  if (!step) throw new Error('The task cannot end.')
  await other.query('begin')
  await other.query('select 1 from library where id = $1 for update', [task.id])
  const written = store.applyChange({ change: { transition: step, assets: [], deliveries: [], now: START } })
  await waiting(1)
  const [first] = await waits()
  await expect.poll(waits, { timeout: 3_500, interval: 10 }).not.toContain(first)
  await other.query('rollback')
  expect(await written).toBe(true)
  expect(await store.listTasks({ tenantId: 't1', search: 'rain on tin', limit: 9 })).toMatchObject([
    { id: task.id, status: 'completed' },
  ])
  expect(await store.reconcile({})).toEqual([])
})

it('an allowance is raised while calls of it are booked, and neither waits for the other in a circle', async () => {
  const ours = { id: newId(START), tenantId: 't1', keyId: 'k1', holder: 'a process' }
  const hold = () =>
    store.holdAllowance({ allowance: ours, least: points(10), wanted: points(50), leaseUntil: START, now: START })
  await hold()
  await other.query('begin')
  await other.query('select 1 from balances for update')
  const raised = hold()
  await waiting(1)
  const bookings = [{ tenantId: 't1', keyId: 'k1', allowanceId: ours.id, calls: [aCall(5)] }]
  const booked = store.bookCalls({ bookings, leaseUntil: START, recordExpiresAt: START, now: START })
  await waiting(2)
  await other.query('rollback')
  expect(await raised).toEqual({ outcome: 'held', amount: 50 })
  expect(await booked).toEqual([95])
  expect(await store.reconcile({})).toEqual([])
  // A session adds to the statistics when it ends, if not before.
  await store.close()
  const sessions =
    "select pid from pg_stat_activity where application_name = 'polyphony' and datname = current_database()"
  await expect.poll(async () => (await other.query(sessions)).rowCount, { timeout: 5_000 }).toBe(0)
  const { rows } = await onDatabase(url, (client) =>
    client.query('select deadlocks from pg_stat_database where datname = current_database()'),
  )
  expect(rows).toEqual([{ deadlocks: '0' }])
})
