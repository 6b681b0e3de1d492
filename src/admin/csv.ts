/** Rows as CSV (RFC 4180), with a header. */
export function csvOf<Row extends object>(columns: readonly string[], rows: readonly Row[]): string {
  const cells = (row: Row) => {
    const values = row as Record<string, unknown> // its columns are named by the caller
    return columns.map((column) => cellOf(values[column]))
  }
  return [columns, ...rows.map(cells)].map((line) => `${line.join(',')}\r\n`).join('')
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  // A spreadsheet would run a text that begins like a formula, and memos are texts of others.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
