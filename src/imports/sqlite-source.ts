import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { PolyphonyError } from '../core/errors.ts'
import { type Row, type Source, unreadable } from './source.ts'

/** Numbers as the drivers of the other engines give them. */
function withNumbers(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  )
}

/** `path` may have options behind a question mark, as in `one-api.db?_busy_timeout=5000`. */
export async function openSqliteSource(path: string): Promise<Source> {
  const file = path.split('?', 1)[0] ?? ''
  if (!existsSync(file)) throw new PolyphonyError('invalid_input', `There is no file ${file}.`)
  const database = new DatabaseSync(file, { readOnly: true })
  const rows: Source['rows'] = async (sql) => {
    try {
      const statement = database.prepare(sql)
      // Otherwise one number beyond 2^53 in a table, such as a quota that means "no limit", ends the reading.
      statement.setReadBigInts(true)
      return statement.all().map(withNumbers)
    } catch (error) {
      throw unreadable(file, error)
    }
  }
  return {
    engine: 'sqlite',
    rows,
    tables: async () =>
      new Set((await rows("select name from sqlite_master where type = 'table'")).map((row) => String(row.name))),
    close: async () => database.close(),
  }
}
