import { inflateSync } from 'node:zlib'

const HEADER = 44
const ENTRY = 20
const SFNT_HEADER = 12
const SFNT_ENTRY = 16

/**
 * The TrueType or OpenType file within a WOFF file (W3C, WOFF 1.0). opentype.js unpacks WOFF itself, with an inflater that
 * refuses some valid files.
 */
export function sfntOf(woff: Buffer): ArrayBuffer {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new Error('The file is no WOFF file.')
  const count = woff.readUInt16BE(12)
  const tables = Array.from({ length: count }, (_, index) => {
    const at = HEADER + index * ENTRY
    const [offset, packed, length] = [woff.readUInt32BE(at + 4), woff.readUInt32BE(at + 8), woff.readUInt32BE(at + 12)]
    const stored = woff.subarray(offset, offset + packed)
    return {
      tag: woff.subarray(at, at + 4),
      checksum: woff.readUInt32BE(at + 16),
      data: packed < length ? inflateSync(stored) : stored,
    }
  })
  const padded = (bytes: number): number => (bytes + 3) & ~3
  const sizeBytes = tables.reduce((sum, { data }) => sum + padded(data.length), SFNT_HEADER + count * SFNT_ENTRY)
  const file = Buffer.from(new ArrayBuffer(sizeBytes))
  woff.copy(file, 0, 4, 8)
  file.writeUInt16BE(count, 4)
  let place = SFNT_HEADER + count * SFNT_ENTRY
  for (const [index, { tag, checksum, data }] of tables.entries()) {
    const at = SFNT_HEADER + index * SFNT_ENTRY
    tag.copy(file, at)
    file.writeUInt32BE(checksum, at + 4)
    file.writeUInt32BE(place, at + 8)
    file.writeUInt32BE(data.length, at + 12)
    data.copy(file, place)
    place += padded(data.length)
  }
  return file.buffer
}
