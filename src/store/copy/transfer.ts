import { PolyphonyError } from '../../core/errors.ts'
import {
  linesOf,
  type Row,
  type Snapshot,
  summaryOf,
  type TableShape,
  type TableSummary,
  Tally,
  type Target,
} from './snapshot.ts'

export interface Progress {
  table: string
  rows: number
  /** Whether that was all of the table. */
  isDone: boolean
}

/** Copies every table, and proves that each copy is equal: by its count, its sums of money, and a checksum of all rows. */
export async function transfer(
  from: Snapshot,
  to: Target,
  onProgress: (progress: Progress) => void,
): Promise<Record<string, TableSummary>> {
  const summaries: Record<string, TableSummary> = {}
  for (const table of from.tables) {
    summaries[table.name] = await fill(to, table, from.rows(table), onProgress)
  }
  await prove(to, summaries)
  return summaries
}

/** PostgreSQL has no place for NUL in a text. Statements of a server write another character there; a copy is to be equal. */
function refuseNul(rows: readonly Row[]): void {
  for (const row of rows)
    for (const [column, value] of Object.entries(row))
      if (typeof value === 'string' && value.includes('\0')) throw new Error(`${column} holds the character NUL.`)
}

/** Inserts rows, and sums them up. */
async function fill(
  to: Target,
  table: TableShape,
  batches: AsyncIterable<readonly Row[]>,
  onProgress: (progress: Progress) => void = () => {},
): Promise<TableSummary> {
  const tally = new Tally(table)
  for await (const rows of batches) {
    try {
      refuseNul(rows)
      await to.insert(table, rows)
    } catch (cause) {
      throw new PolyphonyError(
        'internal',
        `Rows of ${table.name} could not be written, from number ${tally.rows + 1} on.`,
        { cause },
      )
    }
    tally.add(rows, linesOf(rows))
    onProgress({ table: table.name, rows: tally.rows, isDone: false })
  }
  onProgress({ table: table.name, rows: tally.rows, isDone: true })
  return tally.end()
}

/** Reads everything again, and rejects when a table is not what `summaries` says. */
export async function prove(to: Target, summaries: Readonly<Record<string, TableSummary>>): Promise<void> {
  for (const table of to.tables) {
    const expected = summaries[table.name]
    const found = await summaryOf(to, table)
    if (JSON.stringify(found) === JSON.stringify(expected)) continue
    const words = `${table.name} has ${JSON.stringify(found)} and should have ${JSON.stringify(expected)}`
    throw new PolyphonyError('internal', `The copy is not equal, so it was not kept: ${words}.`)
  }
}
