import { createHash } from 'node:crypto'

/** A value as both engines have it: text, a number, or null. JSON is text, booleans are 0 or 1. */
export type Value = string | number | null
export type Row = readonly Value[]

export interface TableShape {
  name: string
  /** Sorted by name, since the engines have them in different orders. */
  columns: readonly string[]
  /** The primary key, in the order of which rows are read. */
  key: readonly string[]
}

/** One consistent state of a database, whatever is written meanwhile. */
export interface Snapshot {
  /** The name of the last migration. */
  schema: string
  /** In an order in which rows may be inserted: tables that others refer to come first. */
  tables: readonly TableShape[]
  /** Batches of rows; each row has the values of `columns`. */
  rows(table: TableShape): AsyncIterable<Row[]>
}

/** A new database that becomes visible when everything is in it. It can be read like a snapshot, to prove the copy. */
export interface Target extends Snapshot {
  insert(table: TableShape, rows: readonly Row[]): Promise<void>
  /** Replaces the mark of the storage of files; null: the next server takes the storage that it finds. */
  setStorage(id: string | null): Promise<void>
}

/** What proves that two copies of a table are equal. */
export interface TableSummary {
  rows: number
  /** Sums of the columns that hold money, as text: they may exceed what a number can hold. */
  sums: Record<string, string>
  /** Of all rows in the order of the key, as `linesOf` writes them. */
  sha256: string
}

/** Tables that others refer to; all others follow in the order of their names. A test checks it against the schema. */
const FIRST = ['tenants']
/** Counts that triggers keep while the other tables are filled; its rows replace them. */
export const COUNTED = 'storage_use'

/** Columns that hold money, in points. */
const MONEY: Readonly<Record<string, readonly string[]>> = {
  allowances: ['held'],
  api_keys: ['day_limit', 'day_spent', 'month_limit', 'month_spent', 'spend_limit', 'spent'],
  balances: ['available', 'credited', 'held'],
  calls: ['price'],
  ledger_transactions: ['available', 'funding', 'held', 'revenue'],
  tasks: ['consumed', 'price'],
}

export function inOrder(tables: readonly TableShape[]): TableShape[] {
  const rank = ({ name }: TableShape): string => {
    if (name === COUNTED) return `2 ${name}`
    return FIRST.includes(name) ? `0 ${FIRST.indexOf(name)}` : `1 ${name}`
  }
  return tables.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
}

/** A JSON array a line: the form of rows in a backup, and that of which checksums are made. */
export function linesOf(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}

/** Counts, sums and checksum of a table whose rows pass by. */
export class Tally {
  readonly #hash = createHash('sha256')
  readonly #money: { name: string; at: number; sum: bigint }[]
  #rows = 0

  constructor({ name, columns }: TableShape) {
    this.#money = (MONEY[name] ?? []).map((column) => ({ name: column, at: columns.indexOf(column), sum: 0n }))
  }

  get rows(): number {
    return this.#rows
  }

  add(rows: readonly Row[], lines: string): void {
    this.#hash.update(lines)
    this.#rows += rows.length
    for (const row of rows) for (const one of this.#money) one.sum += BigInt(row[one.at] ?? 0)
  }

  end(): TableSummary {
    const sums = Object.fromEntries(this.#money.map(({ name, sum }) => [name, String(sum)]))
    return { rows: this.#rows, sums, sha256: this.#hash.digest('hex') }
  }
}

export async function summaryOf(snapshot: Snapshot, table: TableShape): Promise<TableSummary> {
  const tally = new Tally(table)
  for await (const rows of snapshot.rows(table)) tally.add(rows, linesOf(rows))
  return tally.end()
}
