import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type pg from 'pg'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSqlite } from '../../src/store/sqlite.ts'
import { polyphony } from '../support/command.ts'
import { freePort } from '../support/free-port.ts'
import { startOwnPostgres } from '../support/own-postgres.ts'
import { freshDatabase, migratedDatabase, onDatabase } from '../support/postgres-database.ts'
import { serve } from '../support/server-process.ts'

const NEWER = "insert into kysely_migration values ('9999-lumen', '2099-01-01T00:00:00.000Z')"
const NOT_NEWER = "delete from kysely_migration where name = '9999-lumen'"
/** What a start may take longer than a normal one before it fails. */
const EXTRA_MS = 2_000

const S3_KEY = { AWS_ACCESS_KEY_ID: 'an-id', AWS_SECRET_ACCESS_KEY: 'a-secret' }

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'polyphony-broken-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

interface Situation {
  /** What is broken, as the environment of the start. */
  env: Record<string, string>
  /** Repairs what the environment cannot. */
  repair?: () => unknown
  /** What a start in the repaired situation needs beside the data folder. */
  repairedEnv?: Record<string, string>
  dispose?: () => unknown
}

interface Broken {
  name: string
  prepare: () => Situation | Promise<Situation>
  /** What the message has to name: the cause and the remedy. */
  says: RegExp[]
}

const inDatabase = (change: string) => {
  const database = new DatabaseSync(join(dataDir, 'polyphony.db'))
  database.exec(change)
  database.close()
}

async function takenPort(): Promise<{ port: number; close: () => Promise<unknown> }> {
  const taken = createServer()
  await new Promise<void>((ready) => taken.listen(0, '127.0.0.1', ready))
  const { port } = taken.address() as AddressInfo // it listens on TCP
  return { port, close: () => new Promise((closed) => taken.close(closed)) }
}

/** Makes a user whom the server asks for a password; others are trusted by default. */
async function requirePassword(client: pg.Client, password: string): Promise<void> {
  await client.query(`create role polly login superuser password '${password}'`)
  const { rows } = await client.query<{ hba_file: string }>('show hba_file')
  await client.query(`copy (select 'host all all 127.0.0.1/32 scram-sha-256') to '${rows[0]?.hba_file}'`)
  await client.query('select pg_reload_conf()')
}

