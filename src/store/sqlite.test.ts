import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aPayer, aTask, aTenant, START, submitted } from './contract/samples.ts'
import { filledTables, type Place, storeContract, TABLES } from './contract.ts'
import { openSqlite } from './sqlite.ts'

/** Tables are emptied in any order, and hundreds of times: the disk need not be waited for. */
const NO_WAIT = 'pragma foreign_keys = off; pragma synchronous = off;'
const FILLED = filledTables(TABLES)

storeContract('SQLite', async (): Promise<Place> => {
  const folder = newFolder()
  const path = join(folder, 'polyphony.db')
  return {
    engine: 'sqlite',
    open: () => openSqlite({ path }),
    sql: async (text) => {
      const rows = onFile(path, (database) => database.prepare(text).all())
      return rows.map((row) => ({ ...row }))
    },
    empty: async () =>
      onFile(path, (database) => {
        // Locked before the look, so that nothing is written between it and the deletions.
        database.exec(`${NO_WAIT} begin immediate`)
        const deletes = database
          .prepare(FILLED)
          .all()
          .map(({ name }) => `delete from ${name};`)
        database.exec(`${deletes.join(' ')} commit`)
      }),
    remove: async () => rmSync(folder, { recursive: true }),
  }
})

describe('an embedded database', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = newFolder()
    path = join(folder, 'polyphony.db')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('an embedded database that is opened exclusively serves one process, until that closes it', async () => {
    const first = await openSqlite({ path, exclusive: true })
    expect(first.exclusive).toBe(true)
    await expect(openSqlite({ path, exclusive: true })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(path),
    })
    await aPayer(first) // the refused opener has not disturbed it
    await first.close()
    const second = await openSqlite({ path, exclusive: true })
    expect(await second.getTenant({ id: 't1' })).toBeDefined()
    await second.close()
  })

  it('polyphony.db alone holds everything once the store is closed, also when its writer thread has ended', async () => {
    for (const isEnded of [false, true]) {
      const made = once(process, 'worker')
      const store = await openSqlite({ path, exclusive: true })
      const [worker] = (await made) as [Worker]
      await store.createTenant({ tenant: aTenant(`tenant ${isEnded}`) })
      expect(await store.getTenant({ id: `tenant ${isEnded}` })).toBeDefined() // its reader has the file open from here on
      if (isEnded) await worker.terminate()
      await store.close()
      expect(readdirSync(folder).filter((name) => name.endsWith('-wal'))).toEqual([])
      const copy = join(folder, `copy ${isEnded}.db`)
      copyFileSync(path, copy)
      const ids = onFile(copy, (database) => database.prepare('select id from tenants').all()).map(({ id }) => id)
      expect(ids).toContain(`tenant ${isEnded}`)
    }
  })

  it('a command can open a database that is being served', async () => {
    const serving = await openSqlite({ path, exclusive: true })
    await aPayer(serving)
    const command = await openSqlite({ path })
    expect(command.exclusive).toBe(false)
    expect(await command.reconcile({})).toEqual([])
    await command.close()
    await serving.close()
  })

  it('a write that does not fit on a full disk is refused, stores and holds nothing, and others go on', async () => {
    const prompt = 'x'.repeat(100_000)
    const store = await openSqlite({ path, maxPages: 260 })
    await aPayer(store)
    const stored: string[] = []
    let refused: unknown
    while (!refused) {
      const task = aTask({ input: { prompt } })
      await submitted(store, task).then(
        () => stored.push(task.id),
        (error: unknown) => {
          refused = error
        },
      )
    }
    expect(refused).toMatchObject({ name: 'PolyphonyError', code: 'storage_full', status: 507 })

    const two = [aTask({ input: { prompt } }), aTask({ input: { prompt } })]
    const together = await Promise.allSettled(two.map((task) => submitted(store, task)))
    expect(together).toMatchObject([{ reason: { code: 'storage_full' } }, { reason: { code: 'storage_full' } }])

    expect(stored.length).toBeGreaterThan(0)
    expect(await store.getBalance({ tenantId: 't1' })).toMatchObject({
      active: stored.length,
      held: stored.length * 100,
      available: 1_000_000 - stored.length * 100,
    })
    const listed = await store.listTasks({ tenantId: 't1', limit: 1_000 })
    expect(listed.map(({ id }) => id)).toEqual(stored.toReversed())
    expect(await store.reconcile({})).toEqual([])
    await store.close()

    const roomier = await openSqlite({ path })
    expect(await submitted(roomier, aTask({ input: { prompt } }))).toEqual(['created'])
    expect(await roomier.reconcile({})).toEqual([])
    await roomier.close()
  })

  it('a verb that fails does not affect the others of its batch', async () => {
    const store = await openSqlite({ path })
    await aPayer(store)
    const credit = (id: string, amount: number) =>
      store.credit({ id, tenantId: 't1', amount: amount as never, memo: '', now: START })
    const results = await Promise.allSettled([credit('a', 1), credit('b', 0.5), credit('c', 1)])
    expect(results).toMatchObject([{ value: true }, { reason: { code: 'internal' } }, { value: true }])
    expect(await store.getBalance({ tenantId: 't1' })).toMatchObject({ available: 1_000_002 })
    await store.close()
  })

  it('an argument that cannot be sent to the writer thread is refused, and the store goes on', async () => {
    const store = await openSqlite({ path })
    await expect(store.revokeKey({ id: (() => {}) as never, now: START })).rejects.toMatchObject({ code: 'internal' })
    expect(await store.revokeKey({ id: 'unknown', now: START })).toBe(false)
    await store.close()
  })

  it('a file that is not a database is refused, and the error says so', async () => {
    await expect(openSqlite({ path: folder })).rejects.toThrow('unable to open database file')
  })
})

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'polyphony-store-'))
}

function onFile<T>(path: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path, { timeout: 10_000 })
  try {
    return work(database)
  } finally {
    database.close()
  }
}
