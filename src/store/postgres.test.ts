import pg from 'pg'
import { freshDatabase } from '../../test/support/postgres-database.ts'
import { filledTables, type Place, storeContract, TABLES } from './contract.ts'
import { openPostgres } from './postgres.ts'

/** As a replica, the session runs no triggers: some keep rows from being deleted. */
const WITHOUT_TRIGGERS = 'set session_replication_role = replica'
const WITH_TRIGGERS = 'set session_replication_role = origin'
/** Planned once for each connection. */
const FILLED = { name: 'filled tables', text: filledTables(TABLES) }

storeContract('PostgreSQL', async (): Promise<Place> => {
  const url = await freshDatabase()
  // One connection for all tests: each new one starts a process of the server.
  let connecting: Promise<pg.Client> | undefined
  const connected = (): Promise<pg.Client> => {
    connecting ??= connect(url)
    return connecting
  }
  return {
    engine: 'postgres',
    open: () => openPostgres({ url, maxConnections: 4 }),
    sql: async (text) => (await (await connected()).query(text)).rows.map(numbered),
    async empty() {
      const client = await connected()
      const { rows } = await client.query<{ name: string }>(FILLED)
      // A truncation would make a new file for each table and index, which takes longer than most tests.
      const deletes = rows.map(({ name }) => `delete from ${name}`)
      if (rows.length > 0) await client.query([WITHOUT_TRIGGERS, ...deletes, WITH_TRIGGERS].join('; '))
    },
    // The server takes its databases with it.
    remove: async () => (await connecting)?.end(),
  }
})

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

/** Counts come as text, since they have 64 bits; those of the tests are small. */
function numbered(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
    ]),
  )
}
