import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { startGateway } from '../../src/main.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { polyphony } from '../support/command.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { freePort } from '../support/free-port.ts'
import { freshDatabase, migratedDatabase, onDatabase } from '../support/postgres-database.ts'

const NEWER = "insert into kysely_migration values ('9999-lumen', '2099-01-01T00:00:00.000Z')"

/** The messages for an operator when the database cannot be used. */
describe('a start that cannot use its database', () => {
  let dataDir: string
  let env: Record<string, string>

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'polyphony-start-'))
    env = { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' }
  })
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

  const failed = async (args: string[], more: Record<string, string> = {}) => {
    const { code, stderr } = await polyphony(args, { ...env, ...more })
    expect(code).toBe(1)
    return stderr.trim().split('\n')
  }

  /** The same database, for a user who has no rights in it. */
  async function asAnotherUser(database: string): Promise<string> {
    const url = new URL(database)
    url.username = `guest_${randomUUID().replaceAll('-', '')}`
    url.password = 'guest'
    await onDatabase(database, (client) => client.query(`create role ${url.username} login password 'guest'`))
    return url.href
  }

  it('a start whose database is down names it, without its password, and the cause', async () => {
    const port = await freePort()
    const lines = await failed(['key', 'list'], { DATABASE_URL: `postgres://polly:secret@127.0.0.1:${port}/shop` })
    expect(lines).toEqual([
      `polyphony: The database polly@127.0.0.1:${port}/shop did not answer. Check that it runs, and DATABASE_URL. (store_unavailable)`,
      `  cause: connect ECONNREFUSED 127.0.0.1:${port}`,
    ])
  })

  it('a start that waited for its database says that the server is still down', async () => {
    const port = await freePort()
    const lines = await failed(['serve'], {
      DATABASE_URL: `postgres://127.0.0.1:${port}/shop`,
      POLYPHONY_DATABASE_WAIT_SECONDS: '1',
    })
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('did not answer within 1 s')
  })

  it('a start whose database does not exist says so', async () => {
    const url = new URL(await freshDatabase())
    url.pathname = '/shop'
    const lines = await failed(['serve'], { DATABASE_URL: url.href })
    expect(lines).toEqual([
      expect.stringMatching(/^polyphony: The database .*\/shop cannot be used\. Create the database/),
      '  cause: database "shop" does not exist',
    ])
  })

  it('a user without the right to make tables is named, with the command that gives it, also by the doctor', async () => {
    const DATABASE_URL = await asAnotherUser(await freshDatabase())
    const words = /"guest_\w+" may not make tables in the schema "public" .*GRANT CREATE ON SCHEMA "public" TO "guest_/
    const start = await failed(['serve'], { DATABASE_URL })
    expect(start).toEqual([expect.stringMatching(words)])
    const doctor = await polyphonyHere(['doctor'], { ...env, DATABASE_URL })
    expect(doctor).toMatchObject({ code: 1, stdout: expect.stringMatching(words) })
  })

  it('a user without rights on the tables of the gateway is told to take their owner', async () => {
    const DATABASE_URL = await asAnotherUser(await migratedDatabase())
    const { code, stderr } = await polyphonyHere(['key', 'list'], { ...env, DATABASE_URL })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/Connect as the owner of the tables.*\n {2}cause: permission denied/),
    })
  })

  it('a start on a newer schema of PostgreSQL names the newer version', async () => {
    const url = await freshDatabase()
    await (await openPostgres({ url })).close()
    await onDatabase(url, (client) => client.query(NEWER))
    const lines = await failed(['serve'], { DATABASE_URL: url })
    expect(lines).toEqual([expect.stringMatching(/upgraded by a newer Polyphony: it has 9999-lumen/)])
  })

  it('a start on a newer schema of SQLite names the newer version', async () => {
    const path = join(dataDir, 'polyphony.db')
    await (await openSqlite({ path })).close()
    const database = new DatabaseSync(path)
    database.exec(NEWER)
    database.close()
    const lines = await failed(['serve'])
    expect(lines).toEqual([
      expect.stringMatching(/^polyphony: .*polyphony\.db could not be opened: .*upgraded by a newer Polyphony/),
    ])
  })

  it('a start on a file that is not a database names it', async () => {
    const path = join(dataDir, 'polyphony.db')
    writeFileSync(path, 'no database '.repeat(1_000))
    const lines = await failed(['serve'])
    expect(lines[0]).toMatch(/polyphony\.db could not be opened: file is not a database \(store_unavailable\)$/)
  })
})

describe('a start that fails in a later step than the database', () => {
  let dataDir: string
  let taken: Server
  let port: number

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'polyphony-start-'))
    taken = createServer()
    await new Promise<void>((ready) => taken.listen(0, '127.0.0.1', ready))
    port = (taken.address() as AddressInfo).port // it listens on TCP
  })
  afterEach(async () => {
    await new Promise((closed) => taken.close(closed))
    rmSync(dataDir, { recursive: true, force: true })
  })

  it.each(['SQLite', 'PostgreSQL'])(
    'a start on a port that is taken says so and ends with code 1, on %s',
    async (engine) => {
      const env: Record<string, string> = { DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn' }
      if (engine === 'PostgreSQL') env.DATABASE_URL = await freshDatabase()
      const { code, stderr } = await polyphony(['serve'], env)
      expect(code).toBe(1)
      expect(stderr.trim()).toMatch(/^polyphony: listen EADDRINUSE.* set PORT to a free one\.$/)
    },
  )

  it('a start that fails releases the database, so that a second start in the same process works', async () => {
    const env = { DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'silent' }
    await expect(startGateway(readConfig(env))).rejects.toMatchObject({ code: 'EADDRINUSE' })
    const gateway = await startGateway(readConfig({ ...env, PORT: '0' }))
    const answer = await fetch(`${gateway.url}/readyz`)
    await gateway.close()
    expect(answer.status).toBe(200)
  })
})
