import { type RawBuilder, sql } from 'kysely'

/** Whether one of the columns holds the text, in upper or lower case; on SQLite this is so for the letters of ASCII. */
export function anyHolds(columns: readonly string[], text: string): RawBuilder<boolean> {
  const pattern = `%${escaped(text)}%`
  const conditions = columns.map((column) => sql<boolean>`lower(${sql.ref(column)}) like lower(${pattern}) escape '\\'`)
  return sql<boolean>`(${sql.join(conditions, sql` or `)})`
}

/** A text in a pattern of LIKE with the escape sign `\`. */
export function escaped(text: string): string {
  return text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)
}
