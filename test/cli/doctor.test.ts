import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { skewFinding } from '../../src/cli/doctor/database.ts'
import type { Finding } from '../../src/cli/doctor/finding.ts'
import { checkNode } from '../../src/cli/doctor/machine.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { openFakeLuma } from '../support/fake-luma.ts'
import { ffmpegStandIn } from '../support/ffmpeg-stand-in.ts'
import { freePort } from '../support/free-port.ts'
import { openMailServer } from '../support/mail-server.ts'
import { freshDatabase, migratedDatabase } from '../support/postgres-database.ts'
import { serve } from '../support/server-process.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'polyphony-doctor-test-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

async function doctor(env: Record<string, string> = {}): Promise<{ code: number | null; findings: Finding[] }> {
  const { code, stdout, stderr } = await polyphonyHere(['doctor', '--json'], { DATA_DIR: dataDir, PORT: '0', ...env })
  expect(stderr).toBe('')
  return { code, findings: JSON.parse(stdout).findings }
}

type Situation = Record<string, string> | Promise<Record<string, string>>

/** What is prepared, the environment for it, and what the doctor finds. */
const SITUATIONS: [string, () => Situation, Finding['status'], string, RegExp][] = [
  ['a setting cannot be used', () => ({ PORT: 'http' }), 'fault', 'configuration', /PORT must be a number/],
  ['a price is unknown', () => ({ POLYPHONY_PRICES: '{"x": 1}' }), 'fault', 'configuration', /no such operation/],
  ['a variable is misspelled', () => ({ POLYPHONY_PRICE: '1' }), 'warning', 'configuration', /POLYPHONY_PRICES meant/],
  ['the data folder cannot be made', () => ({ DATA_DIR: '/dev/null/data' }), 'fault', 'data folder', /is a file/],
  ['the secret was cut off', () => withFile('secret', 'half'), 'fault', 'secret', /put it back from a backup/],
  ['the secret is lost', () => withDatabase(), 'fault', 'secret', /is missing, and there is a database/],
  [
    'others can read the secret',
    () => withFile('secret', 'a secret of some length', 0o644),
    'warning',
    'file modes',
    /chmod/,
  ],
  [
    'the database is damaged',
    () => withFile('polyphony.db', 'no db '.repeat(999)),
    'fault',
    'database',
    /polyphony\.db: file is not/,
  ],
  ['the schema is newer', () => withDatabase("'9999-x'"), 'fault', 'database', /upgraded by a newer Polyphony/],
  ['the schema is older', () => withDatabase(null), 'warning', 'database', /the next start upgrades it/],
  ['the database is current', () => withDatabase(), 'ok', 'database', /its schema is up to date/],
  ['PostgreSQL is current', () => withPostgres(), 'ok', 'database', /PostgreSQL at .* its schema is up to date/],
  ['PostgreSQL has a clock', () => withPostgres(), 'ok', 'clock', /s from the database's/],
  ['PostgreSQL is empty', async () => ({ DATABASE_URL: await freshDatabase() }), 'warning', 'database', /is empty/],
  [
    'PostgreSQL is down',
    async () => ({ DATABASE_URL: `postgres://127.0.0.1:${await freePort()}/x` }),
    'fault',
    'database',
    /did not answer/,
  ],
  [
    'nobody takes notices',
    async () => ({ POLYPHONY_NOTICES_URL: `http://127.0.0.1:${await freePort()}/hook` }),
    'warning',
    'notices',
    /Notices would not arrive: connect ECONNREFUSED/,
  ],
  [
    'no mail server takes notices',
    async () => ({ POLYPHONY_NOTICES_MAIL: `smtp://127.0.0.1:${await freePort()}?from=a@x.org&to=b@x.org` }),
    'warning',
    'notices by e-mail',
    /Notices would not arrive: .*ECONNREFUSED/,
  ],
  ['the folder of files is a file', () => withStorageFile(), 'fault', 'files', /is a file, not a folder/],
  ['the bucket does not answer', () => withBucket(), 'fault', 'files', /STORAGE_URL names s3:\/\/media.*ECONNREFUSED/],
  [
    'the host is unknown',
    async () => ({ HOST: '192.0.2.1', PORT: String(await freePort()) }),
    'fault',
    'port',
    /set HOST to/,
  ],
  ['all addresses are served', () => ({ HOST: '0.0.0.0' }), 'warning', 'PUBLIC_URL', /set PUBLIC_URL/],
  ['no provider is configured', () => ({}), 'ok', 'providers', /none is configured/],
  [
    'the ffmpeg does not run',
    () => ({ POLYPHONY_FFMPEG: '/nonexistent/ffmpeg' }),
    'fault',
    'ffmpeg',
    /^POLYPHONY_FFMPEG: \/nonexistent\/ffmpeg cannot be used as ffmpeg 5\.1 or later .*ENOENT\.$/,
  ],
  [
    'the ffmpeg encodes videos',
    async () => ({ POLYPHONY_FFMPEG: await ffmpegStandIn(dataDir) }),
    'ok',
    'ffmpeg',
    /ffmpeg-honest\.mjs encodes videos with libx264$/,
  ],
]

function withFile(name: string, content: string, mode = 0o600): Situation {
  writeFileSync(join(dataDir, name), content)
  chmodSync(join(dataDir, name), mode)
  return {}
}

/** A migrated database; with a migration more of this name, or with one less. */
async function withDatabase(change?: string | null): Promise<Record<string, string>> {
  const path = join(dataDir, 'polyphony.db')
  await (await openSqlite({ path })).close()
  if (change === undefined) return {}
  const database = new DatabaseSync(path)
  database.exec(
    change === null
      ? 'delete from kysely_migration where name = (select max(name) from kysely_migration)'
      : `insert into kysely_migration values (${change}, '2099-01-01T00:00:00.000Z')`,
  )
  database.close()
  return {}
}

async function withPostgres(): Promise<Record<string, string>> {
  return { DATABASE_URL: await migratedDatabase() }
}

function withStorageFile(): Situation {
  writeFileSync(join(dataDir, 'a-file'), '')
  return { STORAGE_URL: `file://${dataDir}/a-file` }
}

async function withBucket(): Promise<Record<string, string>> {
  const url = `s3://media?endpoint=http://127.0.0.1:${await freePort()}&force_path_style=true`
  return { STORAGE_URL: url, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }
}

describe('polyphony doctor', () => {
  it('before the first start all is well, and nothing is made', async () => {
    const { code, findings } = await doctor({ POLYPHONY_MEDIA_DAYS: '7' })
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([])
    expect(code).toBe(0)
    expect(readdirSync(dataDir)).toEqual([])
  })

  it.each(SITUATIONS)('the doctor finds that %s', async (_name, prepare, status, about, says) => {
    const { code, findings } = await doctor(await prepare())
    const found = findings.filter((finding) => finding.about === about)
    expect(found).toContainEqual({ about, status, says: expect.stringMatching(says) })
    if (status === 'fault') expect(code).toBe(1)
  })

  it('the doctor tells a port that a gateway serves from one that another program has', async () => {
    const other = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await new Promise((ready) => other.once('listening', ready))
    const { port } = other.address() as { port: number } // it listens on TCP
    const taken = await doctor({ PORT: String(port) })
    await new Promise((closed) => other.close(closed))
    expect(taken.findings).toContainEqual({ about: 'port', status: 'fault', says: expect.stringMatching(/set PORT/) })

    await using server = await serve({ env: { DATA_DIR: dataDir, PORT: String(port) } })
    const served = await doctor({ PORT: String(port), PUBLIC_URL: server.url })
    expect(served.findings).toContainEqual({
      about: 'port',
      status: 'ok',
      says: `a gateway serves on 127.0.0.1:${port}`,
    })
    expect(served.findings).toContainEqual({
      about: 'PUBLIC_URL',
      status: 'ok',
      says: `${server.url} leads to a gateway`,
    })
    expect(served.code).toBe(0)
    const overTls = await doctor({ PORT: String(port), PUBLIC_URL: server.url.replace('http:', 'https:') })
    expect(overTls.findings).toContainEqual({
      about: 'PUBLIC_URL',
      status: 'warning',
      says: expect.stringMatching(/^No gateway is reached at https:.*It speaks no TLS there: should the address begin/),
    })
  })

  it('the doctor asks the vendors whether keys of the environment work, before the first start', async () => {
    await using luma = await openFakeLuma('the right key')
    const about = 'luma of the environment'
    const right = await doctor({ LUMAAI_API_KEY: 'the right key', LUMAAI_BASE_URL: luma.baseUrl })
    expect(right.findings).toContainEqual({ about, status: 'ok', says: 'the credential works' })
    const wrong = await doctor({ LUMAAI_API_KEY: 'a wrong key', LUMAAI_BASE_URL: luma.baseUrl })
    expect(wrong.findings).toContainEqual({ about, status: 'fault', says: expect.stringMatching(/does not accept/) })
    expect(JSON.stringify(wrong.findings)).not.toContain('a wrong key')
    expect(wrong.code).toBe(1)
  })

  it('the doctor prints lines for people', async () => {
    const { stdout } = await polyphonyHere(['doctor'], { DATA_DIR: dataDir, PORT: '0' })
    expect(stdout).toMatch(/^ok {7}Node\.js {2,}\d+\.\d+\.\d+$/m)
    expect(stdout).toMatch(/^Faults: 0\. Warnings: 0\. Ok: \d+\.$/m)
  })

  it.each([
    [0, 'ok', '0.0 s from'],
    [-1_500, 'ok', '1.5 s from'],
    [12_000, 'warning', 'This machine is 12.0 s behind the database'],
    [-90_000, 'warning', 'This machine is 90.0 s ahead of the database'],
  ])('a database that is %d ms ahead is %s', (skewMs, status, says) => {
    expect(skewFinding(skewMs)).toMatchObject({ status, says: expect.stringContaining(says) })
  })

  it.each([
    ['20.20.2', 'fault'],
    ['22.17.0', 'fault'],
    ['22.18.0', 'ok'],
    ['24.0.0', 'ok'],
  ])('Node.js %s is %s', (version, status) => {
    expect(checkNode(version)).toMatchObject({ status })
  })
})

it('the doctor asks the mail server and the host of notices, and sends nothing', async () => {
  await using mail = await openMailServer()
  const hook = createServer((socket) => socket.destroy())
  await new Promise<void>((ready) => hook.listen(0, '127.0.0.1', ready))
  const { port } = hook.address() as AddressInfo // it listens on TCP
  const { findings } = await doctor({
    POLYPHONY_NOTICES_MAIL: `${mail.url}?from=a@example.org&to=b@example.org`,
    POLYPHONY_NOTICES_URL: `http://127.0.0.1:${port}/hook`,
  })
  hook.close()
  expect(findings.filter(({ about }) => about.startsWith('notices'))).toEqual([
    { about: 'notices by e-mail', status: 'ok', says: 'the mail server takes messages' },
    { about: 'notices', status: 'ok', says: `127.0.0.1:${port} takes connections` },
  ])
  expect(mail.messages).toEqual([])
})
