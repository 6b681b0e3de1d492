import { Kysely, type Transaction } from 'kysely'
import pg from 'pg'
import { PolyphonyError } from '../../core/errors.ts'
import type { Database } from '../schema.ts'
import { Connection, type Statement } from './connection.ts'
import { PooledDialect } from './dialect.ts'
import { isLost, NoAnswer, NoConnection, OutcomeUnknown, sqlState } from './errors.ts'
import type { Limits } from './limits.ts'
import { clientConfig, type SessionOptions } from './session.ts'
import { settledWithin } from './time-limit.ts'

/** How long a close waits for statements under way, and for the server to close the connections. */
const CLOSE_MS = 1_000
/** A prepared statement is missing, or exists already: a pooler that does not track them. */
const NAME_TROUBLES = new Set(['26000', '42P05'])

export interface Pool {
  /** For queries outside a transaction: each statement is one. */
  readonly db: Kysely<Database>
  readonly limits: Limits
  /**
   * One statement, which is a transaction by itself: one round trip. With a name it is prepared once per connection. Rejects
   * with OutcomeUnknown when the connection breaks before the answer. A statement that may be executed twice says so, and is
   * then rejected as lost, so that \`retrying\` repeats it.
   */
  query<Row extends pg.QueryResultRow>(statement: Statement & { isRepeatable?: boolean }): Promise<Row[]>
  /** Rejects with OutcomeUnknown when the answer to the commit was lost; with any other error nothing is stored. */
  transaction<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>
  /** For how many milliseconds no connection could be opened; 0 when the last try succeeded. */
  outageMs(): number
  /** Destroys the connections without an answer since then (`performance.now()`). New ones are opened on demand. */
  dropSilent(sinceMs: number): void
  /** Takes two seconds at most, whatever the network does. */
  close(): Promise<void>
}

export interface PoolOptions extends SessionOptions {
  maxConnections: number
  limits: Limits
  /** Called when an idle connection broke. A connection in use rejects its statement instead. */
  onBroken: (error: unknown) => void
}

/** Connects on demand: opening a pool opens no connection. */
export function openPool(options: PoolOptions): Pool {
  const { maxConnections, limits, onBroken } = options
  const pool = new pg.Pool({ ...clientConfig(options, limits), max: maxConnections })
  const connections = new Map<pg.PoolClient, Connection>()
  let namesWork = true
  let closed = false
  let failingSince: number | undefined

  pool.on('connect', (client) => {
    // The pool's own listener is off while a client is in use, and an error without a listener ends the process.
    client.on('error', () => {})
    connections.set(client, new Connection(client, limits))
    client.once('end', () => connections.delete(client))
  })
  pool.on('error', (error) => {
    if (!closed) onBroken(error)
  })

  async function acquire(): Promise<{ connection: Connection; release: () => void }> {
    if (closed) throw new PolyphonyError('store_unavailable', 'The database is closed.')
    const client = await pool.connect().catch((error: unknown) => {
      failingSince ??= performance.now()
      throw new NoConnection('No connection to the database could be opened.', { cause: error })
    })
    failingSince = undefined
    const connection = connections.get(client) ?? new Connection(client, limits) // it ended just now
    return { connection, release: () => client.release(connection.isBroken) }
  }

  const db = new Kysely<Database>({ dialect: new PooledDialect(acquire) })

  async function query<Row extends pg.QueryResultRow>(given: Statement & { isRepeatable?: boolean }): Promise<Row[]> {
    const { isRepeatable, ...statement } = given
    const { connection, release } = await acquire()
    try {
      return await perform<Row>(connection, statement)
    } catch (error) {
      if (isRepeatable || !isLost(error)) throw error
      throw new OutcomeUnknown('The answer to a statement was lost.', { cause: error })
    } finally {
      release()
    }
  }

  async function perform<Row extends pg.QueryResultRow>(connection: Connection, statement: Statement): Promise<Row[]> {
    const { name, ...unnamed } = statement
    const isNamed = name !== undefined && namesWork
    try {
      return (await connection.query<Row>(isNamed ? statement : unnamed)).rows
    } catch (error) {
      // Nothing was executed: the prepared statement is looked up before that.
      if (!isNamed || !NAME_TROUBLES.has(sqlState(error) ?? '')) throw error
      namesWork = false
      return (await connection.query<Row>(unnamed)).rows
    }
  }

  function dropSilent(sinceMs: number): void {
    for (const connection of connections.values()) {
      if (connection.lastAnswerAt < sinceMs)
        connection.destroy(new NoAnswer('The connection was silent; it is replaced.'))
    }
  }

  return {
    db,
    limits,
    query,
    transaction: (work) => db.transaction().execute(work),
    outageMs: () => (failingSince === undefined ? 0 : performance.now() - failingSince),
    dropSilent,
    async close() {
      closed = true
      const ended = pool.end()
      await settledWithin(CLOSE_MS, ended)
      // Connections in use, and those whose server does not answer, would keep the process alive.
      for (const connection of connections.values()) connection.destroy(new Error('The store was closed.'))
      await settledWithin(CLOSE_MS, ended)
    },
  }
}
