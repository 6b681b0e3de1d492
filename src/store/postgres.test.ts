import { freshDatabase, onDatabase } from '../../test/support/postgres-database.ts'
import { type Place, storeContract, TABLES } from './contract.ts'
import { openPostgres } from './postgres.ts'

/**
 * A truncation would make a new file for each table and index, which takes longer than most tests. As a replica, the session
 * runs no triggers: some keep rows from being deleted.
 */
const EMPTY = ['set session_replication_role = replica', ...TABLES.map((table) => `delete from ${table}`)].join('; ')

storeContract('PostgreSQL', async (): Promise<Place> => {
  const url = await freshDatabase()
  return {
    engine: 'postgres',
    open: () => openPostgres({ url, maxConnections: 4 }),
    sql: (text) => onDatabase(url, async (client) => (await client.query(text)).rows.map(numbered)),
    empty: () => onDatabase(url, async (client) => void (await client.query(EMPTY))),
    remove: async () => {}, // the server takes its databases with it
  }
})

/** Counts come as text, since they have 64 bits; those of the tests are small. */
function numbered(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
    ]),
  )
}
