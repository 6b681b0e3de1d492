import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, receiveMessageOnPort } from 'node:worker_threads'
import type { Insertable } from 'kysely'
import { collectGarbageSoon } from '../core/collect-garbage.ts'
import { PolyphonyError } from '../core/errors.ts'
import { copyBefore } from './copy-before.ts'
import { migrate, requireSchema, schemaState } from './migrate.ts'
import { kyselyOn } from './node-sqlite.ts'
import { writes } from './queries/index.ts'
import type { Database } from './schema.ts'
import { openLock, takeServeLock } from './serve-lock.ts'
import { isDiskTrouble, type PlainError, plainErrorOf } from './sqlite-errors.ts'
import type { Signal, Tx } from './tx.ts'

/**
 * The one writer of an embedded database, on a thread of its own: it waits for the disk, so that the event loop need
 * not. All calls that arrived while the last ones were being written share one transaction and one wait for the disk, but
 * each succeeds or fails by itself. So a slow disk makes larger transactions, and a fast one answers at once.
 */
export interface Call {
  verb: keyof typeof writes
  args: unknown
}
export interface Batch {
  calls: Call[]
}
/** Results in the order of the calls, over all batches. */
export type CallResult = { value: unknown } | { error: PlainError }
export interface BatchResult {
  results: CallResult[]
  signals: Signal[]
}
export interface SqliteWorkerOptions {
  path: string
  /** Reject when the file holds no Polyphony, instead of making a new one. */
  mustExist?: boolean
  /** The process has the lock of a server. */
  isServed?: boolean
  /** The largest size of the file in pages; for tests of a full disk. */
  maxPages?: number
}

const port = parentPort
if (!port) throw new Error('sqlite-worker runs as a worker thread.')
// `openSqlite` sends it first, on the other side of the same folder.
const [options] = (await once(port, 'message')) as [SqliteWorkerOptions]

const database = new DatabaseSync(options.path)
database.exec('pragma busy_timeout = 10000')
// WAL: readers never wait for the writer. FULL: an answer leaves only after the commit is on the disk.
database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on')
database.exec('pragma cache_size = -16000; pragma wal_autocheckpoint = 4000')

const { db, prepare } = kyselyOn(database)
await migrateUnderLock()
if (options.maxPages !== undefined) database.exec(`pragma max_page_count = ${options.maxPages}`)

/** Without a limit, the first call of a growing transaction would wait for the last. */
const MAX_CALLS = 500
const ROWS_AT_ONCE = 8

let signals: Signal[] = []
const tx: Tx = {
  engine: 'sqlite',
  db,
  async run<Row>(text: string, values: readonly unknown[]) {
    const statement = prepare(text)
    if (statement.reader) return statement.all(values) as Row[]
    statement.run(values)
    return []
  },
  async insertMany(table, rows) {
    insertRows(table, rows)
  },
  signal: (signal) => signals.push(signal),
}

/** Messages are handled one after another, although a transaction is spread over promises. */
let turn = Promise.resolve()
port.on('message', (message: Batch | 'close') => {
  turn = turn.then(() => take(message))
})

async function take(first: Batch | 'close'): Promise<void> {
  const calls: Call[] = []
  for (let message: Batch | 'close' | undefined = first; message; message = nextMessage()) {
    if (message === 'close') {
      if (calls.length > 0) port?.postMessage(await run({ calls }))
      database.close()
      port?.close()
      return
    }
    calls.push(...message.calls)
    if (calls.length >= MAX_CALLS) break
  }
  port?.postMessage(await run({ calls }))
}

/** The next message that has arrived, without a turn of the event loop. */
function nextMessage(): Batch | 'close' | undefined {
  return port ? receiveMessageOnPort(port)?.message : undefined
}

port.postMessage('ready')
collectGarbageSoon()

