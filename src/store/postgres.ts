import type { Insertable, Kysely, Transaction } from 'kysely'
import type { Clock } from '../core/clock.ts'
import { batchedSubmit } from './batched-submit.ts'
import { ClosingGate } from './closing-gate.ts'
import { isCurrent, migratePostgres } from './migrate.ts'
import { databaseClock } from './postgres/clock.ts'
import { LIMITS, MAINTENANCE_LIMITS, MIGRATION_LIMITS } from './postgres/limits.ts'
import { openLine } from './postgres/line.ts'
import { SILENT, type StoreLog, seldom } from './postgres/log.ts'
import { openPool, type Pool } from './postgres/pool.ts'
import { retrying } from './postgres/retry.ts'
import type { SessionOptions } from './postgres/session.ts'
import { openSignals } from './postgres/signals.ts'
import { waitForDatabase } from './postgres/start.ts'
import { reads, writes } from './queries/index.ts'
import type { Database } from './schema.ts'
import type { ReadVerbs, Signal, Store, WriteVerbs } from './store.ts'
import type { Tx } from './tx.ts'

export interface PostgresOptions {
  url: string
  maxConnections?: number
  /** How long to wait for a database that does not answer at the start. 0, the default: it is tried once. */
  waitMs?: number
  log?: StoreLog
}

/** One transaction at a time, for they would wait for the tenant's row; what waits travels in the next, and shares its commit. */
const SUBMISSIONS = { maxBatch: 256, atOnce: 1 }
const MAX_CONNECTIONS = 10
/** Verbs that take as long as the tables are large. */
const MAINTENANCE: ReadonlySet<string> = new Set<keyof (ReadVerbs & WriteVerbs)>(['reconcile', 'rebuildBalances'])
const REPORT_EVERY_MS = 5_000

/**
 * The store on PostgreSQL: every verb is one transaction; what changed travels to all nodes by LISTEN/NOTIFY. Every verb
 * ends within ten seconds, with `store_unavailable` when the database does not answer. Rejects with `store_unavailable`,
 * saying what to do, when the database cannot be used.
 */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  const { url, waitMs = 0, log = SILENT } = options
  const session = await waitForDatabase({ url, waitMs, limits: LIMITS, log })
  const onBroken = seldom(REPORT_EVERY_MS, (error) => log.warn({ err: error }, 'an idle database connection broke'))
  const maxConnections = options.maxConnections ?? MAX_CONNECTIONS
  const pool = openPool({ ...session, limits: LIMITS, maxConnections, onBroken })
  const maintenance = openPool({ ...session, limits: MAINTENANCE_LIMITS, maxConnections: 1, onBroken })
  try {
    await bringUpToDate(pool, session)
  } catch (error) {
    await pool.close()
    throw error
  }
  const signals = openSignals(pool, log)
  const clock = databaseClock()
  const line = await openLine({
    ...session,
    limits: LIMITS,
    log,
    onPayload: signals.hear,
    onReading: clock.read,
    onReconnected(silentSinceMs) {
      if (silentSinceMs !== undefined) pool.dropSilent(silentSinceMs)
      signals.tell({ kind: 'resync' })
    },
  })
  signals.checkHearing()

  const poolOf = (verb: string) => (MAINTENANCE.has(verb) ? maintenance : pool)
  const writeVerbs = Object.fromEntries(
    Object.entries(writes).map(([verb, query]) => [
      verb,
      (args: unknown) => write(poolOf(verb), query as Query, args, signals.publish),
    ]),
  ) as unknown as WriteVerbs // the registry has exactly these names
  const readVerbs = Object.fromEntries(
    Object.entries(reads).map(([verb, query]) => [verb, (args: unknown) => read(poolOf(verb), query as Query, args)]),
  ) as unknown as ReadVerbs // likewise

  return {
    ...closeable({ ...writeVerbs, ...readVerbs, submitTasks: batchedSubmit(writeVerbs.submitTasks, SUBMISSIONS) }, [
      signals,
      line,
      pool,
      maintenance,
    ]),
    engine: 'postgres',
    exclusive: false,
    clock: { now: clock.now } satisfies Clock,
    onSignal: signals.onSignal,
  }
}

/** Each verb is typed in the registry; a loop over all of them forgets which one it has. */
type Query = (tx: Tx, args: unknown) => Promise<unknown>

/** Signals leave after the commit, and before the caller knows of it. */
async function write(pool: Pool, query: Query, args: unknown, publish: (signals: Signal[]) => void): Promise<unknown> {
  const { value, signals } = await retrying(pool, async () => {
    const signals: Signal[] = []
    const value = await pool.transaction((trx) => query(txOf(trx, signals), args))
    return { value, signals }
  })
  publish(signals)
  return value
}

function read(pool: Pool, query: Query, args: unknown): Promise<unknown> {
  return retrying(pool, () => query(txOf(pool.db, []), args))
}

/** The verbs behind a gate, and a `close` that shuts it and then closes what they stand on, in this order. */
function closeable<Verbs extends object>(
  verbs: Verbs,
  parts: { close(): Promise<void> }[],
): Verbs & { close(): Promise<void> } {
  const gate = new ClosingGate()
  let closing: Promise<void> | undefined
  return {
    ...gate.guard(verbs),
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

function txOf(db: Kysely<Database> | Transaction<Database>, signals: Signal[]): Tx {
  return {
    engine: 'postgres',
    db,
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
