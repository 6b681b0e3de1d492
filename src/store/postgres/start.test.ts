import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../test/support/free-port.ts'
import { type OwnPostgres, startOwnPostgres } from '../../../test/support/own-postgres.ts'
import { freshDatabase, onDatabase } from '../../../test/support/postgres-database.ts'
import { postgresPlace } from '../../core/postgres-url.ts'
import { openPostgres } from '../postgres.ts'

describe('opening a store on PostgreSQL', () => {
  let server: OwnPostgres
  beforeAll(async () => {
    server = await startOwnPostgres()
  })
  afterAll(() => server.close())

  it('opening a store fails within two seconds when no server is there and no waiting is configured', async () => {
    const url = `postgres://polly:secret@127.0.0.1:${await freePort()}/shop`
    const startedAt = performance.now()
    const opening = openPostgres({ url })
    await expect(opening).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(postgresPlace(url)),
      cause: { code: 'ECONNREFUSED' },
    })
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining('secret') })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })

  it('opening a store waits for a server that is started later, and says what it waits for without the password', async () => {
    await server.stop('fast')
    const lines: { details: object; message: string }[] = []
    const record = (details: object, message: string) => void lines.push({ details, message })
    const url = new URL(server.url)
    url.password = 'secret'
    const opening = openPostgres({ url: url.href, waitMs: 60_000, log: { info: record, warn: record } })
    await expect.poll(() => lines.length, { timeout: 5_000 }).toBeGreaterThan(0)
    await server.start()
    const store = await opening
    expect(await store.listTenants({})).toEqual([])
    await store.close()
    expect(lines[0]).toEqual({
      details: {
        database: postgresPlace(server.url),
        cause: expect.stringContaining('ECONNREFUSED'),
        waitedSeconds: 0,
      },
      message: 'the database does not answer; waiting for it',
    })
    expect(JSON.stringify(lines)).not.toContain('secret')
  })

  it('opening a store gives up after the configured time', async () => {
    const url = `postgres://127.0.0.1:${await freePort()}/shop`
    await expect(openPostgres({ url, waitMs: 1_000 })).rejects.toThrow(/did not answer within 1 s/)
  })

  it('opening a store does not wait for a database that does not exist', async () => {
    const url = new URL(server.url)
    url.pathname = '/shop'
    await expect(openPostgres({ url: url.href, waitMs: 60_000 })).rejects.toMatchObject({
      message: expect.stringMatching(/127\.0\.0\.1.*\/shop cannot be used\. Create the database/),
      cause: { message: 'database "shop" does not exist' },
    })
  })

  it('opening a store does not wait for a user that the server does not know', async () => {
    const url = new URL(server.url)
    url.username = 'polly'
    await expect(openPostgres({ url: url.href, waitMs: 60_000 })).rejects.toMatchObject({
      message: expect.stringContaining('Check the user'),
      cause: { message: 'role "polly" does not exist' },
    })
  })

  it('opening a store does not wait when the password is wrong, and works with the right one', async () => {
    await using guarded = await startOwnPostgres()
    await onDatabase(guarded.url, async (client) => {
      await client.query("create role polly login superuser password 'right'")
      const { rows } = await client.query<{ hba_file: string }>('show hba_file')
      await client.query(`copy (select 'host all all 127.0.0.1/32 scram-sha-256') to '${rows[0]?.hba_file}'`)
      await client.query('select pg_reload_conf()')
    })
    const url = new URL(guarded.url)
    url.username = 'polly'
    url.password = 'wrong'
    await expect(openPostgres({ url: url.href, waitMs: 60_000 })).rejects.toMatchObject({
      message: expect.stringContaining('Check the user and the password in DATABASE_URL.'),
      cause: { message: 'password authentication failed for user "polly"' },
    })
    url.password = 'right'
    await (await openPostgres({ url: url.href })).close()
  })

  it('opening a store names a schema that a newer version has upgraded, and changes nothing', async () => {
    const url = await freshDatabase()
    await (await openPostgres({ url })).close()
    await onDatabase(url, (client) =>
      client.query("insert into kysely_migration values ('9999-lumen', '2099-01-01T00:00:00.000Z')"),
    )
    await expect(openPostgres({ url, waitMs: 60_000 })).rejects.toThrow(/upgraded by a newer Polyphony.*9999-lumen/)
  })

  it('opening a store is not held up by the lock of a killed migration', async () => {
    const url = await freshDatabase()
    await (await openPostgres({ url })).close()
    // Of this lock Kysely's own migrator would wait.
    await onDatabase(url, async (client) => {
      await client.query('select pg_advisory_lock(3853314791062309107)')
      await (await openPostgres({ url })).close()
    })
  })
})
