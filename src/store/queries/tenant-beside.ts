import { type RawBuilder, sql } from 'kysely'

/**
 * The tenant of a task; beside a batch as a value that has no index, since the batch has the better one: of SQLite's two
 * indexes that of tenant and mode looks narrower, and passes over all tasks of the tenant.
 */
export function tenantBeside(batchId: string | undefined, column: string): RawBuilder<string> {
  return batchId === undefined ? sql`${sql.ref(column)}` : sql`(${sql.ref(column)} || '')`
}
