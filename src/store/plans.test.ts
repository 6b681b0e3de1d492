import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anOffer } from './contract/samples.ts'
import { kyselyOn } from './node-sqlite.ts'
import { reads, writes } from './queries/index.ts'
import { UNFINISHED } from './queries/statuses.ts'
import type { Database } from './schema.ts'
import { openSqlite } from './sqlite.ts'
import type { Tx } from './tx.ts'

/** Queries that run at every request, or every second, must find their rows by an index, however long the history is. */
describe('query plans on SQLite', () => {
  let folder: string
  let database: DatabaseSync
  let statements: { sql: string; parameters: readonly unknown[] }[]
  let tx: Tx

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'polyphony-plans-'))
    const path = join(folder, 'plans.db')
    await (await openSqlite({ path })).close()
    database = new DatabaseSync(path)
    database.exec(
      "insert into receivers (tenant_id, host, standing, failures, used_at) values ('t', 'h', 'new', 0, 1900000000000)",
    )
    const { prepare } = kyselyOn(database)
    const db = new Kysely<Database>({
      dialect: new SqliteDialect({ database: { prepare, close: () => database.close() } }),
      log({ query }) {
        statements.push({ sql: query.sql, parameters: query.parameters })
      },
    })
    tx = {
      engine: 'sqlite',
      db,
      async run<Row>(text: string, values: readonly unknown[]) {
        statements.push({ sql: text, parameters: values })
        return prepare(text).all(values) as Row[]
      },
      insertMany: async () => undefined,
      signal: () => undefined,
    }
  })
  afterAll(() => {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function plansOf(run: (tx: Tx) => Promise<unknown>): Promise<string[]> {
    statements = []
    await run(tx)
    expect(statements.length).toBeGreaterThan(0)
    return statements.flatMap(({ sql, parameters }) =>
      database
        .prepare(`explain query plan ${sql}`)
        .all(...(parameters as string[]))
        .map((row) => String(row.detail)),
    )
  }

  const now = 1_800_000_000_000
  const tenantId = 't'
  const holder = 'a process'
  const receiver = { tenantId, host: 'h' }
  const receivers = [receiver, { tenantId, host: 'i' }].map((one) => ({ ...one, limit: 5 }))
  const claimDeliveries = (tx: Tx) => writes.claimDeliveries(tx, { receivers, inHand: ['d'], leaseMs: 1, now })
  const attempt = { at: now, durationMs: 1, httpStatus: 200, error: null }
  const record = { id: 'd', claim: 1, ...receiver, attempt, status: 'delivered' as const, dueAt: now }
  const recordAttempts = (tx: Tx) => writes.recordAttempts(tx, { attempts: [record] })
  const except = { tenants: ['u'], hosts: ['i'], receivers: [receiver] }
  const listDueReceivers = (tx: Tx) => reads.listDueReceivers(tx, { standings: ['quick'], perTenant: 16, except, now })
  const cases: [string, (tx: Tx) => Promise<unknown>][] = [
    ['getTask', (tx) => reads.getTask(tx, { id: 'x' })],
    ['nextDueAt', (tx) => reads.nextDueAt(tx, {})],
    ['nextDeliveryAt', (tx) => reads.nextDeliveryAt(tx, {})],
    ['listOverdue', (tx) => reads.listOverdue(tx, { now, limit: 10 })],
    ['listTasks', (tx) => reads.listTasks(tx, { tenantId, limit: 10, createdFrom: 1, createdTo: now })],
    ['listTasks of unfinished', (tx) => reads.listTasks(tx, { tenantId, status: UNFINISHED, limit: 10 })],
    ['listTasks by the caller’s id', (tx) => reads.listTasks(tx, { tenantId, externalId: 'mine', limit: 1 })],
    ['listTasks by key', (tx) => reads.listTasks(tx, { tenantId, idempotencyKey: 'k', limit: 1 })],
    ['countTasks', (tx) => reads.countTasks(tx, { tenantId })],
    ['countTasks of a time', (tx) => reads.countTasks(tx, { tenantId, createdFrom: now - 1_000, createdTo: now })],
    ['findKey', (tx) => reads.findKey(tx, { hash: 'x' })],
    ['claimDue', (tx) => writes.claimDue(tx, { limit: 10, leaseMs: 1, holder, now })],
    [
      'claimPending',
      (tx) =>
        writes.claimPending(tx, {
          pool: 'p',
          offers: [anOffer([{ account: 'a' }])],
          limit: 5,
          leaseMs: 1,
          holder,
          now,
        }),
    ],
    ['listWaiting', (tx) => reads.listWaiting(tx, {})],
    ['claimLateChecks', (tx) => writes.claimLateChecks(tx, { limit: 5, leaseMs: 1, holder, now })],
    ['countAhead', (tx) => reads.countAhead(tx, { id: 'x' })],
    ['countWaiting', (tx) => reads.countWaiting(tx, { pools: ['p', 'q'] })],
    ['listAttempts of an account', (tx) => reads.listAttempts(tx, { account: 'a', limit: 20 })],
    ['renewLeases', (tx) => writes.renewLeases(tx, { leases: [{ id: 'x', claim: 1 }], leaseMs: 1, holder, now })],
    ['queueDeliveries', (tx) => writes.queueDeliveries(tx, { limit: 10, now })],
    ['claimDeliveries', claimDeliveries],
    ['recordAttempts', recordAttempts],
    [
      'giveUpDeliveries',
      (tx) => writes.giveUpDeliveries(tx, { dueBefore: now - 1, failedAfter: now - 1, limit: 10, now }),
    ],
    ['forgetReceivers', (tx) => writes.forgetReceivers(tx, { usedBefore: now })],
    ['listDueReceivers', listDueReceivers],
    ['releaseLeases', (tx) => writes.releaseLeases(tx, { now, leaseMs: 1 })],
  ]

  it.each(cases)('the query of %s reads no whole table', async (_verb, run) => {
    const plans = await plansOf(run)
    expect(
      plans.filter((plan) =>
        /^SCAN (tasks|attempts|deliveries|receivers|ledger_\w+|api_keys|assets)\b(?!.*USING)/.test(plan),
      ),
    ).toEqual([])
  })

  it('stored responses are found by their own index', async () => {
    const response = { tenantId, mode: 'live', id: 'r' } as const
    for (const run of [(tx: Tx) => reads.findResponse(tx, response), (tx: Tx) => writes.forgetResponse(tx, response)])
      expect(await plansOf(run)).toEqual([expect.stringContaining('calls_by_response')])
    const items = (tx: Tx) => reads.findKeptItems(tx, { tenantId, mode: 'live', ids: ['a', 'b'] })
    expect(await plansOf(items)).toEqual([
      expect.stringMatching(/^SEARCH kept_items .*tenant_id=\? AND mode=\? AND id=\?/),
    ])
    const purged = (await plansOf((tx) => writes.purgeCalls(tx, { now, limit: 10 }))).join('\n')
    expect(purged).toContain('SEARCH kept_items USING INDEX kept_items_by_expiry')
    expect(purged).not.toContain('SCAN kept_items')
  })

  it('waiting, running and unfinished tasks are found by the partial indexes', async () => {
    const found = async (run: (tx: Tx) => Promise<unknown>) => (await plansOf(run)).join('\n')
    expect(await found((tx) => reads.nextDueAt(tx, {}))).toContain('tasks_running')
    expect(await found((tx) => writes.claimDue(tx, { limit: 10, leaseMs: 1, holder, now }))).toContain('tasks_running')
    expect(await found((tx) => reads.listOverdue(tx, { now, limit: 10 }))).toContain('tasks_unstarted')
    expect(await found((tx) => reads.listTasks(tx, { tenantId, status: UNFINISHED, limit: 10 }))).toContain(
      'tasks_unfinished',
    )
    for (const status of [['processing'], ['pending', 'staged']] as const) {
      expect(await found((tx) => reads.listTasks(tx, { tenantId, status, limit: 10 }))).toContain('tasks_unfinished')
      expect(await found((tx) => reads.countTasks(tx, { tenantId, status }))).toContain('tasks_unfinished')
    }
    for (const status of [['failed'], ['completed', 'cancelled'], ['failed', 'processing']] as const) {
      const list = await found((tx) => reads.listTasks(tx, { tenantId, status, limit: 10 }))
      expect(list).toContain('tasks_ended')
      expect(list).not.toMatch(/TEMP B-TREE|tasks_by_mode/)
      const count = await found((tx) => reads.countTasks(tx, { tenantId, mode: 'live', status }))
      expect(count).toContain('tasks_ended')
      expect(count).not.toContain('tasks_by_mode')
    }
    const unstarted = { tenantId, mode: 'live', createdBefore: now, models: null, limit: 10 } as const
    expect(await found((tx) => reads.listUnstarted(tx, unstarted))).toContain('tasks_unfinished')
    const batchId = 'b'
    for (const status of [undefined, ['failed']] as const) {
      const which = { tenantId, batchId, ...(status ? { status } : {}) }
      expect(await found((tx) => reads.listTasks(tx, { ...which, limit: 10 }))).toContain('tasks_by_batch')
      expect(await found((tx) => reads.countTasks(tx, which))).toContain('tasks_by_batch')
    }
    expect(await found((tx) => reads.listUnstarted(tx, { ...unstarted, batchId }))).toContain('tasks_by_batch')
    for (const [which, index] of [
      [{ isFavourite: true }, 'tasks_favourite'],
      [{ externalId: 'mine' }, 'tasks_external'],
    ] as const) {
      const filter = { tenantId, mode: 'live', status: ['completed'], ...which } as const
      expect(await found((tx) => reads.listTasks(tx, { ...filter, limit: 10 }))).toContain(index)
      expect(await found((tx) => reads.countTasks(tx, filter))).toContain(index)
    }
    const shares = { tenantId, mode: 'live', taskId: 'x', limit: 10 } as const
    expect(await found((tx) => reads.listShares(tx, shares))).toContain('shares_by_task')
    expect(await found((tx) => reads.listDeliveries(tx, { tenantId, taskId: 'x', limit: 10 }))).toContain(
      'deliveries_by_task',
    )
    expect(await found((tx) => writes.queueDeliveries(tx, { limit: 10, now }))).toContain('deliveries_unqueued')
    expect(await found(claimDeliveries)).toContain('deliveries_queued')
    expect(await found(listDueReceivers)).toContain('receivers_waiting')
    expect(await found((tx) => reads.nextDeliveryAt(tx, {}))).toContain('receivers_next')
  })
})
