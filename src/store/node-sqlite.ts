import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Database } from './schema.ts'

/** Kysely's SQLite dialect expects better-sqlite3; this adapts it to Node's own SQLite, with statements kept prepared. */
export function kyselyOn(database: DatabaseSync): { db: Kysely<Database>; prepare: (sql: string) => Prepared } {
  const statements = new LRUCache<string, Prepared>({ max: 500 })
  const prepare = (sql: string): Prepared => {
    let statement = statements.get(sql)
    if (!statement) {
      statement = new Prepared(database.prepare(sql))
      statements.set(sql, statement)
    }
    return statement
  }
  const db = new Kysely<Database>({
    dialect: new SqliteDialect({ database: { prepare, close: () => database.close() } }),
  })
  return { db, prepare }
}

export class Prepared {
  readonly reader: boolean
  readonly #statement: StatementSync

  constructor(statement: StatementSync) {
    this.#statement = statement
    this.reader = statement.columns().length > 0
  }

  // Kysely passes on the values of the queries: strings, numbers and nulls.
  all(parameters: readonly unknown[]): unknown[] {
    return this.#statement.all(...(parameters as SQLInputValue[]))
  }

  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#statement.run(...(parameters as SQLInputValue[]))
  }

  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.#statement.iterate(...(parameters as SQLInputValue[]))
  }
}
