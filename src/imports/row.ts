import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { firstOf } from '../core/short-texts.ts'
import type { Row } from './source.ts'

/** Columns, whatever the engine makes of their types; a column that an older version has not is empty. */

export function text(row: Row, column: string): string {
  const value = row[column]
  if (value === null || value === undefined) return ''
  const written =
    Buffer.isBuffer(value) || value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)
  // PostgreSQL stores neither.
  return written.replaceAll('\0', '').toWellFormed()
}

/** The first characters of a text, on one line: lists and terminals show it. */
export function shortened(written: string, most: number): string {
  return firstOf(written.replace(/\p{Cc}+/gu, ' '), most)
}

/** `char(48)` is padded with blanks on PostgreSQL. */
export function trimmed(row: Row, column: string): string {
  return text(row, column).trim()
}

/** A name, which may have been pasted with line ends and tabs. */
export function oneLine(row: Row, column: string): string {
  return text(row, column)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
}

/** PostgreSQL's driver gives bigint as text. 0 where there is no number. */
export function number(row: Row, column: string): number {
  const value = Number(row[column] ?? 0)
  return Number.isFinite(value) ? value : 0
}

/** A boolean, a number or the text of one. */
export function truth(row: Row, column: string): boolean {
  const value = row[column]
  return value === true || value === 't' || value === 'true' || Number(value) === 1
}

/** Names with commas between. */
export function list(row: Row, column: string): string[] {
  const names = text(row, column).split(',')
  return [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))]
}

/** An object in JSON, in a column of text or of JSON; empty where it is none. */
export function object(row: Row, column: string): JsonObject {
  const value = row[column]
  if (isJsonObject(value as Json)) return value as JsonObject
  return jsonObject(text(row, column))
}

export function jsonObject(written: string): JsonObject {
  try {
    const value: Json = JSON.parse(written)
    return isJsonObject(value) ? value : {}
  } catch {
    return {} // such as the empty text of a column that was never set
  }
}

/** The numbers of an object in JSON. */
export function numbers(written: string | undefined): Map<string, number> {
  const pairs = Object.entries(jsonObject(written ?? ''))
  return new Map(
    pairs.flatMap(([name, value]): [string, number][] => (typeof value === 'number' ? [[name, value]] : [])),
  )
}
