import { PolyphonyError } from '../core/errors.ts'

/** A row as its driver gives it: what a column is depends on the engine, so columns are read by `row.ts`. */
export type Row = Readonly<Record<string, unknown>>

/** The database of another gateway. It is only read. */
export interface Source {
  engine: 'sqlite' | 'mysql' | 'postgres'
  /** Names of tables. */
  tables(): Promise<ReadonlySet<string>>
  /** Runs a statement without parameters, in the words that all three engines share. */
  rows(sql: string): Promise<Row[]>
  close(): Promise<void>
}

const PAGE = 1_000

/** Every row of a table with a numeric `id`, in its order, a page at a time. The name of the table is never a caller's. */
export async function* eachRow(source: Source, table: string): AsyncGenerator<Row> {
  for (let after = -1; ; ) {
    const page = await source.rows(`select * from ${table} where id > ${after} order by id limit ${PAGE}`)
    yield* page
    const last = Number(page.at(-1)?.id)
    if (page.length < PAGE) return
    if (!Number.isSafeInteger(last)) throw new PolyphonyError('invalid_input', `The table ${table} has no numeric id.`)
    after = last
  }
}

/**
 * Opens the database that a DSN names, in the forms that new-api and one-api take: the path of an SQLite file,
 * `postgres://…`, and for MySQL `user:password@tcp(host:port)/name` or `mysql://…`. Throws `invalid_input`, without the DSN, which
 * holds a password.
 */
export async function openSource(dsn: string): Promise<Source> {
  if (/^postgres(ql)?:\/\//.test(dsn)) return (await import('./postgres-source.ts')).openPostgresSource(dsn)
  if (dsn.startsWith('mysql://') || MYSQL.test(dsn)) {
    return (await import('./mysql-source.ts')).openMysqlSource(mysqlAddress(dsn))
  }
  return (await import('./sqlite-source.ts')).openSqliteSource(dsn.replace(/^(?:sqlite:\/\/|sqlite:|file:)/, ''))
}

export interface MysqlAddress {
  host: string
  port: number
  user: string
  password: string
  database: string
}

/** `[user[:password]@][net[(address)]]/name[?options]`, of https://github.com/go-sql-driver/mysql#dsn-data-source-name */
const MYSQL = /^(?:([^@:/]*)(?::(.*))?@)?tcp\(([^)]*)\)\/([^?]*)/

export function mysqlAddress(dsn: string): MysqlAddress {
  const found = MYSQL.exec(dsn)
  if (found) {
    const [, user = '', password = '', address = '', database = ''] = found
    const [, host = '', port = '3306'] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(address) ?? []
    return { host, port: Number(port), user, password, database }
  }
  const url = URL.parse(dsn)
  if (url?.protocol !== 'mysql:' || url.pathname.length < 2) {
    throw new PolyphonyError(
      'invalid_input',
      'DSN must be like user:password@tcp(host:3306)/name or mysql://user:password@host/name.',
    )
  }
  return {
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  }
}

/** The error for a database that cannot be opened or read; the driver's message, which has no password. */
export function unreadable(what: string, cause: unknown): PolyphonyError {
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
  return new PolyphonyError('invalid_input', `${what} cannot be read: ${reason}`, { cause })
}