/** Faults of the environment alone: the next start has another one. */
const UNUSABLE: Broken[] = [
  {
    name: 'a price is set for an unknown operation',
    prepare: () => ({ env: { POLYPHONY_PRICES: '{"suno/musik": 1}' } }),
    says: [/POLYPHONY_PRICES names "suno\/musik", and the catalogue has no such operation or model/],
  },
  {
    name: 'a price is no price',
    prepare: () => ({ env: { POLYPHONY_PRICES: '{"suno": "cheap"}' } }),
    says: [/POLYPHONY_PRICES: "suno" must be whole points or a factor/],
  },
  {
    name: 'the order of providers names an unknown one',
    prepare: () => ({ env: { POLYPHONY_PROVIDERS: 'lumen:3' } }),
    says: [/POLYPHONY_PROVIDERS names "lumen"; there are: .*luma/],
  },
  {
    name: 'the host name does not exist',
    prepare: () => ({ env: { HOST: 'nowhere.invalid' } }),
    says: [/nowhere\.invalid/, /set HOST to/],
  },
  {
    name: 'the host is an address of another machine',
    prepare: () => ({ env: { HOST: '192.0.2.1' } }),
    says: [/192\.0\.2\.1/, /set HOST to/],
  },
  {
    name: 'no database answers at the port',
    async prepare() {
      const url = `postgres://127.0.0.1:${await freePort()}/shop`
      return { env: { DATABASE_URL: url, POLYPHONY_DATABASE_WAIT_SECONDS: '0' } }
    },
    says: [/did not answer/, /Check that it runs, and DATABASE_URL/, /ECONNREFUSED/],
  },
  {
    name: 'the data folder cannot be written',
    prepare: () => ({ env: { DATA_DIR: '/proc/polyphony' } }),
    says: [/DATA_DIR: the folder \/proc\/polyphony cannot be made/],
  },
  {
    name: 'the data folder is a file',
    prepare() {
      const path = join(dataDir, 'a-file')
      writeFileSync(path, 'not a folder')
      return { env: { DATA_DIR: path } }
    },
    says: [/DATA_DIR: .*a-file is a file, not a folder/],
  },
  {
    name: 'the storage has an unknown scheme',
    prepare: () => ({ env: { STORAGE_URL: 'ftp://files.example/media' } }),
    says: [/STORAGE_URL must begin with "file:" or "s3:"/],
  },
  {
    name: 'the storage is a file, not a folder',
    prepare() {
      const path = join(dataDir, 'a-file')
      writeFileSync(path, 'not a folder')
      return { env: { STORAGE_URL: `file://${path}` } }
    },
    says: [/The folder of files, .*a-file, cannot be made/],
  },
  {
    name: 'the region of the bucket is unknown',
    // A folder without a configuration of Amazon's SDK, which may name a region.
    prepare: () => ({ env: { STORAGE_URL: 's3://media', ...S3_KEY, HOME: dataDir } }),
    says: [/STORAGE_URL names s3:\/\/media\//, /no region is known\. Add \?region=/],
  },
  {
    name: 'no storage answers at the endpoint',
    async prepare() {
      const endpoint = `http://127.0.0.1:${await freePort()}`
      return { env: { STORAGE_URL: `s3://media?endpoint=${endpoint}&force_path_style=true`, ...S3_KEY } }
    },
    says: [/STORAGE_URL names s3:\/\/media\/ at http/, /ECONNREFUSED/, /Is the endpoint right, and does it run/],
  },
  {
    name: 'the configuration file is no YAML',
    prepare() {
      const path = join(dataDir, 'gateway.yaml')
      writeFileSync(path, 'PORT: [8080')
      return { env: { POLYPHONY_CONFIG: path } }
    },
    says: [/gateway\.yaml cannot be read/, /line \d/],
  },
]

/** Faults of what a start finds, which are repaired there. */
const BROKEN: Broken[] = [
  {
    name: 'the port is taken',
    async prepare() {
      const { port, close } = await takenPort()
      return { env: { PORT: String(port) }, repair: close }
    },
    says: [/EADDRINUSE/, /set PORT to a free one/],
  },
  {
    name: 'the port of the metrics is taken',
    async prepare() {
      const { port, close } = await takenPort()
      return { env: { POLYPHONY_METRICS_PORT: String(port) }, repair: close }
    },
    says: [/EADDRINUSE/, /set POLYPHONY_METRICS_PORT to a free one/],
  },
  {
    name: 'the password of the database is wrong',
    async prepare() {
      const server = await startOwnPostgres()
      await onDatabase(server.url, (client) => requirePassword(client, 'right'))
      const url = (password: string) => {
        const { host, pathname } = new URL(server.url)
        return `postgres://polly:${password}@${host}${pathname}`
      }
      return { env: { DATABASE_URL: url('wrong') }, repairedEnv: { DATABASE_URL: url('right') }, dispose: server.close }
    },
    says: [/The database .* cannot be used\. Check the user and the password in DATABASE_URL/],
  },
  {
    name: 'the database does not exist',
    async prepare() {
      const url = new URL(await freshDatabase())
      const right = url.href
      url.pathname = '/shop'
      return { env: { DATABASE_URL: url.href }, repairedEnv: { DATABASE_URL: right } }
    },
    says: [/Create the database, or correct its name in DATABASE_URL/, /"shop" does not exist/],
  },
  {
    name: 'a newer version has upgraded the PostgreSQL database',
    async prepare() {
      const url = await migratedDatabase()
      await onDatabase(url, (client) => client.query(NEWER))
      const repair = () => onDatabase(url, (client) => client.query(NOT_NEWER))
      return { env: { DATABASE_URL: url }, repair, repairedEnv: { DATABASE_URL: url } }
    },
    says: [/upgraded by a newer Polyphony/, /Start the newer version, or restore a backup/],
  },
  {
    name: 'a newer version has upgraded the SQLite database',
    async prepare() {
      await (await openSqlite({ path: join(dataDir, 'polyphony.db') })).close()
      inDatabase(NEWER)
      return { env: {}, repair: () => inDatabase(NOT_NEWER) }
    },
    says: [/polyphony\.db could not be opened/, /upgraded by a newer Polyphony/, /Start the newer version/],
  },
  {
    name: 'the database file is damaged',
    prepare() {
      const path = join(dataDir, 'polyphony.db')
      writeFileSync(path, 'no database '.repeat(1_000))
      return { env: {}, repair: () => rmSync(path) }
    },
    says: [/polyphony\.db could not be opened: file is not a database/],
  },
]

describe('a start in a broken situation', () => {
  let normalMs = 0

  /** Starts the server, and ends it as soon as it serves. */
  async function normalStart(env: Record<string, string> = {}): Promise<number> {
    const startedAt = performance.now()
    const server = await serve({ env: { DATA_DIR: dataDir, PORT: '0', ...env } })
    const tookMs = performance.now() - startedAt
    expect(await server.stop()).toBe(0)
    return tookMs
  }

  async function failedStart(env: Record<string, string>): Promise<{ tookMs: number; stderr: string }> {
    const startedAt = performance.now()
    const outcome = await polyphony(['serve'], { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', ...env })
    const tookMs = performance.now() - startedAt
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    return { tookMs, stderr: outcome.stderr }
  }

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'polyphony-broken-'))
    normalMs = await normalStart()
    rmSync(dataDir, { recursive: true, force: true })
  })

  /** Fails unless a start in the situation does, at once, and with the cause and the remedy. */
  async function expectFailure({ env }: Situation, { name, says }: Broken): Promise<void> {
    const { tookMs, stderr } = await failedStart(env)
    // Other work on the machine can only add to the time.
    const leastMs = tookMs < normalMs + EXTRA_MS ? tookMs : (await failedStart(env)).tookMs
    const lines = stderr.trim().split('\n')
    expect(lines[0]).toMatch(/^polyphony: /)
    expect(lines.length).toBeLessThanOrEqual(2)
    for (const words of says) expect(stderr, name).toMatch(words)
    expect(stderr).not.toMatch(/^ +at /m)
    expect(leastMs).toBeLessThan(normalMs + EXTRA_MS)
  }

  it.each(BROKEN)('a start fails at once and says what to do, and the next one succeeds: $name', async (broken) => {
    const situation = await broken.prepare()
    try {
      await expectFailure(situation, broken)
      await situation.repair?.()
      await normalStart(situation.repairedEnv)
    } finally {
      await situation.dispose?.()
    }
  })

  it('starts with unusable environments fail at once and say what to do, and the next one in their folder succeeds', async () => {
    for (const broken of UNUSABLE) await expectFailure(await broken.prepare(), broken)
    await normalStart()
  })
})

