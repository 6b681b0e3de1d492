import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freshDatabase, onDatabase } from '../../../test/support/postgres-database.ts'
import { DEFAULT_ACCOUNT } from '../../core/account.ts'
import { points } from '../../core/points.ts'
import { anAsset } from '../contract/assets.ts'
import { settle } from '../contract/moves.ts'
import { aClaimedTask, anEnd, aPayer, aTask, START, submitted } from '../contract/samples.ts'
import { openPostgres } from '../postgres.ts'
import { takeServeLock } from '../serve-lock.ts'
import { openSqlite } from '../sqlite.ts'
import type { Store } from '../store.ts'
import { type Place, withSnapshot, withTarget } from './place.ts'
import { type Row, summaryOf } from './snapshot.ts'
import { transfer } from './transfer.ts'

/** Texts that an encoding or an order could spoil. */
const TEXTS = ['Ä', 'a', 'B', '🎵 \\ud800 \\u0000', '"quoted"\n\t\\', '', ' ']

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polyphony-copy-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const sqlite = (name: string): Place & { path: string } => ({ engine: 'sqlite', path: join(folder, name) })
const postgres = async (): Promise<Place & { url: string }> => ({ engine: 'postgres', url: await freshDatabase() })

function open(place: Place, exclusive = false): Promise<Store> {
  return place.engine === 'sqlite' ? openSqlite({ path: place.path, exclusive }) : openPostgres({ url: place.url })
}

/** Something in most tables, with more rows of tasks than one batch has. */
async function fill(place: Place): Promise<void> {
  const store = await open(place)
  await aPayer(store)
  for (const memo of TEXTS) {
    await store.credit({ id: `credit ${memo}`, tenantId: 't1', amount: points(2 ** 40), memo, now: START })
    await store.insertDraft({
      draft: {
        id: `draft ${memo}`,
        tenantId: 't1',
        mode: 'live',
        kind: 'k',
        body: { memo },
        createdAt: START,
        expiresAt: START,
      },
    })
  }
  await submitted(store, ...Array.from({ length: 600 }, (_, n) => aTask({ input: { prompt: TEXTS[n % 7] ?? '' } })))
  await settle(store, anEnd(await aClaimedTask(store), { consumedPoints: points(10) }))
  await store.insertAsset({ asset: anAsset({}) })
  await store.createAccount({
    account: {
      ...DEFAULT_ACCOUNT,
      id: 'a',
      tenantId: 't1',
      provider: 'luma',
      name: 'a',
      sealed: 'v1.x',
      slots: 1,
      createdAt: START,
      priceFactor: 0.1,
    },
  })
  await store.changeFingerprint({ name: 'secret', from: null, to: 'f' })
  await store.close()
}

async function copy(from: Place, to: Place): Promise<void> {
  await withSnapshot(from, { isLocked: true }, (snapshot) =>
    withTarget(to, snapshot.schema, (target) => transfer(snapshot, target, () => {})),
  )
}

async function dump(place: Place): Promise<Record<string, Row[]>> {
  return withSnapshot(place, {}, async (snapshot) => {
    const all: Record<string, Row[]> = {}
    for (const table of snapshot.tables) {
      const rows: Row[] = []
      for await (const batch of snapshot.rows(table)) rows.push(...batch)
      all[table.name] = rows
    }
    return all
  })
}

