import { PolyphonyError } from '../core/errors.ts'
import { forNodePostgres, postgresUrlFault } from '../core/postgres-url.ts'
import { type Source, unreadable } from './source.ts'

const TABLES =
  'select table_name as name from information_schema.tables where table_schema = any (current_schemas(false))'

export async function openPostgresSource(url: string): Promise<Source> {
  const fault = postgresUrlFault(url)
  if (fault !== undefined) throw new PolyphonyError('invalid_input', `The DSN ${fault}`)
  const { default: pg } = await import('pg')
  const client = new pg.Client({
    connectionString: forNodePostgres(url),
    connectionTimeoutMillis: 10_000,
    application_name: 'polyphony import',
  })
  client.on('error', () => {}) // the next statement rejects
  const rows: Source['rows'] = async (sql) => {
    try {
      return (await client.query(sql)).rows
    } catch (error) {
      throw unreadable('The PostgreSQL database', error)
    }
  }
  try {
    await client.connect()
  } catch (error) {
    throw unreadable('The PostgreSQL database', error)
  }
  // One state for all reads, and no write.
  await rows('begin isolation level repeatable read read only')
  return {
    engine: 'postgres',
    rows,
    tables: async () => new Set((await rows(TABLES)).map((row) => String(row.name))),
    close: () => client.end(),
  }
}
