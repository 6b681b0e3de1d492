import type { LookupAddress } from 'node:dns'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { type Clock, SECOND_MS } from '../core/clock.ts'

const REREAD_AFTER_MS = 5 * SECOND_MS

const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/** The names that this machine resolves by itself: those of its hosts file, and `localhost` in any case (RFC 6761). */
export function openHostsFile({
  clock,
  path = defaultPath(),
}: {
  clock: Clock
  path?: string | undefined
}): (hostname: string) => Promise<LookupAddress[] | undefined> {
  let read: { at: number; names: Promise<Map<string, LookupAddress[]>> } | undefined

  return async (hostname) => {
    const now = clock.now()
    if (!read || Math.abs(now - read.at) >= REREAD_AFTER_MS) read = { at: now, names: namesIn(path) }
    const name = hostname.toLowerCase().replace(/\.$/, '')
    const found = (await read.names).get(name)
    if (found) return [...found]
    return name === 'localhost' || name.endsWith('.localhost') ? [...LOOPBACK] : undefined
  }
}

/** Empty if there is no such file, as in some containers. */
async function namesIn(path: string): Promise<Map<string, LookupAddress[]>> {
  const names = new Map<string, LookupAddress[]>()
  const text = await readFile(path, 'utf8').catch(() => '')
  for (const line of text.split('\n')) {
    const [address = '', ...aliases] = (line.split('#')[0] ?? '').trim().split(/\s+/)
    const family = isIP(address)
    if (family === 0) continue
    for (const alias of aliases) {
      const name = alias.toLowerCase()
      names.set(name, [...(names.get(name) ?? []), { address, family }])
    }
  }
  return names
}

function defaultPath(): string {
  if (process.platform !== 'win32') return '/etc/hosts'
  return join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts')
}
