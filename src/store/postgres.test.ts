import { describe, expect, it } from 'vitest'
import { freshDatabase, onDatabase } from '../../test/support/postgres-database.ts'
import { aPayer, aTask, submitted } from './contract/samples.ts'
import { type Place, storeContract, TABLES } from './contract.ts'
import { openPostgres } from './postgres.ts'
import type { Signal } from './store.ts'

storeContract('PostgreSQL', async (): Promise<Place> => {
  const url = await freshDatabase()
  return {
    open: () => openPostgres({ url, maxConnections: 4 }),
    sql: (text) => onDatabase(url, async (client) => (await client.query(text)).rows.map(numbered)),
    empty: () => onDatabase(url, async (client) => void (await client.query(`truncate ${TABLES.join(', ')}`))),
    remove: async () => {}, // the server takes its databases with it
  }
})

describe('a PostgreSQL database', () => {
  it('is refused, not waited for, when nobody listens', async () => {
    await expect(openPostgres({ url: 'postgres://nobody@127.0.0.1:9/none' })).rejects.toThrow()
  })

  it('goes on when its connections are cut, and hears again', async () => {
    const url = await freshDatabase()
    const troubles: unknown[] = []
    const store = await openPostgres({ url, maxConnections: 4, onListenError: (error) => troubles.push(error) })
    await aPayer(store)
    const heard: Signal[] = []
    store.onSignal((signal) => heard.push(signal))
    await onDatabase(url, (client) =>
      client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      ),
    )
    await expect.poll(() => troubles.length).toBeGreaterThan(0)
    await expect.poll(() => submitted(store, aTask()).catch(() => 'not yet')).toEqual(['created'])
    await expect
      .poll(
        async () => {
          await submitted(store, aTask())
          return heard.length
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0)
    expect(await store.reconcile({})).toEqual([])
    await store.close()
  })

  it('closes while it is trying to hear again', async () => {
    const url = await freshDatabase()
    let troubles = 0
    const store = await openPostgres({ url, onListenError: () => troubles++ })
    await onDatabase(url, (client) =>
      client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      ),
    )
    await expect.poll(() => troubles).toBeGreaterThan(0)
    await expect(store.close()).resolves.toBeUndefined()
  })
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