describe('the first keys', () => {
  it('the first keys are shown by the first start that serves, after one on a port that is taken', async () => {
    const { port, close } = await takenPort()
    const failed = await polyphony(['serve'], { DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn' })
    await close()
    expect(failed.code).toBe(1)
    expect(failed.stderr).not.toContain('sk-')

    await using server = await serve({ env: { DATA_DIR: dataDir, PORT: '0' } })
    const [, adminKey = ''] = await server.written(/(sk-live-\S+)/)
    const [, testKey = ''] = await server.written(/(sk-test-\S+)/)
    for (const key of [adminKey, testKey]) {
      const answer = await fetch(`${server.url}/api/v1/models`, { headers: { 'x-api-key': key } })
      expect(answer.status).toBe(200)
    }
  })

  it('of two nodes that start at once on an empty database, one shows keys, and they work at the other', async () => {
    const env = { DATA_DIR: dataDir, PORT: '0', DATABASE_URL: await freshDatabase() }
    const [one, other] = await Promise.all([serve({ env }), serve({ env })])
    try {
      // The keys are written after the line that says that it serves, to another stream.
      const shown = () => [one, other].flatMap((server) => server.output().stderr.match(/sk-live-\S+/g) ?? [])
      await expect.poll(() => shown().length).toBeGreaterThan(0)
      const [key = ''] = shown()
      for (const { url } of [one, other]) {
        const answer = await fetch(`${url}/api/v1/models`, { headers: { 'x-api-key': key } })
        expect(answer.status).toBe(200)
      }
      await Promise.all([one.stop(), other.stop()])
      expect(shown()).toEqual([key]) // all that both have written
    } finally {
      await Promise.all([one.stop(), other.stop()])
    }
  })
})

describe('a configuration with several faults', () => {
  it('a start names all faults of all sources, a line each', async () => {
    mkdirSync(join(dataDir, 'here'))
    const file = join(dataDir, 'here', 'polyphony.config.yaml')
    writeFileSync(file, 'POLYPHONY_MEDIA_DAYS: month\nPOLYPHONY_PRICE: {}\n')
    const { code, stderr } = await polyphony(['serve', '--config', file], {
      DATA_DIR: join(dataDir, 'data'),
      PORT: 'http',
      POLYPHONY_PRICES: '{"suno": "cheap", "lumen": "x-1"}',
      POLYPHONY_PROVIDERS: 'lumen',
    })
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toEqual([
      'polyphony: 6 settings cannot be used:',
      '  - PORT must be a number from 0 to 65535, not "http".',
      expect.stringMatching(/^ {2}- POLYPHONY_PROVIDERS names "lumen"/),
      expect.stringMatching(/^ {2}- POLYPHONY_PRICES: "suno" must be/),
      expect.stringMatching(/^ {2}- POLYPHONY_PRICES: "lumen" must be/),
      expect.stringMatching(/^ {2}- POLYPHONY_MEDIA_DAYS must be a number/),
      expect.stringMatching(/has "POLYPHONY_PRICE", which is not a setting; was POLYPHONY_PRICES meant\?$/),
    ])
    expect(readFileSync(file, 'utf8')).toContain('month') // it changes no file
  })
})
