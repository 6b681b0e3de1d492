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

/** The error for a database that cannot be opened or read; the driver's message, which has no password. */
export function unreadable(what: string, cause: unknown): PolyphonyError {
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
  return new PolyphonyError('invalid_input', `${what} cannot be read: ${reason}`, { cause })
}
