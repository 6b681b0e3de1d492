import { invalidInput } from '../core/errors.ts'

/** Tables as text: cells separated by commas, quoted where needed (RFC 4180). */

export function csvOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')
}

/** Spreadsheets run a cell that begins like a formula: such a text gets an apostrophe, which `readCsv` takes away. */
function cellOf(text: string): string {
  const safe = /^[=+@\t]|^-(?!\d)/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The rows of cells, without empty rows. Throws `invalid_input` for a quote that is not closed. */
export function readCsv(text: string): { row: number; cells: string[] }[] {
  const rows: { row: number; cells: string[] }[] = []
  let cells: string[] = []
  let row = 1
  let line = 1
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y
  const source = text.replace(/^\ufeff/, '')
  while (cell.lastIndex < source.length) {
    const from = cell.lastIndex
    const found = cell.exec(source)
    if (!found) throw invalidInput('text', `has a quote in row ${row} that is not closed, or text beside a quoted cell`)
    const [whole, quoted, bare = '', end] = found
    cells.push(plain(quoted?.replaceAll('""', '"') ?? bare.trim()))
    line += whole.split('\n').length - 1
    if (end !== ',' || from + whole.length >= source.length) {
      if (end === ',') cells.push('')
      if (cells.some((one) => one !== '')) rows.push({ row, cells })
      cells = []
      row = line
    }
  }
  return rows
}

function plain(text: string): string {
  return /^'[=+@\t-]/.test(text) ? text.slice(1) : text
}
