import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Rows, relayStatements, tokenText, writeSqlite } from '../test/support/relay-database.ts'

/**
 * How long `polyphony import new-api` takes for 1,000 users and 10,000 tokens, from a database with new-api's tables, into a new
 * SQLite; and that a second run imports nothing. The program is the built one (`npm run build`).
 *
 *   node bench/import.ts                                   from SQLite
 *   node bench/import.ts 'root:pw@tcp(127.0.0.1:3306)/db'  from an empty database of MySQL or MariaDB
 */

const USERS = 1_000
const TOKENS = 10_000
const THEN = 1_704_067_200
const PROGRAM = new URL('../bin/polyphony.js', import.meta.url).pathname

const rows: Rows = {
  users: Array.from({ length: USERS }, (_, at) => ({
    id: at + 1,
    username: `user-${at + 1}`,
    password: '$2a$10$abcdefghijklmnopqrstuv',
    display_name: `User ${at + 1}`,
    role: at === 0 ? 100 : 1,
    status: 1,
    email: `user-${at + 1}@example.org`,
    quota: 500_000 + at,
    group: 'default',
    created_at: THEN,
  })),
  tokens: Array.from({ length: TOKENS }, (_, at) => ({
    id: at + 1,
    user_id: (at % USERS) + 1,
    key: tokenText(at + 1),
    status: 1,
    name: `token ${at + 1}`,
    created_time: THEN,
    expired_time: -1,
    remain_quota: 0,
    unlimited_quota: 1,
  })),
}

const folder = await mkdtemp(join(tmpdir(), 'polyphony-import-'))
try {
  const dsn = process.argv[2] ?? join(folder, 'new-api.db')
  if (process.argv[2] === undefined) writeSqlite(dsn, 'new-api', rows)
  else await fillMysql(dsn)
  const env = { ...process.env, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'warn', PORT: '0' }
  await makeDatabase(env)
  for (const run of ['first', 'second']) {
    const begun = performance.now()
    const report = polyphony(['import', 'new-api', dsn], env)
    console.log(`${run} run: ${((performance.now() - begun) / 1_000).toFixed(1)} s\n${report}`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Starts a server, which makes the database, and stops it. */
async function makeDatabase(env: NodeJS.ProcessEnv): Promise<void> {
  const server = spawn(process.execPath, [PROGRAM, 'serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(server, 'exit')
  await once(server.stderr, 'data') // the first keys
  server.kill('SIGTERM')
  await ended
}

/** What it prints. Throws when it fails. */
function polyphony(args: string[], env: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`polyphony ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`)
  return stdout
}

async function fillMysql(dsn: string): Promise<void> {
  const { createConnection } = await import('mysql2/promise')
  const { mysqlAddress } = await import('../src/imports/mysql-address.ts')
  const connection = await createConnection({ ...mysqlAddress(dsn), multipleStatements: true })
  try {
    for (const statement of relayStatements('new-api', 'mysql', rows)) await connection.query(statement)
  } finally {
    await connection.end()
  }
}
