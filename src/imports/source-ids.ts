import { createHash } from 'node:crypto'

/**
 * The id of what was imported. It follows from where it was, so that a second import finds it: the first 48 bits are the time
 * of its creation there, as for other ids, the rest is a hash.
 */
export function importedId(source: string, table: string, id: number | string, createdAtMs = 0): string {
  const hex = createHash('sha256')
    .update(JSON.stringify(['polyphony import', source, table, String(id)]))
    .digest('hex')
  const time = Math.max(0, Math.min(createdAtMs, 2 ** 48 - 1))
    .toString(16)
    .padStart(12, '0')
  const variant = ((Number.parseInt(hex.slice(3, 7), 16) & 0x3fff) | 0x8000).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-4${hex.slice(0, 3)}-${variant}-${hex.slice(7, 17)}00`
}