describe('a copy of a database', () => {
  it('goes from SQLite to PostgreSQL and back with every row equal, and each copy works', async () => {
    const [first, second, third] = [sqlite('first.db'), await postgres(), sqlite('third.db')]
    await fill(first)
    const before = await dump(first)
    expect(before.tasks?.length).toBeGreaterThan(600)
    await copy(first, second)
    await copy(second, third)
    expect(await dump(second)).toEqual(before)
    expect(await dump(third)).toEqual(before)
    expect(statSync(third.path).mode & 0o777).toBe(0o600)

    for (const place of [second, third]) {
      const store = await open(place)
      expect(await store.reconcile({})).toEqual([])
      expect(await store.getStorageUse({ tenantId: 't1', mode: 'live' })).toMatchObject({ drafts: TEXTS.length })
      // Numbers of new rows follow those of copied ones.
      expect(await submitted(store, aTask())).toEqual(['created'])
      expect(await store.reconcile({})).toEqual([])
      await store.close()
    }
  })

  it('the sums and checksums of a table are the same on both engines, and tell a difference', async () => {
    const [first, second] = [sqlite('first.db'), await postgres()]
    await fill(first)
    await copy(first, second)
    const summary = (place: Place, name: string) =>
      withSnapshot(place, {}, async (snapshot) => {
        const table = snapshot.tables.find((one) => one.name === name)
        return table && summaryOf(snapshot, table)
      })
    expect(await summary(first, 'balances')).toMatchObject({
      rows: 1,
      sums: { credited: String(7 * 2 ** 40 + 1_000_000) },
    })
    await onDatabase(second.url, (client) => client.query('update balances set credited = credited + 1'))
    expect(await summary(second, 'balances')).toMatchObject({ sums: { credited: String(7 * 2 ** 40 + 1_000_001) } })
    expect(await summary(second, 'tasks')).toEqual(await summary(first, 'tasks'))
  })

  it('a copy that fails leaves nothing at the target', async () => {
    const [from, embedded, server] = [sqlite('first.db'), sqlite('second.db'), await postgres()]
    await fill(from)
    for (const to of [embedded, server]) {
      const failing = withSnapshot(from, {}, (snapshot) =>
        withTarget(to, snapshot.schema, async (target) => {
          await transfer(snapshot, target, () => {})
          throw new Error('a failure at the end')
        }),
      )
      await expect(failing).rejects.toThrow('a failure at the end')
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('second'))).toEqual([])
    await copy(from, server)
    await expect(copy(from, server)).rejects.toThrow('is not empty')
    await expect(copy(server, from)).rejects.toThrow('There is a database already')
  })

  it('a value that the target cannot hold is refused, and the error names the table', async () => {
    const from = sqlite('first.db')
    await fill(from)
    const database = new DatabaseSync(from.path)
    database.exec("update tenants set name = 'a' || char(0) || 'b'")
    database.close()
    await expect(copy(from, await postgres())).rejects.toThrow('Rows of tenants could not be written')
  })

  it('a database that is served is not moved', async () => {
    const [embedded, server] = [sqlite('first.db'), await postgres()]
    await fill(embedded)
    const lock = takeServeLock(embedded.path)
    await expect(copy(embedded, server)).rejects.toThrow('Another process already serves')
    lock.close()
    await copy(embedded, server)
    const store = await open(server)
    await expect(copy(server, sqlite('third.db'))).rejects.toThrow(/A server uses the database .*Stop it first/)
    await store.close()
    expect(existsSync(join(folder, 'third.db'))).toBe(false)
  })

  it('a snapshot is of one moment, while others write', async () => {
    for (const place of [sqlite('first.db'), await postgres()]) {
      await fill(place)
      const store = await open(place)
      await withSnapshot(place, {}, async (snapshot) => {
        const tasks = snapshot.tables.find(({ name }) => name === 'tasks')
        if (!tasks) throw new Error('There is no table of tasks.')
        const before = await summaryOf(snapshot, tasks)
        await submitted(store, aTask())
        expect(await summaryOf(snapshot, tasks)).toEqual(before)
      })
      await store.close()
    }
  })

  it('tables come after those that they refer to', async () => {
    const place = sqlite('first.db')
    await fill(place)
    const names = await withSnapshot(place, {}, async ({ tables }) => tables.map(({ name }) => name))
    const database = new DatabaseSync(place.path)
    for (const [at, name] of names.entries()) {
      for (const { table } of database.prepare('select "table" from pragma_foreign_key_list(?)').all(name)) {
        expect(names.slice(0, at)).toContain(table)
      }
    }
    database.close()
    expect(names.at(-1)).toBe('storage_use')
  })
})
