import { invalidInput } from '../core/errors.ts'

/** Tables as text: cells separated by commas, quoted where needed (RFC 4180). */

export function csvOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')
}

const FORMULA = /^'*[=+@\t\r-]/
const NEGATIVE = /^-\d+(\.\d+)?$/

/** Spreadsheets run a cell that begins like a formula: such a text gets an apostrophe, which `readCsv` takes away. */
function cellOf(text: string): string {
  const safe = FORMULA.test(text) && !NEGATIVE.test(text) ? `'${text}` : text
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/**
 * The rows of cells, without empty rows, with the number of the line on which each begins. Throws `invalid_input` for a
 * quote that is not closed.
 */
export function readCsv(text: string): { row: number; cells: string[] }[] {
  const source = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
  const rows: { row: number; cells: string[] }[] = []
  let cells: string[] = []
  let row = 1
  let line = 1
  for (let at = 0; at < source.length; ) {
    const cell = source[at] === '"' ? quotedCell(source, at, row) : bareCell(source, at)
    cells.push(plain(cell.text))
    line += source.slice(at, cell.end).split('\n').length - 1
    at = cell.end
    if (source[at] === ',') {
      at += 1
      if (at < source.length) continue
      cells.push('')
    }
    if (source[at] === '\r' && source[at + 1] === '\n') at += 1
    at += 1
    line += 1
    if (cells.some((one) => one !== '')) rows.push({ row, cells })
    cells = []
    row = line
  }
  return rows
}

const BYTE_ORDER_MARK = '\ufeff'

/** A cell, and where it ends in the source. */
interface Cell {
  text: string
  end: number
}

function bareCell(source: string, from: number): Cell {
  let end = from
  while (end < source.length && !',\r\n"'.includes(source[end] ?? '')) end += 1
  if (source[end] === '"') throw invalidInput('text', 'has text beside a quoted cell')
  return { text: source.slice(from, end).trim(), end }
}

function quotedCell(source: string, from: number, row: number): Cell {
  let end = source.indexOf('"', from + 1)
  while (end >= 0 && source[end + 1] === '"') end = source.indexOf('"', end + 2)
  if (end < 0) throw invalidInput('text', `has a quote in row ${row} that is not closed`)
  const next = source[end + 1] ?? '\n'
  if (!',\r\n'.includes(next)) throw invalidInput('text', `has text beside a quoted cell in row ${row}`)
  return { text: source.slice(from + 1, end).replaceAll('""', '"'), end: end + 1 }
}

function plain(text: string): string {
  return /^'+[=+@\t\r-]/.test(text) ? text.slice(1) : text
}
