import { createHash } from 'node:crypto'
import type { Insertable, Kysely, Transaction } from 'kysely'
import type { Clock } from '../core/clock.ts'
import { postgresPlace } from '../core/postgres-url.ts'
import { batchedSubmit } from './batched-submit.ts'
import { ClosingGate } from './closing-gate.ts'
import { groupedCalls } from './grouped-calls.ts'
import { isCurrent, migratePostgres, requireSchema } from './migrate.ts'
import { databaseClock } from './postgres/clock.ts'
import { LIMITS, MAINTENANCE_LIMITS, MIGRATION_LIMITS } from './postgres/limits.ts'
import { openListener } from './postgres/listener.ts'
import { SILENT, type StoreLog, seldom } from './postgres/log.ts'
import { openPool, type Pool } from './postgres/pool.ts'
import { retrying } from './postgres/retry.ts'
import type { SessionOptions } from './postgres/session.ts'
import { openSignals } from './postgres/signals.ts'
import { waitForDatabase } from './postgres/start.ts'
import { type EngineVerbs, reads, writes } from './queries/index.ts'
import type { Database } from './schema.ts'
import type { ReadVerbs, Signal, Store, TaskChange, WriteVerbs } from './store.ts'
import { type TaskWrite, taskWriteOf } from './task-write.ts'
import type { Tx } from './tx.ts'
import { wholeInstants } from './whole-instants.ts'

export interface PostgresOptions {
  url: string
  maxConnections?: number
  /** How long to wait for a database that does not answer at the start. Default: 0, one try. */
  waitMs?: number
  /** Reject when the database holds no Polyphony, instead of making a new one. */
  mustExist?: boolean
  log?: StoreLog
}

/** One transaction at a time, since others would wait for the tenant's row; waiting submissions share the next commit. */
const SUBMISSIONS = { maxBatch: 256, atOnce: 1 }
/** Moves of tasks: two groups at once, so that one is prepared while the other waits for the disk. */
const MOVES = { maxGroup: 256, atOnce: 2 }
/** Reads of one turn of the event loop share a group, and wait for no other: a hanging connection delays only its own group. */
const READS = { maxGroup: 100, atOnce: Number.POSITIVE_INFINITY }
const MAX_CONNECTIONS = 10
/**
 * Verbs that write by one statement, which is a transaction by itself: one round trip, and no lock that is held between
 * round trips. Such a statement is not repeated when its answer was lost.
 */
const STATEMENTS: ReadonlySet<string> = new Set<keyof EngineVerbs>([
  'submitTasks',
  'submitBatch',
  'applyWrites',
  'claimPending',
  'claimDue',
  'claimLateChecks',
  'renewLeases',
  'releaseLeases',
])
/** Verbs whose time grows with the size of the tables. */
const MAINTENANCE: ReadonlySet<string> = new Set<keyof (ReadVerbs & WriteVerbs)>([
  'reconcile',
  'rebuildBalances',
  'sumMargins',
])
const REPORT_EVERY_MS = 5_000

/**
 * The store on PostgreSQL: every verb is one transaction, those of the hot path one statement; changes are signalled to all
 * nodes by LISTEN/NOTIFY. Every verb ends within ten seconds, with `store_unavailable` when the database does not answer.
 * Rejects with `store_unavailable`, saying what to do, when the database cannot be used.
 */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  const { url, waitMs = 0, mustExist = false, log = SILENT } = options
  const session = await waitForDatabase({ url, waitMs, limits: LIMITS, log })
  const onBroken = seldom(REPORT_EVERY_MS, (error) => log.warn({ err: error }, 'an idle database connection broke'))
  const maxConnections = options.maxConnections ?? MAX_CONNECTIONS
  const pool = openPool({ ...session, limits: LIMITS, maxConnections, onBroken })
  const maintenance = openPool({ ...session, limits: MAINTENANCE_LIMITS, maxConnections: 1, onBroken })
  try {
    if (mustExist) await retrying(pool, () => requireSchema(pool.db, 'postgres', `the database ${postgresPlace(url)}`))
    await bringUpToDate(pool, session)
  } catch (error) {
    await pool.close()
    throw error
  }
  const signals = openSignals(pool, log)
  const clock = databaseClock()
  const listener = await openListener({
    ...session,
    limits: LIMITS,
    log,
    onPayload: signals.receive,
    onReading: clock.read,
    onReconnected(silentSinceMs) {
      if (silentSinceMs !== undefined) pool.dropSilent(silentSinceMs)
      signals.publishLocally({ kind: 'resync' })
    },
  })
  signals.checkNotifications()

  const poolOf = (verb: string) => (MAINTENANCE.has(verb) ? maintenance : pool)
  const { applyWrites, ...writeVerbs } = Object.fromEntries(
    Object.entries(writes).map(([verb, query]) => {
      const writeBy = STATEMENTS.has(verb) ? writeByStatement : writeByTransaction
      return [verb, (args: unknown) => writeBy(poolOf(verb), query as Query, args, signals.publish)]
    }),
  ) as unknown as EngineVerbs // the registry has exactly these names
  const applyWrite = groupedCalls((group: TaskWrite[]) => applyWrites({ writes: group }), MOVES)
  const readVerbs = Object.fromEntries(
    Object.entries(reads).map(([verb, query]) => [verb, (args: unknown) => read(poolOf(verb), query as Query, args)]),
  ) as unknown as ReadVerbs // likewise

  const getTask = groupedCalls(async (ids: string[]) => {
    const tasks = await readVerbs.getTasks({ ids })
    const byId = new Map(tasks.map((task) => [task.id, task]))
    return ids.map((id) => byId.get(id))
  }, READS)

  return {
    ...closeable(
      {
        ...writeVerbs,
        ...readVerbs,
        getTask: ({ id }: { id: string }) => getTask(id),
        submitTasks: batchedSubmit(writeVerbs.submitTasks, SUBMISSIONS),
        applyChange: ({ change }: { change: TaskChange }) => applyWrite(taskWriteOf(change)),
      },
      [signals, listener, pool, maintenance],
    ),
    engine: 'postgres',
    exclusive: false,
    clock: { now: clock.now } satisfies Clock,
    onSignal: signals.onSignal,
  }
}

