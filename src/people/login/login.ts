import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import { basePathOf } from '../../core/public-url.ts'
import type { Store } from '../../store/store.ts'
import { clearHostCookies, cookieNames } from '../cookies.ts'
import { type BrowserRequest, isSecure } from '../same-origin.ts'
import type { SignUpParts } from '../sign-up.ts'
import type { ReadDocument } from './client-documents.ts'
import { PROVIDER } from './oauth-names.ts'

/** The provider of OpenID Connect that the operator chose. */
export interface OidcProvider {
  name: string
  issuer: string
  clientId: string
  clientSecret: string
}

export interface LoginParts {
  store: Store
  clock: Clock
  log: Pick<Logger, 'error' | 'warn' | 'info' | 'debug'>
  /** Signs cookies and encrypts what is stored. */
  secret(): string
  publicUrl(): string
  /**
   * Whether `publicUrl` is what requests say. Otherwise there is one login, whatever a request has in its Host: each asks the
   * provider of OpenID Connect where its endpoints are.
   */
  followsRequests: boolean
  oidc: OidcProvider | undefined
  signUp: SignUpParts
  /** Reads what the addresses of clients say of them. */
  readDocument: ReadDocument
}

/** An answer of the login's package. */
export interface LoginAnswer {
  status: number
  headers: Header[]
  body: string
}
type Header = [name: string, value: string]

export interface Login {
  /** `path`: below `/api/auth`, with the query. */
  handle(request: BrowserRequest, path: string, body: unknown): Promise<LoginAnswer>
}

/** A server of the package. */
export interface AuthServer {
  /** Its opening. A failure of it stays for good: a server that could not open answers every request with 500. */
  $context: Promise<unknown>
  handler(request: Request): Promise<Response>
}

const NEEDS_PROVIDER = /^\/(?:sign-in\/social|link-social|callback\/)/

/** Each site by which people reach the gateway has a login of its own. More than these are not one gateway’s. */
const MOST_ORIGINS = 8

/**
 * The login is a large package: it is loaded by the first request that needs it, and the start knows nothing of it. Sessions
 * are read without it.
 */
export function openLogin(parts: LoginParts): Login {
  // Where requests say what the public address is, one login may not keep what another request said.
  const { oidc } = parts
  const loginAt = openOnce(
    (site: string) => {
      const [origin = '', publicUrl = ''] = site.split(' ')
      return import('./auth.ts').then(({ authFor }) => authFor(origin, { ...parts, publicUrl: () => publicUrl }))
    },
    (context) => oidc === undefined || hasProvider(context),
  )
  return {
    async handle(request, path, body) {
      const publicUrl = parts.followsRequests ? parts.publicUrl() : addressOf(request, parts.publicUrl())
      const origin = parts.followsRequests ? originOf(request) : new URL(publicUrl).origin
      const answer = await passOn(await loginAt(`${origin} ${publicUrl}`, NEEDS_PROVIDER.test(path)), request, {
        site: origin,
        path,
        json: request.method === 'POST' ? body : undefined,
      })
      const names = cookieNames(parts.secret())
      const changesSession = answer.headers.some(
        ([name, value]) => name === 'set-cookie' && value.startsWith(`${names.person}=`),
      )
      const others = changesSession ? clearHostCookies(names, basePathOf(parts.publicUrl())) : []
      return { ...answer, headers: [...others.map((one): Header => ['set-cookie', one]), ...answer.headers] }
    },
  }
}

/** Whether it is opened again where the earlier one is not whole. */
type ServerAt = (site: string, needsWhole?: boolean) => Promise<AuthServer>

interface Opened {
  server: Promise<AuthServer>
  isPartly: boolean
  /** Another that is being opened, since this one is not whole. */
  next?: Promise<AuthServer>
}

/**
 * One for each site, opened by its first request; after a failure, by the next. The package asks a provider where its endpoints
 * are only while it opens, and leaves out one that does not answer: what is not whole by `isWhole` serves the rest, and
 * is opened again by each request that needs the whole.
 */
