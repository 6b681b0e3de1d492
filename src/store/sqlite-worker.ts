import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { Insertable } from 'kysely'
import { migrate } from './migrate.ts'
import { kyselyOn } from './node-sqlite.ts'
import { writes } from './queries/index.ts'
import type { Database } from './schema.ts'
import { isDiskTrouble, type PlainError, plainErrorOf } from './sqlite-errors.ts'
import type { Signal, Tx } from './tx.ts'

/**
 * The one writer of an embedded database, on a thread of its own: it waits for the disk, so that the event loop need
 * not. Every message is a batch of calls that arrived while the last one was being written; it is one transaction and
 * one wait for the disk, and each call in it stands or falls by itself.
 */
export interface Batch {
  calls: { verb: keyof typeof writes; args: unknown }[]
}
export type CallResult = { value: unknown } | { error: PlainError }
export interface BatchResult {
  results: CallResult[]
  signals: Signal[]
}
export interface SqliteWorkerOptions {
  path: string
  /** A ceiling of the file's size in pages; for tests of a full disk. */
  maxPages?: number
}

const port = parentPort
if (!port) throw new Error('sqlite-worker runs as a worker thread.')
const options = workerData as SqliteWorkerOptions // set by openSqlite, on the other side of the same folder

const database = new DatabaseSync(options.path)
database.exec('pragma busy_timeout = 10000')
// WAL: readers never wait for the writer. FULL: an answer leaves only after the commit is on the disk.
database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on')
database.exec('pragma cache_size = -16000; pragma wal_autocheckpoint = 4000')

const { db, prepare } = kyselyOn(database)
await migrateUnderLock()
if (options.maxPages !== undefined) database.exec(`pragma max_page_count = ${options.maxPages}`)

let signals: Signal[] = []
const tx: Tx = {
  engine: 'sqlite',
  db,
  async insertMany(table, rows) {
    insertRows(table, rows)
  },
  signal: (signal) => signals.push(signal),
}

port.on('message', async (message: Batch | 'close') => {
  if (message === 'close') {
    database.close()
    port.close()
    return
  }
  port.postMessage(await run(message))
})
port.postMessage('ready')

async function run({ calls }: Batch): Promise<BatchResult> {
  signals = []
  const results: CallResult[] = []
  try {
    database.exec('begin immediate')
    for (const call of calls) results.push(await runOne(call))
    database.exec('commit')
    return { results, signals }
  } catch (error) {
    // The whole batch is undone: what failed is the transaction itself (a full disk, a lock that never came).
    if (database.isTransaction) database.exec('rollback')
    const failed = { error: plainErrorOf(error) }
    return { results: calls.map(() => failed), signals: [] }
  }
}

async function runOne({ verb, args }: Batch['calls'][number]): Promise<CallResult> {
  const before = signals.length
  database.exec('savepoint one')
  try {
    // The main thread's types pair each verb with its arguments; the message channel forgets the pairing.
    const query = writes[verb] as (tx: Tx, args: unknown) => Promise<unknown>
    const value = await query(tx, args)
    database.exec('release one')
    return { value }
  } catch (error) {
    if (isDiskTrouble(error) || !database.isTransaction) throw error
    database.exec('rollback to one; release one')
    signals.length = before
    return { error: plainErrorOf(error) }
  }
}

function insertRows<Table extends keyof Database>(table: Table, rows: readonly Insertable<Database[Table]>[]): void {
  const first = rows[0]
  if (!first) return
  const columns = Object.keys(first)
  const sql = `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`
  const statement = prepare(sql)
  for (const row of rows) statement.run(Object.values(row))
}

/** SQLite has no lock for migrations of its own, so a second file lends one: its lock dies with the process. */
async function migrateUnderLock(): Promise<void> {
  const lock = new DatabaseSync(`${options.path}.migrate-lock`)
  try {
    lock.exec('pragma busy_timeout = 60000; begin exclusive')
    // One transaction: a process that dies in the middle leaves nothing behind, rather than half a schema.
    database.exec('begin immediate')
    await migrate(db, 'sqlite')
    database.exec('commit')
  } finally {
    lock.close()
  }
}