async function run({ calls }: Batch): Promise<BatchResult> {
  signals = []
  try {
    database.exec('begin immediate')
    const together = await runTogether(calls)
    const results: CallResult[] = []
    for (const call of calls) results.push(together.get(call) ?? (await runOne(call)))
    database.exec('commit')
    return { results, signals }
  } catch (error) {
    // The whole batch is undone: the transaction itself failed (a full disk, a lock that was not free in time).
    if (database.isTransaction) database.exec('rollback')
    const failed = { error: plainErrorOf(error) }
    return { results: calls.map(() => failed), signals: [] }
  }
}

/** The verbs whose calls in a transaction are run as one, with the argument that is a list. */
const LISTS = { submitTasks: 'tasks', applyWrites: 'writes' } as const

/**
 * Runs all submissions of a transaction as one call, and all moves of tasks: their checks and sums cost the same for one as for
 * all. When that fails, they have no result here, and each is run by itself.
 */
async function runTogether(calls: Call[]): Promise<Map<Call, CallResult>> {
  const results = new Map<Call, CallResult>()
  for (const [verb, list] of Object.entries(LISTS)) {
    const some = calls.filter((call) => call.verb === verb)
    if (some.length < 2) continue
    const itemsOf = ({ args }: Call) => (args as Record<string, unknown[]>)[list] ?? [] // by its verb
    const items = some.flatMap(itemsOf)
    const together = await runOne({ verb: verb as keyof typeof LISTS, args: { [list]: items } })
    if ('error' in together) continue
    const outcomes = together.value as unknown[] // likewise: one an item
    let from = 0
    for (const call of some) {
      const count = itemsOf(call).length
      results.set(call, { value: outcomes.slice(from, from + count) })
      from += count
    }
  }
  return results
}

async function runOne({ verb, args }: Call): Promise<CallResult> {
  const before = signals.length
  database.exec('savepoint one')
  try {
    // The main thread's types pair each verb with its arguments; the message channel loses the pairing.
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
  const into = `insert into ${table} (${columns.join(', ')}) values `
  const places = `(${columns.map(() => '?').join(', ')})`
  let from = 0
  // Several rows per statement cost a fifth less than one each.
  const several = Array.from({ length: ROWS_AT_ONCE }, () => places).join(', ')
  for (; from + ROWS_AT_ONCE <= rows.length; from += ROWS_AT_ONCE) {
    const values: unknown[] = []
    for (let row = from; row < from + ROWS_AT_ONCE; row++) values.push(...Object.values(rows[row] ?? {}))
    prepare(into + several).run(values)
  }
  for (; from < rows.length; from++) prepare(into + places).run(Object.values(rows[from] ?? {}))
}

/** SQLite has no lock for migrations of its own, so a second file is locked instead: its lock ends with the process. */
async function migrateUnderLock(): Promise<void> {
  const lock = openLock(`${options.path}.migrate-lock`)
  try {
    lock.exec('pragma busy_timeout = 60000; begin exclusive')
    if (options.mustExist) await requireSchema(db, 'sqlite')
    const { applied, pending } = await schemaState(db, 'sqlite')
    const [next] = pending
    if (next === undefined) return
    const serveLock = applied.length > 0 ? keepServersAway() : undefined
    try {
      if (applied.length > 0) copyBefore(database, options.path, next)
      // One transaction, so that a process that dies in the middle does not leave half a schema.
      database.exec('begin immediate')
      await migrate(db, 'sqlite')
      database.exec('commit')
    } finally {
      serveLock?.close()
    }
  } finally {
    lock.close()
  }
}

/** A command of a new version must not upgrade the database under a server of an earlier one. */
function keepServersAway(): DatabaseSync | undefined {
  if (options.isServed) return undefined // by the process of this thread
  try {
    return takeServeLock(options.path)
  } catch (cause) {
    const message = 'A server of an earlier version runs on it. Stop that before the upgrade.'
    throw new PolyphonyError('store_unavailable', message, { cause })
  }
}
