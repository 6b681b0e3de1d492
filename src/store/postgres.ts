import { createHash } from 'node:crypto'
import { type Insertable, Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { PolyphonyError } from '../core/errors.ts'
import { batchedSubmit } from './batched-submit.ts'
import { ClosingGate } from './closing-gate.ts'
import { groupedCalls } from './grouped-calls.ts'
import { migrate } from './migrate.ts'
import { type EngineVerbs, reads, writes } from './queries/index.ts'
import type { Database } from './schema.ts'
import type { ReadVerbs, Signal, Store, TaskChange } from './store.ts'
import { type TaskWrite, taskWriteOf } from './task-write.ts'
import type { Tx } from './tx.ts'

export interface PostgresOptions {
  url: string
  maxConnections?: number
  onListenError?: (error: unknown) => void
}

/** One transaction at a time, for they would wait for the tenant's row; what waits travels in the next, and shares its commit. */
const SUBMISSIONS = { maxBatch: 256, atOnce: 1 }

/** Moves of tasks: two groups at once, so that one is prepared while the other waits for the disk. */
const MOVES = { maxGroup: 256, atOnce: 2 }

/** Verbs that write by one statement, which is a transaction by itself: one round trip, and no lock between two. */
const STATEMENTS: ReadonlySet<keyof EngineVerbs> = new Set([
  'submitTasks',
  'submitBatch',
  'applyWrites',
  'claimPending',
  'claimDue',
  'claimLate',
  'renewLeases',
  'releaseLeases',
  'addDeliveries',
  'replayDelivery',
  'insertAsset',
  'deleteAssets',
  'insertDraft',
  'updateDraft',
  'purgeDrafts',
  'createAccount',
  'changeAccount',
  'changeTenant',
  'createKey',
  'revokeKey',
])

const CHANNEL = 'polyphony'
const BIGINT_OID = 20
/** NOTIFY carries fewer than 8,000 bytes. */
const MAX_NOTIFY_BYTES = 7_900
const MAX_TRIES = 5

/** The store on PostgreSQL: every verb is one transaction; what changed travels to all nodes by LISTEN/NOTIFY. */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  const types = {
    // Instants and points stay below 2^53, so they may be numbers.
    getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
      oid === BIGINT_OID ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
  }
  const pool = new pg.Pool({ connectionString: options.url, max: options.maxConnections ?? 10, types })
  pool.on('error', (error) => options.onListenError?.(error)) // an idle connection broke; the pool opens another
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  try {
    await migrate(db, 'postgres')
  } catch (error) {
    await db.destroy()
    throw error
  }

  const listeners = new Set<(signal: Signal) => void>()
  const ear = await listen(options, (signal) => {
    for (const listener of listeners) listener(signal)
  }).catch(async (error: unknown) => {
    await db.destroy()
    throw error
  })

  const run: Tx['run'] = async (text, values) =>
    (await pool.query({ name: nameOf(text), text, values: [...values] })).rows

  async function runVerb(verb: keyof EngineVerbs, args: unknown): Promise<unknown> {
    // Each verb is typed in the registry; the loop over all of them forgets which one this is.
    const query = writes[verb] as (tx: Tx, args: unknown) => Promise<unknown>
    const signals: Signal[] = []
    const value = STATEMENTS.has(verb)
      ? await query(txOf(db, signals, run), args)
      : await db.transaction().execute((trx) => query(txOf(trx, signals, notInTransaction), args))
    for (const payload of payloadsOf(signals)) await sql`select pg_notify(${CHANNEL}, ${payload})`.execute(db)
    return value
  }

  async function write(verb: keyof EngineVerbs, args: unknown): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await runVerb(verb, args)
      } catch (error) {
        // Two transactions met; the loser has left nothing behind and may simply try again.
        if (attempt < MAX_TRIES && isCollision(error)) continue
        throw asPolyphonyError(error)
      }
    }
  }

  const { applyWrites, ...writeVerbs } = Object.fromEntries(
    Object.keys(writes).map((verb) => [verb, (args: unknown) => write(verb as keyof EngineVerbs, args)]),
  ) as unknown as EngineVerbs // the registry has exactly these names
  const applyWrite = groupedCalls((group: TaskWrite[]) => applyWrites({ writes: group }), MOVES)
  const readTx = txOf(db, [], run)
  const readVerbs = Object.fromEntries(
    Object.entries(reads).map(([verb, query]) => [
      verb,
      async (args: unknown) => {
        try {
          return await (query as (tx: Tx, args: unknown) => Promise<unknown>)(readTx, args)
        } catch (error) {
          throw asPolyphonyError(error)
        }
      },
    ]),
  ) as unknown as ReadVerbs // likewise

  let closing: Promise<void> | undefined
  const gate = new ClosingGate()
  return {
    ...gate.guard({
      ...writeVerbs,
      ...readVerbs,
      submitTasks: batchedSubmit(writeVerbs.submitTasks, SUBMISSIONS),
      applyChange: ({ change }: { change: TaskChange }) => applyWrite(taskWriteOf(change)),
    }),
    engine: 'postgres',
    exclusive: false,
    onSignal(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      closing ??= (async () => {
        await gate.close()
        await ear.close()
        await db.destroy()
      })()
      return closing
    },
  }
}

