import {
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
} from 'kysely'
import type { Connection } from './connection.ts'

export type Acquire = () => Promise<{ connection: Connection; release: () => void }>

/** Kysely over the connections of the pool, whose transactions and statements have time limits. */
export class PooledDialect implements Dialect {
  readonly #acquire: Acquire

  constructor(acquire: Acquire) {
    this.#acquire = acquire
  }

  createDriver(): Driver {
    return new PooledDriver(this.#acquire)
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new LockedAdapter()
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new PostgresIntrospector(db)
  }
}

/**
 * Kysely's own lock for migrations belongs to a session, and behind a pooler the statement that frees it may reach another
 * session. `migratePostgres` takes a lock that belongs to the transaction.
 */
class LockedAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

class PooledDriver implements Driver {
  readonly #acquire: Acquire
  readonly #releases = new Map<Connection, () => void>()

  constructor(acquire: Acquire) {
    this.#acquire = acquire
  }

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    const { connection, release } = await this.#acquire()
    this.#releases.set(connection, release)
    return connection
  }

  async releaseConnection(connection: Connection): Promise<void> {
    const release = this.#releases.get(connection)
    this.#releases.delete(connection)
    release?.()
  }

  beginTransaction(connection: Connection): Promise<void> {
    return connection.begin()
  }

  commitTransaction(connection: Connection): Promise<void> {
    return connection.commit()
  }

  rollbackTransaction(connection: Connection): Promise<void> {
    return connection.rollback()
  }
}
