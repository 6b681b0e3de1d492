import type { IncomingHttpHeaders } from 'node:http'
import { PolyphonyError } from '../core/errors.ts'

/** What is read of a request; Fastify's own has it. */
export interface BrowserRequest {
  method: string
  headers: IncomingHttpHeaders
  /** `https` behind a trusted proxy that says so. */
  protocol: string
  /** With the port. */
  host: string
  ip: string
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

export function isUnsafe({ method }: Pick<BrowserRequest, 'method'>): boolean {
  return !SAFE.has(method)
}

/**
 * Whether the request comes from a page of this gateway, by what browsers say and pages cannot set. `Sec-Fetch-Site` is
 * absent on plain HTTP, where `Origin` is compared with the address of the request, or the public one: a proxy that is not
 * trusted changes the former. Undefined where the client says nothing, as programs do.
 */
export function isFromHere({ headers, protocol, host }: BrowserRequest, publicUrl: string): boolean | undefined {
  const site = headers['sec-fetch-site']
  // `none`: the person typed the address, or opened a bookmark.
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const { origin } = headers
  if (origin === undefined) return undefined
  return origin === `${protocol}://${host}` || origin === URL.parse(publicUrl)?.origin
}

/**
 * For a request that is authenticated by a cookie, which browsers send along by themselves. One that changes something must
 * say where it comes from. Throws `forbidden`.
 */
export function requireFromHere(request: BrowserRequest, publicUrl: string): void {
  const known = isFromHere(request, publicUrl)
  if (known ?? !isUnsafe(request)) return
  const what =
    known === undefined
      ? 'A request with a session’s cookie needs the header Origin'
      : 'A session’s cookie works for pages of this gateway alone'
  const message = `${what}; pages elsewhere and programs use an API key.`
  throw new PolyphonyError('forbidden', message + addressHint(request, publicUrl))
}

/** For a form that would sign in, or change a password, from a page of another site. Throws `forbidden`. */
export function refuseElsewhere(request: BrowserRequest, publicUrl: string): void {
  if (!isUnsafe(request) || isFromHere(request, publicUrl) !== false) return
  const message = 'This is for pages of this gateway alone.'
  throw new PolyphonyError('forbidden', message + addressHint(request, publicUrl))
}

/** On plain HTTP behind a proxy, the usual cause is that nobody told the gateway its public address. */
function addressHint({ headers }: BrowserRequest, publicUrl: string): string {
  const { origin } = headers
  if (headers['sec-fetch-site'] !== undefined || origin === undefined) return ''
  return ` The page is of ${origin}, and this gateway is known as ${publicUrl}: if that is one and the same, its operator sets PUBLIC_URL to the former.`
}

/** Whether the browser reached us by TLS: also where the proxy before us is not trusted, since a page cannot set `Origin`. */
export function isSecure({ protocol, headers }: BrowserRequest): boolean {
  return protocol === 'https' || (headers.origin?.startsWith('https://') ?? false)
}
