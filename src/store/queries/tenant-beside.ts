import { type RawBuilder, sql } from 'kysely'

/**
 * The tenant of a row; beside a batch or a task as a value that has no index, since that one has the better index: of the two,
 * SQLite takes the one of tenant and mode, which looks narrower and passes over all that the tenant has.
 */
export function tenantBeside(narrower: string | undefined, column: string): RawBuilder<string> {
  return narrower === undefined ? sql`${sql.ref(column)}` : sql`(${sql.ref(column)} || '')`
}