/** Each verb is typed in the registry; a loop over all of them loses the types. */
type Query = (tx: Tx, args: unknown) => Promise<unknown>

type Publish = (signals: Signal[]) => void

/** Signals are sent after the commit, and before the caller gets its answer. */
async function writeByTransaction(pool: Pool, query: Query, args: unknown, publish: Publish): Promise<unknown> {
  const { value, signals } = await retrying(pool, async () => {
    const signals: Signal[] = []
    const value = await pool.transaction((trx) => query(txOf(trx, signals, notInTransaction), args))
    return { value, signals }
  })
  publish(signals)
  return value
}

async function writeByStatement(pool: Pool, query: Query, args: unknown, publish: Publish): Promise<unknown> {
  const { value, signals } = await retrying(pool, async () => {
    const signals: Signal[] = []
    return { value: await query(txOf(pool.db, signals, runOn(pool)), args), signals }
  })
  publish(signals)
  return value
}

function runOn(pool: Pool): Tx['run'] {
  return async <Row>(text: string, values: readonly unknown[], { isRead = false } = {}) => {
    const statement = { name: nameOf(text), text, values: [...values], isRepeatable: isRead }
    return (await pool.query(statement)) as Row[] // as the statement selects them
  }
}

function notInTransaction(): Promise<never> {
  return Promise.reject(new Error('A verb with several statements must build them with Kysely.'))
}

/** One name for each text, so that a connection prepares it once. */
const names = new Map<string, string>()
function nameOf(text: string): string {
  const name = names.get(text) ?? `polyphony_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
  names.set(text, name)
  return name
}

function read(pool: Pool, query: Query, args: unknown): Promise<unknown> {
  return retrying(pool, () => query(txOf(pool.db, [], runOn(pool)), args))
}

/** The verbs behind a gate, and a `close` that shuts the gate and then closes `parts`, in this order. */
function closeable<Verbs extends object>(
  verbs: Verbs,
  parts: { close(): Promise<void> }[],
): Verbs & { close(): Promise<void> } {
  const gate = new ClosingGate()
  let closing: Promise<void> | undefined
  return {
    ...gate.guard(wholeInstants(verbs)),
    close() {
      closing ??= (async () => {
        await gate.close()
        for (const part of parts) await part.close()
      })()
      return closing
    },
  }
}

/** Migrates on a connection of its own, whose statements may take as long as they need. */
async function bringUpToDate(pool: Pool, session: SessionOptions): Promise<void> {
  if (await retrying(pool, () => isCurrent(pool.db, 'postgres'))) return
  const patient = openPool({ ...session, limits: MIGRATION_LIMITS, maxConnections: 1, onBroken() {} })
  try {
    await migratePostgres(patient.db)
  } finally {
    await patient.close()
  }
}

function txOf(db: Kysely<Database> | Transaction<Database>, signals: Signal[], run: Tx['run']): Tx {
  return {
    engine: 'postgres',
    db,
    run,
    async insertMany(table, rows) {
      // A statement takes 65,535 parameters at most.
      const perStatement = Math.floor(60_000 / Math.max(1, Object.keys(rows[0] ?? {}).length))
      for (let from = 0; from < rows.length; from += perStatement) {
        const some = rows.slice(from, from + perStatement) as Insertable<Database[typeof table]>[]
        await db.insertInto(table).values(some).execute()
      }
    },
    signal: (signal) => signals.push(signal),
  }
}
