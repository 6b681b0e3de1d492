import type { LookupAddress } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { isIP, type LookupFunction } from 'node:net'
import { LRUCache } from 'lru-cache'
import { type Clock, MINUTE_MS, SECOND_MS, systemClock } from '../core/clock.ts'
import { openHostsFile } from './hosts-file.ts'

/** All addresses of a name. Rejects when it has none. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>

export interface ResolverOptions {
  clock?: Clock
  /** Name servers, with a port if it is not 53. Absent: those of the system. */
  servers?: readonly string[]
  hostsPath?: string
  resolvPath?: string
  /** How long the first try waits; the second waits twice as long. */
  timeoutMs?: number
}

const TIMEOUT_MS = 1_500
const TRIES = 2
/** For how long a name that was not found is not looked up again. */
const REMEMBERED_MS = 5 * SECOND_MS
const MOST_REMEMBERED = 1_000
/** Look-ups at once in one domain, and how many more of them wait: the name servers of one do not hold up the others. */
const AT_ONCE_IN_A_DOMAIN = 32
const MOST_WAITING_IN_A_DOMAIN = 1_000
/** The system's name servers may have changed by then, as on a laptop. */
const RENEWED_AFTER_MS = MINUTE_MS
const MOST_SEARCHED_DOMAINS = 6

/**
 * Resolves names from clients and vendors. The system's `getaddrinfo` occupies a thread of the pool until the name server
 * answers, and connections to the operator's vendors need the same threads. This resolver queries name servers over its own
 * sockets, and delays no other work. Like the system, it uses the hosts file and the search domains.
 */
export function openResolver({
  clock = systemClock,
  servers,
  hostsPath,
  resolvPath = '/etc/resolv.conf',
  timeoutMs = TIMEOUT_MS,
}: ResolverOptions = {}): { resolve: Resolve; close(): void } {
  const hosts = openHostsFile({ clock, path: hostsPath })
  const failures = new LRUCache<string, { error: Error; until: number }>({ max: MOST_REMEMBERED })
  const underWay = new Map<string, Promise<LookupAddress[]>>()
  const inTurn = openTurns(AT_ONCE_IN_A_DOMAIN, MOST_WAITING_IN_A_DOMAIN)
  let current: { resolver: Resolver; domains: Promise<string[]>; since: number } | undefined

  function usable(): NonNullable<typeof current> {
    const now = clock.now()
    if (current && Math.abs(now - current.since) < RENEWED_AFTER_MS) return current
    const resolver = new Resolver({ timeout: timeoutMs, tries: TRIES })
    if (servers) resolver.setServers(servers)
    current = { resolver, domains: searchDomains(resolvPath), since: now }
    return current
  }

  async function lookUp(hostname: string): Promise<LookupAddress[]> {
    const { resolver, domains } = usable()
    try {
      return await addressesOf(resolver, hostname)
    } catch (error) {
      if (!isUnknown(error) || hostname.endsWith('.')) throw error
      for (const domain of await domains) {
        try {
          return await addressesOf(resolver, `${hostname}.${domain}`)
        } catch (elsewhere) {
          if (!isUnknown(elsewhere)) throw elsewhere
        }
      }
      throw error
    }
  }

  async function remembering(hostname: string): Promise<LookupAddress[]> {
    const failure = failures.get(hostname)
    if (failure && failure.until > clock.now()) throw failure.error
    try {
      return await inTurn(domainOf(hostname), () => lookUp(hostname))
    } catch (cause) {
      const error = lookUpError(hostname, cause)
      failures.set(hostname, { error, until: clock.now() + REMEMBERED_MS })
      throw error
    }
  }

  return {
    async resolve(hostname) {
      const family = isIP(hostname)
      if (family !== 0) return [{ address: hostname, family }]
      const local = await hosts(hostname)
      if (local) return local
      const name = hostname.toLowerCase()
      let looking = underWay.get(name)
      if (!looking) {
        looking = remembering(name).finally(() => underWay.delete(name))
        underWay.set(name, looking)
      }
      return looking
    },
    close() {
      current?.resolver.cancel()
    },
  }
}

/** Looks up IPv4 and IPv6 at once; one of them suffices. */
async function addressesOf(resolver: Resolver, hostname: string): Promise<LookupAddress[]> {
  const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
  const addresses = [...listed(four, 4), ...listed(six, 6)]
  if (addresses.length > 0) return addresses
  // "No address" of one family matters less than the error of the other.
  const reasons = [four, six].flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []))
  throw reasons.find((reason) => !isUnknown(reason)) ?? reasons[0] ?? new Error('It has no address.')
}

function listed(outcome: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] {
  return outcome.status === 'fulfilled' ? outcome.value.map((address) => ({ address, family })) : []
}

/** With the codes of `getaddrinfo`, by which callers know that nothing was sent. */
function lookUpError(hostname: string, cause: unknown): Error {
  const [code, why] = isUnknown(cause) ? ['ENOTFOUND', 'has no address'] : ['EAI_AGAIN', 'cannot be looked up now']
  return Object.assign(new Error(`${hostname} ${why}`, { cause }), { code })
}

function isUnknown(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA')
}

/** The last two labels: the best guess at who runs the name servers without a list of all registries. */
function domainOf(hostname: string): string {
  return hostname.replace(/\.$/, '').split('.').slice(-2).join('.')
}

/** For short names inside a network, such as a service's in a cluster. */
async function searchDomains(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const lines = text.split('\n').flatMap((line) => {
    const [word, ...domains] = line.trim().split(/\s+/)
    return word === 'search' || word === 'domain' ? [domains.filter((domain) => domain !== '.')] : []
  })
  return (lines.at(-1) ?? []).slice(0, MOST_SEARCHED_DOMAINS) // the last line counts, as resolv.conf(5) has it
}

/** Runs at most `atOnce` pieces of work of one name side by side; the others wait, up to `mostWaiting` of them. */
function openTurns(atOnce: number, mostWaiting: number) {
  const turns = new Map<string, { running: number; waiting: (() => void)[] }>()
  return async <Done>(name: string, work: () => Promise<Done>): Promise<Done> => {
    const turn = turns.get(name) ?? { running: 0, waiting: [] }
    turns.set(name, turn)
    if (turn.running < atOnce) turn.running++
    else {
      if (turn.waiting.length >= mostWaiting) {
        throw new Error(`Too many names of ${name} are being looked up.`)
      }
      await new Promise<void>((resolve) => turn.waiting.push(resolve)) // finished work passes on its turn
    }
    try {
      return await work()
    } finally {
      const next = turn.waiting.shift()
      if (next) next()
      else if (--turn.running === 0) turns.delete(name)
    }
  }
}

/** Adapts a resolver to Node's callback interface, so that connections go to exactly the addresses that it returned. */
export function asLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (options.all) callback(null, addresses)
        else if (first) callback(null, first.address, first.family)
        else callback(new Error(`${hostname} has no address.`), '')
      },
      (error: Error) => callback(error, ''),
    )
  }
}
