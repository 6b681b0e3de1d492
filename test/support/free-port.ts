import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below the ports that systems give to whoever asks for any (Linux: from 32768; macOS and Windows: from 49152). Tests
 * that run at the same time open hundreds of servers on such ports: one of them would take the port of a server that
 * is down for a moment, and answer in its place.
 */
const LOWEST = 20_000
const HIGHEST = 32_767

/** A free port of this machine, for a server that must know its own address before it starts, or keeps it over restarts. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST + 1)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const isOpen = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  if (isOpen) await new Promise((closed) => server.close(closed))
  return isOpen
}