export function openOnce(
  open: (site: string) => Promise<AuthServer>,
  isWhole: (context: unknown) => boolean = () => true,
): ServerAt {
  const opened = new LRUCache<string, Opened>({ max: MOST_ORIGINS })
  return (site, needsWhole = false) => {
    const known = opened.get(site)
    if (known && !(needsWhole && known.isPartly)) return known.server
    if (known?.next) return known.next
    const entry: Opened = { server: open(site), isPartly: false }
    entry.server = entry.server.then(async (server) => {
      entry.isPartly = !isWhole(await server.$context)
      if (known) opened.set(site, entry)
      return server
    })
    if (known) known.next = entry.server
    else opened.set(site, entry)
    entry.server.catch(() => {
      if (known) delete known.next
      else opened.delete(site)
    })
    return entry.server
  }
}

/** Whether the package has found the provider. */
function hasProvider(context: unknown): boolean {
  const { socialProviders } = context as { socialProviders: { id: string }[] } // the type of the package, which is not loaded
  return socialProviders.some(({ id }) => id === PROVIDER)
}

interface Passed {
  /** Where the package believes that it is. */
  site: string
  /** Below `/api/auth`, with the query. */
  path: string
  /** A body: as JSON, or the text of a form. Undefined where the request has none. */
  json?: unknown
  form?: string | undefined
  method?: 'GET' | 'POST'
  /** Headers that are passed on. Default: those of browsers. */
  headers?: readonly (keyof BrowserRequest['headers'] & string)[]
}

const BROWSERS = ['cookie', 'user-agent', 'accept', 'accept-language'] as const

/** Asks the package, and makes its answer one of this gateway. */
export async function passOn(server: AuthServer, request: BrowserRequest, passed: Passed): Promise<LoginAnswer> {
  const { ADDRESS_HEADER, PATH } = await import('./auth.ts')
  const { site, path, json, form, headers: names = BROWSERS } = passed
  const { method = form === undefined && json === undefined ? request.method : 'POST' } = passed
  const headers = new Headers({ [ADDRESS_HEADER]: request.ip })
  for (const name of names) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  // Where it comes from was checked before, by the same rule as for all other routes.
  headers.set('origin', new URL(site).origin)
  const body = method === 'GET' ? undefined : (form ?? JSON.stringify(json ?? {}))
  if (body !== undefined) {
    headers.set('content-type', form === undefined ? 'application/json' : 'application/x-www-form-urlencoded')
  }
  const answer = await server.handler(
    new Request(`${site}${PATH}${path}`, { method, headers, ...(body === undefined ? {} : { body }) }),
  )
  const secure = isSecure(request) ? '; Secure' : ''
  const cookies = answer.headers.getSetCookie().map((cookie): Header => ['set-cookie', cookie + secure])
  const others = [...answer.headers].filter(([name]) => name !== 'set-cookie')
  return { status: answer.status, headers: [...others, ...cookies], body: await answer.text() }
}

/** Where nothing but requests says what the public address is: by the page's own word, which was checked; otherwise where the request came in. */
function originOf({ headers: { origin = '' }, protocol, host }: BrowserRequest): string {
  const named = /^https?:\/\//.test(origin) ? URL.parse(origin)?.origin : undefined
  return named ?? `${protocol}://${host}`
}

/**
 * The address by which a browser reaches a gateway that has one. On the loopback interface these are two: browsers make no
 * passkeys for IP addresses (WebAuthn, "RP ID"), so `localhost` at the same port is taken too, and nothing else.
 */
function addressOf(request: BrowserRequest, publicUrl: string): string {
  const url = new URL(publicUrl)
  if (url.hostname !== '127.0.0.1' && url.hostname !== '[::1]') return publicUrl
  url.hostname = 'localhost'
  return originOf(request) === url.origin ? url.origin + basePathOf(publicUrl) : publicUrl
}
