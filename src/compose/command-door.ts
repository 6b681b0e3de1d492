import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject } from '../core/json.ts'
import { urlOf } from './address.ts'

/** In the data folder while a server runs: how a command of the same user reaches it. */
const FILE = 'serve.json'

/** How to reach the server that runs on a data folder. */
export interface RunningServer {
  url: string
  pid: number
  token: string
}

/**
 * Commands on the server's own machine go through the server. Who can read the data folder, and so the database and the
 * master secret, is the operator: a token of this run, in a file that only its user may read, proves it.
 */
export interface CommandDoor<Caller> {
  /** The caller with the token of this run; undefined for every other credential. */
  commandLine(credential: string | undefined): Caller | undefined
  open(options: { host: string; port: number; caller: Caller }): Promise<void>
  close(): Promise<void>
}

export function commandDoor<Caller>(dataDir: string): CommandDoor<Caller> {
  const path = join(dataDir, FILE)
  const token = `run-${randomBytes(32).toString('base64url')}`
  const expected = digest(token)
  let caller: Caller | undefined
  return {
    commandLine(credential) {
      // The length first: most requests are not those of commands.
      if (caller === undefined || credential?.length !== token.length) return undefined
      return timingSafeEqual(digest(credential), expected) ? caller : undefined
    },
    async open({ host, port, caller: theCaller }) {
      caller = theCaller
      const server: RunningServer = { url: loopbackUrl(host, port), pid: process.pid, token }
      // Renamed when it is whole: a command never reads half of it.
      const draft = `${path}.${process.pid}`
      await writeFile(draft, `${JSON.stringify(server)}\n`, { mode: 0o600 })
      await rename(draft, path)
    },
    async close() {
      caller = undefined
      const server = await readRunningServer(dataDir)
      if (server?.token === token) await rm(path, { force: true })
    },
  }
}

/** The server that says it runs on this data folder; it may have been killed since. */
export async function readRunningServer(dataDir: string): Promise<RunningServer | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(dataDir, FILE), 'utf8'))
    if (!isJsonObject(value)) return undefined
    const { url, pid, token } = value
    return typeof url === 'string' && typeof pid === 'number' && typeof token === 'string'
      ? { url, pid, token }
      : undefined
  } catch {
    return undefined // there is none, or it is not one of ours
  }
}

/** A server that listens on all addresses is called on that of the machine itself. */
function loopbackUrl(host: string, port: number): string {
  if (host === '0.0.0.0') return urlOf('127.0.0.1', port)
  return urlOf(host === '::' ? '::1' : host, port)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
