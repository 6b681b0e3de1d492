import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { polyphony } from '../support/command.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { openGateway } from '../support/gateway.ts'
import { putMigratedDatabase } from '../support/migrated-sqlite.ts'
import { freshDatabase, migratedDatabase } from '../support/postgres-database.ts'

const SECRET = 'the first secret of this test'
const OTHER = 'another secret, for this test'
const LUMA = ['account', 'add', 'luma', '--name', 'main', '--field', 'apiKey=a-key-of-the-test']
const SET_IT = 'set POLYPHONY_SECRET to that of the server which made the database'

describe.each(['SQLite', 'PostgreSQL'])(
  'a process whose secret or storage is not that of the database, on %s',
  (engine) => {
    let folder: string
    let env: Record<string, string>
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'polyphony-identity-'))
      const database: Record<string, string> = engine === 'SQLite' ? {} : { DATABASE_URL: await migratedDatabase() }
      mkdirSync(join(folder, 'data'))
      if (engine === 'SQLite') await putMigratedDatabase(join(folder, 'data'))
      env = { ...database, DATA_DIR: join(folder, 'data'), POLYPHONY_SECRET: SECRET, PORT: '0', LOG_LEVEL: 'error' }
      await started()
    })
    afterEach(() => rmSync(folder, { recursive: true, force: true }))

    /** Starts a server, and stops it when it serves. Rejects when the start does. */
    async function started(more: Record<string, string> = {}): Promise<void> {
      const given = { ...env, ...more }
      await using _ = await openGateway({ env: given, dataDir: given.DATA_DIR ?? '' })
    }
    const run = async (args: string[], more: Record<string, string> = {}) => {
      const { code, stdout, stderr } = await (args[0] === 'serve' ? polyphony : polyphonyHere)(args, {
        ...env,
        ...more,
      })
      return { code, text: (stdout + stderr).trim() }
    }

    it('a server with another secret is refused, and works again with the right one', async () => {
      const { code, text } = await run(['serve'], { POLYPHONY_SECRET: OTHER })
      expect(code).toBe(1)
      expect(text).toContain(`polyphony: POLYPHONY_SECRET is not the secret of this database: ${SET_IT}`)
      expect(text.split('\n')).toHaveLength(1)
      await started()
    })

    it('the doctor finds another secret, and another storage', async () => {
      expect((await run(['doctor'])).text).toMatch(/^ok +identity +secret and storage are those of the database$/m)
      const storage = join(folder, 'other-files')
      mkdirSync(storage)
      const found = await run(['doctor'], { POLYPHONY_SECRET: OTHER, STORAGE_URL: pathToFileURL(storage).href })
      expect(found.code).toBe(1)
      expect(found.text).toMatch(/^fault +identity +POLYPHONY_SECRET is not the secret of this database/m)
      expect(found.text).toMatch(/^fault +identity +The storage .* is not the one of this database/m)
    })

    it('a server without the secret is refused, and makes no other', async () => {
      const { code, text } = await run(['serve'], { POLYPHONY_SECRET: '' })
      expect({ code, text }).toEqual({
        code: 1,
        text: expect.stringContaining(`There is no secret in ${env.DATA_DIR}: ${SET_IT}`),
      })
      expect(readdirSync(env.DATA_DIR ?? '')).not.toContain('secret')
    })

    it('commands that seal or sign are refused with another secret; the others are not', async () => {
      const other = { POLYPHONY_SECRET: OTHER }
      for (const args of [LUMA, ['account', 'list'], ['key', 'pair', 'x'], ['webhook', 'secret']]) {
        const { code, text } = await run(args, other)
        expect({ args, code, text }).toMatchObject({
          code: 1,
          text: expect.stringContaining('is not the secret of this database'),
        })
      }
      expect((await run(['reconcile'], other)).code).toBe(0)
      expect((await run(LUMA)).code).toBe(0)
    })

    it('the secret is changed by naming the earlier one, first at a server and then at commands', async () => {
      expect((await run(LUMA)).code).toBe(0)
      const changed = { POLYPHONY_SECRET: OTHER, POLYPHONY_SECRET_EARLIER: SECRET }
      expect(await run(['account', 'list'], changed)).toEqual({
        code: 1,
        text: expect.stringContaining('No server was started with this POLYPHONY_SECRET yet'),
      })
      await started(changed)
      expect((await run(['account', 'list'], { POLYPHONY_SECRET: OTHER })).text).toMatch(
        /main +luma +operator +connected/,
      )
      await started({ POLYPHONY_SECRET: OTHER })
      await expect(started()).rejects.toThrow('is not the secret of this database')
    })

    it('a lost secret is given up by polyphony adopt, and a new one is made', async () => {
      const { POLYPHONY_SECRET: _, ...without } = env
      env = without
      expect((await run(['adopt', 'secret'])).code).toBe(0)
      const made = readFileSync(join(env.DATA_DIR ?? '', 'secret'), 'utf8')
      expect((await run(['webhook', 'secret'])).code).toBe(0)
      await started({ POLYPHONY_SECRET: made })
      expect((await run(['serve'], { POLYPHONY_SECRET: SECRET })).code).toBe(1)
    })

    it('a server with another storage is refused, and says which file is missing', async () => {
      const other = join(folder, 'other files')
      const { code, text } = await run(['serve'], { STORAGE_URL: `file:${other}` })
      const [mark = ''] = readdirSync(join(env.DATA_DIR ?? '', 'files/polyphony-storage'))
      expect(code).toBe(1)
      expect(text).toContain(
        `The storage file:${other} is not the one of this database: it has no file polyphony-storage/${mark}.`,
      )
      expect((await run(['adopt', 'storage'], { STORAGE_URL: `file:${other}` })).code).toBe(0)
      await started({ STORAGE_URL: `file:${other}` })
      await expect(started()).rejects.toThrow('is not the one of this database')
    })

    it('a storage that was copied or moved as a whole, also with the data folder, is recognised', async () => {
      const moved = join(folder, 'moved')
      renameSync(env.DATA_DIR ?? '', moved)
      await started({ DATA_DIR: moved })
      const copy = join(folder, 'copy')
      cpSync(join(moved, 'files'), copy, { recursive: true })
      await started({ DATA_DIR: moved, STORAGE_URL: `file:${copy}` })
    })
  },
)

describe('the first start of a database', () => {
  it('servers that start at once on one database and one storage agree, and leave one mark', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'polyphony-identity-'))
    try {
      const files = join(folder, 'files')
      const env = { DATABASE_URL: await freshDatabase(), STORAGE_URL: `file:${files}` }
      const dirs = ['a', 'b', 'c'].map((name) => join(folder, name))
      const gateways = await Promise.all(dirs.map((dataDir) => openGateway({ env, dataDir })))
      for (const gateway of gateways) await gateway.stop()
      expect(readdirSync(join(files, 'polyphony-storage'))).toHaveLength(1)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
