import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type OwnPostgres, startOwnPostgres } from '../../../test/support/own-postgres.ts'
import { onDatabase } from '../../../test/support/postgres-database.ts'
import { aPayer, START } from '../contract/samples.ts'
import { openPostgres } from '../postgres.ts'
import type { Signal, Store } from '../store.ts'
import { expectNothingLost, type Load, startLoad } from './load.testing.ts'

const END_ALL_SESSIONS =
  'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'

describe('a store whose PostgreSQL goes away and comes back', () => {
  let server: OwnPostgres
  let store: Store
  let load: Load
  let signals: Signal[]

  beforeAll(async () => {
    server = await startOwnPostgres()
  })
  afterAll(() => server.close())
  beforeEach(async () => {
    await onDatabase(server.url, (client) => client.query('drop schema public cascade; create schema public'))
    store = await openPostgres({ url: server.url })
    await aPayer(store, { credit: 1_000_000_000 })
    signals = []
    store.onSignal((signal) => signals.push(signal))
    load = startLoad(store)
    await load.nextAccepted()
  })
  afterEach(async () => {
    await load.stop()
    await store.close()
  })

  it('a store goes on at once when an administrator ends all sessions, again and again', async () => {
    for (let round = 0; round < 5; round++) {
      await onDatabase(server.url, (client) => client.query(END_ALL_SESSIONS))
      await within(2_000, load.nextAccepted())
    }
    await load.stop()
    expect(await expectNothingLost(store, load)).toEqual([])
  })

  it.each(['fast', 'immediate'] as const)(
    'a store goes on within two seconds of the end of a %s restart',
    async (mode) => {
      for (let round = 0; round < 3; round++) {
        await server.stop(mode)
        await server.start()
        await within(2_000, load.nextAccepted())
      }
      await load.stop()
      expect(load.rejected.every(({ error }) => error.code === 'store_unavailable')).toBe(true)
      expect(await expectNothingLost(store, load)).toEqual([])
    },
  )

  it('an outage of the database is reported to every caller within seconds, and the store goes on after it', async () => {
    await server.stop('fast')
    await expect.poll(() => load.rejected.length, { timeout: 10_000 }).toBeGreaterThan(16)
    await server.start()
    await within(2_000, load.nextAccepted())
    await load.stop()
    expect(new Set(load.rejected.map(({ error }) => error.code))).toEqual(new Set(['store_unavailable']))
    expect(Math.max(...load.rejected.map(({ waitedMs }) => waitedMs))).toBeLessThan(10_000)
    expect(await expectNothingLost(store, load)).toEqual([])
  })

  it('a store says that signals may have been missed, and receives those of other nodes again', async () => {
    await using other = disposable(await openPostgres({ url: server.url }))
    await load.stop()
    await server.restart('fast')
    await expect.poll(() => signals.some(({ kind }) => kind === 'resync'), { timeout: 5_000 }).toBe(true)
    signals.length = 0
    await other.store.revokeKey({ id: 'k1', now: START })
    await expect.poll(() => signals).toContainEqual({ kind: 'key', hash: 'hash of k1' })
  })

  it('a store closes in time while its database is down', async () => {
    await server.stop('immediate')
    try {
      await within(6_000, store.close())
    } finally {
      await server.start()
    }
  })
})

function disposable(store: Store) {
  return { store, [Symbol.asyncDispose]: () => store.close() }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const startedAt = performance.now()
  await work
  expect(performance.now() - startedAt).toBeLessThan(ms)
}
