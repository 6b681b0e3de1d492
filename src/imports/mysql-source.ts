import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { MysqlAddress } from './mysql-address.ts'
import { type Source, unreadable } from './source.ts'

const TABLES = 'select table_name as name from information_schema.tables where table_schema = database()'

/** Also MariaDB. */
export async function openMysqlSource(address: MysqlAddress): Promise<Source> {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ ...address, connectTimeout: 10_000 }).catch((error: unknown) => {
    throw unreadable('The MySQL database', error)
  })
  // The next statement rejects. Without this, that depends on a listener which the driver leaves behind from its opening.
  connection.on('error', () => {})
  const rows = (sql: string) => read(connection, sql)
  // One state for all reads, and no write.
  await connection.query('start transaction with consistent snapshot, read only')
  return {
    engine: 'mysql',
    rows,
    tables: async () => new Set((await rows(TABLES)).map((row) => String(row.name))),
    close: () => connection.end(),
  }
}

async function read(connection: Connection, sql: string): Promise<RowDataPacket[]> {
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql)
    return rows
  } catch (error) {
    throw unreadable('The MySQL database', error)
  }
}
