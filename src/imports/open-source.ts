import { MYSQL_DSN, mysqlAddress } from './mysql-address.ts'
import type { Source } from './source.ts'

/**
 * Opens the database that a DSN names, in the forms that new-api and one-api take: the path of an SQLite file,
 * `postgres://…`, and for MySQL `user:password@tcp(host:port)/name` or `mysql://…`. Throws `invalid_input`, without the DSN, which
 * holds a password.
 */
export async function openSource(dsn: string): Promise<Source> {
  if (/^postgres(ql)?:\/\//.test(dsn)) return (await import('./postgres-source.ts')).openPostgresSource(dsn)
  if (dsn.startsWith('mysql://') || MYSQL_DSN.test(dsn)) {
    return (await import('./mysql-source.ts')).openMysqlSource(mysqlAddress(dsn))
  }
  return (await import('./sqlite-source.ts')).openSqliteSource(dsn.replace(/^(?:sqlite:\/\/|sqlite:|file:)/, ''))
}
