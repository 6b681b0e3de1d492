import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { addressRule } from './address-rule.ts'
import type { Resolve } from './resolver.ts'

/** Accepts only URLs that lead to public addresses, or to those that the operator allows. */
export interface PublicAddresses {
  /** Checks everything that needs no name server, including literal addresses, which are never looked up. */
  parse(text: string, field?: string): URL
  /** Resolves a host name. Throws `address_refused` when any of its addresses is special, since any may be connected to. */
  resolve: Resolve
  /** Parses and resolves. A name that does not resolve in time is accepted, and checked at use. */
  judge(text: string, field: string): Promise<void>
}

/** How long a submission waits for a name server; a name that takes longer is checked at use. */
const JUDGE_TIMEOUT_MS = 3 * SECOND_MS

export function openPublicAddresses(options: {
  /** CIDRs that may be reached although they are special. */
  allow: readonly string[]
  resolve: Resolve
  log: Logger
}): PublicAddresses {
  const { log } = options
  const passes = addressRule(options.allow)

  /** The addresses are only logged, since they reveal the operator's network. */
  async function resolve(hostname: string, field?: string): Promise<LookupAddress[]> {
    const addresses = await options.resolve(hostname)
    const special = addresses.find(({ address }) => !passes(address))
    if (special) {
      log.warn(
        { hostname, address: special.address },
        'refused a special address; POLYPHONY_EGRESS_ALLOW can permit it',
      )
      throw specialAddress(hostname, field)
    }
    return addresses
  }

  function parse(text: string, field?: string): URL {
    const url = URL.parse(text)
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
      throw refusal('is not an http or https URL', field)
    }
    if (url.username !== '' || url.password !== '') throw refusal('holds a user name or password', field)
    const address = literalAddress(url)
    if (address !== undefined && !passes(address)) throw specialAddress(url.hostname, field)
    return url
  }

  return {
    parse,
    resolve: (hostname) => resolve(hostname),
    async judge(text, field) {
      const url = parse(text, field)
      if (literalAddress(url) !== undefined) return
      const enough = new AbortController()
      try {
        await Promise.race([
          resolve(url.hostname, field),
          sleep(JUDGE_TIMEOUT_MS, undefined, { signal: enough.signal }),
        ])
      } catch (error) {
        if (error instanceof PolyphonyError) throw error
        log.debug({ err: error, hostname: url.hostname }, 'a name does not resolve yet; it is judged at use')
      } finally {
        enough.abort()
      }
    },
  }
}

/** The URL parser has normalised decimal, octal and hexadecimal spellings of an IPv4 address by now. */
function literalAddress(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(host) === 0 ? undefined : host
}

function specialAddress(hostname: string, field: string | undefined): PolyphonyError {
  return refusal(`leads to ${hostname}, which is a private or otherwise special address`, field)
}

function refusal(why: string, field: string | undefined): PolyphonyError {
  if (field === undefined) return new PolyphonyError('address_refused', `The URL ${why}.`)
  return new PolyphonyError('address_refused', `${field} ${why}. Name a public http or https URL.`, { field })
}
