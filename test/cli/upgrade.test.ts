import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OLDER_SCHEMA, undoLater } from '../../src/store/contract/older-schema.ts'
import { LATEST_SCHEMA, migrationsAfter } from '../../src/store/migrate.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { takeServeLock } from '../../src/store/serve-lock.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import type { Engine } from '../../src/store/tx.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { freshDatabase, onDatabase } from '../support/postgres-database.ts'

/** As an earlier version left it. */
const older = (engine: Engine) => [...undoLater(engine), `delete from kysely_migration where name > '${OLDER_SCHEMA}'`]
const PENDING = migrationsAfter(OLDER_SCHEMA)
const NEWER = "insert into kysely_migration values ('9999-lumen', '2099-01-01T00:00:00.000Z')"

describe('an upgrade of an embedded database', () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'polyphony-upgrade-'))
    path = join(folder, 'polyphony.db')
    await (await openSqlite({ path })).close()
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const sql = <Row = unknown>(text: string, file = path): Row[] => {
    const database = new DatabaseSync(file)
    try {
      return database.prepare(text).all() as Row[]
    } finally {
      database.close()
    }
  }
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await polyphonyHere(args, { DATA_DIR: folder })
    return { code, text: (stdout + stderr).trim() }
  }
  const schemaOf = (file: string): unknown =>
    sql<{ name: string }>('select max(name) as name from kysely_migration', file)[0]?.name

  it('polyphony migrate --dry-run says what would be done, and does nothing', async () => {
    for (const text of older('sqlite')) sql(text)
    expect(await run('migrate', '--dry-run')).toEqual({
      code: 0,
      text: `The schema is ${OLDER_SCHEMA}. To be applied: ${PENDING.join(', ')}.\nThe database of before will be kept as ${path}.before-0011.`,
    })
    expect(schemaOf(path)).toBe(OLDER_SCHEMA)
    expect(existsSync(`${path}.before-0011`)).toBe(false)
  })

  it('keeps the last copy of the database of before, which only its owner can read, and which works', async () => {
    for (const text of older('sqlite')) sql(text)
    writeFileSync(`${path}.before-0009`, 'a copy of an earlier upgrade')
    expect((await run('migrate')).text).toBe(
      `The schema was ${OLDER_SCHEMA}. Applied: ${PENDING.join(', ')}.\nThe database of before is ${path}.before-0011.`,
    )
    expect(schemaOf(path)).toBe(LATEST_SCHEMA)
    const copies = readdirSync(folder).filter((name) => name.includes('.before-'))
    expect(copies).toEqual(['polyphony.db.before-0011'])
    expect(statSync(`${path}.before-0011`).mode & 0o777).toBe(0o600)
    expect(schemaOf(`${path}.before-0011`)).toBe(OLDER_SCHEMA)
    expect((await run('migrate')).text).toBe(`The schema is ${LATEST_SCHEMA}, that of this version: nothing to do.`)
  })

  it('a new database is made without a copy', () => {
    expect(readdirSync(folder).filter((name) => name.includes('.before-'))).toEqual([])
  })

  it('when the copy cannot be written, nothing is changed', async () => {
    for (const text of older('sqlite')) sql(text)
    mkdirSync(join(`${path}.before-0011`, 'a folder in its place'), { recursive: true })
    const { code, text } = await run('key', 'list')
    expect({ code, text }).toEqual({ code: 1, text: expect.stringContaining('could not be copied to') })
    expect(schemaOf(path)).toBe(OLDER_SCHEMA)
  })

  it('a command does not upgrade the database under a server of an earlier version', async () => {
    for (const text of older('sqlite')) sql(text)
    const lock = takeServeLock(path)
    try {
      const { code, text } = await run('key', 'list')
      expect({ code, text }).toEqual({
        code: 1,
        text: expect.stringContaining('A server of an earlier version runs on it'),
      })
      expect(schemaOf(path)).toBe(OLDER_SCHEMA)
    } finally {
      lock.close()
    }
    expect((await run('key', 'list')).code).toBe(0)
  })

  it('a backup of an earlier version is restored, and then upgraded', async () => {
    for (const text of older('sqlite')) sql(text)
    writeFileSync(join(folder, 'secret'), 'the secret of the test of upgrades')
    const backup = join(folder, 'b.tar.gz')
    expect((await run('backup', backup)).code).toBe(0)
    expect(schemaOf(path)).toBe(OLDER_SCHEMA)
    const into = join(folder, 'restored')
    expect(await run('restore', backup, '--into', into)).toEqual({ code: 0, text: expect.stringContaining('Clean') })
    expect(schemaOf(join(into, 'polyphony.db'))).toBe(LATEST_SCHEMA)
  })

  it('a newer schema is refused by each command, with both numbers', async () => {
    sql(NEWER)
    for (const args of [
      ['key', 'list'],
      ['migrate', '--dry-run'],
      ['backup', join(folder, 'b.tar.gz')],
    ]) {
      const { code, text } = await run(...args)
      expect({ code, text }).toEqual({
        code: 1,
        text: expect.stringMatching(new RegExp(`it has 9999-lumen, .* the last that it knows is ${LATEST_SCHEMA}`)),
      })
    }
  })
})

describe('an upgrade of a database on PostgreSQL', () => {
  it('polyphony migrate --dry-run says what migrate then does', async () => {
    const url = await freshDatabase()
    const env = { DATABASE_URL: url, DATA_DIR: '/nowhere/at/all' }
    await (await openPostgres({ url })).close()
    await onDatabase(url, async (client) => {
      for (const text of older('postgres')) await client.query(text)
    })
    const dry = await polyphonyHere(['migrate', '--dry-run'], env)
    expect(dry).toEqual({
      code: 0,
      stderr: '',
      stdout: `The schema is ${OLDER_SCHEMA}. To be applied: ${PENDING.join(', ')}.\nMake a backup first: polyphony backup FILE\n`,
    })
    expect((await polyphonyHere(['migrate', '--json'], env)).stdout).toContain('"done": true')
    expect((await polyphonyHere(['migrate'], env)).stdout).toContain('nothing to do')
  })
})