/** One name a text, so that a connection prepares it once. */
const names = new Map<string, string>()
function nameOf(text: string): string {
  const name = names.get(text) ?? `polyphony_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
  names.set(text, name)
  return name
}

function notInTransaction(): Promise<never> {
  return Promise.reject(new Error('A verb of several statements builds them with Kysely.'))
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

/** The signals as JSON arrays, each short enough for one NOTIFY; what is said twice is sent once. */
function payloadsOf(signals: readonly Signal[]): string[] {
  const payloads: string[] = []
  let some: string[] = []
  let sizeBytes = 2
  for (const signal of new Set(signals.map((one) => JSON.stringify(one)))) {
    const more = Buffer.byteLength(signal) + 1
    if (some.length > 0 && sizeBytes + more > MAX_NOTIFY_BYTES) {
      payloads.push(`[${some.join(',')}]`)
      some = []
      sizeBytes = 2
    }
    some.push(signal)
    sizeBytes += more
  }
  if (some.length > 0) payloads.push(`[${some.join(',')}]`)
  return payloads
}

/** Keeps one connection listening, and opens another when it breaks. */
async function listen(options: PostgresOptions, hear: (signal: Signal) => void): Promise<{ close(): Promise<void> }> {
  let client: pg.Client | undefined
  let closed = false
  let retry: NodeJS.Timeout | undefined

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: options.url })
    next.on('notification', ({ payload }) => {
      if (payload) for (const signal of JSON.parse(payload) as Signal[]) hear(signal) // we wrote it in `write` above
    })
    next.on('error', (error) => {
      options.onListenError?.(error)
      if (client !== next) return // before that, `connect` itself fails
      client = undefined
      reconnectSoon()
    })
    try {
      await next.connect()
      await next.query(`listen ${CHANNEL}`)
    } catch (error) {
      // Ended, so that no socket is left; what it says on its way is told beside what failed.
      next.end().catch((ending: unknown) => options.onListenError?.(ending))
      throw error
    }
    if (closed) await next.end()
    else client = next
  }
  function reconnectSoon(): void {
    if (closed || retry) return
    retry = setTimeout(() => {
      retry = undefined
      connect().catch((error: unknown) => {
        options.onListenError?.(error)
        reconnectSoon()
      })
    }, 1_000)
  }

  await connect()
  return {
    async close() {
      closed = true
      clearTimeout(retry)
      await client?.end()
    },
  }
}

function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function isCollision(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40P01' || state === '40001'
}

function asPolyphonyError(error: unknown): PolyphonyError {
  if (error instanceof PolyphonyError) return error
  const state = sqlState(error)
  if (state === '53100') {
    return new PolyphonyError('storage_full', 'The disk that holds the database is full; nothing was stored.', {
      cause: error,
    })
  }
  // What pg says of a lost connection or a full pool is a plain Error without a code; a fault of ours has a class.
  const lost = state === undefined && error instanceof Error && error.constructor === Error
  // Class 08 and 57P: the connection; E…: the socket. A collision that went on for all tries passes, too.
  if (lost || (state !== undefined && (/^(08|57P|53|E)/.test(state) || isCollision(error)))) {
    return new PolyphonyError('store_unavailable', 'The database does not answer.', {
      cause: error,
    })
  }
  return new PolyphonyError('internal', 'The database refused a statement.', { cause: error })
}
