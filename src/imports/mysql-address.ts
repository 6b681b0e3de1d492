import { PolyphonyError } from '../core/errors.ts'

export interface MysqlAddress {
  host: string
  port: number
  user: string
  password: string
  database: string
}

/** `[user[:password]@][net[(address)]]/name[?options]`, of https://github.com/go-sql-driver/mysql#dsn-data-source-name */
export const MYSQL_DSN = /^(?:([^@:/]*)(?::(.*))?@)?tcp\(([^)]*)\)\/([^?]*)/

export function mysqlAddress(dsn: string): MysqlAddress {
  const found = MYSQL_DSN.exec(dsn)
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
